"""Up to when PagerDuty was asked about resolves that no webhook announced."""

from dataclasses import dataclass
from datetime import datetime

from connectors.store.port import ABSENT, Conflict, Record, Store

_PARTITION, _SORT = "RECONCILE", "CURSOR"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything resolved from `begun_at` to `until` was looked for. Before `begun_at` nothing ever is: a new
    installation writes no drafts of the past."""

    begun_at: datetime
    until: datetime


class Looked:
    def __init__(self, store: Store) -> None:
        self._store = store

    def begun_at(self) -> datetime | None:
        """Since when this installation makes drafts by itself; None where it never looked."""
        record = self._store.read(_PARTITION, _SORT)
        return _cursor(record).begun_at if record else None

    def begin(self, now: datetime) -> Cursor:
        """The cursor; at the first time, one that begins now."""
        record = self._store.read(_PARTITION, _SORT)
        if record is None:
            self._write(None, Cursor(now, now))
            record = self._store.read(_PARTITION, _SORT)
        return _cursor(record) if record else Cursor(now, now)

    def move(self, until: datetime) -> None:
        """Forwards only: of two that looked at the same time the later one stands."""
        while (record := self._store.read(_PARTITION, _SORT)) is not None:
            cursor = _cursor(record)
            if cursor.until >= until or self._write(record, Cursor(cursor.begun_at, until)):
                return

    def _write(self, over: Record | None, cursor: Cursor) -> bool:
        value = {"begun_at": cursor.begun_at.isoformat(), "until": cursor.until.isoformat()}
        try:
            self._store.write(_PARTITION, _SORT, value, expected=over.version if over else ABSENT)
        except Conflict:
            return False
        return True


def _cursor(record: Record) -> Cursor:
    begun_at, until = (datetime.fromisoformat(record.value[name]) for name in ("begun_at", "until"))
    return Cursor(begun_at, until)
