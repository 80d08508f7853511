"""Journeys that failed and that nothing has made up for since. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.engine.journal import Journey


@dataclass(frozen=True, slots=True)
class Failure:
    """The newest journey for some work, which failed: what it was started with, and how often that work failed."""

    journey: str
    payload: dict[str, Any]
    error: str
    times: int
    started_at: datetime


def failures_among(journeys: Iterable[Journey], kind: str) -> list[Failure]:
    """Of all that were started for the same work (the same payload, but for their names) the newest counts.

    `journeys`: oldest first.
    """
    by_work: dict[str, list[Journey]] = {}
    for journey in journeys:
        if journey.kind == kind:
            by_work.setdefault(_work(journey), []).append(journey)
    return [_failure(same) for same in by_work.values() if same[-1].state == "failed"]


def _work(journey: Journey) -> str:
    payload = json.loads(journey.payload)
    return json.dumps({name: value for name, value in payload.items() if name != "journey"}, sort_keys=True)


def _failure(same: list[Journey]) -> Failure:
    newest = same[-1]
    times = sum(journey.state == "failed" for journey in same)
    return Failure(newest.name, json.loads(newest.payload), newest.error or "", times, newest.started_at)
