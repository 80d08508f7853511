"""`debrief stage`: where everything of a stage is, what comes next, and what a removal leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.stage import VENDORS, find_stage
from handlers.wiring import templates_in
from postmortem.settings import SettingsError, version_of

_DOORS = ("pagerduty", "slack", "jira")


@dataclass(frozen=True, slots=True)
class Made:
    """`settings` is the version in the bucket, None where there are none yet; `option` is what names the region."""

    stage: str
    name: str
    region: str
    option: str
    base_url: str
    table: str
    bucket: str
    queue: str
    secrets: dict[str, str]
    settings: str | None
    mails_nobody: bool


def made(stage: str, region: str | None) -> Made:
    """Raises as `find_stage` does, and where the bucket may not be read."""
    found = find_stage(stage, region)
    return Made(
        stage=stage,
        name=found.name,
        region=found.region,
        option=f" --region {region}" if region else "",
        base_url=found.base_url() or "",
        table=found.outputs["TableName"],
        bucket=found.outputs["BucketName"],
        queue=found.outputs["DeadLettersUrl"],
        secrets={words: found.outputs[f"{words}SecretArn"] for words in VENDORS.values()},
        settings=_settings(found),
        mails_nobody=found.mails_nobody,
    )


def _settings(stage: Any) -> str | None:
    store = stage.store()
    if store.load("debrief.yml") is None:
        return None
    try:
        settings = stage.settings()
    except SettingsError:
        return "with mistakes: debrief settings push puts another there"
    return f"version {version_of(settings, templates_in(store, settings))}"


def as_json(made: Made) -> dict[str, Any]:
    names = ("stage", "region", "base_url", "table", "bucket", "queue", "secrets", "settings")
    return {name: getattr(made, name) for name in names}


def say_made(console: Console, made: Made) -> None:
    _print(console, f"{made.name[:1].upper()}{made.name[1:]}", "bold")
    for what, where in _parts(made):
        _print(console, f"  {what:<22} {where}")
    _print(console, "Next:", "bold")
    steps = list(_next(made))
    wide = max(len(command) for command, _ in steps)
    for command, why in steps:
        _print(console, f"  {command:<{wide}}  {why}")


def say_taken_up(console: Console, stage: str, *, is_new: bool) -> None:
    if is_new:
        _print(console, f"The stage {stage} begins with the table, the bucket and the secrets that it left.")


def say_removal(console: Console, made: Made) -> None:
    """What stays, and the commands that delete it for good."""
    _print(console, f"Removing {made.name} takes its functions, doors, schedules, queue, logs and alarms away.", "bold")
    _print(console, "These stay, with everything in them, and cost what they hold:")
    for what, where in _kept(made):
        _print(console, f"  {what:<22} {where}")
    _print(console, f"make remove writes kept-{made.stage}.json, and the next make deploy takes them up again.")
    _print(console, "To delete them for good, after the removal:")
    for command in _deletions(made):
        _print(console, f"  {command}", "dim")


def _parts(made: Made) -> Iterator[tuple[str, str]]:
    yield from ((f"{door} reaches it at", f"{made.base_url}/{door}") for door in _DOORS)
    yield "settings", made.settings or "none yet: every default counts"
    yield from _kept(made)
    yield "what failed for good", made.queue


def _kept(made: Made) -> Iterator[tuple[str, str]]:
    yield "table", made.table
    yield "bucket", made.bucket
    for vendor, secret in made.secrets.items():
        yield f"secret of {vendor}", secret


def _next(made: Made) -> Iterator[tuple[str, str]]:
    where = f"--stage {made.stage}{made.option}"
    if made.settings is None:
        yield f"debrief init {where}", "ask for the tokens, and keep them in the stage's secrets"
    yield f"debrief settings push {where}", "check debrief.yml and put it there"
    yield f"debrief webhook create {where}", "PagerDuty's webhook, its secret never on screen"
    yield f"debrief check --live {where}", "whether every vendor agrees"
    yield f"debrief status {where}", "what is under way"
    if made.mails_nobody:
        yield "deploy.yml: alarmEmail", "then make deploy again: nobody is mailed of alarms, and no budget is watched"


def _deletions(made: Made) -> Iterator[str]:
    """With the AWS command line. The table is protected, and every version of every file is kept: both are meant."""
    aws, region = "aws", f"--region {made.region}"
    yield f"{aws} dynamodb update-table {region} --table-name {made.table} --no-deletion-protection-enabled"
    yield f"{aws} dynamodb delete-table {region} --table-name {made.table}"
    for vendor_secret in made.secrets.values():
        yield f"{aws} secretsmanager delete-secret {region} --secret-id {vendor_secret} --recovery-window-in-days 7"
    yield "and the bucket with all its versions: https://console.aws.amazon.com/s3/buckets/ : Empty, then Delete"


def _print(console: Console, words: str, style: str = "") -> None:
    console.print(Text(words, style=style), soft_wrap=True)
