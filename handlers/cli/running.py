"""Running one journey to its end while a person watches."""

import json
from collections.abc import Callable
from datetime import datetime
from itertools import count
from threading import Event
from typing import Any

from connectors.engine.clock import RealClock
from connectors.engine.local import LocalEngine
from connectors.steps import Json
from handlers.cli.exits import ended_by_journey


def run_to_end(engine: LocalEngine, kind: str, name: str, payload: Json, now: Callable[[], datetime]) -> dict[str, Any]:
    """Start the journey, or go on with it, and wait with it where it waits; what it came to.

    Raises Ended where it failed, and where it would try again only later: a person does not want to wait for that.
    """
    engine.start(kind, name, payload)
    engine.hurry(name)
    while True:
        engine.run_due()
        journey = engine.state(name)
        if journey is None or journey.error is not None:
            raise ended_by_journey(journey.error or "" if journey else "The journal was removed meanwhile.")
        if journey.state == "done":
            return json.loads(journey.result or "{}")["value"]
        RealClock(now).wait(journey.wake_at, Event())


def unfinished_or_new(engine: LocalEngine, name: str) -> str:
    """The name to start under: that of what was interrupted, to go on with it, else a new one."""
    for number in count(1):
        attempt = name if number == 1 else f"{name}-{number}"
        journey = engine.state(attempt)
        if journey is None or journey.state in ("running", "waiting"):
            return attempt
    raise AssertionError("count() does not end")
