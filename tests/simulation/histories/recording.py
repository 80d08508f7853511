"""The moments at which a release is recorded: a journey of each kind, while it waits."""

import json
import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.engine.journal import Journey
from connectors.steps import Json
from connectors.store.leases import Leases
from handlers.ticks import RECONCILE, SWEEP
from tests.incidents import by_name
from tests.simulation.durable.stories import is_resolved
from tests.simulation.durable.twins import DurableTwin, Place, Twin, Weather
from tests.simulation.faults import Fault, Kind
from tests.simulation.histories.history import History, Noted, Waiting, noted_twin, operations_of

LOST_ANSWER, COME_LATER = Fault(Kind.RESET, 1), Fault(Kind.SLOW_DOWN, 4)
CREATE, BULK = "POST /rest/api/3/issue <{}>", "POST /rest/api/3/issue/bulkfetch"
A_WHILE, A_DAY = timedelta(seconds=10), timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Moment:
    """`happens` brings the journey there; `waits_in` is the wait that it then rests in, None where all has ended."""

    happens: Callable[[Twin], None]
    waits_in: str | None
    script: str = "stale-replica"
    faults: Mapping[Place, Fault] = field(default_factory=dict[Place, Fault])
    then: Mapping[str, tuple[str, Any]] = field(default_factory=dict[str, tuple[str, Any]])


def _again(script: str) -> Mapping[str, tuple[str, Any]]:
    """Somebody drafts it again later: on what this release left in the store."""
    incident_id = by_name(script).pagerduty["incident"]["id"]
    return {"ag-1": ("postmortem", {"incident_id": incident_id, "journey": "ag-1", "retry": True})}


def _is_held_by_another(twin: Twin) -> None:
    Leases(twin.store, twin.clock.now).take(twin.incident_id(), "pm-another", timedelta(minutes=20))
    is_resolved(twin)


def _has_ended(twin: Twin) -> None:
    is_resolved(twin)
    twin.lives(A_DAY)


def _is_decided(twin: Twin) -> None:
    is_resolved(twin)
    twin.lives(timedelta(minutes=10))
    (suggestion, *_) = twin.postmortem().action_items
    decision: Json = {
        "item_id": suggestion.id,
        "verdict": "accepted",
        "by": "Hana Kimura",
        "where": "in Slack",
        "at": "2026-11-10T16:00:00+00:00",
    }
    bell: Json = {"incident_id": twin.incident_id(), "journey": "de-1", "decision": decision, "once": "click-1"}
    twin.engine.start("postmortem", "de-1", bell)


def _is_swept(twin: Twin) -> None:
    _is_decided(twin)
    twin.lives(datetime(2026, 11, 12, 9, tzinfo=UTC) - twin.clock.now())
    place: Place = ("jira", BULK, twin.weather.seen["jira", BULK] + 1)
    twin.weather.faults = {place: COME_LATER}
    SWEEP.start(twin.engine.start, twin.clock.now())


def _is_found(twin: Twin) -> None:
    twin.calendar.set_back(timedelta(minutes=40))
    RECONCILE.start(twin.engine.start, twin.clock.now())
    twin.lives(timedelta(minutes=46))
    place: Place = ("pagerduty", "GET /incidents", twin.weather.seen["pagerduty", "GET /incidents"] + 1)
    twin.weather.faults = {place: COME_LATER}
    RECONCILE.start(twin.engine.start, twin.clock.now())


MOMENTS: Mapping[str, Moment] = {
    "in settle": Moment(is_resolved, "settle"),
    "waiting for an unclear create": Moment(
        is_resolved,
        "open the issue: wait",
        faults={("jira", CREATE.format("Delete old snapshots every night"), 1): LOST_ANSWER},
    ),
    "waiting for a rate limit": Moment(
        is_resolved, "asked to wait", faults={("slack", "POST /api/conversations.history", 1): COME_LATER}
    ),
    "waiting in refresh later": Moment(is_resolved, "refresh later"),
    "another journey at work": Moment(_is_held_by_another, "another journey is at work, 1"),
    "finished": Moment(_has_ended, None, then=_again("stale-replica")),
    "a decision, waiting for an unclear create": Moment(
        _is_decided,
        "open the issue: wait",
        "came-back",
        {("jira", CREATE.format("Add an alert on CRC errors of every uplink"), 1): LOST_ANSWER},
    ),
    "a sweep, waiting for a rate limit": Moment(_is_swept, "asked to wait", "came-back"),
    "a look of the reconciler, waiting for a rate limit": Moment(_is_found, "asked to wait"),
    "an observation, waiting for the channel": Moment(is_resolved, "look 2", "expired-certificate"),
}


def recorded(version: str, name: str) -> History:
    """Live up to that moment with both engines."""
    moment = MOMENTS[name]
    with _opened(DurableTwin, moment) as (durable, _):
        moment.happens(durable)
        _wait_for(durable, moment.waits_in)
        names = [one.name for one in durable.engine.journeys()]
        kept = {name: (operations_of(durable.engine, name), durable.engine.records(name)) for name in names}
    with _opened(Twin, moment) as (twin, noted):
        moment.happens(twin)
        _wait_for(twin, moment.waits_in)
        return _history(twin, noted, version, name, kept)


def go_on(twin: Twin, history: History) -> None:
    """To the end of what waits, and of what is started then."""
    twin.lives(A_DAY)
    for name, (kind, payload) in history.then.items():
        twin.engine.start(kind, name, payload)
    twin.lives(A_DAY)


@contextmanager
def _opened(kind: type[Twin], moment: Moment) -> Generator[tuple[Twin, Noted]]:
    with noted_twin(kind, moment.script, Weather(moment.faults)) as (twin, noted):
        twin.open()
        yield twin, noted


def _waits(twin: Twin) -> dict[str, str]:
    """In which wait every journey rests that has not ended."""
    names = [one.name for one in twin.engine.journeys() if one.state not in ("done", "failed")]
    return {name: wait for name in names if (wait := twin.engine.waits_in(name))}


def _wait_for(twin: Twin, wait: str | None) -> None:
    for _ in range(2000):
        if wait is None or any(wait in one for one in _waits(twin).values()):
            return
        twin.lives(A_WHILE)
    raise AssertionError(f"no journey ever waits in {wait!r}: it waits in {_waits(twin)}")


def _history(twin: Twin, noted: Noted, version: str, name: str, kept: Mapping[str, Any]) -> History:
    moment, rests = MOMENTS[name], _waits(twin)
    waiting = [
        _waiting(twin, noted, one, rests[one.name], *kept[one.name])
        for one in twin.engine.journeys()
        if one.name in rests
    ]
    store = twin.machine.store()
    files = {file: content.content.decode() for file in store.names() if (content := store.load(file))}
    store.close()
    with closing(sqlite3.connect(twin.machine.home / "records.sqlite")) as database:
        records = database.execute("SELECT * FROM records ORDER BY 1, 2").fetchall()
    return History(
        version=version,
        moment=name,
        script=moment.script,
        at=twin.clock.now(),
        waiting=tuple(waiting),
        then=dict(moment.then),
        records=tuple(records),
        files=files,
        written=tuple(noted.written),
    )


def _waiting(
    twin: Twin,
    noted: Noted,
    one: Journey,
    rests_in: str,
    operations: tuple[dict[str, Any], ...],
    journal: dict[str, dict[str, Any]],
) -> Waiting:
    payload = json.loads(one.payload)
    run = noted.runs[noted.name_of(payload)][-1]
    return Waiting(
        name=one.name,
        kind=one.kind,
        payload=payload,
        started_at=one.started_at,
        wake_at=one.wake_at or twin.clock.now(),
        waits_in=rests_in,
        kept=twin.engine._journal.outcomes(one.name),
        asked={scope: tuple(names) for scope, names in run.names.items()},
        operations=operations,
        journal=journal,
    )
