"""The entry points on AWS Lambda themselves, run as durable executions in a house on AWS: its settings, its store."""

import json
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.steps import Json
from handlers import follow_up, journey, observe, on_aws, reconcile, wiring
from tests.contract.stores import Aws
from tests.contract.test_engine import executed
from tests.vendors.wire import Reply, Request, json_reply, served

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:debrief-dev-journey:durable"
pytest_plugins = ["tests.contract.store_fixtures"]

TICK: Json = {
    "version": "0",
    "id": "4b8f3c1e",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "detail": {},
}


@pytest.fixture(autouse=True)
def deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Generator["Lambda"]:
    """A function's environment, without a vendor's secrets. What wiring made for it is forgotten afterwards."""
    service = Lambda()
    with served(service) as lambda_url:
        yield from _environment(aws, monkeypatch, lambda_url, service)


def _environment(aws: Aws, monkeypatch: pytest.MonkeyPatch, lambda_url: str, service: "Lambda") -> Generator["Lambda"]:
    environment = {
        "AWS_ENDPOINT_URL_LAMBDA": lambda_url,
        "DEBRIEF_POSTMORTEM_ARN": FUNCTION,
        "AWS_ENDPOINT_URL": aws.emulated.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "DEBRIEF_TABLE": aws.table,
        "DEBRIEF_BUCKET": aws.bucket,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    logging.disable(logging.CRITICAL)
    yield service
    logging.disable(logging.NOTSET)
    for made in vars(on_aws).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


@dataclass
class Lambda:
    """Lists the executions that failed, tells of each, and notes what is started."""

    failed: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    asked: list[Request] = field(default_factory=list[Request])

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        if request.path.endswith("/invocations"):
            return Reply(202)
        if "/functions/" in request.path:
            return json_reply({"DurableExecutions": self.failed if "FAILED" in request.query["Statuses"] else []})
        return json_reply(self.failed[0])

    def state(self) -> dict[str, Any]:
        return {}


def result_of(handler: Callable[[Any, Any], Any], payload: Json) -> Any:
    ended = executed(handler, payload)
    assert ended.error is None
    return json.loads(str(ended.result))


def test_a_tick_of_the_scheduler_lets_the_reconciler_look():
    assert result_of(reconcile.handler, TICK)["started_again"] == 0


def test_a_journey_that_failed_is_started_again_under_another_name_and_not_twice_in_six_hours(deployed: Lambda):
    bell = {"incident_id": "Q1", "journey": "pm-Q1-1"}
    started_at = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    deployed.failed = [
        {
            "DurableExecutionArn": f"{FUNCTION}/durable-execution/pm-Q1-1/7f2a",
            "DurableExecutionName": "pm-Q1-1",
            "FunctionArn": FUNCTION,
            "Status": "FAILED",
            "StartTimestamp": started_at,
            "InputPayload": json.dumps(bell),
            "Error": {"ErrorMessage": "NotAllowed: Reading: 403."},
        }
    ]
    assert result_of(reconcile.handler, TICK)["started_again"] == 1
    invoked = deployed.asked[-1]
    name = invoked.headers["x-amz-durable-execution-name"]
    assert (name[:3], invoked.json()) == ("rt-", {"incident_id": "Q1", "journey": name})

    deployed.failed[0] |= {"DurableExecutionName": name, "InputPayload": json.dumps(invoked.json())}
    assert result_of(reconcile.handler, TICK)["started_again"] == 0


def test_a_tick_of_the_scheduler_begins_the_sweep_and_a_second_one_of_the_same_hour_does_not():
    assert result_of(follow_up.handler, TICK)["retried"] == 0
    assert "was begun before" in result_of(follow_up.handler, TICK)["stopped"]


def test_a_payload_tells_the_follow_up_what_to_do():
    snooze: Json = {"slack_id": "U1", "until": "2026-12-01T09:00:00+00:00"}
    asked: Json = {"snooze": snooze, "journey": "sn-1"}
    assert result_of(follow_up.handler, asked) == {"snoozed_until": "2026-12-01T09:00:00+00:00"}


def test_an_incident_that_begins_without_a_token_fails_with_its_sentence():
    event: Json = {"id": "01E", "event_type": "incident.triggered", "data": {}}
    ended = executed(observe.handler, {"event": event, "incident_id": "Q1"})
    assert ended.error is not None
    assert "NotAllowed: Reading the incident from PagerDuty: no token is set." in str(ended.error.message)


def test_a_function_that_stays_warm_hears_of_pushed_settings_within_five_minutes(monkeypatch: pytest.MonkeyPatch):
    """The clock keeps the reconciler warm for hours."""
    moment = datetime.now(UTC)
    monkeypatch.setattr(on_aws, "utc_now", lambda: moment)
    house = on_aws.aws_house()
    house.store.save(wiring.SETTINGS_FILE, b"organisation: Acme")

    moment += timedelta(minutes=4)
    assert on_aws.aws_house() is house
    moment += timedelta(minutes=1)
    assert on_aws.aws_house().settings.organisation == "Acme"


def test_a_journey_without_a_token_fails_with_its_sentence():
    ended = executed(journey.handler, {"incident_id": "Q1", "journey": "pm-Q1-1"})
    assert ended.error is not None
    assert "NotAllowed: Reading the incident from PagerDuty: no token is set." in str(ended.error.message)
