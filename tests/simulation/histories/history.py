"""A journey as a release had kept it while it waited: its steps, the store, and what it had written to vendors.

Of everything a history holds only what a real one would: of the durable execution its operations, as the service hands
them to an invocation, and the records of its journal; of the local engine the rows of its journal; the records and
files of the store; and, because the vendors' memory is not ours, the requests that had changed something there, to be
sent to the fakes once more.
"""

import base64
import json
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_durable_execution_sdk_python.lambda_service import Operation
from pydantic import BaseModel, ConfigDict

from connectors.engine.journal import Journal
from connectors.steps import Json, Steps
from connectors.store.sqlite import SqliteStore
from tests.simulation.durable.service import AHEAD, Service
from tests.simulation.durable.twins import DurableTwin, Twin, Weather
from tests.simulation.histories.noting import Asked, NotingSteps
from tests.simulation.outside import VENDORS, Call
from tests.vendors.wire import Request

FOLDER = Path(__file__).parents[2] / "contract" / "histories"
SETTINGS: dict[str, Any] = {"publish": {"public_base_url": "https://debrief.acme.example"}, "refresh_after": "24h"}
_AHEAD = int(AHEAD.total_seconds() * 1000)
_HEADERS = ("content-type", "from", "accept")

type Journeys = Callable[[Steps, Any], Json]


class Written(BaseModel):
    """A request that changed something at a vendor."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    vendor: str
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str


class Waiting(BaseModel):
    """One journey that had not ended. `kept` are the local engine's outcomes by key; `asked` is what its run asked
    for up to there, by scope; `operations` are the durable execution's, and `journal` the records of its journal."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: str
    payload: Any
    started_at: datetime
    wake_at: datetime
    waits_in: str
    kept: dict[str, str]
    asked: dict[str, tuple[str, ...]]
    operations: tuple[dict[str, Any], ...]
    journal: dict[str, dict[str, Any]]


class History(BaseModel):
    """`moment`: what it waits for, in words. `then`: journeys to be started once it has gone on to its end, by name
    (kind, payload)."""

    model_config = ConfigDict(frozen=True)

    version: str
    moment: str
    script: str
    at: datetime
    waiting: tuple[Waiting, ...]
    then: dict[str, tuple[str, Any]]
    records: tuple[tuple[str, str, str, int, int | None], ...]
    files: dict[str, str]
    written: tuple[Written, ...]

    @property
    def name(self) -> str:
        return f"{self.version}, {self.moment}"


def histories() -> list[History]:
    """All that are kept, of every version."""
    return [History.model_validate_json(file.read_bytes()) for file in sorted(FOLDER.glob("*/*.json"))]


class Noted:
    """What is added to a twin so that it can be recorded and asked: every run of every journey, and every write."""

    def __init__(self, twin: Twin, around: Callable[[Steps], Steps] = lambda steps: steps) -> None:
        self.runs = dict[str, list[Asked]]()
        self.written = list[Written]()
        self._twin, self._around = twin, around
        self._kinds, twin.kinds = twin.kinds, self.kinds
        twin.outside.after = self.after

    def kinds(self) -> dict[str, Callable[[Steps, Any], Json]]:
        return {kind: partial(self._run, journey) for kind, journey in self._kinds().items()}

    def after(self, call: Call) -> None:
        request = call.request
        if call.writes and call.to in VENDORS and request is not None:
            headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
            self.written.append(
                Written(
                    at=self._twin.clock.now(),
                    vendor=call.to,
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    headers=headers,
                    body=request.body.decode(),
                )
            )

    def _run(self, journey: Journeys, steps: Steps, bell: Any) -> Json:
        asked = Asked()
        self.runs.setdefault(self.name_of(bell), []).append(asked)
        return journey(self._around(NotingSteps(steps, asked)), bell)

    @staticmethod
    def name_of(bell: Any) -> str:
        """What tells the runs of one journey from another's."""
        return bell.get("journey") or bell["event"]["id"]


def shifted(operation: dict[str, Any], by: int) -> dict[str, Any]:
    """The operation at another time: the runner lives far ahead."""
    return {name: _shifted(name, value, by) for name, value in operation.items()}


def _shifted(name: str, value: Any, by: int) -> Any:
    if isinstance(value, dict):
        return shifted(value, by)
    return value + by if name.endswith("Timestamp") and isinstance(value, int) else value


def operations_of(service: Service, name: str) -> tuple[dict[str, Any], ...]:
    """All but that of its start, in the household's time."""
    kept = service.execution(name).operations[1:]
    return tuple(shifted(dict(operation.to_json_dict()), -_AHEAD) for operation in kept)


@contextmanager
def noted_twin(
    kind: type[Twin], script: str, weather: Weather, around: Callable[[Steps], Steps] = lambda steps: steps
) -> Generator[tuple[Twin, Noted]]:
    """One that is not open yet; gone afterwards."""
    with TemporaryDirectory() as folder:
        twin = kind(Path(folder), script, settings=SETTINGS, weather=weather)
        noted = Noted(twin, around)
        try:
            yield twin, noted
        finally:
            twin.close()


@contextmanager
def restored(
    history: History, kind: type[Twin], around: Callable[[Steps], Steps] = lambda steps: steps
) -> Generator[tuple[Twin, Noted]]:
    """A household in which it goes on: the fakes, the store and the engine are as they were."""
    with noted_twin(kind, history.script, Weather(), around) as (twin, noted):
        twin.move_in()
        _write_again(twin, history)
        _restore_store(twin, history)
        _restore_journal(twin.machine.home, history)
        twin.start()
        if isinstance(twin, DurableTwin):
            _restore_executions(twin.engine, history)
        yield twin, noted


def _write_again(twin: Twin, history: History) -> None:
    fakes: dict[str, Any] = {name: getattr(twin, name) for name in VENDORS}
    basic = base64.b64encode(f"{twin.jira.email}:{twin.jira.token}".encode()).decode()
    tokens = {
        "pagerduty": f"Token token={twin.pagerduty.token}",
        "slack": f"Bearer {twin.slack.token}",
        "jira": f"Basic {basic}",
    }
    for written in history.written:
        twin.clock.advance(max(timedelta(0), written.at - twin.clock.now()))
        headers = written.headers | {"authorization": tokens[written.vendor]}
        fakes[written.vendor].answer(
            Request(written.method, written.path, written.query, headers, written.body.encode())
        )
    twin.clock.advance(history.at - twin.clock.now())


def _restore_store(twin: Twin, history: History) -> None:
    home = twin.machine.home
    store = SqliteStore(home, twin.clock.now)
    for name, text in history.files.items():
        store.save(name, text.encode())
    store.close()
    with closing(sqlite3.connect(home / "records.sqlite")) as database, database:
        database.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", history.records)


def _restore_journal(home: Path, history: History) -> None:
    journal = Journal(home / "journal.db")
    for waiting in history.waiting:
        journal.add(waiting.name, waiting.kind, json.dumps(waiting.payload), waiting.started_at)
        for key, outcome in waiting.kept.items():
            journal.keep(waiting.name, key, outcome)
        journal.wait(waiting.name, waiting.wake_at)
    journal.close()


def _restore_executions(service: Service, history: History) -> None:
    for waiting in history.waiting:
        operations = [Operation.from_json_dict(shifted(one, _AHEAD)) for one in waiting.operations]
        service.restore(waiting.kind, waiting.name, waiting.payload, operations, waiting.journal)
