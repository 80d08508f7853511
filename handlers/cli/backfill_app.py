"""`debrief backfill`: what may be typed, and how it ends."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from handlers.cli.exits import EXPECTED, Exit, ended_by
from handlers.cli.tables import as_json_text, ended_json_text
from handlers.cli.where import RegionOption, StageOption

if TYPE_CHECKING:
    from handlers.cli.backfill_command import Asked

EPILOG = """[bold]Examples[/]
  debrief backfill --since 2026-01-01 --dry-run    how many, and what it takes
  debrief backfill --since 2026-01-01              drafts, and nothing else
  debrief backfill --since 2026-10-01 --service "Checkout API" --open-issues
  debrief backfill --since 2026-01-01 --stage prod

Run the same command again after Ctrl-C or an outage: it goes on where it
stopped. What has a draft is left alone."""


Since = Annotated[str, typer.Option(metavar="DAY", help="From here on, by when they were opened: 2026-01-01.")]
Until = Annotated[
    str | None, typer.Option(metavar="DAY", help="Up to here. Default: since when Debrief makes drafts by itself.")
]
Services = Annotated[
    list[str] | None, typer.Option("--service", help="Only of this PagerDuty service, by name or id. Repeatable.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List them with the estimate, and begin nothing.")]
OpenIssues = Annotated[bool, typer.Option("--open-issues", help="Open Jira issues for their action items, too.")]
Announce = Annotated[
    bool, typer.Option("--announce", help="Announce each in its channel and by a note on its incident, too.")
]
Pages = Annotated[bool, typer.Option("--pages", help="Make a Confluence page of each, too.")]
PerMinute = Annotated[
    float, typer.Option("--per-minute", help="How many are begun a minute, three at once.", min=0.1, max=6000)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before anything is written to vendors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]


def backfill(
    since: Since,
    until: Until = None,
    service: Services = None,
    dry_run: DryRun = False,
    open_issues: OpenIssues = False,
    announce: Announce = False,
    pages: Pages = False,
    per_minute: PerMinute = 10,
    stage: StageOption = None,
    region: RegionOption = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Make drafts of incidents that were resolved before Debrief was there. Drafts only, unless you ask for more.

    The newest come first. What is left out by the settings, merged, or drafted already gets none.

    Exit code 1 where some failed: the same command tries those again.
    """
    from handlers.cli import backfill_command as command
    from handlers.work import ANNOUNCEMENT, ISSUES, PAGE

    wishes = {ANNOUNCEMENT: announce, ISSUES: open_issues, PAGE: pages}
    beside = tuple(what for what, is_wanted in wishes.items() if is_wanted)
    services = tuple(service or ())
    return _run(command.Asked(since, until, services, beside, dry_run, per_minute, yes, stage, region), as_json=as_json)


def _run(asked: "Asked", *, as_json: bool) -> int:
    from handlers.cli import backfill_command as command

    try:
        if as_json:
            plan = command.backfill(asked, Console(stderr=True))
            typer.echo(as_json_text(command.as_json(plan)), nl=False)
        else:
            plan = command.backfill(asked, Console(stderr=True), lambda found: command.say_found(Console(), found))
            command.say_ended(Console(), plan)
    except EXPECTED as error:
        ended = ended_by(error)
        if as_json:
            typer.echo(ended_json_text(ended), nl=False)
        raise ended from error
    return Exit.WITH_GAPS if plan.counts["failed"] else Exit.DONE
