"""What the receiver loads, as a list of modules: PagerDuty waits five seconds, and a cold start counts. Never timed."""

import pytest

from tests.benchmarks.aws_stub import stubbed_aws
from tests.benchmarks.receiver import AWS, MALFORMED, NOT_LOADED, cold_start, signed_event, unsigned_event

OURS = "handlers.receive"


def test_an_accepted_webhook_loads_no_vendor_client_and_no_durable_sdk():
    with stubbed_aws() as (url, requests):
        accepted = cold_start(OURS, url, signed_event())

    assert accepted["status"] == 202
    assert requests[-2:] == ["Invoke", "UpdateItem"], "the journey was started, and then the delivery was marked"
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
