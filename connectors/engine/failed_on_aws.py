"""Journeys that failed on AWS and that nothing has made up for since, as Lambda itself remembers them.

`ListDurableExecutionsByFunction` tells names, states and times, the newest first; `GetDurableExecution` what one was
started with and why it failed (botocore 1.44.5; 15 and 30 requests a second are allowed).
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.engine.failed import Failure, work_of_name, work_of_payload
from connectors.engine.start import named_error
from connectors.errors import ConnectorError, NotAllowed, NotFound, Unreachable

FAILED = ("FAILED", "TIMED_OUT")
"""What a person stopped stays stopped."""
MADE_UP = ("RUNNING", "PAUSING", "PAUSED", "SUCCEEDED")
MOST_FAILED = 100
"""The newest that are looked into: one request each. Those before come up when these are settled."""
MOST_LISTED = 5_000
_PAGE = 1000
_TRIED = "Asking Lambda for the journeys that failed"
_MAY_ASK = (
    "Give the role lambda:ListDurableExecutionsByFunction and lambda:GetDurableExecution on the journey function."
)
_REMEDIES: dict[int, tuple[type[ConnectorError], str]] = {
    403: (NotAllowed, _MAY_ASK),
    404: (NotFound, "Set DEBRIEF_POSTMORTEM_ARN to the journey function's."),
    429: (Unreachable, "Lambda is throttling: try again."),
}


def failures_on_lambda(client: Any, function_arn: str, since: datetime) -> list[Failure]:
    """Of all that were started for the same work since then, the newest where that failed; the newest first.

    `client` is a bare botocore Lambda client; `function_arn` may end in an alias: all versions are asked about.
    Raises Unreachable, NotAllowed, NotFound, Rejected.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        listed = list(_listed(client, function_arn, since, FAILED, MOST_FAILED))
        failed = [_told(client, one) for one in listed]
        if not failed:
            return []
        made_up = _made_up(client, function_arn, min(one.started_at for one in failed))
    except ClientError as error:
        raise named_error(_TRIED, error.response, _REMEDIES) from error
    except BotoCoreError as error:
        raise Unreachable(_TRIED, f"Lambda could not be asked ({type(error).__name__})", "Try again.") from error
    return _not_made_up(failed, made_up)


def _listed(
    client: Any, function_arn: str, since: datetime, states: tuple[str, ...], most: int
) -> Iterator[dict[str, Any]]:
    """Across all versions: the qualifier of the ARN is left out."""
    paginator = client.get_paginator("list_durable_executions_by_function")
    pages = paginator.paginate(
        FunctionName=":".join(function_arn.split(":")[:7]),
        Statuses=list(states),
        StartedAfter=since,
        PaginationConfig={"MaxItems": most, "PageSize": min(most, _PAGE)},
    )
    for page in pages:
        yield from page.get("DurableExecutions", ())


def _told(client: Any, listed: dict[str, Any]) -> Failure:
    told = client.get_durable_execution(DurableExecutionArn=listed["DurableExecutionArn"], IncludeExecutionData=True)
    error = told.get("Error", {}).get("ErrorMessage") or f"It ended as {told['Status']}."
    return Failure(listed["DurableExecutionName"], _payload(told), error, 1, listed["StartTimestamp"])


def _payload(told: dict[str, Any]) -> dict[str, Any]:
    """{} where it was started by hand with something else, or its key is gone: nobody can start that again."""
    try:
        payload = json.loads(told.get("InputPayload") or "{}")
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) and "incident_id" in payload else {}


def _made_up(client: Any, function_arn: str, since: datetime) -> dict[str, datetime]:
    """By work, as far as the names tell it: when the newest was started that did not fail."""
    latest = dict[str, datetime]()
    for one in _listed(client, function_arn, since, MADE_UP, MOST_LISTED):
        work = work_of_name(one["DurableExecutionName"])
        if work:
            latest[work] = max(one["StartTimestamp"], latest.get(work, one["StartTimestamp"]))
    return latest


def _not_made_up(failed: list[Failure], made_up: dict[str, datetime]) -> list[Failure]:
    by_work = defaultdict[str, list[Failure]](list)
    for one in failed:
        if one.payload:
            by_work[work_of_payload(one.payload)].append(one)
    found = list[Failure]()
    for work, same in by_work.items():
        newest = max(same, key=lambda one: one.started_at)
        if work not in made_up or made_up[work] < newest.started_at:
            found.append(Failure(newest.journey, newest.payload, newest.error, len(same), newest.started_at))
    return sorted(found, key=lambda one: one.started_at, reverse=True)
