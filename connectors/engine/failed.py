"""Journeys that failed and that nothing has made up for since. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.engine.journal import Journey

_AGAIN = re.compile(r"rt-([0-9a-f]{40})-\d+")
_RESOLVE = re.compile(r"pm-([A-Za-z0-9_-]{1,39})-\d+")
"""Of an id that stands in the name as it is: a hash in its place has 40 characters."""


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
            by_work.setdefault(work_of_payload(json.loads(journey.payload)), []).append(journey)
    return [_failure(same) for same in by_work.values() if same[-1].state == "failed"]


def work_of_payload(payload: dict[str, Any]) -> str:
    """What a journey was started for, whatever it was called: 40 hexadecimal digits."""
    work = {name: value for name, value in payload.items() if name != "journey"}
    return hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()[:40]


def name_to_try_again(payload: dict[str, Any], slot: int) -> str:
    """What another journey for the same work is called that is started in this slot of time."""
    return f"rt-{work_of_payload(payload)}-{slot}"


def work_of_name(journey: str) -> str | None:
    """The same as its payload's, where a journey's name tells it: another try, or the resolve of an incident."""
    if again := _AGAIN.fullmatch(journey):
        return again[1]
    incident_id = resolved_in_name(journey)
    return work_of_payload({"incident_id": incident_id}) if incident_id else None


def resolved_in_name(journey: str) -> str | None:
    """The incident whose resolve a journey is named by; None where the name tells none."""
    resolve = _RESOLVE.fullmatch(journey)
    return resolve[1] if resolve else None


def _failure(same: list[Journey]) -> Failure:
    newest = same[-1]
    times = sum(journey.state == "failed" for journey in same)
    return Failure(newest.name, json.loads(newest.payload), newest.error or "", times, newest.started_at)
