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
from connectors.store.leases import Leases
from handlers.cli.exits import Ended, ended_by_journey
from handlers.house import House


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


def go_on_or_begin(engine: LocalEngine, kind: str, payload: dict[str, Any], house: House) -> dict[str, Any]:
    """Go on with what was interrupted, or begin anew; what ends in an error gives the incident's lease back.

    `payload` has the incident's id and, as "journey", the holder of the lease. Raises Ended.
    """
    name = unfinished_or_new(engine, payload["journey"])
    try:
        return run_to_end(engine, kind, name, payload, house.now)
    except Ended:
        state = engine.state(name)
        if state is None or state.state == "failed":
            Leases(house.store, house.now).release(payload["incident_id"], payload["journey"])
        raise


def unfinished_or_new(engine: LocalEngine, name: str) -> str:
    """The journey of this name, or where that has ended the next one for the same work: "...-2"."""
    for number in count(1):
        attempt = name if number == 1 else f"{name}-{number}"
        journey = engine.state(attempt)
        if journey is None or journey.state in ("running", "waiting"):
            return attempt
    raise AssertionError("count() does not end")
