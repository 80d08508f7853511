"""`debrief webhook`: what may be typed, and how each ends."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from handlers.cli.exits import EXPECTED, Ended, Exit, ended_by
from handlers.cli.tables import as_json_text, ended_json_text
from handlers.cli.where import RegionOption, StageOption

if TYPE_CHECKING:
    from handlers.cli.webhook_command import Command

_EPILOG = """[bold]In this order[/]
  debrief webhook create --stage prod      make it, and keep its secret
  debrief webhook test --stage prod        a ping through the whole path
  debrief webhook doctor --stage prod      when no draft comes
  debrief webhook rotate --stage prod      another secret, nothing lost

The PAGERDUTY_TOKEN must be allowed to change webhooks: a full-access key, or
the scopes webhook_subscriptions.read and webhook_subscriptions.write. Its
user is an Admin, Global Admin or Account Owner."""

app = typer.Typer(
    name="webhook",
    help="PagerDuty's webhook: make it, test it, replace its secret, find out why nothing comes.",
    epilog=_EPILOG,
    rich_markup_mode="rich",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


@app.command()
def create(
    service: Annotated[
        str | None, typer.Option("--service", help="Only this service's incidents, by name or id.")
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only this team's incidents, by name or id.")] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Where PagerDuty delivers. Default: the stage's address, or yours.")
    ] = None,
    stage: StageOption = None,
    region: RegionOption = None,
    as_json: AsJson = False,
) -> int:
    """Make the subscription, and keep its secret where the receiver reads it: it is never shown.

    For the whole account, unless you name a service or a team. The same again changes nothing, goes on where an earlier
    run stopped, and adds events that are missing. Somebody else's subscription is never touched.
    """
    if service and team:
        raise Ended(Exit.USAGE, "Choose one of --service and --team: a subscription has one of them.")
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.create(service, team, url), as_json=as_json)


@app.command("list")
def list_(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """List every subscription of the account: which are ours, for what, on or off, when something last came.

    Nothing is changed.
    """
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.list(), as_json=as_json)


@app.command("test")
def ping(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Let PagerDuty ping each of ours, wait for it to come through, and say at which step it was lost.

    Takes half a minute at most for each. Exit code 1 where one does not come through.
    """
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.test(), as_json=as_json)


@app.command()
def rotate(
    url: Annotated[str | None, typer.Option("--url", help="Deliver to this address from now on.")] = None,
    stage: StageOption = None,
    region: RegionOption = None,
    as_json: AsJson = False,
) -> int:
    """Replace the secret, or the address too. Nothing is lost meanwhile, and a run that was stopped goes on.

    A second subscription is made and pinged; when its ping was accepted the first one is deleted, and its secret
    forgotten.
    """
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.rotate(url), as_json=as_json)


@app.command()
def enable(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Enable ours where PagerDuty disabled it, as it does for a day after three refused deliveries."""
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.enable(), as_json=as_json)


@app.command()
def delete(stage: StageOption = None, region: RegionOption = None, yes: Yes = False, as_json: AsJson = False) -> int:
    """Delete ours, and forget the secret. Incidents are then found by asking alone, up to half an hour later."""
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.delete(yes=yes), as_json=as_json)


@app.command()
def doctor(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Look for everything that could keep PagerDuty's webhooks from working, each with what to do.

    Nothing is changed. Exit code 1 where something cannot work; warnings are none.
    """
    with _command(stage, region, as_json=as_json) as command:
        return _end(command.doctor(), as_json=as_json)


@contextmanager
def _command(stage: str | None, region: str | None, *, as_json: bool) -> "Generator[Command]":
    """What the verbs work with; an error is a JSON object too, where JSON was asked for."""
    from handlers.cli.webhook_command import opened, with_place

    try:
        with opened(stage, region, progress=None if as_json else Console(stderr=True)) as command:
            yield command
    except EXPECTED as error:
        ended = ended_by(error)
        ended = Ended(ended.code, with_place(ended.sentence, stage, region))
        if as_json:
            typer.echo(ended_json_text(ended), nl=False)
        raise ended from error


def _end(came: Any, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(as_json_text(came.record))
    else:
        came.show(Console())
    return came.code
