"""The deployed house on this machine: the real zips in Lambda's runtime, emulated AWS behind, fake vendors around."""

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.contract.stores import make_table
from tests.e2e.lambda_service import LambdaService, http_api_event, lambda_service
from tests.e2e.runtime import ARCH, Runtime, unpacked
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.incidents.script import Script
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.aws import EmulatedAws, emulated_aws
from tests.vendors.jira_webhooks import SECRET as JIRA_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Vendor

ZIPS = Path(__file__).parents[2] / "build" / ARCH
FUNCTIONS = ("receive", "journey", "observe")
LIGHT = ("receive", "jira_changed")
"""Those that the receivers' zip holds."""
QUICK = {"quiet_period": "1s", "refresh_after": "2s", "jira": {"unclear_wait": "5s"}}
LONGEST_SECONDS = 120.0


@dataclass
class OnLambda:
    """`rings` delivers a webhook through the receiver's zip; `hears` one of Jira; `ticks` is the scheduler's."""

    neighbours: Neighbours
    aws: EmulatedAws
    service: LambdaService
    runtimes: dict[str, Runtime] = field(default_factory=dict[str, Runtime])

    def rings(self, webhook: dict[str, Any], *, secret: str = WEBHOOK_SECRET) -> tuple[int, str]:
        body = body_of(webhook)
        headers = {name.lower(): value for name, value in sign(body, secret).items()}
        return self._asks("receive", http_api_event("/pagerduty", headers, body))

    def hears(self, body: bytes, headers: dict[str, str]) -> int:
        """Of Jira; the status."""
        named = {name.lower(): value for name, value in headers.items()}
        return self._asks("jira_changed", http_api_event("/jira", named, body))[0]

    def ticks(self, function: str, payload: bytes = b"{}") -> None:
        """As EventBridge Scheduler starts it, which gives its executions no name; here they need one."""
        name = f"tick-{len(self.service.started)}"
        self.service.start(f"debrief-dev-{function}", "durable", name, payload)

    def settles(self) -> None:
        """Wait until every execution has ended."""
        service = self.service
        self.until(lambda: len(service.ended) >= len(service.started), "every execution has ended")

    def restarts(self, *functions: str) -> None:
        """The next call of these is a cold start."""
        for name in functions:
            self.runtimes[name].restart()

    def _asks(self, function: str, event: bytes) -> tuple[int, str]:
        _, _, answer = self.runtimes[function].invoke(event)
        reply = json.loads(answer)
        return reply["statusCode"], json.loads(reply["body"])["reason"]

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"not within {LONGEST_SECONDS:.0f} s: {what}"
            time.sleep(0.1)

    def drafts(self) -> list[str]:
        page = self.aws.client("s3").list_objects_v2(Bucket="debrief", Prefix="drafts/")
        return [one["Key"] for one in page.get("Contents", [])]


@contextmanager
def on_lambda(
    folder: Path,
    *names: str | Script,
    functions: Sequence[str] = FUNCTIONS,
    settings: Mapping[str, Any] = QUICK,
    around: Callable[[Vendor], Vendor] = lambda vendor: vendor,
) -> Generator[OnLambda]:
    """Everything up, with an empty table, and the settings in the bucket. `around` may put something between a fake
    vendor and its callers."""
    now = datetime.now(UTC)
    scripts = [latest(name if isinstance(name, Script) else by_name(name), now) for name in names]
    with ExitStack() as exits:
        neighbours = Neighbours(folder, scripts, lambda: datetime.now(UTC), settings=dict(settings), around=around)
        exits.callback(neighbours.move_out)
        neighbours.move_in()
        neighbours.write_secrets(JIRA_WEBHOOK_SECRET=JIRA_SECRET)
        aws = exits.enter_context(emulated_aws())
        service = exits.enter_context(lambda_service(folder))
        exits.callback(_clear, aws)
        _furnish(neighbours, aws)
        deployed = OnLambda(neighbours, aws, service)
        code = {name: unpacked(ZIPS / f"{name}.zip", folder / name) for name in ("receiver", "journey")}
        environment = _environment(aws, service)
        for name in functions:
            zipped = code["receiver" if name in LIGHT else "journey"]
            own = environment | {"AWS_ACCESS_KEY_ID": name}  # by which its requests are known
            runtime = Runtime(zipped, f"handlers.{name}.handler", own, folder / f"{name}.log")
            exits.callback(runtime.stop)
            deployed.runtimes[name] = service.functions[f"debrief-dev-{name}"] = runtime
        yield deployed


def _furnish(neighbours: Neighbours, aws: EmulatedAws) -> None:
    make_table(aws.client("dynamodb"), "debrief")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="debrief")
    s3.put_object(Bucket="debrief", Key="debrief.yml", Body=neighbours.machine.settings_file.read_bytes())
    lines = neighbours.machine.secrets_file.read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines)
    for vendor in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE"):
        theirs = {name: value for name, value in values.items() if name.startswith(vendor)}
        aws.client("secretsmanager").create_secret(Name=vendor.lower(), SecretString=json.dumps(theirs))


def _clear(aws: EmulatedAws) -> None:
    """Moto remembers beyond its server, and the next one of this process begins empty."""
    aws.client("dynamodb").delete_table(TableName="debrief")
    s3 = aws.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="debrief"):
        for one in page.get("Contents", []):
            s3.delete_object(Bucket="debrief", Key=one["Key"])
    s3.delete_bucket(Bucket="debrief")
    secrets = aws.client("secretsmanager")
    for vendor in ("pagerduty", "slack", "jira", "confluence"):
        secrets.delete_secret(SecretId=vendor, ForceDeleteWithoutRecovery=True)


def _environment(aws: EmulatedAws, service: LambdaService) -> dict[str, str]:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:debrief-dev-{}:durable"
    secrets = {f"DEBRIEF_{name}_SECRET_ID": name.lower() for name in ("PAGERDUTY", "SLACK", "JIRA", "CONFLUENCE")}
    return secrets | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ENDPOINT_URL_LAMBDA": service.url,
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "DEBRIEF_STAGE": "e2e",
        "DEBRIEF_TABLE": "debrief",
        "DEBRIEF_BUCKET": "debrief",
        "DEBRIEF_POSTMORTEM_ARN": arn.format("journey"),
        "DEBRIEF_OBSERVE_ARN": arn.format("observe"),
        "DEBRIEF_FOLLOW_UP_ARN": arn.format("follow_up"),
    }
