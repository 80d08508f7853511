"""What the receiver loads, as a list of modules: PagerDuty waits five seconds, and a cold start counts. Never timed."""

import json
import time
from urllib.parse import quote_plus

import pytest

from tests.benchmarks.aws_stub import SECRET, stubbed_aws
from tests.benchmarks.receiver import AWS, MALFORMED, NOT_LOADED, cold_start, signed_event, unsigned_event
from tests.vendors.slack_hands import signed

OURS = "handlers.receive"


def test_an_accepted_webhook_loads_no_vendor_client_and_no_durable_sdk():
    with stubbed_aws() as (url, requests):
        accepted = cold_start(OURS, url, signed_event())

    assert accepted["status"] == 202
    assert requests[-2:] == ["Invoke", "UpdateItem"], "the journey was started, and then the delivery was marked"
    assert set(accepted["modules"]) & {*NOT_LOADED, "boto3", "requests", "httpx2", "tenacity", "yaml"} == set()


def test_an_event_that_is_kept_starts_nothing_and_loads_as_little():
    with stubbed_aws() as (url, requests):
        accepted = cold_start(OURS, url, signed_event("incident.role.assigned"))

    assert accepted["status"] == 202
    assert requests[-3:] == ["GetItem", "UpdateItem", "UpdateItem"], "the event was kept, and then the delivery marked"
    assert "Invoke" not in requests
    assert set(accepted["modules"]) & {*NOT_LOADED, "boto3", "requests", "httpx2", "tenacity", "yaml"} == set()


@pytest.mark.parametrize("headers", [{}, MALFORMED], ids=["missing", "malformed"])
def test_a_signature_that_is_missing_or_malformed_is_refused_without_botocore(headers: dict[str, str]):
    with stubbed_aws() as (url, requests):
        refused = cold_start(OURS, url, unsigned_event(headers))

    assert refused["status"] == 403
    assert requests == []
    assert set(refused["modules"]) & {*AWS, *NOT_LOADED} == set()


def test_one_botocore_session_serves_every_client():
    with stubbed_aws() as (url, _):
        accepted = cold_start(OURS, url, signed_event())

    assert accepted["sessions"] == 1, "each session reads botocore's endpoint files anew: a third of a cold start"


def test_a_press_in_slack_is_taken_without_pydantic_and_without_slack_sdk():
    button = {"action_id": "debrief.accept", "value": '["Q1", "slack/C1/1.2#1"]', "action_ts": "1794926800.500000"}
    payload = {"type": "block_actions", "user": {"id": "U0BEA", "name": "bea"}, "actions": [button]}
    body = f"payload={quote_plus(json.dumps(payload))}".encode()
    with stubbed_aws() as (url, requests):
        event = {"headers": signed(body, SECRET, time.time()), "body": body.decode()}
        accepted = cold_start("handlers.slack_clicked", url, event)

    assert accepted["status"] == 200
    assert requests[-1] == "Invoke", "the journey was started"
    assert set(accepted["modules"]) & {*NOT_LOADED, "boto3", "requests", "httpx2", "tenacity", "yaml"} == set()
