"""One suite, two engines: whatever a journey may rely on holds on one machine and on AWS alike.

The local engine runs twice, children side by side and one by one; AWS is its SDK's own test runner.
"""

import json
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

# ruff: noqa: ARG005 # a small journey reads best as a lambda, whether it needs its payload or not
import pytest
from aws_durable_execution_sdk_python import state as sdk_state
from aws_durable_execution_sdk_python_testing import DurableFunctionTestResult, DurableFunctionTestRunner

from connectors.engine.clock import VirtualClock
from connectors.engine.durable import durable_handler
from connectors.engine.local import JourneyFunction, LocalEngine
from connectors.engine.outcome import Mistake
from connectors.errors import (
    BadReply,
    ConnectorError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unreachable,
)
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.sqlite import SqliteStore
from connectors.table_journal import WRITTEN_EVERY, TableJournal

sdk_state._STOP_SIGNAL_POLL_SECONDS = 0.005  # the SDK ends each invocation up to 0.1 s late; these tests make hundreds

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class End:
    """What became of a journey: its result, or the sentence it failed with."""

    result: Json = None
    error: str | None = None


class Engine(Protocol):
    def end_of(self, journey: JourneyFunction, payload: Json = None) -> End:
        """Run the journey to its end; waits cost no time."""
        ...


@dataclass
class Local:
    folder: Path
    ordered: bool

    def end_of(self, journey: JourneyFunction, payload: Json = None) -> End:
        order = Random(7) if self.ordered else None
        engine = LocalEngine(self.folder / "journal.db", {"test": journey}, VirtualClock(NOON), ordered=order)
        try:
            engine.start("test", "pm-1", payload)
            engine.settle()
            state = engine.state("pm-1")
        finally:
            engine.close()
        assert state is not None
        assert state.state in ("done", "failed")
        return End(json.loads(state.result)["value"] if state.result else None, state.error)


@dataclass
class Durable:
    folder: Path

    def end_of(self, journey: JourneyFunction, payload: Json = None) -> End:
        ended = executed(durable(journey, self.folder), payload)
        result = json.loads(ended.result) if isinstance(ended.result, str) else None
        return End(result, ended.error.message if ended.error else None)


@dataclass
class Journals:
    """The journals of durable executions, in a store in this folder."""

    folder: Path
    every: timedelta = WRITTEN_EVERY
    opened: list[TableJournal] = field(default_factory=list[TableJournal])

    def __post_init__(self) -> None:
        self._store = SqliteStore(self.folder / "journals", utc_now)

    def __call__(self, execution: str) -> TableJournal:
        self.opened.append(TableJournal(self._store, execution, utc_now, self.every))
        return self.opened[-1]

    def kept(self) -> list[str]:
        """The keys of what the execution that was last at work keeps, waits among them."""
        return list(self.opened[-1].outcomes)


def durable(journey: JourneyFunction, journals: Journals | Path, **options: Any) -> Callable[[Any, Any], Any]:
    """A durable handler with these journals, or new ones in a folder."""
    journals = Journals(journals) if isinstance(journals, Path) else journals
    return durable_handler(journey, journals, utc_now, **options)


def utc_now() -> datetime:
    return datetime.now(UTC)


def executed(handler: Callable[[Any, Any], Any], payload: Json = None) -> DurableFunctionTestResult:
    """Run a durable handler to its end in the SDK's own runner, which skips waits."""
    with DurableFunctionTestRunner(handler, poll_interval=0.01) as runner:
        runner._executor.RETRY_BACKOFF_SECONDS = 0  # 5 real seconds, even where waits are skipped
        ended = runner.run(input=json.dumps(payload), execution_timeout=20)
    runner._scheduler._loop.close()  # testing 1.4.0 stops its event loop and forgets to close it
    return ended


@pytest.fixture(params=["local, side by side", "local, one by one", "durable"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Engine]:
    logging.disable(logging.CRITICAL)  # the SDK logs every failure that these tests provoke
    yield Durable(tmp_path) if request.param == "durable" else Local(tmp_path, ordered="one by one" in request.param)
    logging.disable(logging.NOTSET)


@dataclass
class Calls:
    """What really ran, in order, and functions that note it."""

    made: list[str] = field(default_factory=list)

    def of(self, name: str, value: Any = None) -> Callable[[], Any]:
        def call() -> Any:
            self.made.append(name)
            return value

        return call

    def failing(self, name: str, *errors: ConnectorError, then: Json = None) -> Callable[[], Any]:
        """Raises each of the errors once, then returns."""

        def call() -> Any:
            self.made.append(name)
            if self.made.count(name) <= len(errors):
                raise errors[self.made.count(name) - 1]
            return then

        return call


def mistake_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Mistake) as raised:
        call()
    return str(raised.value)


def unreachable() -> Unreachable:
    return Unreachable("Reading incident P1", "no answer within 10 s", "Check the network.")


def rejected() -> Rejected:
    return Rejected("Creating an issue in OPS", "Jira answered 400", "Set `team`.", fields={"team": "is required"})


# --- results


def test_a_journey_gets_its_payload_and_its_result_is_kept(engine: Engine):
    assert engine.end_of(lambda steps, payload: {"was": payload}, {"incident_id": "P1"}) == End(
        {"was": {"incident_id": "P1"}}
    )


def test_a_finished_step_is_not_repeated_by_the_replays_after_each_wait(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        first = steps.run("first", calls.of("first", 1))
        steps.wait("a day", DAY)
        second = steps.run("second", calls.of("second", 2))
        steps.wait("a week", 7 * DAY)
        return [first, second, steps.run("third", calls.of("third", 3))]

    assert engine.end_of(journey) == End([1, 2, 3])
    assert calls.made == ["first", "second", "third"]


def test_a_result_is_seen_the_first_time_as_every_replay_sees_it(engine: Engine):
    seen: list[Any] = []

    def journey(steps: Steps, payload: Json) -> Json:
        value: Any = {"pair": (1, 2), 3: "three", "text": "naïve \ud800 \x00 שלום"}
        seen.append(steps.run("odd", lambda: value))
        steps.wait("an hour", HOUR)
        return None

    assert engine.end_of(journey) == End(None)
    assert len(seen) == 2
    assert seen[0] == seen[1] == {"pair": [1, 2], "3": "three", "text": "naïve \ud800 \x00 שלום"}


def test_a_child_result_is_seen_as_json_too(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        pair: Any = (1, 2)
        return [repr(value) for value in steps.each("pairs", [0], lambda _steps, _item: pair)]

    assert engine.end_of(journey) == End(["[1, 2]"])


def test_what_one_run_does_to_a_result_or_the_payload_the_next_does_not_see(engine: Engine):
    seen: list[int] = []

    def journey(steps: Steps, payload: Any) -> Json:
        kept: Any = steps.run("list", lambda: list[Json]([1]))
        kept.append(2)
        payload.append(3)
        steps.wait("an hour", HOUR)
        seen.append(len(kept) + len(payload))
        return seen[-1]

    assert engine.end_of(journey, []) == End(3)


def test_a_result_that_is_not_json_is_refused_by_the_name_of_its_step(engine: Engine):
    odd: dict[str, Any] = {"NaN": float("nan"), "moment": NOON, "set": {1, 2}, "bytes": b"bytes"}

    def journey(steps: Steps, payload: Json) -> Json:
        return [mistake_of(lambda name=name: steps.run(name, lambda: odd[name])) for name in odd]

    assert engine.end_of(journey) == End(
        [f"The result of {name!r} is not JSON: return plain values only." for name in odd]
    )


def test_a_result_over_200_kb_is_refused_by_the_name_of_its_step(engine: Engine):
    end = engine.end_of(lambda steps, payload: steps.run("all messages", lambda: "x" * 200_001))
    assert end.error == (
        "Mistake: The result of 'all messages' is 200013 bytes of JSON, over the 200000 a step may keep: "
        "save it in the store and return its name."
    )


def test_a_result_just_under_200_kb_is_kept(engine: Engine):
    assert engine.end_of(lambda steps, payload: len(steps.run("page", lambda: "x" * 199_000))) == End(199_000)


# --- names


def test_a_name_used_twice_in_a_scope_fails_the_journey_in_words(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        steps.run("read", lambda: 1)
        steps.wait("read", HOUR)
        return None

    assert engine.end_of(journey).error == (
        "Mistake: The step name 'read' is used twice in one scope: give the second one a name of its own."
    )


def test_children_have_scopes_of_their_own(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        outer = steps.run("read", lambda: "outer")
        inner: Any = steps.each("threads", [1, 2], lambda child, item: child.run("read", lambda: item))
        return [outer, inner]

    assert engine.end_of(journey) == End(["outer", [1, 2]])


def test_a_name_that_not_every_engine_can_keep_is_refused(engine: Engine):
    names = ["", "naïve", "a\nb", "x" * 201]

    def journey(steps: Steps, payload: Json) -> Json:
        return [mistake_of(lambda name=name: steps.run(name, lambda: 1)) for name in names]

    assert engine.end_of(journey) == End(
        [f"A step name is 1 to 200 printable ASCII characters, and {name!a} is not." for name in names]
    )


# --- waits


def test_a_step_after_a_wait_runs_only_once_the_wait_is_over(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        calls.made.append("run")
        steps.wait("quiet", timedelta(seconds=90))
        return steps.run("after", calls.of("after"))

    engine.end_of(journey)
    assert calls.made == ["run", "run", "after"]


def test_no_wait_and_a_wait_below_a_second_are_waits_too(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        steps.wait("none", timedelta(0))
        steps.wait("short", timedelta(milliseconds=300))
        return "there"

    assert engine.end_of(journey) == End("there")


def test_a_wait_of_more_than_a_year_is_refused(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        steps.wait("for ever", timedelta(days=1000))
        return None

    assert engine.end_of(journey).error == "Mistake: The wait 'for ever' is 1000 days, over the 366 an engine keeps."


def test_a_long_rate_limit_becomes_a_wait(engine: Engine):
    calls = Calls()
    limited = RateLimited("Reading history", "Slack answered 429", retry_after=3600)

    def journey(steps: Steps, payload: Json) -> Json:
        return patiently(steps, "history", calls.failing("history", limited, limited, then="page"))

    assert engine.end_of(journey) == End("page")
    assert calls.made == ["history"] * 3


# --- each


def test_results_of_children_come_in_the_order_of_the_items(engine: Engine):
    def child(steps: Steps, item: int) -> Json:
        if item % 2:
            steps.wait("odd ones wait", timedelta(hours=10 - item))
        return steps.run("square", lambda: item * item)

    end = engine.end_of(lambda steps, payload: steps.each("squares", list(range(8)), child))
    assert end == End([0, 1, 4, 9, 16, 25, 36, 49])


def test_no_items_no_children(engine: Engine):
    assert engine.end_of(lambda steps, payload: steps.each("none", [], lambda child, item: item)) == End([])


def test_one_child_waits_and_the_others_still_run_to_their_end_once(engine: Engine):
    calls = Calls()

    def child(steps: Steps, item: str) -> str:
        if item == "slow":
            steps.wait("long", DAY)
        return steps.run("read", calls.of(item, item))

    def journey(steps: Steps, payload: Json) -> Json:
        return steps.each("sources", ["slow", "a", "b"], child)

    assert engine.end_of(journey) == End(["slow", "a", "b"])
    assert sorted(calls.made[:2]) == ["a", "b"]
    assert calls.made[2:] == ["slow"]


def test_children_have_children_that_wait(engine: Engine):
    calls = Calls()

    def thread(steps: Steps, item: int) -> Json:
        steps.wait("turn", timedelta(hours=item + 1))
        return steps.run("read", calls.of("read", item))

    def channel(steps: Steps, item: int) -> Json:
        read: list[Any] = steps.each("threads", [item, item + 1, item + 2], thread)
        return sum(read)

    assert engine.end_of(lambda steps, payload: steps.each("channels", [0, 10], channel)) == End([3, 33])
    assert calls.made == ["read"] * 6


def test_a_failing_child_is_raised_after_all_have_ended_and_the_first_of_them_wins(engine: Engine):
    calls = Calls()

    def child(steps: Steps, item: str) -> Json:
        if item == "slow":
            steps.wait("long", HOUR)
        if item in ("second", "third"):
            raise NotAllowed(f"Reading {item}", "403")
        return steps.run("read", calls.of(item))

    def journey(steps: Steps, payload: Json) -> Json:
        try:
            steps.each("sources", ["slow", "second", "third", "fourth"], child)
        except NotAllowed as error:
            return [str(error), *sorted(calls.made)]
        return "nothing raised"

    assert engine.end_of(journey) == End(["Reading second: 403.", "fourth", "slow"])


# --- named errors


def test_a_named_error_comes_out_of_a_step_as_itself(engine: Engine):
    kinds = [Unreachable, RateLimited, OutcomeUnknown, NotAllowed, NotFound, Rejected, BadReply]

    def journey(steps: Steps, payload: Json) -> Json:
        found: list[Json] = []
        for kind in kinds:
            error = kind("Doing it", "it went so", "Do that.")
            try:
                steps.run(kind.__name__, Calls().failing("call", error))
            except ConnectorError as out:
                found.append([type(out).__name__, str(out), out.tried, out.came_back, out.remedy])
        return found

    parts: list[Json] = ["Doing it: it went so. Do that.", "Doing it", "it went so", "Do that."]
    assert engine.end_of(journey) == End([[kind.__name__, *parts] for kind in kinds])


def test_a_named_error_keeps_its_fields_and_its_hint_through_a_child_and_a_replay(engine: Engine):
    calls = Calls()

    def child(steps: Steps, item: int) -> Json:
        error = rejected() if item else RateLimited("Reading", "429", retry_after=12.5)
        return steps.run("call", calls.failing(f"call {item}", error))

    def journey(steps: Steps, payload: Json) -> Json:
        found: list[Json] = []
        for place in (0, 1):
            try:
                steps.each(f"each {place}", [place], child)
            except RateLimited as limit:
                found.append(limit.retry_after)
            except Rejected as refusal:
                found.append([dict(refusal.fields), str(refusal)])
        steps.wait("an hour", HOUR)
        return found

    assert engine.end_of(journey) == End(
        [12.5, [{"team": "is required"}, "Creating an issue in OPS: Jira answered 400. Set `team`."]]
    )
    assert calls.made == ["call 0", "call 1"]


def test_a_subclass_comes_out_as_the_error_it_refines(engine: Engine):
    class MissingField(Rejected): ...

    def journey(steps: Steps, payload: Json) -> Json:
        try:
            steps.run("call", Calls().failing("call", MissingField("Creating", "400", fields={"team": "required"})))
        except Rejected as error:
            return [type(error).__name__, dict(error.fields)]
        return None

    assert engine.end_of(journey) == End(["Rejected", {"team": "required"}])


def test_a_failure_that_the_journey_caught_stays_a_failure_in_every_replay(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        try:
            steps.run("slack", calls.failing("slack", NotAllowed("Reading Slack", "missing_scope"), then="came back"))
            said = "read"
        except NotAllowed:
            said = "gap"
        steps.run("publish " + said, calls.of("publish"))
        steps.wait("a day", DAY)
        return said

    assert engine.end_of(journey) == End("gap")
    assert calls.made == ["slack", "publish"]


# --- journeys that fail


def test_a_journey_that_met_a_passing_failure_is_run_again_and_only_the_failed_step_is_repeated(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        first = steps.run("first", calls.of("first", 1))
        steps.wait("an hour", HOUR)
        return [first, steps.run("second", calls.failing("second", unreachable(), unreachable(), then=2))]

    assert engine.end_of(journey) == End([1, 2])
    assert calls.made == ["first", "second", "second", "second"]


def test_each_kind_of_failure_that_may_pass_is_tried_again(engine: Engine):
    passing: list[ConnectorError] = [
        kind("Doing it", "no") for kind in (Unreachable, RateLimited, BadReply, OutcomeUnknown)
    ]
    call = Calls().failing("call", *passing, then="at last")
    assert engine.end_of(lambda steps, payload: steps.run("call", call)) == End("at last")


def test_a_journey_is_run_twelve_times_in_all_then_it_has_failed_with_its_sentence(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        return steps.run("call", calls.failing("call", *[unreachable()] * 99))

    assert engine.end_of(journey) == End(
        error="Unreachable: Reading incident P1: no answer within 10 s. Check the network."
    )
    assert calls.made == ["call"] * 12


@pytest.mark.parametrize("kind", [NotAllowed, NotFound, Rejected])
def test_a_failure_that_a_person_must_mend_is_not_tried_again(engine: Engine, kind: type[ConnectorError]):
    calls = Calls()
    end = engine.end_of(lambda steps, payload: steps.run("call", calls.failing("call", kind("Doing it", "no"))))
    assert end == End(error=f"{kind.__name__}: Doing it: no.")
    assert calls.made == ["call"]


def test_failed_children_are_all_tried_again_together_and_finished_ones_are_not(engine: Engine):
    calls = Calls()

    def child(steps: Steps, item: Any) -> Json:
        errors = [unreachable()] if item.startswith("bad") else []
        return steps.run("call", calls.failing(item, *errors, then=item))

    items: list[Json] = ["good", "bad one", "bad two", "bad three"]
    assert engine.end_of(lambda steps, payload: steps.each("all", items, child)) == End(items)
    assert sorted(calls.made) == sorted(["good", *["bad one", "bad two", "bad three"] * 2])


def test_an_error_raised_anew_from_a_steps_error_still_repeats_that_step(engine: Engine):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        try:
            return steps.run("call", calls.failing("call", unreachable(), then="mended"))
        except Unreachable as error:
            raise BadReply("Collecting", "a source was away") from error

    assert engine.end_of(journey) == End("mended")


def test_a_bug_in_a_step_is_told_by_class_and_place_and_never_by_its_message(engine: Engine):
    def buggy() -> Json:
        raise KeyError("what somebody said in the chat")

    error = engine.end_of(lambda steps, payload: steps.run("compose", buggy)).error or ""
    assert error.startswith("Mistake: Step 'compose' raised KeyError at test_engine.py line ")
    assert "somebody" not in error


def test_a_bug_in_the_journey_is_told_by_class_and_place_and_never_by_its_message(engine: Engine):
    def journey(steps: Steps, payload: Json) -> Json:
        steps.run("first", lambda: 1)
        raise ValueError("what somebody said in the chat")

    error = engine.end_of(journey).error or ""
    assert error.startswith("The journey raised ValueError at test_engine.py line ")
    assert "somebody" not in error


def test_a_bug_in_a_child_is_told_after_its_siblings_have_ended(engine: Engine):
    calls = Calls()

    def child(steps: Steps, item: int) -> Json:
        if item == 0:
            return 1 // item
        return steps.run("read", calls.of("read"))

    error = engine.end_of(lambda steps, payload: steps.each("all", [0, 1, 2], child)).error or ""
    assert "ZeroDivisionError at test_engine.py line " in error
    assert calls.made == ["read", "read"]
