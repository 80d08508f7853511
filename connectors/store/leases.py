"""One journey at a time per incident. Standard library only, on the store's port.

A lease ends by itself, so a holder that was frozen may wake up after it. What it writes then is stopped by the
fencing token: it grows at each change of holder, and is compared just before every write outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.store.port import ABSENT, Conflict, Record, Store

_SORT = "LEASE"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may work on an incident, under which token, until when."""

    incident_id: str
    holder: str
    token: int
    until: datetime


class Leases:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """`now` is the aware time of this machine: leases are longer than clocks differ."""
        self._store, self._now = store, now

    def take(self, incident_id: str, holder: str, for_: timedelta) -> int | None:
        """Take or prolong the lease and return its fencing token; None while another holder's lease is valid.

        The same holder taking its own lease again, before or after it ended, keeps its token.
        """
        while True:  # a conflict means that somebody else got on: this ends
            record = self._read(incident_id)
            current, token = _lease(incident_id, record)
            if current and current.holder != holder and current.until > self._now():
                return None
            token += 0 if current and current.holder == holder else 1
            if self._wrote(incident_id, record, holder, token, self._now() + for_):
                return token

    def holds(self, incident_id: str, holder: str, token: int, for_: timedelta) -> bool:
        """Whether nobody has taken over since `token`, by a read; prolongs the lease where less than half of `for_` is
        left, also one that ended while nobody wanted it."""
        current, _ = _lease(incident_id, self._read(incident_id))
        if current and (current.holder, current.token) == (holder, token) and current.until - self._now() >= for_ / 2:
            return True
        return self.take(incident_id, holder, for_) == token

    def release(self, incident_id: str, holder: str) -> None:
        """Give the lease back. Nothing happens where it is somebody else's by now."""
        while True:
            record = self._read(incident_id)
            current, token = _lease(incident_id, record)
            if current is None or current.holder != holder:
                return
            if self._wrote(incident_id, record, None, token, self._now()):
                return

    def current(self, incident_id: str) -> Lease | None:
        """The valid lease; None where there is none, or where it ended."""
        lease, _ = _lease(incident_id, self._read(incident_id))
        return lease if lease and lease.until > self._now() else None

    def _read(self, incident_id: str) -> Record | None:
        return self._store.read(f"INC#{incident_id}", _SORT)

    def _wrote(self, incident_id: str, over: Record | None, holder: str | None, token: int, until: datetime) -> bool:
        """Never deleted and never expired: the token only grows."""
        value = {"holder": holder, "token": token, "until": until.isoformat()}
        try:
            self._store.write(f"INC#{incident_id}", _SORT, value, expected=over.version if over else ABSENT)
        except Conflict:
            return False
        return True


def _lease(incident_id: str, record: Record | None) -> tuple[Lease | None, int]:
    """The lease that was last taken and not given back, and the last token given out."""
    if record is None:
        return None, 0
    holder, token = record.value["holder"], record.value["token"]
    if holder is None:
        return None, token
    return Lease(incident_id, holder, token, datetime.fromisoformat(record.value["until"])), token
