"""What a stage chooses in deploy.yml, in an emulated account: it works, and it goes again without the file."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.contract.stack import OSLS, ROOT
from tests.e2e.ministack import MINISTACK, STACK, Account, ministack
from tests.e2e.on_lambda import ZIPS
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign

pytestmark = pytest.mark.skipif(
    not (OSLS.exists() and MINISTACK.exists() and (ZIPS / "journey.zip").exists()),
    reason="make test-e2e fetches osls and ministack, and builds the zips",
)

NAME = "debrief.acme.example"
OF_THE_CHOICE = {"Domain", "DomainMapping", "DomainRecord", "UseKey"}


def test_a_stage_with_a_key_and_a_name_of_its_own_answers_to_it_and_keeps_its_table_without(tmp_path: Path):
    folder = copied(tmp_path / "copy")
    with ministack(tmp_path) as account:
        (folder / "deploy.yml").write_text(yaml.safe_dump({"dev": chosen(account)}))
        account.deploy(folder)
        held = account.resources()
        assert set(held) >= OF_THE_CHOICE
        assert outputs(account)["BaseUrl"] == f"https://{NAME}"

        secret = json.dumps({"PAGERDUTY_WEBHOOK_SECRET": WEBHOOK_SECRET})
        account.client("secretsmanager").put_secret_value(SecretId=held["PagerDutySecret"], SecretString=secret)
        body = body_of(latest(by_name("stale-replica"), datetime.now(UTC)).webhooks[-1])
        assert account.posts("/pagerduty", body, sign(body, "whsec-somebody-else"), host=NAME) == 403
        assert account.posts("/pagerduty", body, sign(body, WEBHOOK_SECRET), host=NAME) == 202

        (folder / "deploy.yml").unlink()
        account.deploy(folder)
        assert set(held) - set(account.resources()) == OF_THE_CHOICE
        assert account.resources()["Table"] == held["Table"]
        assert "BaseUrl" not in outputs(account)


def copied(folder: Path) -> Path:
    """What a deployment reads."""
    shutil.copytree(ROOT / "infra", folder / "infra")
    shutil.copy(ROOT / "serverless.yml", folder)
    shutil.copytree(ZIPS, folder / "build" / ZIPS.name)
    return folder


def chosen(account: Account) -> dict[str, str]:
    """A key, a certificate and a zone of the account; no mail, for the emulator knows no budgets."""
    zone = account.client("route53").create_hosted_zone(Name="acme.example", CallerReference="a")["HostedZone"]["Id"]
    return {
        "kmsKeyArn": account.client("kms").create_key()["KeyMetadata"]["Arn"],
        "domainName": NAME,
        "certificateArn": account.client("acm").request_certificate(DomainName=NAME)["CertificateArn"],
        "hostedZoneId": zone.rpartition("/")[2],
    }


def outputs(account: Account) -> dict[str, str]:
    (stack,) = account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
