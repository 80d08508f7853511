"""What only the engine on AWS must get right: invocations that die at any write, and a journal that does not answer."""

import json
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.durable import durable_handler
from connectors.engine.kept_steps import NotKept
from connectors.errors import Unreachable
from connectors.steps import Json, Steps
from connectors.store.sqlite import SqliteStore
from connectors.table_journal import KEPT_FOR, WRITTEN_EVERY, TableJournal
from tests.contract.test_engine import HOUR, NOON, Calls, Journals, durable, executed, utc_now


@pytest.fixture(autouse=True)
def _quiet() -> Generator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class Dying:
    """The n-th write is lost with the invocation, before or after it arrived. Of the service's client or the store."""

    real: Any
    left: list[int]
    arrives: bool
    dies: Callable[[], Exception]

    def checkpoint(self, *args: Any, **named: Any) -> Any:
        return self._call(self.real.checkpoint, *args, **named)

    def write(self, *args: Any, **named: Any) -> Any:
        return self._call(self.real.write, *args, **named)

    def _call(self, act: Callable[..., Any], *args: Any, **named: Any) -> Any:
        self.left[0] -= 1
        if self.left[0] != 0:
            return act(*args, **named)
        if self.arrives:
            act(*args, **named)
        raise self.dies()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def lost_connection() -> Exception:
    return ConnectionError("the invocation died")


def no_answer() -> Exception:
    return Unreachable("Writing the record", "no answer", "Try again.")


def journey_of(calls: Calls) -> Any:
    def child(steps: Steps, item: int) -> Json:
        value = steps.run("read", calls.of(f"read {item}", item))
        if item == 2:
            steps.wait("turn", HOUR)
        return value

    def journey(steps: Steps, payload: Json) -> Json:
        first = steps.run("first", calls.of("first", 1))
        read = steps.each("threads", [1, 2], child)
        return [first, read, steps.run("last", calls.failing("last", Unreachable("Reading", "away"), then="there"))]

    return journey


ARRIVES = pytest.mark.parametrize("arrives", [False, True], ids=["before it arrived", "after it arrived"])
EVERY = pytest.mark.parametrize("every", [timedelta(0), WRITTEN_EVERY], ids=["every step", "now and then"])


@ARRIVES
@EVERY
def test_an_execution_whose_invocation_dies_at_any_checkpoint_ends_as_if_it_had_not(
    arrives: bool, every: timedelta, tmp_path: Path
):
    boundaries, died = 0, True
    while died:
        boundaries += 1
        calls, left = Calls(), [boundaries]
        handler = durable(journey_of(calls), Journals(tmp_path, every))

        def dying(event: Any, context: Any, handler: Any = handler, left: list[int] = left) -> Any:
            client = Dying(event.service_client, left, arrives, lost_connection)
            return handler(replace(event, service_client=client), context)

        ended = executed(dying)
        died = left[0] <= 0
        assert json.loads(str(ended.result)) == [1, [1, 2], "there"], (boundaries, ended.error)
        assert sorted(calls.made) == ["first", "last", "last", "read 1", "read 2"], "all was written before each wait"
    assert boundaries > 2


@ARRIVES
@EVERY
def test_an_execution_whose_journal_does_not_answer_at_any_write_does_again_what_was_not_written(
    arrives: bool, every: timedelta, tmp_path: Path
):
    boundaries, died = 0, True
    while died:
        boundaries += 1
        calls, left = Calls(), [boundaries]
        real = SqliteStore(tmp_path / str(boundaries), utc_now)
        store: Any = Dying(real, left, arrives, no_answer)
        open_journal = partial(TableJournal, store, now=utc_now, every=every)
        ended = executed(durable_handler(journey_of(calls), open_journal, utc_now))
        died = left[0] <= 0
        real.close()
        assert json.loads(str(ended.result)) == [1, [1, 2], "there"], (boundaries, ended.error)
        assert every or len(calls.made) <= 6, "one step at the most, the one whose outcome was lost"
    assert boundaries > (2 if every else 5)


def test_the_service_counts_nothing_but_waits(tmp_path: Path):
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        read = steps.each("threads", list(range(20)), lambda child, item: child.run("read", lambda: item))
        steps.wait("an hour", HOUR)
        return [len(read), steps.run("call", calls.failing("call", Unreachable("Reading", "away"), then="there"))]

    ended = executed(durable(journey, tmp_path))
    assert {operation.name for operation in ended.get_all_operations()} == {"an hour", "try again after failure 1"}
    assert calls.made == ["call", "call"]


def test_of_children_that_wait_the_service_is_asked_for_the_first_to_be_due(tmp_path: Path):
    def child(steps: Steps, hours: int) -> Json:
        steps.wait(f"{hours} hours", hours * HOUR)
        return steps.run("read", lambda: hours)

    ended = executed(durable(lambda steps, _: steps.each("threads", [3, 1, 2], child), tmp_path))
    assert sorted(str(one.name) for one in ended.get_all_operations()) == ["1 hours", "2 hours", "3 hours"]
    assert json.loads(str(ended.result)) == [3, 1, 2]


def test_results_that_are_too_big_together_are_read_again_from_their_steps(tmp_path: Path):
    calls = Calls()

    def child(steps: Steps, item: int) -> Json:
        return steps.run("read", calls.of("read", '"' * 60_000))

    def journey(steps: Steps, payload: Json) -> Json:
        pages = steps.each("pages", [1, 2, 3, 4], child)
        steps.wait("an hour", HOUR)
        return sum(len(str(page)) for page in pages)

    assert executed(durable(journey, tmp_path)).result == "240000"
    assert calls.made == ["read"] * 4


def test_what_cannot_be_reached_between_two_steps_is_asked_again_later_and_nothing_kept_is_repeated(tmp_path: Path):
    calls = Calls()
    looks = calls.failing("look", Unreachable("Reading the store", "away"), then="there")

    def child(steps: Steps, item: int) -> Json:
        return [looks() if item == 2 else item, steps.run("read", calls.of("read", item))]

    def journey(steps: Steps, payload: Json) -> Json:
        first = steps.run("first", calls.of("first", 1))
        between = calls.failing("between", Unreachable("Reading the store", "away"), then="there")()
        read = steps.each("threads", [1, 2], child)
        steps.wait("an hour", HOUR)
        return [first, between, read, steps.run("last", calls.of("last", 2))]

    ended = executed(durable(journey, tmp_path))
    assert ended.error is None
    assert json.loads(str(ended.result)) == [1, "there", [[1, 1], ["there", 2]], 2]
    assert [calls.made.count(name) for name in ("first", "last", "read")] == [1, 1, 2]


def test_of_two_invocations_at_work_on_one_execution_the_second_to_write_ends(tmp_path: Path):
    """One was taken for dead, and was not."""
    journals = Journals(tmp_path, every=timedelta(0))
    one, other = journals("pm-1/7f2a"), journals("pm-1/7f2a")
    one.keep("compose", '{"value":1}')
    with pytest.raises(NotKept, match="another invocation of the same execution is at work"):
        other.keep("compose", '{"value":2}')
    assert journals("pm-1/7f2a").outcomes == {"compose": '{"value":1}'}


def test_what_is_kept_only_in_memory_is_written_after_some_seconds_or_when_there_is_much_of_it(tmp_path: Path):
    moment = NOON

    def now() -> datetime:
        return moment

    store = SqliteStore(tmp_path, now)
    journal = TableJournal(store, "pm-1/7f2a", now)
    journal.keep("first", '{"value":1}')
    assert TableJournal(store, "pm-1/7f2a", now).outcomes == {}
    moment += WRITTEN_EVERY
    journal.keep("second", '{"value":2}')
    assert list(TableJournal(store, "pm-1/7f2a", now).outcomes) == ["first", "second"]
    journal.keep("a page", json.dumps({"value": "x" * 150_000}))
    assert list(TableJournal(store, "pm-1/7f2a", now).outcomes) == ["first", "second", "a page"]
    store.close()


def test_a_journal_is_gone_when_nobody_can_ask_for_its_execution_any_more(tmp_path: Path):
    moment = NOON

    def now() -> datetime:
        return moment

    store = SqliteStore(tmp_path, now)
    TableJournal(store, "pm-1/7f2a", now, timedelta(0)).keep("compose", '{"value":1}')
    moment += KEPT_FOR - timedelta(minutes=1)
    assert TableJournal(store, "pm-1/7f2a", now).outcomes == {"compose": '{"value":1}'}
    moment += timedelta(minutes=2)
    assert TableJournal(store, "pm-1/7f2a", now).outcomes == {}
    store.close()
