"""`debrief actions`: what may be typed about action items, and how each ends."""

import getpass
import sys
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from handlers.cli.exits import EXPECTED, Ended, Exit, ended_by
from handlers.cli.plain import plain
from handlers.cli.prompts import is_someone_at, says_yes
from handlers.cli.tables import as_json_text, ended_json_text, table_form, write_table
from handlers.wiring import machine

if TYPE_CHECKING:
    from handlers.actions import Asked
    from handlers.cli.actions_decide import Bench

_EPILOG = """[bold]Examples[/]
  debrief actions --overdue --by team         what is late, team by team
  debrief actions --all --csv -o items.csv    everything, for a spreadsheet
  debrief actions accept 37 k7m2x             a suggestion gets its issue
  debrief actions edit 37 CHK-4 --owner "Ada Byron" --due friday
  debrief actions drop 37 "pool limit"        by a piece of its words
  debrief actions retry                       what Jira had refused"""

app = typer.Typer(
    name="actions",
    help="The action items of every incident: list them, accept, drop or change one, try again what is parked.",
    epilog=_EPILOG,
    rich_markup_mode="rich",
    invoke_without_command=True,
    no_args_is_help=False,
)


class By(StrEnum):
    """What the list may be grouped by, as typer wants its choices."""

    TEAM = "team"
    SERVICE = "service"
    AGE = "age"
    OWNER = "owner"


Open = Annotated[bool, typer.Option("--open/--all", help="What is left to do, or everything that is followed.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only what is over its due date.")]
Unowned = Annotated[bool, typer.Option("--unowned", help="Only what nobody owns.")]
Parked = Annotated[bool, typer.Option("--parked", help="Only what has no issue yet, with the remedy.")]
Team = Annotated[str | None, typer.Option("--team", help="Only this team's, as the settings name it.")]
Service = Annotated[str | None, typer.Option("--service", help="Only those of this PagerDuty service.")]
OlderThan = Annotated[str | None, typer.Option("--older-than", help="Only what is older: 30d, 6 weeks.")]
OfIncident = Annotated[str | None, typer.Option("--incident", help="Only those of this incident, by id or number.")]
Grouped = Annotated[By | None, typer.Option("--by", help="In groups, by team, service, age or owner.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="As CSV in which no cell is a formula.")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Write it to this file; - is the screen.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the file that --output names.")]
Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="Id (Q2ABC...), number, or address.")]
Item = Annotated[
    str, typer.Argument(metavar="ITEM", help="Its short name in the draft, its issue's key, or a piece of its words.")
]
Who = Annotated[str | None, typer.Option("--by", help="Who decides; you, unless you say so.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before writing to Jira, Slack, PagerDuty.")]


@app.callback()
def actions(
    context: typer.Context,
    is_open: Open = True,
    overdue: Overdue = False,
    unowned: Unowned = False,
    parked: Parked = False,
    team: Team = None,
    service: Service = None,
    older_than: OlderThan = None,
    incident: OfIncident = None,
    by: Grouped = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    output: Output = None,
    force: Force = False,
) -> int:
    """List the action items that are followed; what is parked, unowned or overdue comes first."""
    typed = {name: value for name, value in context.params.items() if value and name != "is_open"}
    if context.invoked_subcommand is None:
        filters = {"overdue": overdue, "unowned": unowned, "parked": parked, "team": team, "service": service}
        wanted = filters | {"every": not is_open, "incident": incident}
        return _list(wanted, older_than, by, as_json=as_json, as_csv=as_csv, output=output, force=force)
    if typed or not is_open:
        raise Ended(Exit.USAGE, f"Write the options behind {context.invoked_subcommand}, not before it.")
    return Exit.DONE


@app.command("list")
def list_(
    is_open: Open = True,
    overdue: Overdue = False,
    unowned: Unowned = False,
    parked: Parked = False,
    team: Team = None,
    service: Service = None,
    older_than: OlderThan = None,
    incident: OfIncident = None,
    by: Grouped = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    output: Output = None,
    force: Force = False,
) -> int:
    """List the action items that are followed: the same as debrief actions alone."""
    filters = {"overdue": overdue, "unowned": unowned, "parked": parked, "team": team, "service": service}
    wanted = filters | {"every": not is_open, "incident": incident}
    return _list(wanted, older_than, by, as_json=as_json, as_csv=as_csv, output=output, force=force)


@app.command()
def accept(incident: Incident, item: Item, who: Who = None, yes: Yes = False, as_json: AsJson = False) -> int:
    """Accept a suggestion: it becomes an action item, and gets its Jira issue. Also one that was dropped."""
    from handlers.actions import Asked

    return _decide(incident, item, Asked(verdict="accepted"), who, yes=yes, as_json=as_json)


@app.command()
def drop(incident: Incident, item: Item, who: Who = None, yes: Yes = False, as_json: AsJson = False) -> int:
    """Drop a suggestion or an item: no draft lists it again. An issue that is open already stays as it is."""
    from handlers.actions import Asked

    return _decide(incident, item, Asked(verdict="dropped"), who, yes=yes, as_json=as_json)


@app.command()
def edit(
    incident: Incident,
    item: Item,
    text: Annotated[str | None, typer.Option("--text", help="What is to be done.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Whose it is, by name.")] = None,
    due: Annotated[str | None, typer.Option("--due", help="By when: 2026-12-01, friday, in two weeks.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Whose backlog it goes to, as the settings say.")] = None,
    who: Who = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Say an item otherwise: its words, its owner, its due date, its team. What you do not say stays."""
    from handlers.actions import Asked

    asked = Asked(text=text, owner=owner, due=due, team=team)
    return _decide(incident, item, asked, who, yes=yes, as_json=as_json)


@app.command()
def retry(
    incident: Annotated[
        str | None, typer.Argument(metavar="INCIDENT", help="Only this incident's; every one's without it.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Try again what is parked: items that Jira refused, or that no route took. Ends with each item's outcome."""
    from handlers.cli import actions_decide as command

    tried = command.retry(_bench(yes=yes), incident)
    if as_json:
        _print_json(command.tried_json(tried))
    else:
        command.say_tried(Console(), tried)
    return tried.code


def _list(
    wanted: dict[str, Any],
    older_than: str | None,
    by: By | None,
    *,
    as_json: bool,
    as_csv: bool,
    output: str | None,
    force: bool,
) -> int:
    from handlers.cli import actions_table as command

    form = table_form(output, as_json=as_json, as_csv=as_csv, force=force)
    listing = command.Listing(command.wanted_from(wanted, older_than), by.value if by else None)
    listed = command.list_followed(machine(), listing)
    match form.kind:
        case "csv":
            write_table(form, command.as_csv(listed))
        case "json":
            write_table(form, as_json_text(command.as_json(listed)))
        case _:
            command.say_listed(Console(), listed)
    return Exit.DONE


def _decide(incident: str, item: str, asked: "Asked", who: str | None, *, yes: bool, as_json: bool) -> int:
    from handlers.cli import actions_decide as command

    try:
        decided = command.decide(_bench(yes=yes), incident, item, asked, who or getpass.getuser())
    except EXPECTED as error:
        ended = ended_by(error)
        if as_json:
            sys.stdout.write(ended_json_text(ended))
        raise ended from error
    if as_json:
        _print_json(command.decided_json(decided))
    else:
        command.say_decided(Console(), decided)
    return decided.code


def _bench(*, yes: bool) -> "Bench":
    from handlers.cli.actions_decide import Bench
    from handlers.cli.display import display_on
    from handlers.cli.settings_command import settings_of

    here, progress = machine(), Console(stderr=True)
    confirm = partial(_agreed, progress) if is_someone_at(progress) else None
    return Bench(here, settings_of(here), display_on(progress), confirm, yes)


def _agreed(console: Console, what: str, writes: str) -> bool:
    for line in (*what.splitlines(), f"This will {writes}."):
        console.print(plain(line), markup=False, highlight=False)
    return says_yes(console, "Go on?")


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(as_json_text(value))
