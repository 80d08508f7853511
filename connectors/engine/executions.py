"""The journeys of a stage as Lambda remembers them: by name, by state, and what one waits for."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.engine.start import named_error
from connectors.errors import ConnectorError, NotAllowed, NotFound, Unreachable

AT_WORK = ("RUNNING", "PAUSING", "PAUSED")
FAILED = ("FAILED", "TIMED_OUT", "STOPPED")
MOST_LISTED = 2_000
_PAGE = 1000
_EVENTS = 100
_TRIED = "asking Lambda how journeys stand"
_MAY_ASK = (
    "Allow lambda:ListDurableExecutionsByFunction, lambda:GetDurableExecution and lambda:GetDurableExecutionHistory on "
    "the journey function to whoever runs this."
)
_REMEDIES: dict[int, tuple[type[ConnectorError], str]] = {
    403: (NotAllowed, _MAY_ASK),
    404: (NotFound, "Deploy the stage again: its journey function is not there."),
    429: (Unreachable, "Lambda is throttling: try again."),
}


@dataclass(frozen=True, slots=True)
class Execution:
    """One journey. `state` is Lambda's word: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, STOPPED, PAUSED."""

    arn: str
    name: str
    state: str
    started_at: datetime

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def has_failed(self) -> bool:
        return self.state in FAILED


@dataclass(frozen=True, slots=True)
class Told:
    """What it was started with ({} where that is not told, or no object), and why it failed."""

    payload: dict[str, Any]
    error: str | None


@dataclass(frozen=True, slots=True)
class Rest:
    """What one waits for, by the name of the wait, and until when."""

    name: str
    until: datetime


class Executions:
    """Of one function, whatever its version. Every method raises Unreachable, NotAllowed, NotFound, Rejected."""

    def __init__(self, client: Any, function_arn: str) -> None:
        """`client` is a botocore or boto3 Lambda client; the ARN may end in an alias."""
        self._client, self._function = client, ":".join(function_arn.split(":")[:7])

    def named(self, name: str) -> Execution | None:
        """The newest of that name; None where Lambda knows none (any more)."""
        return next(iter(self._asked(lambda: list(self._listed(DurableExecutionName=name)))), None)

    def since(self, moment: datetime, states: Sequence[str] = ()) -> list[Execution]:
        """Those started since then, the newest first, MOST_LISTED at the most."""
        wanted = {"Statuses": list(states)} if states else {}
        return self._asked(lambda: list(self._listed(StartedAfter=moment, **wanted)))

    def told(self, execution: Execution) -> Told:
        asked = {"DurableExecutionArn": execution.arn, "IncludeExecutionData": True}
        answer = self._asked(lambda: self._client.get_durable_execution(**asked))
        error = answer.get("Error", {}).get("ErrorMessage")
        return Told(_payload(answer), error or (f"It ended as {answer['Status']}." if execution.has_failed else None))

    def rests(self, execution: Execution) -> Rest | None:
        """None where it is at work."""
        asked = {"DurableExecutionArn": execution.arn, "ReverseOrder": True, "MaxItems": _EVENTS}
        events = self._asked(lambda: self._client.get_durable_execution_history(**asked))["Events"]
        over = {one.get("Id") for one in events if one["EventType"] in ("WaitSucceeded", "WaitCancelled")}
        for one in events:
            if one["EventType"] == "WaitStarted" and one.get("Id") not in over:
                return Rest(one.get("Name", ""), one["WaitStartedDetails"]["ScheduledEndTimestamp"])
        return None

    def _listed(self, **wanted: Any) -> Iterator[Execution]:
        paginator = self._client.get_paginator("list_durable_executions_by_function")
        limits = {"MaxItems": MOST_LISTED, "PageSize": _PAGE}
        for page in paginator.paginate(FunctionName=self._function, PaginationConfig=limits, **wanted):
            for one in page.get("DurableExecutions", ()):
                yield Execution(
                    one["DurableExecutionArn"], one["DurableExecutionName"], one["Status"], one["StartTimestamp"]
                )

    def _asked[T](self, ask: Callable[[], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return ask()
        except ClientError as error:
            raise named_error(_TRIED, error.response, _REMEDIES) from error
        except BotoCoreError as error:
            raise Unreachable(_TRIED, f"Lambda could not be asked ({type(error).__name__})", "Try again.") from error


def _payload(told: dict[str, Any]) -> dict[str, Any]:
    try:
        payload = json.loads(told.get("InputPayload") or "{}")
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}
