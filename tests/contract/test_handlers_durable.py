"""The entry points on AWS Lambda themselves, run as durable executions in a house on AWS: its settings, its store."""

import json
import logging
from collections.abc import Callable, Generator
from typing import Any

import pytest

from connectors.steps import Json
from handlers import follow_up, journey, observe, reconcile, wiring
from tests.contract.stores import Aws
from tests.contract.test_engine import executed

pytest_plugins = ["tests.contract.store_fixtures"]

TICK: Json = {
    "version": "0",
    "id": "4b8f3c1e",
    "detail-type": "Scheduled Event",
    "source": "aws.scheduler",
    "detail": {},
}


@pytest.fixture(autouse=True)
def _on_aws(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """A function's environment, without a vendor's secrets. What wiring made for it is forgotten afterwards."""
    environment = {
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
    yield
    logging.disable(logging.NOTSET)
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


def result_of(handler: Callable[[Any, Any], Any], payload: Json) -> Any:
    ended = executed(handler, payload)
    assert ended.error is None
    return json.loads(str(ended.result))


def test_a_tick_of_the_scheduler_lets_the_reconciler_look():
    assert result_of(reconcile.handler, TICK)["started_again"] == 0


def test_a_tick_of_the_scheduler_begins_the_sweep_and_a_second_one_of_the_same_hour_does_not():
    assert result_of(follow_up.handler, TICK)["retried"] == 0
    assert "was begun before" in result_of(follow_up.handler, TICK)["stopped"]


def test_a_payload_tells_the_follow_up_what_to_do():
    snooze: Json = {"slack_id": "U1", "until": "2026-12-01T09:00:00+00:00"}
    asked: Json = {"snooze": snooze, "journey": "sn-1"}
    assert result_of(follow_up.handler, asked) == {"snoozed_until": "2026-12-01T09:00:00+00:00"}


def test_an_event_is_kept():
    event: Json = {
        "id": "01E",
        "event_type": "incident.acknowledged",
        "occurred_at": "2026-11-17T09:00:00Z",
        "data": {},
    }
    assert result_of(observe.handler, {"event": event, "incident_id": "Q1"}) == {"kept": "incident.acknowledged"}


def test_a_journey_without_a_token_fails_with_its_sentence():
    ended = executed(journey.handler, {"incident_id": "Q1", "journey": "pm-Q1-1"})
    assert ended.error is not None
    assert "NotAllowed: Reading the incident from PagerDuty: no token is set." in str(ended.error.message)
