"""What one machine does by the clock. What was missed while it was off needs no making up for: each of these decides by
what is kept, so that the one of the current slot does it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.engine.local import LocalEngine
from connectors.errors import ConnectorError
from handlers.house import Start
from handlers.reconcile import reconcile_name
from handlers.sweep import sweep_name

LOOK_EVERY = 60.0
"""Seconds. A laptop that slept, or a clock that was set, is noticed within this time."""
KEPT_FOR = {"reconcile": timedelta(days=7), "observe": timedelta(days=31)}
"""How long journeys that ended are kept, by kind; every page reads the journal. Deliveries are remembered for a shorter
time."""

log = logging.getLogger("debrief")


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


def start_ticks(engine: LocalEngine, now: Callable[[], datetime], stop: threading.Event) -> None:
    """Start what falls due until `stop` is set, and forget what fell due long ago: it would fill the journal.

    What a full disk prevents is started once there is room.
    """
    latest: dict[str, str] = {}
    while not stop.is_set():
        try:
            _start_due(engine, now(), latest)
        except ConnectorError as error:
            log.error("what is due could not be started, and is tried again: %s", error)
        stop.wait(LOOK_EVERY)


def _start_due(engine: LocalEngine, moment: datetime, latest: dict[str, str]) -> None:
    for tick in TICKS:
        if tick.name(moment) != latest.get(tick.kind):
            tick.start(engine.start, moment)
            for kind, kept_for in KEPT_FOR.items():
                engine.forget(kind, moment - kept_for)
            latest[tick.kind] = tick.name(moment)
