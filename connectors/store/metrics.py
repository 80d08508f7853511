"""Figures that are counted once a day, a record each."""

from collections.abc import Mapping
from datetime import date

from connectors.store.port import ABSENT, Conflict, Store

_METRICS = "METRICS"


class Metrics:
    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, what: str, day: date, figures: Mapping[str, int]) -> None:
        """Keep the figures of a day; a later count of the same day stands."""
        self._store.write(_METRICS, f"{what}/{day.isoformat()}", dict(figures))

    def add(self, what: str, day: date, figure: str) -> int:
        """Count one more of this figure on that day; how many there are then. Reads and writes that record alone."""
        sort = f"{what}/{day.isoformat()}"
        while True:  # a conflict means that somebody else got on: this ends
            record = self._store.read(_METRICS, sort)
            figures: dict[str, int] = record.value if record else {}
            more = figures.get(figure, 0) + 1
            try:
                expected = record.version if record else ABSENT
                self._store.write(_METRICS, sort, figures | {figure: more}, expected=expected)
            except Conflict:
                continue
            return more

    def of(self, what: str) -> dict[str, dict[str, int]]:
        """Day to its figures, the oldest first."""
        return {record.sort.partition("/")[2]: record.value for record in self._store.list(_METRICS, f"{what}/")}
