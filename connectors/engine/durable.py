"""The engine on AWS: Lambda durable functions. The only file that imports their SDK, which is pinned exactly.

What steps came to is in a journal of ours (`execution.py`), by name, as on one machine. Of the service we want that it
starts an execution once, invokes it again where an invocation dies, and waits while nothing runs. So its only
operations are waits: it knows them by their place, and the journal remembers them in order. An invocation first asks
for all of those again, which are over at once, then runs the journey from its top over what is kept.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration
from aws_durable_execution_sdk_python.exceptions import InvocationError

from connectors.engine.execution import ExecutionJournal, Wait, name_of_execution
from connectors.engine.kept_steps import KeptSteps, NotKept, Run, Suspended
from connectors.engine.outcome import failed_at, packed, retry_delay, sentence_of
from connectors.engine.progress import Tell, untold
from connectors.logs import bound, fields_of
from connectors.steps import Json, Steps

SHORTEST_WAIT = timedelta(seconds=1)
"""The service waits whole seconds, one at least (SDK 3.0.0, `DurableContext.wait`)."""


class JourneyFailed(Exception):
    """Ends the execution as FAILED. Its sentence is what an operator reads, in the console and in the queue."""


def durable_handler(
    journey: Callable[[Steps, Json], Json],
    open_journal: Callable[[str], ExecutionJournal],
    now: Callable[[], datetime],
    *,
    kind: str = "",
    on_progress: Tell = untold,
    client: Any = None,
    width: int = 32,
) -> Callable[[Any, Any], Any]:
    """The Lambda handler that runs one kind of journey; the event it is started with is the journey's payload.

    `open_journal` opens that of an execution by its name. `on_progress` is told what happens, from any thread; what is
    kept is not told again. `client` is a boto3 Lambda client, where the SDK shall not make its own. Up to `width`
    children of one `each` run side by side.
    """

    def handle(event: Any, context: DurableContext) -> Json:
        fields, payload = fields_of(event), json.dumps(event)
        with bound(**fields):
            try:
                journal = open_journal(name_of_execution(context.execution_context.durable_execution_arn))
                execution = _Execution(context, journal, now)
                run = Run(
                    fields["journey"] or "", kind, journal.keep, journal.outcomes, execution.now, on_progress, width
                )
                return execution.goes_on(run, lambda: journey(KeptSteps(run), json.loads(payload)))
            except NotKept as lost:
                raise InvocationError(str(lost)) from None  # the service invokes again

    return durable_execution(handle, boto3_client=client)


class _Execution:
    """One invocation of one execution."""

    def __init__(self, context: DurableContext, journal: ExecutionJournal, clock: Callable[[], datetime]) -> None:
        self._context, self._journal, self._clock = context, journal, clock
        self._waited = max((wait.until for wait in journal.waits), default=None)

    def now(self) -> datetime:
        """No earlier than what the service says is over: its clock and this one may differ."""
        return max(self._clock(), self._waited or self._clock())

    def goes_on(self, run: Run, journey: Callable[[], Json]) -> Json:
        """To the end of the journey, or into a wait, which ends the invocation. Raises JourneyFailed."""
        run.tell("", "resumed" if self._journal.waits or run.kept else "started")
        for wait in self._journal.waits:
            self._rest(wait)
        while True:
            try:
                result = json.loads(packed("the journey", journey()))["value"]
            except Suspended as pause:
                wait = self._pauses(pause)
            except Exception as error:  # noqa: BLE001 # the engine is where every failure ends, as one sentence
                wait = self._fails(run, error)
            else:
                run.tell("", "done")
                return result
            self._rest(wait)

    def _pauses(self, pause: Suspended) -> Wait:
        if pause.until is None:
            raise NotKept("The engine was told to stop.")
        wait = Wait(pause.name, pause.until)
        self._journal.rests(wait)
        return wait

    def _fails(self, run: Run, error: Exception) -> Wait:
        """Where it may pass: until when the journey waits to be run again, without what failed it."""
        failures = self._journal.failures + 1
        delay = retry_delay(error, failures)
        if delay is None:
            run.tell_failure(sentence_of(error))
            raise JourneyFailed(sentence_of(error)) from None  # a chained traceback would be logged with its message
        wait = Wait(f"try again after failure {failures}", self.now() + delay)
        self._journal.rests(wait, again=failed_at(error))
        run.tell_failure(sentence_of(error), until=wait.until)
        return wait

    def _rest(self, wait: Wait) -> None:
        """The service ends the invocation here, and lets one go on here when the time has come."""
        seconds = ceil(max(wait.until - self.now(), SHORTEST_WAIT).total_seconds())
        self._context.wait(Duration.from_seconds(seconds), name=wait.name)
        self._waited = max(wait.until, self._waited or wait.until)
