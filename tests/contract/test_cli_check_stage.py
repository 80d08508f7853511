"""`debrief check --stage`: a stage on emulated AWS, whole and in every state in which something is missing."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from connectors.checks.stage import ALIAS, JOURNEYS, ZIPS
from tests.contract.checked import found_of
from tests.contract.cli import ROOT, Came, Terminal
from tests.contract.staged import Staged, a_stage
from tests.contract.stores import Aws
from tests.vendors.aws import Fault

pytest_plugins = ["tests.contract.store_fixtures"]

SETTINGS = "organisation: Acme\npagerduty: {base_url: 'http://127.0.0.1:9'}\n"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def staged(aws: Aws, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Staged:
    return a_stage(aws, monkeypatch)


def _checks(terminal: Terminal, *arguments: str) -> Came:
    return terminal.runs("check", "--stage", "dev", "--json", *arguments)


def _aws(came: Came) -> dict[str, list[tuple[str, str]]]:
    """By subject, of what is about AWS."""
    subjects = dict.fromkeys(one["subject"] for one in came.json["findings"] if one["about"] == "AWS")
    return {subject: found_of(came.json["findings"], subject) for subject in subjects}


def _is_deployed(staged: Staged, *, odd: str = "") -> None:
    """Functions with their zips, schedules, somebody who hears alarms; `odd` is a function left at another release."""
    role = _role(staged.client("iam"))
    functions = staged.client("lambda")
    for name, members in ZIPS.items():
        for function in members:
            _has_function(functions, role, function, f"{name} of {'before' if function == odd else 'now'}")
    for function in ("follow_up", "reconcile"):
        _has_schedule(staged.client("scheduler"), function, "ENABLED")
    sns = staged.client("sns")
    sns.subscribe(TopicArn=_topic(staged), Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:wakes-us")


def _topic(staged: Staged) -> str:
    told = staged.client("cloudformation").describe_stack_resource(StackName="debrief-dev", LogicalResourceId="Alarms")
    return told["StackResourceDetail"]["PhysicalResourceId"]


def _role(iam: Any) -> str:
    try:
        return iam.get_role(RoleName="runs")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        trusts = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda"}}]}
        return iam.create_role(RoleName="runs", AssumeRolePolicyDocument=json.dumps(trusts))["Role"]["Arn"]


def _has_function(functions: Any, role: str, function: str, content: str) -> None:
    name = f"debrief-dev-{function}"
    _gone(functions.delete_function, functions, FunctionName=name)
    code, written = io.BytesIO(), zipfile.ZipInfo("release.txt")
    with zipfile.ZipFile(code, "w") as zipped:
        zipped.writestr(written, content)
    functions.create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="a.b", Code={"ZipFile": code.getvalue()}
    )
    if function in JOURNEYS:
        version = functions.publish_version(FunctionName=name)["Version"]
        functions.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)


def _has_schedule(scheduler: Any, function: str, state: str) -> None:
    _gone(scheduler.delete_schedule, scheduler, Name=function)
    target = {"Arn": f"arn:aws:lambda:us-east-1:123456789012:function:debrief-dev-{function}:durable"}
    scheduler.create_schedule(
        Name=function,
        ScheduleExpression="rate(15 minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target | {"RoleArn": "arn:aws:iam::123456789012:role/starts"},
        State=state,
    )


def _gone(delete: Any, client: Any, **named: str) -> None:
    try:
        delete(**named)
    except client.exceptions.ResourceNotFoundException:
        return


def test_a_stage_that_is_whole_is_ok(terminal: Terminal, staged: Staged):
    _is_deployed(staged)
    aws = _aws(_checks(terminal, "--live"))

    assert {subject: [state for state, _ in said] for subject, said in aws.items()} == {
        subject: ["ok"]
        for subject in ("stack", "table", "functions", "schedules", "dead letters", "alarms", "ringing now")
    }
    assert re.fullmatch(r"all 7 are of one release, last changed \d{4}-\d\d-\d\d \d\d:\d\d UTC", aws["functions"][0][1])
    assert aws["alarms"] == [("ok", "heard by 1")]


def test_what_is_missing_of_a_stage_is_named_with_the_remedy(terminal: Terminal, staged: Staged):
    _is_deployed(staged, odd="observe")
    scheduler, sns, sqs = (staged.client(name) for name in ("scheduler", "sns", "sqs"))
    _has_schedule(scheduler, "reconcile", "DISABLED")
    _gone(scheduler.delete_schedule, scheduler, Name="follow_up")
    for one in sns.list_subscriptions_by_topic(TopicArn=_topic(staged))["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    sqs.send_message(QueueUrl=staged.outputs["DeadLettersUrl"], MessageBody="{}")
    came = _checks(terminal, "--live")
    aws = _aws(came)

    again, unknown = "Deploy it again: make deploy STAGE=dev.", "what no webhook told stays unknown"
    assert came.code == 1
    assert aws["functions"] == [("failure", f"those of journey.zip are not of one release. {again}")]
    assert aws["schedules"] == [
        ("failure", f"that of follow_up is not there: nobody is reminded. {again}"),
        ("failure", f"that of reconcile is switched off: {unknown}. Enable it in EventBridge Scheduler."),
    ]
    waits = "1 waits to be played again. See dead letters in the runbook, then: debrief replay --stage dev."
    assert aws["dead letters"] == [("warning", waits)]
    assert aws["alarms"][0][0] == "warning"
    assert aws["alarms"][0][1].startswith("nobody hears them. Set alarmEmail in deploy.yml and deploy again")


def test_an_alarm_that_is_on_is_told_with_its_entry_in_the_runbook(terminal: Terminal, staged: Staged):
    _is_deployed(staged)
    cloudwatch, name = staged.client("cloudwatch"), "debrief-dev-JourneyFailed-1A2B3C"
    described = "A journey ended without its draft. docs/runbook.md#journey-failed"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=described,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="it failed")
    found = _aws(_checks(terminal, "--live"))["ringing now"]
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert found == [("warning", f"JourneyFailed is on. {described}")]


def test_a_function_that_is_not_there_is_named(terminal: Terminal, staged: Staged):
    _is_deployed(staged)
    staged.client("lambda").delete_function(FunctionName="debrief-dev-slack_clicked")
    ((state, said),) = _aws(_checks(terminal, "--live"))["functions"]
    assert state == "failure"
    assert said.startswith("reading the function debrief-dev-slack_clicked: AWS answered ResourceNotFoundException.")
    assert said.endswith("Deploy it again: make deploy STAGE=dev.")


def test_what_aws_does_not_let_a_person_see_is_a_warning_that_names_the_permission(
    terminal: Terminal, staged: Staged, aws: Aws
):
    _is_deployed(staged)
    for action in ("DescribeTable", "GetQueueAttributes"):
        aws.emulated.faults.append(Fault(action, 400, "AccessDeniedException"))
    seen = _aws(_checks(terminal, "--live"))
    ((state, said),) = seen["table"]
    assert state == "warning"
    assert said.startswith(
        "not looked at (AWS answered AccessDeniedException). Allow dynamodb:DescribeTable on the table"
    )
    assert "Allow sqs:GetQueueAttributes" in seen["dead letters"][0][1]
    assert seen["stack"][0][0] == "ok"


def test_settings_here_and_in_the_bucket_are_compared(terminal: Terminal, staged: Staged, aws: Aws):
    here = terminal.folder / "debrief.yml"
    here.write_text(SETTINGS)
    absent = found_of(_checks(terminal).json["findings"], "debrief.yml")
    aws.s3.put_object(Bucket=aws.bucket, Key="debrief.yml", Body=SETTINGS.encode())
    same = found_of(_checks(terminal).json["findings"], "debrief.yml here")
    here.write_text(SETTINGS + "timezone: Europe/Berlin\ninstall_id: acme\n")
    other = found_of(_checks(terminal).json["findings"], "debrief.yml here")
    here.write_text("slak: {}\n")
    wrong = found_of(_checks(terminal).json["findings"], "debrief.yml here")
    here.unlink()
    none = found_of(_checks(terminal).json["findings"], "debrief.yml here")

    push = "debrief settings push --stage dev."
    assert absent == [("warning", f"is not in the bucket: every default counts there. Run: {push}")]
    assert same == [("ok", "says the same as that in the bucket")]
    said = "is not that in the bucket: install_id, timezone differ."
    assert other == [("warning", f"{said} To have them there: {push}")]
    assert wrong[0][1] == "cannot be compared with that in the bucket: it is not valid. See: debrief settings."
    assert none == []


def test_settings_that_may_not_be_read_are_a_warning_and_aws_is_asked_all_the_same(
    terminal: Terminal, staged: Staged, aws: Aws
):
    _is_deployed(staged)
    aws.emulated.faults.append(Fault("GET", 403, "AccessDenied"))
    came = _checks(terminal, "--live")
    ((state, said),) = found_of(came.json["findings"], "debrief.yml in the bucket")
    assert (state, came.code) == ("warning", 0)
    assert "Allow s3:GetObject" in said
    assert [about["about"] for about in came.json["findings"]] == ["debrief.yml", *["AWS"] * 7]


def test_wrong_settings_in_the_bucket_end_it_there(terminal: Terminal, staged: Staged, aws: Aws):
    aws.s3.put_object(Bucket=aws.bucket, Key="debrief.yml", Body=b"timezone: Nowhere/Else\n")
    came = _checks(terminal, "--live")
    assert came.code == 2
    assert found_of(came.json["findings"], "line 1")[0][1].startswith('timezone: "Nowhere/Else" is not a time zone.')


def test_secrets_of_a_stage_are_looked_for_by_name(terminal: Terminal, staged: Staged, aws: Aws):
    staged.puts_secret("PAGERDUTY", {"PAGERDUTY_TOKEN": "pd-secret-value"})
    aws.s3.put_object(Bucket=aws.bucket, Key="debrief.yml", Body=SETTINGS.encode())
    came = _checks(terminal)
    assert found_of(came.json["findings"], "PAGERDUTY_TOKEN") == [("ok", "is set")]
    ((state, said),) = found_of(came.json["findings"], "PAGERDUTY_WEBHOOK_SECRET")
    assert (state, came.code) == ("warning", 0)
    assert said == "is not set: it is there to receive webhooks. Run: debrief webhook create --stage dev."
    assert "pd-secret-value" not in came.out
    assert came.json["where"] == "the stage dev in us-east-1"

    aws.emulated.faults += [Fault("GetSecretValue", 400, "AccessDeniedException")] * 2
    refused = _checks(terminal)
    told = [one for one in refused.json["findings"] if "secretsmanager:GetSecretValue" in one["remedy"]]
    assert [one["state"] for one in told] == ["warning"]

    aws.emulated.faults += [Fault("GetSecretValue", 400, "AccessDeniedException")] * 20
    live = _checks(terminal, "--live")
    assert [one["subject"] for one in live.json["findings"] if one["about"] == "PagerDuty"] == ["not asked"]
    aws.emulated.faults.clear()


def test_a_stage_that_is_not_there_is_one_sentence(terminal: Terminal, staged: Staged):
    del staged
    came = terminal.runs("check", "--stage", "prod", "--live")
    assert came.code == 4
    assert came.err.startswith("debrief: Looking for the stage prod: there is no stack debrief-prod in us-east-1.")
    assert came.err.count("\n") == 1


def test_the_functions_that_are_looked_at_are_those_of_the_template():
    text = (ROOT / "serverless.yml").read_text().partition("\nfunctions:\n")[2].partition("\nresources:")[0]
    blocks = dict(re.findall(r"^  (\w+):\n((?:    .*\n)+)", text, re.MULTILINE))
    assert set(blocks) == {function for functions in ZIPS.values() for function in functions}
    assert {name for name, block in blocks.items() if "durableConfig" in block} == set(JOURNEYS)
    assert {name for name, block in blocks.items() if "receiver.zip" in block} == set(ZIPS["receiver.zip"])
