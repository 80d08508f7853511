"""Where the journeys of a backfill run: in a journal of their own on this machine, or on a stage."""

import hashlib
import json
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event

from connectors.engine.executions import Executions
from connectors.engine.failed import name_to_try_again
from connectors.engine.local import LocalEngine
from connectors.engine.start import journey_name
from connectors.errors import ConnectorError
from connectors.store.leases import Leases
from connectors.store.port import Store
from connectors.store.resolves import Resolves
from handlers.backfill import Due, Wanted, bell_of, came_to
from handlers.cli.backfill_driving import AT_ONCE, Outcome, outcome_of_error
from handlers.cli.exits import on_this_machine
from handlers.cli.running import unfinished_or_new
from handlers.house import House
from handlers.journey import make_draft
from handlers.place import Place
from handlers.stage import Stage
from handlers.start_again import RETRY_EVERY
from handlers.wiring import Machine

MOST_LOOKS_IN_VAIN = 100
"""Looks after which a journey that Lambda does not know (yet) is left."""


@dataclass(frozen=True, slots=True)
class Here:
    """An engine of this machine's that serves them while they are driven."""

    engine: LocalEngine
    house: House
    beside: Sequence[str]
    serving: Future[None]

    def begin(self, one: Due) -> str:
        holder = f"cli-{journey_name(one.incident_id, one.resolved_at)}-bf"
        name = unfinished_or_new(self.engine, holder)
        self.engine.start("backfill", name, bell_of(one.incident_id, holder, self.beside))
        self.engine.hurry(name)
        return name

    def outcome(self, one: Due, journey: str) -> Outcome | None:
        if self.serving.done():
            self.serving.result()  # raises what it ended with: a full disk
        state = self.engine.state(journey)
        if state is None or (state.error is None and state.state != "done"):
            return None
        if state.state == "failed":
            holder = json.loads(state.payload)["journey"]
            Leases(self.house.store, self.house.now).release(one.incident_id, holder)
        if state.error is not None:
            return outcome_of_error(state.error)
        stopped = json.loads(state.result or "{}")["value"].get("stopped")
        return Outcome("not due", stopped) if stopped else Outcome("made")


@contextmanager
def serving_here(machine: Machine, house: House, wanted: Wanted) -> Generator[Here]:
    """Until the end of the block; then each ends at its next step, and goes on the next time. Raises JournalInUse."""
    with on_this_machine(machine.home):
        engine = machine.engine(house, {"backfill": make_draft}, _journal(wanted))
    stop = Event()
    with closing(engine), ThreadPoolExecutor(1, thread_name_prefix="backfill") as pool:
        serving = pool.submit(engine.serve, stop, AT_ONCE)
        try:
            yield Here(engine, house, wanted.beside, serving)
        finally:
            stop.set()


def _journal(wanted: Wanted) -> str:
    """A journal for what was asked: going on never announces, unasked, what another backfill was to announce."""
    asked = json.dumps([wanted.since.isoformat(), sorted(wanted.services), sorted(wanted.beside)])
    return f"journal-backfill-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.db"


@dataclass(slots=True)
class There:
    """On a stage. `blind` is why nobody can say how they stand: then they are started, and not waited for."""

    stage: Stage
    store: Store
    house: House
    beside: Sequence[str]
    executions: Executions
    blind: ConnectorError | None = None
    in_vain: dict[str, int] = field(default_factory=dict[str, int])

    def begin(self, one: Due) -> str | Outcome:
        """Under the name that this resolve's webhook, or the look for missed ones, would have given it."""
        resolves = Resolves(self.store, one.incident_id)
        found = resolves.found(one.resolved_at, journey_name(one.incident_id, one.resolved_at))
        name = self._next(one, found.journey)
        if name is not None:
            self.stage.start("postmortem", name, bell_of(one.incident_id, name, self.beside))
            resolves.started(name)
        return Outcome("started") if self.blind else name or found.journey

    def outcome(self, one: Due, journey: str) -> Outcome | None:
        try:
            execution = self.executions.named(journey)
            if execution is None or execution.is_at_work:
                return None if execution else self._not_yet(journey)
            error = self.executions.told(execution).error if execution.has_failed else None
        except ConnectorError as refused:
            self.blind = refused
            return Outcome("started")
        stopped = came_to(self.store, one.incident_id)
        if error:
            return outcome_of_error(error)
        return Outcome("not due", stopped) if stopped else Outcome("made")

    def _next(self, one: Due, journey: str) -> str | None:
        """What to start: None where the resolve's own journey is at work, or went well; another try where it failed."""
        try:
            execution = self.executions.named(journey)
            if execution is None or not execution.has_failed:
                return None if execution else journey
            now, bell = self.house.now(), bell_of(one.incident_id, journey, self.beside)
            again = name_to_try_again(bell, int(now.timestamp() // RETRY_EVERY.total_seconds()))
            tried = self.executions.named(again)
        except ConnectorError as refused:
            self.blind = refused
            return journey
        return name_to_try_again(bell, int(now.timestamp())) if tried and tried.has_failed else again

    def _not_yet(self, journey: str) -> Outcome | None:
        self.in_vain[journey] = self.in_vain.get(journey, 0) + 1
        return Outcome("started") if self.in_vain[journey] >= MOST_LOOKS_IN_VAIN else None


def there_on(stage: Place, store: Store, house: House, beside: Sequence[str]) -> There:
    assert isinstance(stage, Stage)  # noqa: S101 # whoever calls has asked for one
    executions = Executions(stage.client("lambda"), stage.outputs["PostmortemArn"])
    return There(stage, store, house, beside, executions)
