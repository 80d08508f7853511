"""What would be deployed is what handlers/ holds, may do no more than it must, and loses nothing when it is removed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.stage import NEEDED
from tests.contract.stack import OSLS, ROOT, functions, resources, statements, template

pytestmark = pytest.mark.skipif(
    not OSLS.exists(), reason="osls is not installed: `npm ci`, which `make test` does where Node is"
)

KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
WITHOUT_A_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
"""Actions that AWS lets nobody restrict to a resource
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html, read 2026-11-21)."""


def test_every_file_with_an_entry_point_is_a_function_and_every_function_is_such_a_file():
    files = {
        file.stem
        for file in (ROOT / "handlers").glob("*.py")
        if re.search(r"^def handler\(", file.read_text(), re.MULTILINE)
    }

    assert set(functions()) == files


def test_every_function_has_a_role_of_its_own():
    roles = [json.dumps(properties["Role"]) for properties in functions().values()]

    assert len(set(roles)) == len(roles)


def test_nothing_is_allowed_on_everything():
    for owner, statement in statements():
        actions, targets = _listed(statement["Action"]), _listed(statement["Resource"])
        if statement["Effect"] == "Deny":
            continue
        assert not [action for action in actions if "*" in action], owner
        if "*" in targets:
            assert set(actions) <= WITHOUT_A_RESOURCE, owner
        for target in targets:
            assert target == "*" or not re.search(r":\*:|\*.+\*|[^:/]\*", json.dumps(target)), owner


def test_the_receiver_may_start_journeys_and_write_records_and_nothing_more():
    allowed = {action for owner, one in statements() if owner == "ReceiveRole" for action in _listed(one["Action"])}

    assert allowed == {
        "dynamodb:GetItem", "dynamodb:UpdateItem", "lambda:InvokeFunction", "logs:CreateLogStream",
        "logs:PutLogEvents", "secretsmanager:GetSecretValue",
    }  # fmt: skip


def test_every_journey_is_durable_behind_an_alias_and_what_ends_badly_is_kept():
    durable = {name: one for name, one in functions().items() if "DurableConfig" in one}

    assert set(durable) == {"journey", "observe", "follow_up", "reconcile"}
    assert all("DeadLetterConfig" in one for one in durable.values())
    assert len(resources("AWS::Lambda::Alias")) == len(durable)


def test_schedules_wake_what_goes_by_the_clock():
    woken = {
        json.dumps(one["Properties"]["Target"]["Arn"]): one["Properties"]["ScheduleExpression"]
        for one in resources("AWS::Scheduler::Schedule").values()
    }

    assert sorted(woken.values()) == ["cron(0 * * * ? *)", "cron(0/15 * * * ? *)"]
    assert all('"durable"' in target for target in woken)


def test_routes_lead_to_the_receivers():
    routes = {one["Properties"]["RouteKey"] for one in resources("AWS::ApiGatewayV2::Route").values()}

    assert routes == {"POST /pagerduty", "POST /slack", "POST /jira"}


def test_receivers_answer_in_time():
    receivers = {name: functions()[name] for name in ("receive", "slack_clicked", "jira_changed")}

    assert {name: one["Timeout"] for name, one in receivers.items()} == dict.fromkeys(receivers, 5)


def test_what_people_own_outlives_the_stack():
    for kind in KEPT:
        kept = {name: one for name, one in resources(kind).items() if name != "ServerlessDeploymentBucket"}
        assert kept
        for name, one in kept.items():
            assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_the_environment_holds_names_and_no_secret():
    for properties in functions().values():
        for name, value in properties["Environment"]["Variables"].items():
            assert name.startswith("DEBRIEF_")
            assert isinstance(value, dict), f"{name} is written out"


def test_dev_and_prod_differ_in_name_and_in_how_long_logs_are_kept():
    kept = {
        stage: {one["Properties"]["RetentionInDays"] for one in resources("AWS::Logs::LogGroup", stage).values()}
        for stage in ("dev", "prod")
    }

    assert kept == {"dev": {30}, "prod": {90}}
    assert "debrief-prod-journey" in template("prod")


def test_cfn_lint_finds_no_error(tmp_path: Path):
    """Warnings W3005 are about dependencies that osls writes twice."""
    file = tmp_path / "template.json"
    file.write_text(template())
    lint = Path(sys.executable).with_name("cfn-lint")

    ran = subprocess.run([lint, "-i", "W3005", "--", file], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (0, "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_a_terminal_finds_everything_that_it_needs_of_a_stage():
    assert set(NEEDED) <= set(json.loads(template())["Outputs"])
