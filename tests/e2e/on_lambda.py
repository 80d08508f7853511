"""The deployed house on this machine: the real zips in Lambda's runtime, emulated AWS behind, fake vendors around."""

import json
import time
from collections.abc import Callable, Generator
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
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.aws import EmulatedAws, emulated_aws
from tests.vendors.pagerduty_webhooks import body_of, sign

ZIPS = Path(__file__).parents[2] / "build" / ARCH
DURABLE = ("journey", "observe")
LONGEST_SECONDS = 120.0


@dataclass
class OnLambda:
    """`rings` delivers a webhook through the receiver's zip; `settles` waits until every execution has ended."""

    neighbours: Neighbours
    aws: EmulatedAws
    service: LambdaService
    runtimes: dict[str, Runtime] = field(default_factory=dict[str, Runtime])

    def rings(self, webhook: dict[str, Any], *, secret: str = WEBHOOK_SECRET) -> tuple[int, str]:
        body = body_of(webhook)
        headers = {name.lower(): value for name, value in sign(body, secret).items()}
        _, _, answer = self.runtimes["receive"].invoke(http_api_event("/pagerduty", headers, body))
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
def on_lambda(folder: Path, *names: str) -> Generator[OnLambda]:
    """Everything up, with an empty table, and the settings in the bucket."""
    now = datetime.now(UTC)
    scripts = [latest(by_name(name), now) for name in names]
    settings = {"quiet_period": "1s", "refresh_after": "2s", "jira": {"unclear_wait": "5s"}}
    with ExitStack() as exits:
        neighbours = Neighbours(folder, scripts, lambda: datetime.now(UTC), settings=settings)
        exits.callback(neighbours.move_out)
        neighbours.move_in()
        aws = exits.enter_context(emulated_aws())
        service = exits.enter_context(lambda_service(folder))
        _furnish(neighbours, aws)
        deployed = OnLambda(neighbours, aws, service)
        code = {name: unpacked(ZIPS / f"{name}.zip", folder / name) for name in ("receiver", "journey")}
        environment = _environment(aws, service)
        for name in ("receive", *DURABLE):
            zipped = code["receiver" if name == "receive" else "journey"]
            runtime = Runtime(zipped, f"handlers.{name}.handler", environment, folder / f"{name}.log")
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
        "DEBRIEF_TABLE": "debrief",
        "DEBRIEF_BUCKET": "debrief",
        "DEBRIEF_POSTMORTEM_ARN": arn.format("journey"),
        "DEBRIEF_OBSERVE_ARN": arn.format("observe"),
        "DEBRIEF_FOLLOW_UP_ARN": arn.format("follow_up"),
    }
