"""Which webhook deliveries were dealt with already. Standard library only, on the store's port.

PagerDuty signs the body alone, so a replay is known by the signed event id, and only by it. A delivery is marked after
its journey has started: one that was lost in between comes again and is new again, and the journey's name sees to the
rest.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from connectors.store.metrics import Metrics
from connectors.store.notices import Notices
from connectors.store.port import ABSENT, Conflict, Store

# Longer than the 7 days after which an event is too old to be believed, and than PagerDuty's 48 hours of retries.
# https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)
KEPT_FOR = timedelta(days=30)

SHOWN_FOR = timedelta(days=7)
METRIC = "changed deliveries"
NOTICE = "delivery/changed"

Sight = Literal["new", "seen", "changed"]

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Deliveries:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def seen(self, event_id: str, body_hash: str) -> Sight:
        """Whether this event was dealt with: "changed" where it was, with another body. Never raises for an odd id."""
        record = self._store.read(_partition(event_id), "META")
        if record is None:
            return "new"
        return "seen" if record.value["body_hash"] == body_hash else "changed"

    def mark(self, event_id: str, body_hash: str, journey: str) -> None:
        """Remember an event whose journey has started, for 30 days. The first mark stands."""
        value = {"body_hash": body_hash, "journey": journey}
        try:
            self._store.write(_partition(event_id), "META", value, expected=ABSENT, expires_at=self._now() + KEPT_FOR)
        except Conflict:
            return  # its twin was marked a moment ago

    def alarm(self, event_id: str) -> str:
        """Show for a week, and count by the day, that this event came with another body. The sentence that is shown."""
        now = self._now()
        today = Metrics(self._store).add(METRIC, now.date(), "deliveries")
        times = "once" if today == 1 else f"{today} times"
        told = (
            f"A signed webhook carried an event that was delivered before, {_in_words(event_id)}, with another body: "
            f"{times} on {now:%Y-%m-%d} (UTC). It was ignored; the first one counts."
        )
        Notices(self._store).say(NOTICE, told, now, until=now + SHOWN_FOR)
        return told


def _in_words(event_id: str) -> str:
    """Whoever signs can write anything there: only an id of the usual shape is repeated."""
    return event_id if _PLAIN.fullmatch(event_id) else "of an odd id"


def _partition(event_id: str) -> str:
    """An id of the usual shape stays readable; any other is hashed, so that every id is a key."""
    if _PLAIN.fullmatch(event_id):
        return f"EVT#{event_id}"
    return f"EVT#sha256:{hashlib.sha256(event_id.encode(errors='surrogatepass')).hexdigest()}"
