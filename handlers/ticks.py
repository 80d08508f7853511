"""The hourly sweep of one machine. What was missed while the machine was off needs no making up for: the sweep decides
by what is kept, so the one of the current hour does it."""

import threading
from collections.abc import Callable
from datetime import datetime

from handlers.follow_up import sweep_name
from handlers.house import Start

LOOK_EVERY = 60.0
"""Seconds. A laptop that slept, or a clock that was set, is noticed within this time."""


def start_sweep(start: Start, now: datetime) -> bool:
    """Start the sweep of this hour; False where it was started before."""
    name = sweep_name(now)
    return start("follow_up", name, {"journey": name})


def start_sweeps(start: Start, now: Callable[[], datetime], stop: threading.Event) -> None:
    """Start each hour's sweep until `stop` is set."""
    latest = None
    while not stop.is_set():
        moment = now()
        if sweep_name(moment) != latest:
            start_sweep(start, moment)
            latest = sweep_name(moment)
        stop.wait(LOOK_EVERY)
