"""What a person has changed about a webhook leaves a record, before it is sent, as every writing outside does."""

from datetime import datetime

from connectors.store.audit import Audit, What
from connectors.store.port import Store
from handlers.subscriptions import OWNER


def will_change(store: Store, version: str | None, by: str, change: str, now: datetime) -> None:
    """`by` is the command, as "debrief webhook"; `change` is "delete PABC123"; `version` is that of the settings.

    Raises as the store does.
    """
    audit = Audit(store, OWNER, f"{by} at {now:%Y-%m-%dT%H:%M:%SZ}", version)
    audit.will_send(What.WEBHOOK, change, "", now)
