"""What would be deployed is what handlers/ holds, may do no more than it must, and loses nothing when it is removed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.stage import NEEDED
from tests.contract.stack import CHOICES, OSLS, ROOT, functions, resources, statements, template

pytestmark = pytest.mark.skipif(
    not OSLS.exists(), reason="osls is not installed: `npm ci`, which `make test` does where Node is"
)

DOMAIN = ("domainName", "certificateArn")
VARIANTS = ((), ("alarmEmail",), ("kmsKeyArn",), DOMAIN, tuple(CHOICES))
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
WITHOUT_A_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
"""Actions that AWS lets nobody restrict to a resource
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html, read 2026-11-21)."""
OURS = r"\$\{AWS::Region\}:\$\{AWS::AccountId\}"
MAY_END_IN_A_STAR = (
    rf"arn:\$\{{AWS::Partition\}}:lambda:{OURS}:function:debrief-prod-\w+:\*",  # the versions of one function
    rf"arn:\$\{{AWS::Partition\}}:logs:{OURS}:log-group:/aws/lambda/debrief-prod-\w+:\*",  # the streams of one log
    r"\$\{Bucket\.Arn\}/\*",  # the files of the bucket
)
"""What has no name of its own yet when the stack is made."""


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


@pytest.mark.parametrize("chosen", VARIANTS, ids=" ".join)
def test_nothing_is_allowed_on_everything(chosen: tuple[str, ...]):
    for owner, statement in statements("prod", *chosen):
        actions, targets = _listed(statement["Action"]), _listed(statement["Resource"])
        if statement["Effect"] == "Deny":
            continue
        assert not [action for action in actions if "*" in action], owner
        if "*" in targets:
            assert set(actions) <= WITHOUT_A_RESOURCE, owner
        for target in targets:
            whole = target["Fn::Sub"] if isinstance(target, dict) and "Fn::Sub" in target else json.dumps(target)
            may_stay = any(re.fullmatch(shape, whole) for shape in MAY_END_IN_A_STAR)
            assert target == "*" or "*" not in whole or may_stay, (owner, whole)


@pytest.mark.parametrize(
    "target", ["arn:aws:s3:::*", "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*"]
)
def test_a_star_in_place_of_a_name_would_be_seen(target: str):
    assert not any(re.fullmatch(shape, target) for shape in MAY_END_IN_A_STAR)


def test_the_receivers_have_no_policy_of_others_but_for_the_key():
    roles = resources("AWS::IAM::Role")
    key_alone = [{"Fn::If": ["HasKey", {"Ref": "UseKey"}, {"Ref": "AWS::NoValue"}]}]

    for name in ("ReceiveRole", "JiraChangedRole"):
        assert roles[name]["Properties"]["ManagedPolicyArns"] == key_alone


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
        file_of(one["Properties"]["Target"]["Arn"]): one["Properties"]["ScheduleExpression"]
        for one in resources("AWS::Scheduler::Schedule").values()
    }

    assert woken == {"follow_up": "cron(0 * * * ? *)", "reconcile": "cron(0/15 * * * ? *)"}
    assert all('"durable"' in json.dumps(one["Properties"]) for one in resources("AWS::Scheduler::Schedule").values())


def file_of(reference: Any) -> str:
    """The file of handlers/ whose function a template refers to."""
    known = resources("AWS::Lambda::Function")
    (name,) = [name for name in known if f'"{name}"' in json.dumps(reference)]
    return known[name]["Properties"]["Handler"].split(".")[1]


def test_routes_lead_to_the_receivers():
    behind = {
        name: file_of(one["Properties"]["IntegrationUri"])
        for name, one in resources("AWS::ApiGatewayV2::Integration").items()
    }
    routes = {
        one["Properties"]["RouteKey"]: behind[one["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]]
        for one in resources("AWS::ApiGatewayV2::Route").values()
    }

    assert routes == {"POST /pagerduty": "receive", "POST /slack": "slack_clicked", "POST /jira": "jira_changed"}


def test_a_flood_is_turned_away_before_anything_is_paid_for():
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["DefaultRouteSettings"]

    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (25, 50)


def test_receivers_answer_in_time():
    receivers = {name: functions()[name] for name in ("receive", "slack_clicked", "jira_changed")}

    assert {name: one["Timeout"] for name, one in receivers.items()} == dict.fromkeys(receivers, 5)


def test_those_who_hold_a_document_have_room_for_the_longest_and_the_others_pay_for_no_more_than_they_need():
    memory = {name: properties["MemorySize"] for name, properties in functions().items()}
    documents = {memory.pop("journey"), memory.pop("follow_up")}

    assert min(documents) >= 1024, "100,000 messages took 751 MB"
    assert memory.pop("slack_clicked") == 1769, "Slack waits three seconds for a form"
    assert set(memory.values()) == {512}


def test_what_people_own_outlives_the_stack():
    for kind in KEPT:
        kept = {name: one for name, one in resources(kind).items() if name != "ServerlessDeploymentBucket"}
        assert kept
        for name, one in kept.items():
            assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_the_environment_holds_names_and_no_secret():
    for properties in functions().values():
        variables = properties["Environment"]["Variables"]
        assert variables.pop("DEBRIEF_STAGE") == "dev"
        assert variables.pop("PYDANTIC_DISABLE_PLUGINS") == "__all__"
        for name, value in variables.items():
            assert name.startswith("DEBRIEF_")
            assert isinstance(value, dict), f"{name} is written out"


def test_dev_and_prod_differ_in_name_and_in_how_long_logs_are_kept():
    kept = {
        stage: {one["Properties"]["RetentionInDays"] for one in resources("AWS::Logs::LogGroup", stage).values()}
        for stage in ("dev", "prod")
    }

    assert kept == {"dev": {30}, "prod": {90}}
    assert "debrief-prod-journey" in template("prod")


@pytest.mark.parametrize("chosen", VARIANTS, ids=" ".join)
def test_cfn_lint_finds_no_error(tmp_path: Path, chosen: tuple[str, ...]):
    """Warnings W3005 are about dependencies that osls writes twice, W1030 about a parameter that is empty where its
    resource is not made."""
    file = tmp_path / "template.json"
    file.write_text(template("prod", *chosen))
    lint = Path(sys.executable).with_name("cfn-lint")

    ran = subprocess.run([lint, "-i", "W3005", "W1030", "--", file], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (0, "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_a_terminal_finds_everything_that_it_needs_of_a_stage():
    assert set(NEEDED) <= set(json.loads(template())["Outputs"])


def test_what_a_stage_may_choose_is_what_the_example_shows_and_what_the_template_asks_for():
    text = (ROOT / "serverless.yml").read_text()

    assert set(re.findall(r"self:custom\.chosen\.(\w+)", text)) == set(CHOICES)
    for key, value in CHOICES.items():
        assert json.dumps(value) in template("prod", *CHOICES), key


def test_a_budget_warns_whoever_hears_the_alarms_and_counts_this_stage_alone():
    (budget,) = resources("AWS::Budgets::Budget", "prod", *CHOICES).values()
    properties = budget["Properties"]

    assert budget["Condition"] == "HasAlarmEmail"
    assert properties["Budget"]["TimeUnit"] == "MONTHLY"
    assert properties["Budget"]["CostFilters"] == {"TagKeyValue": [{"Fn::Join": ["$", ["user:debrief", "prod"]]}]}
    assert "stackTags: {debrief:" in (ROOT / "serverless.yml").read_text()
    assert {one["Notification"]["NotificationType"] for one in properties["NotificationsWithSubscribers"]} == {
        "ACTUAL", "FORECASTED",
    }  # fmt: skip
    mail = {"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmailAddress"}}
    assert all(one["Subscribers"] == [mail] for one in properties["NotificationsWithSubscribers"])
    assert _default("MonthlyBudget", "prod", *CHOICES) == CHOICES["monthlyBudget"]


def test_a_key_of_ones_own_encrypts_all_that_is_kept():
    """Where none is chosen every one of these is nothing, and AWS's own keys do it."""
    key = {"Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
    (table,) = _properties("AWS::DynamoDB::Table")
    (queue,) = _properties("AWS::SQS::Queue")
    durable = [one["DurableConfig"] for one in functions().values() if "DurableConfig" in one]

    assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    assert queue["KmsMasterKeyId"] == key
    assert queue["SqsManagedSseEnabled"] == {"Fn::If": ["HasKey", {"Ref": "AWS::NoValue"}, True]}
    assert [one["KmsKeyId"] for one in _properties("AWS::SecretsManager::Secret")] == [key] * 4
    assert [one["KMSKeyArn"] for one in durable] == [key] * 4
    assert all(one["ExecutionTimeout"] and one["RetentionPeriodInDays"] for one in durable)
    assert _default("KmsKeyArn") == ""
    assert _default("KmsKeyArn", "prod", "kmsKeyArn") == CHOICES["kmsKeyArn"]


def test_the_bucket_is_versioned_private_encrypted_and_forgets_old_versions():
    (bucket,) = (one["Properties"] for name, one in resources("AWS::S3::Bucket").items() if name == "Bucket")
    _, with_key, without = bucket["BucketEncryption"]["Fn::If"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365}
    assert _encryption(without) == {"SSEAlgorithm": "AES256"}
    assert _encryption(with_key) == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "KmsKeyArn"}}


@pytest.mark.parametrize("owner", ["BucketPolicy", "DeadLettersPolicy"])
def test_files_and_dead_letters_are_reached_over_tls_alone(owner: str):
    (statement,) = (one for name, one in statements() if name == owner)

    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_roles_use_that_key_alone_and_only_where_one_is_chosen():
    kms = [
        (owner, statement)
        for owner, statement in statements("prod", *CHOICES)
        if any(action.startswith("kms:") for action in _listed(statement["Action"]))
    ]
    use_key = {"Fn::If": ["HasKey", {"Ref": "UseKey"}, {"Ref": "AWS::NoValue"}]}

    assert [owner for owner, _ in kms] == ["UseKey"]
    assert kms[0][1]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert kms[0][1]["Resource"] == {"Ref": "KmsKeyArn"}
    assert resources("AWS::IAM::ManagedPolicy")["UseKey"]["Condition"] == "HasKey"
    for name, role in resources("AWS::IAM::Role").items():
        assert (use_key in role["Properties"].get("ManagedPolicyArns", [])) == (name != "SchedulerRole"), name


def test_a_domain_of_ones_own_leads_to_the_same_api_and_terminals_take_it():
    outputs = json.loads(template("prod", *CHOICES))["Outputs"]
    (domain,) = resources("AWS::ApiGatewayV2::DomainName").values()
    (mapping,) = resources("AWS::ApiGatewayV2::ApiMapping").values()
    (record,) = resources("AWS::Route53::RecordSet").values()

    assert [one["Condition"] for one in (domain, mapping, record)] == ["HasDomain", "HasDomain", "HasHostedZone"]
    assert domain["Properties"]["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"
    assert mapping["Properties"]["ApiId"] == {"Ref": "HttpApi"}
    assert record["Properties"]["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["Domain", "RegionalDomainName"]}
    assert outputs["BaseUrl"] == {"Condition": "HasDomain", "Value": {"Fn::Sub": "https://${DomainName}"}}


@pytest.mark.parametrize("chosen", [(), ("alarmEmail",)], ids=["no address", "an address"])
def test_a_stack_says_whom_its_alarms_reach(chosen: tuple[str, ...]):
    stack = json.loads(template("dev", *chosen))
    told = {"Fn::If": ["HasAlarmEmail", {"Ref": "AlarmEmailAddress"}, "nobody"]}
    assert stack["Outputs"]["AlarmsGoTo"]["Value"] == told
    assert stack["Parameters"]["AlarmEmailAddress"]["Default"] == (CHOICES["alarmEmail"] if chosen else "")


def test_the_table_can_be_brought_back_is_not_deleted_by_mistake_and_forgets_only_what_says_when():
    (table,) = _properties("AWS::DynamoDB::Table")

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_every_function_runs_alike_and_logs_json_and_whatever_takes_long_is_traced():
    for name, properties in functions().items():
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["arm64"]), name
        mode = "PassThrough" if name in {"receive", "jira_changed"} else "Active"
        assert properties["TracingConfig"] == {"Mode": mode}, name
        assert properties["LoggingConfig"]["LogFormat"] == "JSON", name


def _properties(kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in resources(kind).values()]


def _encryption(configuration: dict[str, Any]) -> dict[str, Any]:
    return configuration["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]


def _default(parameter: str, stage: str = "dev", *chosen: str) -> Any:
    return json.loads(template(stage, *chosen))["Parameters"][parameter]["Default"]
