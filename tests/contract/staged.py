"""A stage on emulated AWS for the commands of ops: what `osls deploy` leaves behind, as a terminal sees it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.stage import VENDORS
from tests.contract.stores import Aws

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
REGION = "us-east-1"


@dataclass
class Staged:
    """The stage "dev" of one test: table, bucket, secrets and dead letters are there and empty."""

    aws: Aws
    outputs: dict[str, str] = field(default_factory=dict[str, str])

    def client(self, service: str) -> Any:
        return self.aws.emulated.client(service)

    def secret(self, vendor: str) -> dict[str, str]:
        """What is kept for a vendor: "PAGERDUTY"."""
        secret_id = self.outputs[f"{VENDORS[vendor]}SecretArn"]
        return json.loads(self.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"])

    def puts_secret(self, vendor: str, values: Mapping[str, str]) -> None:
        secret_id = self.outputs[f"{VENDORS[vendor]}SecretArn"]
        self.client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=json.dumps(dict(values)))


def a_stage(aws: Aws, monkeypatch: pytest.MonkeyPatch, url: str = "https://abc.execute-api.example.com") -> Staged:
    """Made in the emulator, and this process's environment points there."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.emulated.url)
    monkeypatch.setenv("AWS_REGION", REGION)
    staged = Staged(aws)
    secrets = staged.client("secretsmanager")
    for words in VENDORS.values():
        made = secrets.create_secret(Name=f"{aws.table}-{words}", SecretString="{}")
        staged.outputs[f"{words}SecretArn"] = made["ARN"]
    queue = staged.client("sqs").create_queue(QueueName=f"{aws.table}-dead")["QueueUrl"]
    function = f"arn:aws:lambda:{REGION}:123456789012:function:debrief-dev"
    staged.outputs |= {
        "TableName": aws.table,
        "BucketName": aws.bucket,
        "DeadLettersUrl": queue,
        "HttpApiUrl": url,
        "PostmortemArn": f"{function}-journey:durable",
        "ObserveArn": f"{function}-observe:durable",
        "FollowUpArn": f"{function}-follow_up:durable",
    }
    _make_stack(staged.client("cloudformation"), staged.outputs)
    return staged


def _make_stack(cloudformation: Any, outputs: Mapping[str, str]) -> None:
    template = {
        "Resources": {"Alarms": {"Type": "AWS::SNS::Topic", "Properties": {}}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    name = "debrief-dev"
    if any(one["StackName"] == name for one in cloudformation.describe_stacks()["Stacks"]):
        cloudformation.delete_stack(StackName=name)
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
