"""What only the engine on AWS must get right: invocations that die between its checkpoints, and its own retry loop."""

import json
import logging
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from connectors.engine.durable import durable_handler
from connectors.errors import Unreachable
from connectors.steps import Json, Steps
from tests.contract.test_engine import HOUR, Calls, executed


@pytest.fixture(autouse=True)
def _quiet() -> Generator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class DyingClient:
    """The service's client; the n-th checkpoint is lost with the invocation, before or after it arrived."""

    def __init__(self, real: Any, left: list[int], arrives: bool) -> None:
        self._real, self._left, self._arrives = real, left, arrives

    def checkpoint(self, *args: Any, **named: Any) -> Any:
        self._left[0] -= 1
        if self._left[0] != 0:
            return self._real.checkpoint(*args, **named)
        if self._arrives:
            self._real.checkpoint(*args, **named)
        raise ConnectionError("the invocation died")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


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


@pytest.mark.parametrize("arrives", [False, True])
def test_an_execution_whose_invocation_dies_at_any_checkpoint_ends_as_if_it_had_not(arrives: bool):
    boundaries, died = 0, True
    while died:
        boundaries += 1
        calls, left = Calls(), [boundaries]
        handler = durable_handler(journey_of(calls))

        def dying(event: Any, context: Any, handler: Any = handler, left: list[int] = left) -> Any:
            client = DyingClient(event.service_client, left, arrives)
            return handler(replace(event, service_client=client), context)

        ended = executed(dying)
        died = left[0] <= 0
        assert json.loads(str(ended.result)) == [1, [1, 2], "there"], (boundaries, ended.error)
        assert sorted(set(calls.made)) == ["first", "last", "read 1", "read 2"]
    assert boundaries > 5


def test_a_child_costs_no_operation_of_its_own():
    def journey(steps: Steps, payload: Json) -> Json:
        return steps.each("threads", list(range(20)), lambda child, item: child.run("read", lambda: item))

    assert len(executed(durable_handler(journey)).get_all_operations()) == 21


def test_a_step_that_came_to_an_error_is_named_and_not_repeated_by_the_sdk():
    calls = Calls()

    def journey(steps: Steps, payload: Json) -> Json:
        return steps.run("call", calls.failing("call", Unreachable("Reading", "away"), then="there"))

    names = {operation.name for operation in executed(durable_handler(journey)).get_all_operations()}
    assert names == {"call", "try again after failure 1"}
    assert calls.made == ["call", "call"]


def test_results_that_are_too_big_together_are_read_again_from_their_steps():
    calls = Calls()

    def child(steps: Steps, item: int) -> Json:
        return steps.run("read", calls.of("read", "x" * 100_000))

    def journey(steps: Steps, payload: Json) -> Json:
        pages = steps.each("pages", [1, 2, 3, 4], child)
        steps.wait("an hour", HOUR)
        return sum(len(str(page)) for page in pages)

    assert executed(durable_handler(journey)).result == "400000"
    assert calls.made == ["read"] * 4


def test_what_cannot_be_reached_between_two_steps_ends_the_invocation_and_not_the_execution():
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

    ended = executed(durable_handler(journey))
    assert ended.error is None
    assert json.loads(str(ended.result)) == [1, "there", [[1, 1], ["there", 2]], 2]
    assert [calls.made.count(name) for name in ("first", "last")] == [1, 1]
    assert "try again after failure 2" not in {operation.name for operation in ended.get_all_operations()}
