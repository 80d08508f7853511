"""`debrief init`: what may be typed, and how it ends."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.where import RegionOption, StageOption

EPILOG = """[bold]Examples[/]
  debrief init                                 asks
  debrief init --yes --jira-site acme.atlassian.net
    --jira-email debrief@acme.example --jira-project OPS
  debrief init --stage dev                     tokens go into that stage

Tokens are asked for without echo, at a terminal alone; scripts pipe them
into debrief secret set. Stopped by Ctrl-C, the same command goes on."""


def _option(words: str, metavar: str = "TEXT") -> typer.models.OptionInfo:
    return typer.Option(metavar=metavar, help=words)


def init(
    organisation: Annotated[str | None, _option("For the head of drafts.")] = None,
    timezone: Annotated[str | None, _option("Such as Europe/Berlin. Default: this machine's.", "ZONE")] = None,
    pagerduty_region: Annotated[str | None, _option("us or eu. Default: us.", "REGION")] = None,
    pagerduty_sender: Annotated[str | None, _option("In whose name notes are written.", "E-MAIL")] = None,
    slack_channels: Annotated[
        str | None, _option("Names of incidents' channels. Default: inc-{number}.", "TEMPLATES")
    ] = None,
    jira_site: Annotated[str | None, _option("Without it no issues are opened.", "ADDRESS")] = None,
    jira_email: Annotated[str | None, _option("Of the account that opens issues.", "E-MAIL")] = None,
    jira_project: Annotated[str | None, _option("That action items go to.", "KEY")] = None,
    jira_team: Annotated[str | None, _option("Whose backlog that is.", "NAME")] = None,
    jira_owner: Annotated[str | None, _option("Who gets what nobody owns.", "ACCOUNT")] = None,
    confluence_space: Annotated[str | None, _option("Without it no pages are made.", "KEY")] = None,
    public_url: Annotated[str | None, _option("Debrief's address on the internet.", "ADDRESS")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: what is not given takes its default.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a debrief.yml that is there; the old one is kept beside it.")
    ] = False,
    stage: StageOption = None,
    region: RegionOption = None,
) -> int:
    """Ask a few questions, write debrief.yml, keep the tokens, and say what to type next.

    Each answer is checked at once. A debrief.yml that is there is never overwritten: the command goes on with the
    tokens that are missing.
    """
    from handlers.cli import init_command as command

    given = {
        "organisation": organisation, "timezone": timezone, "pagerduty_region": pagerduty_region,
        "pagerduty_sender": pagerduty_sender, "slack_channels": slack_channels, "jira_site": jira_site,
        "jira_email": jira_email, "jira_project": jira_project, "jira_team": jira_team, "jira_owner": jira_owner,
        "confluence_space": confluence_space, "public_url": public_url,
    }  # fmt: skip
    console = Console(stderr=True)
    lines = command.init(given, yes=yes, force=force, stage=stage, region=region, console=console)
    sys.stdout.write("\n".join(("Next:", *lines)) + "\n")
    return Exit.DONE
