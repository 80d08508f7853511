"""PagerDuty's events that are kept as they came, by incident. Standard library only: the receiver loads this.

What they mean is told when they are read (`connectors/observing.py`).
"""

from collections.abc import Iterator
from typing import Any

from connectors.store.port import ABSENT, Conflict, Store


def keep_event(store: Store, incident_id: str, event_id: str, event: dict[str, Any]) -> bool:
    """Keep the event object of a webhook. False where that id was kept before: the first one counts."""
    try:
        store.write(_partition(incident_id), f"OBSERVED#pagerduty/event/{event_id}", {"event": event}, expected=ABSENT)
    except Conflict:
        return False
    return True


def kept_events(store: Store, incident_id: str) -> Iterator[dict[str, Any]]:
    """What is kept of the incident's events, by their ids: {"event": ...}, or a `Part` as an older Debrief kept it."""
    return (record.value for record in store.list(_partition(incident_id), "OBSERVED#"))


def _partition(incident_id: str) -> str:
    return f"INC#{incident_id}"
