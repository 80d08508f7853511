"""A stage on AWS as a terminal sees it: found by what its stack says of itself, and nothing else to configure.

The functions find the same things in their environment (`on_aws.py`): the stack's outputs and that environment hold the
same names.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.errors import NotAllowed, NotFound
from handlers.wiring import build_house, settings_in, templates_in, utc_now

if TYPE_CHECKING:
    from connectors.secrets.keeping import SecretsManagerKeeper
    from connectors.secrets.secrets_manager import SecretsManagerSecrets
    from connectors.store.port import Store
    from handlers.house import House
    from postmortem.settings import Settings

SERVICE = "debrief"
VENDORS = {"PAGERDUTY": "PagerDuty", "SLACK": "Slack", "JIRA": "Jira", "CONFLUENCE": "Confluence"}


@dataclass(frozen=True, eq=False)
class Stage:
    """One deployed stage. `outputs` are those of its stack: names as in infra/, "TableName" and the like."""

    stage: str
    session: Any = field(repr=False)
    outputs: Mapping[str, str]

    @property
    def region(self) -> str:
        return self.session.region_name

    @property
    def name(self) -> str:
        return f"the stage {self.stage} in {self.region}"

    @functools.cache  # noqa: B019 # a stage lives as long as the command
    def client(self, service: str) -> Any:
        """A client of one AWS service."""
        from botocore.config import Config

        config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})
        return self.session.client(service, config=config)

    def store(self) -> Store:
        from connectors.store.dynamo import DynamoStore

        table, bucket = self.outputs["TableName"], self.outputs["BucketName"]
        return DynamoStore(self.client("dynamodb"), table, self.client("s3"), bucket, utc_now)

    def settings(self) -> Settings:
        """Those in the bucket; every default where there are none. Raises SettingsError."""
        return settings_in(self.store())

    def templates(self, settings: Settings) -> dict[str, str]:
        return templates_in(self.store(), settings)

    def secrets(self) -> SecretsManagerSecrets:
        from connectors.secrets.secrets_manager import SecretsManagerSecrets

        return SecretsManagerSecrets(self.client("secretsmanager"), self._secret_ids(), utc_now)

    def keeper(self) -> SecretsManagerKeeper:
        from connectors.secrets.keeping import SecretsManagerKeeper

        return SecretsManagerKeeper(self.client("secretsmanager"), self._secret_ids())

    def house(self, store: Store, **options: Any) -> House:
        settings = settings_in(store)
        templates = templates_in(store, settings)
        return build_house(settings, self.secrets(), store, templates=templates, start=self.start, **options)

    def base_url(self) -> str | None:
        """Where vendors reach it, by its own name where the stage has one (infra/domain.yml): without a final slash;
        the path of each function comes after it."""
        return self.outputs.get("BaseUrl", self.outputs["HttpApiUrl"]).rstrip("/")

    @property
    def mails_nobody(self) -> bool:
        """Of alarms and of the budget. A stage of an older release does not say: False."""
        return self.outputs.get("AlarmsGoTo") == "nobody"

    def start(self, kind: str, name: str, payload: dict[str, Any]) -> bool:
        """Start a journey by name; False where that name was started before. "postmortem", "observe", "follow_up"."""
        from connectors.engine.start import start_on_lambda

        function_arn = self.outputs[f"{kind.title().replace('_', '')}Arn"]
        return start_on_lambda(self.client("lambda"), function_arn, kind, name, payload)

    def _secret_ids(self) -> dict[str, str]:
        return {vendor: self.outputs[f"{words}SecretArn"] for vendor, words in VENDORS.items()}


def find_stage(stage: str, region: str | None = None, environment: Mapping[str, str] = os.environ) -> Stage:
    """The stage of this name, deployed from this release or an older one.

    Raises NotFound where no stack of it is in the region, NotAllowed without credentials, a region or the permission,
    Unreachable where AWS does not answer.
    """
    import boto3
    from botocore.exceptions import ProfileNotFound

    from connectors.aws import aws_errors

    tried, stack = f"looking for the stage {stage}", f"{SERVICE}-{stage}"
    try:
        session = boto3.Session(region_name=region or environment.get("AWS_REGION"))
    except ProfileNotFound:
        remedy = "Set AWS_PROFILE to a profile of ~/.aws/config."
        raise NotAllowed(tried, "there is no such AWS profile", remedy) from None
    if not session.region_name:
        remedy = "Name the region it is deployed in: --region eu-west-1, or export AWS_REGION."
        raise NotAllowed(tried, "no AWS region is set", remedy)
    with aws_errors(tried, permission="cloudformation:DescribeStacks", on=f"the stack {stack}"):
        outputs = _outputs(session.client("cloudformation"), stack)
    if outputs is None:
        remedy = f"Deploy it (make deploy STAGE={stage}), or name the region it is in with --region."
        raise NotFound(tried, f"there is no stack {stack} in {session.region_name}", remedy)
    found = Stage(stage, session, outputs)
    _must_be_whole(found, tried)
    return found


def _outputs(cloudformation: Any, stack: str) -> dict[str, str] | None:
    """None where there is no such stack: CloudFormation calls that a ValidationError, by its text alone."""
    try:
        stacks = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        told: dict[str, str] = error.response.get("Error", {})
        if told.get("Code") == "ValidationError" and "does not exist" in told.get("Message", ""):
            return None
        raise
    return {one["OutputKey"]: one["OutputValue"] for stack in stacks for one in stack.get("Outputs", [])}


NEEDED = (
    "TableName",
    "BucketName",
    "DeadLettersUrl",
    "HttpApiUrl",
    "PostmortemArn",
    "ObserveArn",
    "FollowUpArn",
    *(f"{words}SecretArn" for words in VENDORS.values()),
)
"""What a terminal needs of a stack: tests/contract/test_stack.py holds the template to it."""


def _must_be_whole(stage: Stage, tried: str) -> None:
    missing = [name for name in NEEDED if name not in stage.outputs]
    if missing:
        came_back = f"its stack does not say {', '.join(missing)}"
        raise NotFound(tried, came_back, f"Deploy it again: make deploy STAGE={stage.stage}.")
