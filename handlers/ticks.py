"""What one machine does by the clock. What was missed while it was off needs no making up for: each of these decides by
what is kept, so that the one of the current slot does it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.engine.local import LocalEngine
from connectors.errors import ConnectorError
from handlers.follow_up import sweep_name
from handlers.house import Start
from handlers.reconcile import reconcile_name

LOOK_EVERY = 60.0
"""Seconds. A laptop that slept, or a clock that was set, is noticed within this time."""
KEPT_FOR = timedelta(days=7)
EVENTS_KEPT_FOR = timedelta(days=31)
"""Longer than their deliveries are remembered. What they told is in the store; their journeys hold it once more, whole,
and every page reads the journal."""

log = logging.getLogger("debrief")


@dataclass(frozen=True, slots=True)
class Tick:
    """A kind of journey, and the name of the one that belongs to a moment: the same for a whole slot of time.
    `is_forgotten`: one that ended long ago is of no use to anybody."""

    kind: str
    name: Callable[[datetime], str]
    is_forgotten: bool = False

    def start(self, start: Start, now: datetime) -> bool:
        """Start the one of this moment; False where it was started before."""
        name = self.name(now)
        return start(self.kind, name, {"journey": name})


SWEEP = Tick("follow_up", sweep_name)
RECONCILE = Tick("reconcile", reconcile_name, is_forgotten=True)
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
            if tick.is_forgotten:
                engine.forget(tick.kind, moment - KEPT_FOR)
                engine.forget("observe", moment - EVENTS_KEPT_FOR)
            latest[tick.kind] = tick.name(moment)
