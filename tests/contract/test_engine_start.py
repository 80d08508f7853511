"""Starting a journey on AWS: a real botocore client, an endpoint that stands where Lambda stands."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from connectors.engine.start import journey_name, start_on_lambda
from connectors.errors import ConnectorError, NotAllowed, NotFound, Rejected, Unreachable
from tests.vendors.wire import Reply, Request, json_reply, served

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:debrief-journey:live"
RESOLVED = datetime(2026, 3, 4, 12, 0, 1, 500_000, UTC)


@dataclass
class Lambda:
    """Answers as it is told, and keeps what it was asked."""

    reply: Reply = field(default_factory=lambda: Reply(202))
    asked: list[Request] = field(default_factory=list[Request])

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.reply

    def state(self) -> dict[str, Any]:
        return {"asked": len(self.asked)}


@contextmanager
def client_of(service: Lambda) -> Generator[Any]:
    with served(service) as url:
        client = botocore.session.get_session().create_client(
            "lambda",
            region_name="eu-central-1",
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(connect_timeout=1, read_timeout=2, retries={"max_attempts": 0}),
        )
        yield client
        client.close()


def refusal(status: int, code: str) -> Reply:
    return json_reply({"Type": "User", "Message": "no"}, status, {"x-amzn-errortype": code})


def test_a_journey_is_started_as_an_event_under_its_name():
    service = Lambda()
    with client_of(service) as client:
        assert start_on_lambda(client, ARN, "postmortem", "pm-P1-1772625601", {"incident_id": "P1"})
    [request] = service.asked
    assert request.headers["x-amz-invocation-type"] == "Event"
    assert request.headers["x-amz-durable-execution-name"] == "pm-P1-1772625601"
    assert request.body == b'{"incident_id":"P1"}'


def test_the_same_payload_is_the_same_bytes_whatever_the_order_of_its_keys():
    service = Lambda()
    with client_of(service) as client:
        start_on_lambda(client, ARN, "postmortem", "pm-1", {"b": "ü", "a": [1, None]})
        start_on_lambda(client, ARN, "postmortem", "pm-1", {"a": [1, None], "b": "ü"})
    assert service.asked[0].body == service.asked[1].body == b'{"a":[1,null],"b":"\\u00fc"}'


def test_a_journey_that_was_started_before_is_no_error():
    service = Lambda(refusal(409, "DurableExecutionAlreadyStartedException"))
    with client_of(service) as client:
        assert not start_on_lambda(client, ARN, "postmortem", "pm-1", {})


GRANT = "Give the receiver's role lambda:InvokeFunction on the journey function and its versions."
NAME = "Set the journey function's alias or version ARN as the one to start."
PUBLISH = "Set a published version or alias of the journey function."
REFUSALS: list[tuple[int, str, type[ConnectorError], str]] = [
    (400, "InvalidParameterValueException", Rejected, PUBLISH),
    (403, "AccessDeniedException", NotAllowed, GRANT),
    (404, "ResourceNotFoundException", NotFound, NAME),
    (409, "ResourceConflictException", Rejected, PUBLISH),
    (429, "TooManyRequestsException", Unreachable, "Lambda is throttling: try again."),
    (500, "ServiceException", Unreachable, "Try again."),
]


@pytest.mark.parametrize(("status", "code", "kind", "remedy"), REFUSALS)
def test_a_refusal_becomes_a_named_error_that_says_what_to_do(
    status: int, code: str, kind: type[ConnectorError], remedy: str
):
    with client_of(Lambda(refusal(status, code))) as client, pytest.raises(kind) as raised:
        start_on_lambda(client, ARN, "postmortem", "pm-1", {})
    assert str(raised.value) == f"Starting the postmortem journey pm-1: Lambda answered {status} {code}. {remedy}"


def test_no_answer_means_that_starting_again_is_safe():
    with client_of(Lambda(Reply(dropped=True))) as client, pytest.raises(Unreachable) as raised:
        start_on_lambda(client, ARN, "postmortem", "pm-1", {})
    assert str(raised.value) == (
        "Starting the postmortem journey pm-1: Lambda could not be asked (ConnectionClosedError). Try again."
    )


def test_a_name_that_lambda_would_refuse_is_refused_before_it_is_asked():
    for name in ("", "pm 1", "ü", "x" * 65):
        with pytest.raises(ValueError, match="cannot name a journey"):
            start_on_lambda(None, ARN, "postmortem", name, {})


# --- names


def test_a_journey_is_named_by_its_incident_and_the_second_of_its_resolve():
    assert journey_name("Q2VEAX8CIPRCKL", RESOLVED) == "pm-Q2VEAX8CIPRCKL-1772625601"
    assert journey_name("Q2VEAX8CIPRCKL", datetime.fromisoformat("2026-03-04T13:00:01.900+01:00")) == (
        "pm-Q2VEAX8CIPRCKL-1772625601"
    )


@pytest.mark.parametrize("incident_id", ["", "a b", "naïve", "../..", "x" * 49, "\ud800", "P1\n"])
def test_an_odd_incident_id_still_gives_a_name_that_lambda_takes(incident_id: str):
    name = journey_name(incident_id, RESOLVED)
    assert len(name) <= 64
    assert set(name) <= set("pm-0123456789abcdef")
    assert name != journey_name(incident_id + "x", RESOLVED)


def test_a_moment_without_a_zone_names_nothing():
    with pytest.raises(ValueError, match="no zone"):
        journey_name("P1", RESOLVED.replace(tzinfo=None))


def test_the_receiver_loads_the_standard_library_only():
    code = "import sys, connectors.engine.start, json; print(json.dumps(sorted(sys.modules)))"
    root = Path(__file__).parents[2]
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True).stdout)
    heavy = {"pydantic", "botocore", "boto3", "sqlite3", "tenacity", "aws_durable_execution_sdk_python"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
