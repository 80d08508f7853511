"""What one machine does by the clock. What was missed while it was off needs no making up for: each of these decides by
what is kept, so that the one of the current slot does it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.follow_up import sweep_name
from handlers.house import Start
from handlers.reconcile import reconcile_name

LOOK_EVERY = 60.0
"""Seconds. A laptop that slept, or a clock that was set, is noticed within this time."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A kind of journey, and the name of the one that belongs to a moment: the same for a whole slot of time."""

    kind: str
    name: Callable[[datetime], str]

    def start(self, start: Start, now: datetime) -> bool:
        """Start the one of this moment; False where it was started before."""
        name = self.name(now)
        return start(self.kind, name, {"journey": name})


SWEEP = Tick("follow_up", sweep_name)
RECONCILE = Tick("reconcile", reconcile_name)
TICKS = (SWEEP, RECONCILE)


def start_sweep(start: Start, now: datetime) -> bool:
    """Start the sweep of this hour; False where it was started before."""
    return SWEEP.start(start, now)


def start_ticks(start: Start, now: Callable[[], datetime], stop: threading.Event) -> None:
    """Start what falls due until `stop` is set."""
    latest: dict[str, str] = {}
    while not stop.is_set():
        moment = now()
        for tick in TICKS:
            if tick.name(moment) != latest.get(tick.kind):
                tick.start(start, moment)
                latest[tick.kind] = tick.name(moment)
        stop.wait(LOOK_EVERY)
