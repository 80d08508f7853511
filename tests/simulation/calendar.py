"""A clock on which things are put down to happen: they do when time passes them, whoever lets it pass."""

import heapq
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from connectors.engine.clock import VirtualClock


class Calendar(VirtualClock):
    """A virtual clock. What happens at a moment sees that moment as now, and may put down more. `latest` is the latest
    moment that it ever showed: one that was set back shows many a moment twice."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.latest = now
        self._coming: list[tuple[datetime, int, Callable[[], object]]] = []
        self._number = 0

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        self._number += 1
        heapq.heappush(self._coming, (moment, self._number, act))

    def next(self) -> datetime | None:
        """When the first of what is put down happens."""
        return self._coming[0][0] if self._coming else None

    def advance(self, duration: timedelta) -> None:
        self._until(self._now + duration)

    def wait(self, until: datetime | None, wake: threading.Event) -> None:
        if until is None:
            raise AssertionError("nothing is ever due: the simulation would stand still")
        if not wake.is_set():
            self._until(until)

    def set_back(self, duration: timedelta) -> None:
        """What was put down stays where it is."""
        self._now -= duration

    def _until(self, moment: datetime) -> None:
        while self._coming and self._coming[0][0] <= moment:
            at, _, act = heapq.heappop(self._coming)
            self._moves_to(at)
            act()
        self._moves_to(moment)

    def _moves_to(self, moment: datetime) -> None:
        self._now = max(self._now, moment)
        self.latest = max(self.latest, self._now)
