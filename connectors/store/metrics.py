"""Figures that are counted once a day, a record each."""

from collections.abc import Mapping
from datetime import date

from connectors.store.port import Store

_METRICS = "METRICS"


class Metrics:
    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, what: str, day: date, figures: Mapping[str, int]) -> None:
        """Keep the figures of a day; a later count of the same day stands."""
        self._store.write(_METRICS, f"{what}/{day.isoformat()}", dict(figures))

    def of(self, what: str) -> dict[str, dict[str, int]]:
        """Day to its figures, the oldest first."""
        return {record.sort.partition("/")[2]: record.value for record in self._store.list(_METRICS, f"{what}/")}
