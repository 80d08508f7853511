"""When something of a webhook subscription last came here: a ping, a delivery, one that was refused.

Standard library only: the receiver loads this. A record for each, written without reading: whoever looks wants to know
whether anything came at all, and when. One process writes that a delivery came once in five minutes, so that a day of
many incidents costs next to nothing, and that one was refused twice a minute: a flood writes nothing more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from connectors.store.port import Store

Kind = Literal["ping", "delivery", "refused"]

RESTS: Mapping[Kind, timedelta] = {
    "ping": timedelta(0),
    "delivery": timedelta(minutes=5),
    "refused": timedelta(seconds=30),
}
KEPT_FOR = timedelta(days=400)
_PARTITION = "ARRIVALS"


@dataclass(frozen=True, slots=True)
class Arrival:
    """`count` grows with every record of it: two looks tell whether something came between them, whatever the clock."""

    at: datetime
    count: int


class Arrivals:
    """`now` is the clock. One object for the life of a process: it remembers what it wrote."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._written: dict[tuple[str, Kind], datetime] = {}

    def note(self, subscription: str, kind: Kind) -> None:
        """Something of this subscription came. Raises as the store does."""
        now, last = self._now(), self._written.get((subscription, kind))
        if last is not None and abs(now - last) < RESTS[kind]:
            return
        value = {"at": now.isoformat()}
        self._store.write(_PARTITION, f"{subscription}/{kind}", value, expires_at=now + KEPT_FOR)
        self._written[subscription, kind] = now

    def last(self, subscription: str, kind: Kind) -> Arrival | None:
        """None where nothing of it ever came. Of deliveries within five minutes the first is told."""
        record = self._store.read(_PARTITION, f"{subscription}/{kind}")
        return Arrival(datetime.fromisoformat(record.value["at"]), record.version) if record else None
