"""Time as an argument: what the engine needs of a clock, the real one, and one that tests move."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

LONGEST_LOOK_AWAY = timedelta(minutes=1)
"""A laptop that slept, or a clock that was set, is noticed within this time."""


class Clock(Protocol):
    """`now` is aware. Only `wait` lets time pass."""

    def now(self) -> datetime: ...

    def wait(self, until: datetime | None, wake: threading.Event) -> None:
        """Return when the moment has come or `wake` is set, or a little early: the caller looks again."""
        ...


class RealClock:
    """The machine's clock. Only handlers may read it, so they pass in how: `RealClock(lambda: datetime.now(UTC))`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now()

    def wait(self, until: datetime | None, wake: threading.Event) -> None:
        left = LONGEST_LOOK_AWAY if until is None else min(until - self.now(), LONGEST_LOOK_AWAY)
        wake.wait(max(0.0, left.total_seconds()))


class VirtualClock:
    """Stands still until it is moved; waiting moves it. For one thread: the simulation's and the tests'."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, duration: timedelta) -> None:
        self._now += duration

    def wait(self, until: datetime | None, wake: threading.Event) -> None:
        """Jump to `until`; where nothing is ever due, really wait to be woken."""
        if until is None:
            wake.wait()
        elif not wake.is_set():
            self._now = max(self._now, until)
