"""The engine on AWS: Lambda durable functions. The only file that imports their SDK, which is pinned exactly.

The service knows an operation by its place, not by its name, and replays the function from its top. So the same steps
must come in the same order, and what we decide may depend on kept outcomes only. Every step therefore succeeds in
the service's eyes: what it keeps is our own outcome, a value or a named error, and no step is repeated by the SDK.
A journey that ends in an error which may pass is run again by the loop below, inside the same execution, after a
durable wait. What its steps came to is remembered by name from the replay itself, so finished ones are not repeated.
Where the store did not answer between two steps, nothing may be kept, not even a wait: the replay, which is answered,
would not come by there. That ends the invocation, and the service invokes again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from math import ceil
from time import monotonic
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import CompletionConfig, Duration, MapConfig, NestingType, StepConfig
from aws_durable_execution_sdk_python.exceptions import InvocationError, UnrecoverableError
from aws_durable_execution_sdk_python.retries import RetryDecision
from aws_durable_execution_sdk_python.serdes import PassThroughSerDes

from connectors.engine.outcome import (
    LONGEST_WAIT,
    Mistake,
    Names,
    Outcome,
    failed_at,
    outcome_of,
    packed,
    packed_mistake,
    raise_first,
    retry_delay,
    sentence_of,
    unpacked,
)
from connectors.engine.progress import Event, Progress, Tell, untold
from connectors.errors import Unreachable
from connectors.logs import bound, bound_now, fields_of
from connectors.steps import Json, Steps

SHORTEST_WAIT = timedelta(seconds=1)
"""The service waits whole seconds, one at least (SDK 3.0.0, `DurableContext.wait`)."""

_AS_WE_SAY: StepConfig = StepConfig(
    retry_strategy=lambda _error, _attempt: RetryDecision.no_retry(), serdes=PassThroughSerDes()
)


class JourneyFailed(Exception):
    """Ends the execution as FAILED. Its sentence is what an operator reads, in the console and in the queue."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of one journey, and where in it. A step's function runs once; all else is asked for by every replay,
    and the context knows whether this is one."""

    tell: Tell
    name: str
    kind: str
    scope: str = ""

    def inside(self, scope: str) -> "Told":
        return replace(self, scope=f"{self.way_to(scope)} > ")

    def way_to(self, step: str) -> str:
        return self.scope + step

    def step(self, step: str, event: Event, seconds: float) -> None:
        self.tell(Progress(self.name, self.way_to(step), event, seconds, kind=self.kind))

    def wait(self, context: DurableContext, step: str, duration: timedelta) -> None:
        if not context.is_replaying():
            seconds = duration.total_seconds()
            self.tell(Progress(self.name, self.way_to(step), "waiting", seconds, kind=self.kind))

    def journey(self, context: DurableContext, event: Event, why: str | None = None) -> None:
        if not context.is_replaying():
            self.tell(Progress(self.name, "", event, why=why, kind=self.kind))

    def ended(self, event: Event, why: str | None = None) -> None:
        """What ends an execution is reached once."""
        self.tell(Progress(self.name, "", event, why=why, kind=self.kind))


class DurableSteps:
    """Implements `Steps` over one durable context: one scope of one attempt.

    `kept` holds the outcomes of earlier attempts by key and grows with this one; it is rebuilt by every replay.
    """

    def __init__(self, context: DurableContext, kept: dict[str, str], told: Told, width: int = 32) -> None:
        self._context, self._kept, self._told, self._width = context, kept, told, width
        self._names = Names()

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        key = self._names.claim(name)
        if key not in self._kept:
            self._kept[key] = self._context.step(lambda _: self._performed(key, function), name=name, config=_AS_WE_SAY)
        return unpacked(Outcome(self._kept[key]), at=key)

    def wait(self, name: str, duration: timedelta) -> None:
        key = self._names.claim(name)
        if duration > LONGEST_WAIT:
            raise Mistake(f"The wait {name!r} is {duration.days} days, over the {LONGEST_WAIT.days} an engine keeps.")
        if key not in self._kept:
            self._told.wait(self._context, key, duration)
            self._context.wait(_whole_seconds(duration), name=name)
            self._kept[key] = "over"

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        scope = self._names.claim(name)
        keys = [f"{scope}\x1f{place}" for place in range(len(items))]
        missing = [place for place, key in enumerate(keys) if key not in self._kept]
        fields = bound_now()  # the SDK's threads know nothing of it

        def child(context: DurableContext, place: int, _place: int, _places: Sequence[int]) -> str:
            steps = DurableSteps(context, {}, self._told.inside(f"{scope} > {place}"), self._width)
            with bound(**fields):
                return _text_of(f"a child of {name}", lambda: function(steps, items[place]))[0]

        if missing:
            batch = self._context.map(missing, child, name=name, config=self._side_by_side(name))
            self._kept |= {keys[place]: text for place, text in zip(missing, batch.get_results(), strict=True)}
        return _values([self._kept[key] for key in keys], keys)

    def _performed(self, name: str, function: Callable[[], Json]) -> str:
        with bound(step=self._told.way_to(name)):
            began = monotonic()
            text, is_well = _text_of(name, function)
            self._told.step(name, "done" if is_well else "failed", monotonic() - began)
        return text

    def _side_by_side(self, name: str) -> MapConfig[int]:
        """FLAT is sound here: a child never fails in the service's eyes, so nothing is lost with its context."""
        return MapConfig(
            max_concurrency=self._width,
            completion_config=CompletionConfig.all_completed(),
            nesting_type=NestingType.FLAT,
            item_namer=lambda place, _: f"{name} {place}",
        )


def durable_handler(
    journey: Callable[[Steps, Json], Json],
    *,
    kind: str = "",
    on_progress: Tell = untold,
    client: Any = None,
    width: int = 32,
) -> Callable[[Any, Any], Any]:
    """The Lambda handler that runs one kind of journey; the event it is started with is the journey's payload.

    `on_progress` is told what happens, from any thread; a replay tells nothing again. `client` is a boto3 Lambda
    client, where the SDK shall not make its own.
    """

    def handle(event: Any, context: DurableContext) -> Json:
        fields = fields_of(event)
        told = Told(on_progress, fields["journey"] or "", kind)
        with bound(**fields):
            told.journey(context, "started")
            result = _run(journey, event, context, told, width)
            told.ended("done")
        return result

    return durable_execution(handle, boto3_client=client)


def _run(journey: Callable[[Steps, Json], Json], event: Any, context: DurableContext, told: Told, width: int) -> Json:
    payload, kept = json.dumps(event), dict[str, str]()
    for attempt in count(1):
        try:
            result = journey(DurableSteps(context, kept, told, width), json.loads(payload))
            return json.loads(packed("the journey", result))["value"]
        except UnrecoverableError:
            raise  # the SDK's own: it decides whether the service calls again
        except Exception as error:  # noqa: BLE001 # the engine is where every failure ends, as one sentence
            _end_what_no_replay_repeats(error)
            delay = _delay_or_fail(error, attempt, told)
            for key in failed_at(error):
                kept.pop(key, None)
            told.journey(context, "waiting", sentence_of(error))
        context.wait(_whole_seconds(delay), name=f"try again after failure {attempt}")
    raise AssertionError("count() does not end")


def _end_what_no_replay_repeats(error: Exception) -> None:
    """Raise what makes the service invoke again, where the error came from no kept outcome and may have passed."""
    if isinstance(error, Unreachable) and not failed_at(error):
        raise InvocationError(sentence_of(error)) from None


def _delay_or_fail(error: Exception, attempt: int, told: Told) -> timedelta:
    delay = retry_delay(error, attempt)
    if delay is None:
        told.ended("failed", sentence_of(error))
        raise JourneyFailed(sentence_of(error)) from None  # a chained traceback would be logged with its message
    return delay


def _text_of(name: str, function: Callable[[], Json]) -> tuple[str, bool]:
    """What is kept, and whether it is a value."""
    try:
        outcome = outcome_of(name, function, passing=(UnrecoverableError,))
    except Mistake as mistake:
        return packed_mistake(mistake), False
    return outcome.text, outcome.cause is None


def _values(texts: list[str], keys: list[str]) -> list[Any]:
    values: list[Any] = []
    failures: list[Exception] = []
    for text, key in zip(texts, keys, strict=True):
        try:
            values.append(unpacked(Outcome(text), at=key))
        except Exception as failure:  # noqa: BLE001 # collected: the first is raised below
            failures.append(failure)
    if failures:
        raise_first(failures)
    return values


def _whole_seconds(duration: timedelta) -> Duration:
    """Rounded up: never sooner than promised."""
    return Duration.from_seconds(ceil(max(duration, SHORTEST_WAIT).total_seconds()))
