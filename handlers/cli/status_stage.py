"""How the journeys of a stage stand, in the shape in which this machine's journal tells of its own."""

import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.engine.executions import Execution, Executions, Rest
from connectors.engine.failed import resolved_in_name, work_of_name, work_of_payload
from connectors.engine.journal import Journey, State
from connectors.errors import ConnectorError
from handlers.cli.status_command import Seen
from handlers.place import find_place
from handlers.stage import Stage
from handlers.story import Told
from handlers.wiring import utc_now

KEPT_FOR = timedelta(days=30)
"""As long as Lambda remembers them (durableConfig in serverless.yml)."""
MOST_ASKED_ABOUT = 60
"""Journeys at work, or failed, that are looked into: one request each, and 15 a second are allowed."""
_BLIND = "What is under way is not known: {why} What follows is what the stage's table holds."


@dataclass(frozen=True, slots=True)
class StageJourneys:
    """Implements `Journeys`: read once, when it is made."""

    found: tuple[Journey, ...]
    waits: dict[str, str] = field(default_factory=dict[str, str])

    def journeys(self) -> tuple[Journey, ...]:
        return self.found

    def waits_in(self, name: str) -> str | None:
        return self.waits.get(name)


@contextmanager
def reading_stage(stage: str, region: str | None) -> Generator[Seen]:
    """The store of a stage, and its journeys as far as Lambda tells. Raises ConnectorError where the store does not."""
    place = find_place(stage, region)
    if not isinstance(place, Stage):
        raise TypeError(place)
    executions, blind = Executions(place.client("lambda"), place.outputs["PostmortemArn"]), None
    try:
        journeys = journeys_of(executions, executions.since(utc_now() - KEPT_FOR))
    except ConnectorError as refused:
        journeys, blind = StageJourneys(()), _BLIND.format(why=f"{str(refused)[:1].upper()}{str(refused)[1:]}")
    yield Seen(place, Told(place.store(), journeys, utc_now(), stage=stage), blind)


def journeys_of(executions: Executions, listed: Iterable[Execution]) -> StageJourneys:
    """`listed`: the newest first. Raises ConnectorError."""
    payloads, waits, found = dict[str, str](), dict[str, str](), list[Journey]()
    left = MOST_ASKED_ABOUT
    for one in listed:
        error, rest = None, None
        payload = _payload_in_name(one.name)
        if not payload and (work := work_of_name(one.name)):
            payload = payloads.get(work)
        if left and (one.has_failed or (payload is None and one.is_at_work)):
            told, left = executions.told(one), left - 1
            payload, error = json.dumps(told.payload), told.error
            payloads[work_of_payload(told.payload)] = payload
        if left and one.is_at_work:
            rest, left = executions.rests(one), left - 1
            waits |= {one.name: rest.name} if rest else {}
        found.append(_journey(one, payload, error, rest))
    return StageJourneys(tuple(_with_payloads(reversed(found), payloads)), waits)


def _with_payloads(found: Iterable[Journey], payloads: dict[str, str]) -> Iterable[Journey]:
    """A later try that went well is known by the work of the one that failed before it."""
    for one in found:
        work = work_of_name(one.name)
        yield one if one.payload != "{}" or work not in payloads else _same_but(one, payloads[work])


def _same_but(one: Journey, payload: str) -> Journey:
    return Journey(
        one.name, one.kind, payload, one.state, one.wake_at, one.attempts, one.error, one.result, one.started_at
    )


def _journey(one: Execution, payload: str | None, error: str | None, rest: Rest | None) -> Journey:
    state: State = "failed" if one.has_failed else "waiting" if rest else "running"
    return Journey(
        name=one.name,
        kind="postmortem",
        payload=payload or "{}",
        state=state if one.is_at_work or one.has_failed else "done",
        wake_at=rest.until if rest else None,
        attempts=0,
        error=error,
        result=None,
        started_at=one.started_at,
    )


def _payload_in_name(name: str) -> str | None:
    """What the journey of a resolve was started with, as far as its name tells; None for any other."""
    incident_id = resolved_in_name(name)
    return json.dumps({"incident_id": incident_id, "journey": name}) if incident_id else None
