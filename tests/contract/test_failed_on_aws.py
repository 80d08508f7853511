"""Journeys that failed on AWS: a real botocore client, whose answers are checked against Lambda's own service model."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from connectors.engine.failed import Failure, name_to_try_again, work_of_name, work_of_payload
from connectors.engine.failed_on_aws import failures_on_lambda
from connectors.errors import ConnectorError, NotAllowed, Unreachable

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:debrief-dev-journey"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SINCE = NOON - timedelta(days=7)
LIST, GET = "list_durable_executions_by_function", "get_durable_execution"


def ran(name: str, status: str, hours: float, qualifier: str = "3") -> dict[str, Any]:
    """An execution as a list shows it, started so many hours after noon."""
    return {
        "DurableExecutionArn": f"{FUNCTION}:{qualifier}/durable-execution/{name}/7f2a",
        "DurableExecutionName": name,
        "FunctionArn": f"{FUNCTION}:{qualifier}",
        "Status": status,
        "StartTimestamp": NOON + timedelta(hours=hours),
    }


def told(listed: dict[str, Any], payload: Any, error: str | None = "NotAllowed: Reading: 403.") -> dict[str, Any]:
    more: dict[str, Any] = {"InputPayload": json.dumps(payload)}
    return listed | more | ({"Error": {"ErrorMessage": error}} if error else {})


class Lambda:
    """What it is asked, in order, and what it answers."""

    def __init__(self) -> None:
        self.client: Any = botocore.session.get_session().create_client(
            "lambda", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.stub = Stubber(self.client)

    def lists(self, statuses: list[str], *pages: list[dict[str, Any]], since: Any = ANY) -> None:
        asked = {"FunctionName": FUNCTION, "Statuses": statuses, "StartedAfter": since, "MaxItems": ANY}
        for number, page in enumerate(pages):
            marker = {"Marker": f"page {number}"} if number else {}
            more = {"NextMarker": f"page {number + 1}"} if number + 1 < len(pages) else {}
            self.stub.add_response(LIST, {"DurableExecutions": page} | more, asked | marker)

    def tells(self, *executions: dict[str, Any]) -> None:
        for one in executions:
            asked = {"DurableExecutionArn": one["DurableExecutionArn"], "IncludeExecutionData": True}
            self.stub.add_response(GET, one, asked)

    def failures(self) -> list[Failure]:
        return failures_on_lambda(self.client, f"{FUNCTION}:durable", SINCE)


FAILED, MADE_UP = ["FAILED", "TIMED_OUT"], ["RUNNING", "PAUSING", "PAUSED", "SUCCEEDED"]


@contextmanager
def lambda_() -> Generator[Lambda]:
    service = Lambda()
    with service.stub:
        yield service
        service.stub.assert_no_pending_responses()


def test_where_nothing_failed_one_request_is_made_across_all_versions():
    with lambda_() as service:
        service.lists(FAILED, [], since=SINCE)
        assert service.failures() == []


def test_a_failed_journey_is_told_with_what_it_was_started_with_and_why_it_failed():
    one, bell = ran("pm-Q1-1", "FAILED", 1), {"incident_id": "Q1", "journey": "pm-Q1-1"}
    with lambda_() as service:
        service.lists(FAILED, [one])
        service.tells(told(one, bell))
        service.lists(MADE_UP, [], since=one["StartTimestamp"])
        (failure,) = service.failures()
    assert failure == Failure("pm-Q1-1", bell, "NotAllowed: Reading: 403.", 1, NOON + timedelta(hours=1))


def test_pages_are_read_to_the_end_and_one_that_ran_out_of_time_counts():
    one, other = ran("pm-Q1-1", "FAILED", 2), ran("pm-Q2-1", "TIMED_OUT", 1)
    with lambda_() as service:
        service.lists(FAILED, [one], [other])
        service.tells(told(one, {"incident_id": "Q1"}), told(other, {"incident_id": "Q2"}, error=None))
        service.lists(MADE_UP, [])
        assert [failure.error for failure in service.failures()] == [
            "NotAllowed: Reading: 403.",
            "It ended as TIMED_OUT.",
        ]


@pytest.mark.parametrize("status", ["SUCCEEDED", "RUNNING"])
def test_what_another_try_has_made_up_for_or_is_making_up_for_is_no_failure(status: str):
    one, bell = ran("pm-Q1-1", "FAILED", 1), {"incident_id": "Q1", "journey": "pm-Q1-1"}
    with lambda_() as service:
        service.lists(FAILED, [one])
        service.tells(told(one, bell))
        service.lists(MADE_UP, [ran(name_to_try_again(bell, 7), status, 6)])
        assert service.failures() == []


def test_a_success_before_the_failure_makes_up_for_nothing():
    one = ran("pm-Q1-2", "FAILED", 5)
    with lambda_() as service:
        service.lists(FAILED, [one])
        service.tells(told(one, {"incident_id": "Q1", "journey": "pm-Q1-2"}))
        service.lists(MADE_UP, [ran("pm-Q1-1", "SUCCEEDED", 4)])
        assert [failure.journey for failure in service.failures()] == ["pm-Q1-2"]


def test_of_the_same_work_the_newest_failure_counts_with_how_often_it_failed():
    bell = {"incident_id": "Q1", "journey": "pm-Q1-1"}
    again = name_to_try_again(bell, 7)
    one, other = ran(again, "FAILED", 7), ran("pm-Q1-1", "FAILED", 1)
    with lambda_() as service:
        service.lists(FAILED, [one, other])
        service.tells(told(one, {"incident_id": "Q1", "journey": again}), told(other, bell))
        service.lists(MADE_UP, [])
        (failure,) = service.failures()
    assert (failure.journey, failure.times) == (again, 2)


@pytest.mark.parametrize("payload", [[], "text", {}, {"something": "else"}])
def test_what_was_started_by_hand_with_something_else_is_left_alone(payload: Any):
    one = ran("by-hand", "FAILED", 1)
    with lambda_() as service:
        service.lists(FAILED, [one])
        service.tells(told(one, payload))
        service.lists(MADE_UP, [])
        assert service.failures() == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "AccessDeniedException", NotAllowed),
        (429, "TooManyRequestsException", Unreachable),
        (500, "x", Unreachable),
    ],
)
def test_a_refusal_is_a_named_error_that_says_what_to_grant(status: int, code: str, kind: type[ConnectorError]):
    with lambda_() as service:
        service.stub.add_client_error(LIST, code, http_status_code=status)
        with pytest.raises(kind) as raised:
            service.failures()
    assert kind is not NotAllowed or "lambda:ListDurableExecutionsByFunction" in str(raised.value)


def test_a_name_tells_the_work_of_a_resolve_and_of_another_try():
    work = work_of_payload({"incident_id": "Q1-B_2", "journey": "whatever"})
    assert work_of_name("pm-Q1-B_2-1794907200") == work
    assert work_of_name(name_to_try_again({"incident_id": "Q1-B_2"}, 82_999)) == work
    assert work_of_name(f"pm-{'0' * 40}-1") is None, "an id that stands there as a hash"
    assert work_of_name("de-1") is None
