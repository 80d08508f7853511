"""AWS's durable executions as their SDK's own test runner plays them, on the clock of a household.

`Service` stands where a household has its local engine: the same journeys, started by name, run when they are due.
The runner asks for its clock when it sets a timer; ours never lets time pass there. It passes where it does for the
local engine: when whoever drives the household lets it, once nothing is left to do at this moment.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_durable_execution_sdk_python import state as sdk_state
from aws_durable_execution_sdk_python.lambda_service import Operation, OperationStatus, OperationType
from aws_durable_execution_sdk_python_testing import DurableFunctionTestRunner
from aws_durable_execution_sdk_python_testing.execution import Execution, ExecutionStatus
from aws_durable_execution_sdk_python_testing.executor import Executor
from aws_durable_execution_sdk_python_testing.model import StartDurableExecutionInput
from aws_durable_execution_sdk_python_testing.worker.status import InvocationState

from connectors.engine.clock import VirtualClock
from connectors.engine.durable import durable_handler
from connectors.engine.journal import Journey
from connectors.engine.kept_steps import NotKept
from connectors.engine.local import JourneyFunction
from connectors.steps import Json, Steps
from connectors.store.port import Store
from connectors.table_journal import TableJournal
from tests.simulation.calendar import Calendar

sdk_state._STOP_SIGNAL_POLL_SECONDS = 0.005  # the SDK ends each invocation up to 0.1 s late; a journey makes many
Executor.MAX_CONSECUTIVE_FAILED_ATTEMPTS = 1000  # Lambda itself goes on until the execution's time is up

AHEAD = timedelta(days=10_000)
"""The runner lives so far in the future: the SDK compares with the machine's own clock, and would not wait at all
for what lies in the past."""
_ASK_AGAIN = 0.002
MOST_SECONDS = 600
"""Real seconds an execution may take."""
_LONGEST = 60.0
"""Real seconds in which everything that is due must have been done."""
_STATES: Mapping[ExecutionStatus, Any] = {ExecutionStatus.SUCCEEDED: "done", ExecutionStatus.RUNNING: "running"}


@dataclass(frozen=True, slots=True)
class Started:
    """One execution: what it was started with, the runner's name for it, and when, in the household's time."""

    kind: str
    payload: Json
    arn: str
    at: datetime


class InvocationDied(NotKept):
    """The process is gone, as far as the SDK's runner lets that happen: the invocation ends, nothing of the step is
    kept, and the service invokes again. (An exception that the engine does not know would hang the runner.)"""

    def __init__(self) -> None:
        super().__init__("the invocation died")


class OrderlyCalendar(Calendar):
    """A calendar that several threads read and move: children run side by side there."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.lock = threading.RLock()

    def advance(self, duration: timedelta) -> None:
        with self.lock:
            super().advance(duration)

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        with self.lock:
            super().at(moment, act)


class RunnersClock:
    """The runner's clock: it shows the household's time, and lets nobody wait by letting time pass."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now() + AHEAD

    def arm(self, wake: datetime) -> float:
        return 0.0 if wake <= self.now() else _ASK_AGAIN


class Service:
    """Runs journeys as durable executions, one per name. Of `LocalEngine` it has what a household asks of it.

    `store` holds the executions' journals, which are written `every` so often: at first with every step, as the local
    engine does."""

    def __init__(
        self,
        journeys: Mapping[str, JourneyFunction],
        clock: VirtualClock,
        store: Store,
        *,
        width: int = 32,
        every: timedelta = timedelta(0),
    ) -> None:
        self._kinds, self._clock, self._store, self._every = journeys, clock, store, every
        self._started: dict[str, Started] = {}
        handler = durable_handler(self._journey, self.journal, clock.now, width=width)
        self.runner = DurableFunctionTestRunner(handler, poll_interval=0.005)
        self.runner._executor.RETRY_BACKOFF_SECONDS = 0
        for part in (self.runner, self.runner._executor, self.runner._checkpoint_processor):
            part._clock = RunnersClock(clock)

    def start(self, kind: str, name: str, payload: Json) -> bool:
        if name in self._started:
            return False
        told = json.dumps({"kind": kind, "bell": payload})
        arn = self.runner.run_async(input=told, execution_timeout=MOST_SECONDS, execution_name=name)
        self._started[name] = Started(kind, payload, arn, self._clock.now())
        return True

    def restore(
        self, kind: str, name: str, payload: Json, operations: Sequence[Operation], journal: Mapping[str, Any]
    ) -> None:
        """Go on with an execution as the service and its journal had kept it. `operations` are all but that of its
        start, in the runner's time (`AHEAD`); `journal` are its records by their names."""
        executor = self.runner._executor
        execution = executor._create_execution(_input(name, json.dumps({"kind": kind, "bell": payload})))
        execution.operations += operations
        for sort, value in journal.items():
            self._store.write(_journal_of(execution.durable_execution_arn), sort, value)
        self._started[name] = Started(kind, payload, execution.durable_execution_arn, self._clock.now())
        executor._launch_execution(execution, MOST_SECONDS)

    def run_due(self) -> int:
        """Wait until every execution has ended or waits for a later moment. How many had something to do."""
        began, ran = time.monotonic(), 0
        while busy := [name for name in [*self._started] if self._is_busy(self.execution(name))]:
            ran = max(ran, len(busy))
            if time.monotonic() - began > _LONGEST:
                raise TimeoutError(f"the runner hangs in {', '.join(busy)}")
            time.sleep(_ASK_AGAIN)
        return ran

    def next_wake(self) -> datetime | None:
        wakes = [wake for name in [*self._started] if (wake := self._wake(self.execution(name)))]
        return min(wakes) - AHEAD if wakes else None

    def journeys(self) -> list[Journey]:
        """Every journey that was started, oldest first."""
        return [self._told(name) for name in [*self._started]]

    def waits_in(self, name: str) -> str | None:
        """The name of the wait that an execution rests in first."""
        rests = [
            (operation.wait_details.scheduled_end_timestamp, operation.name)
            for operation in self.execution(name).operations
            if operation.operation_type is OperationType.WAIT
            and operation.status is OperationStatus.STARTED
            and operation.wait_details
        ]
        return min(rests)[1] if rests else None

    def execution(self, name: str) -> Execution:
        return self.runner._store.load(self._started[name].arn)

    def operations(self, name: str) -> int:
        """What the service counts against the 3,000 of an execution."""
        return len(self.execution(name).operations)

    def kept(self, name: str) -> dict[str, str]:
        """What an execution keeps of its steps, by key."""
        return self.journal(self._started[name].arn).outcomes

    def records(self, name: str) -> dict[str, Any]:
        """Of an execution's journal."""
        return {record.sort: record.value for record in self._store.list(_journal_of(self._started[name].arn))}

    def journal(self, execution: str) -> TableJournal:
        return TableJournal(self._store, execution, self._clock.now, self._every)

    def close(self) -> None:
        self._store.close()
        self.runner.close()
        self.runner._scheduler._loop.close()  # testing 1.4.0 stops its event loop and forgets to close it

    def _journey(self, steps: Steps, payload: Any) -> Json:
        return self._kinds[payload["kind"]](steps, payload["bell"])

    def _wake(self, execution: Execution) -> datetime | None:
        return None if execution.is_complete else Executor._earliest_pending_timestamp(execution)

    def _is_busy(self, execution: Execution) -> bool:
        if execution.is_complete:
            return False
        gate = self.runner._executor._invocation_gate(execution.durable_execution_arn)
        wake = self._wake(execution)
        is_due = wake is None or wake <= self._clock.now() + AHEAD
        return gate is InvocationState.INVOKING or is_due or execution.has_unseen_changes()

    def _told(self, name: str) -> Journey:
        execution, started = self.execution(name), self._started[name]
        state = _STATES.get(execution.current_status(), "failed")
        error = execution.result.error.message if execution.result and execution.result.error else None
        result = execution.result.result if execution.result else None
        bell, at = json.dumps(started.payload), started.at.astimezone(UTC)
        return Journey(name, started.kind, bell, state, None, 0, error, result, at)


def _journal_of(arn: str) -> str:
    return f"RUN#{arn}"


def _input(name: str, payload: str) -> StartDurableExecutionInput:
    return StartDurableExecutionInput(
        account_id="123456789012",
        function_name="test-function",
        function_qualifier="$LATEST",
        execution_name=name,
        execution_timeout_seconds=MOST_SECONDS,
        execution_retention_period_days=7,
        input=payload,
    )
