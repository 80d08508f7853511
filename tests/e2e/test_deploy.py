"""`osls deploy` into an emulated account, twice, and the HTTP API that it leaves behind."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.stack import OSLS
from tests.e2e.ministack import MINISTACK, ministack
from tests.e2e.on_lambda import ZIPS
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign

pytestmark = pytest.mark.skipif(
    not (OSLS.exists() and MINISTACK.exists() and (ZIPS / "journey.zip").exists()),
    reason="make test-e2e fetches osls and ministack, and builds the zips",
)


def test_the_whole_stack_is_set_up_updated_and_answers(tmp_path: Path):
    with ministack(tmp_path) as account:
        assert "✔ Service deployed" in account.deploy()
        held = account.resources()
        secret = json.dumps({"PAGERDUTY_WEBHOOK_SECRET": WEBHOOK_SECRET})
        account.client("secretsmanager").put_secret_value(SecretId=held["PagerDutySecret"], SecretString=secret)
        body = body_of(latest(by_name("stale-replica"), datetime.now(UTC)).webhooks[-1])

        assert account.posts("/pagerduty", body, sign(body, "whsec-somebody-else")) == 403
        assert account.posts("/pagerduty", body, sign(body, WEBHOOK_SECRET)) == 202

        account.deploy()
        assert {held[name] for name in ("Table", "Bucket", "PagerDutySecret")} <= set(account.resources().values())
        assert account.posts("/pagerduty", body, sign(body, WEBHOOK_SECRET)) == 202
