"""The commands: what may be typed, and how each ends."""

import getpass
import logging
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.exceptions import TyperException

from connectors.errors import NotAllowed
from handlers.cli.actions_app import app as actions_app
from handlers.cli.asking import Asked, check_usage, write_output
from handlers.cli.backfill_app import EPILOG as _BACKFILL_EPILOG
from handlers.cli.backfill_app import backfill
from handlers.cli.check_app import EPILOG as _CHECK_EPILOG
from handlers.cli.check_app import check
from handlers.cli.exits import EXPECTED, MEANINGS, Ended, Exit, ended_by, on_this_machine, sentence_case
from handlers.cli.formats import FORMATS, written_as
from handlers.cli.init_app import EPILOG as _INIT_EPILOG
from handlers.cli.init_app import init
from handlers.cli.jira_app import app as jira_app
from handlers.cli.plain import plain
from handlers.cli.replay_app import replay
from handlers.cli.report_app import report
from handlers.cli.secret_app import app as secret_app
from handlers.cli.settings_app import app as settings_app
from handlers.cli.slack_app import app as slack_app
from handlers.cli.stage_app import stage
from handlers.cli.status_app import status
from handlers.cli.tables import as_json_text, ended_json_text
from handlers.cli.webhook_app import app as webhook_app
from handlers.cli.where import RegionOption, StageOption
from handlers.envelope import told
from handlers.wiring import machine

_CODES = "\n".join(f"{code.value:>5}  {words}" for code, words in MEANINGS.items())
_DRAFT_EPILOG = f"""[bold]Examples[/]
  debrief draft Q2ABCDEF3 --dry-run
  debrief draft https://acme.pagerduty.com/incidents/37 --yes
  debrief draft --slack-export ./export.zip --channel inc-37
  debrief draft --pagerduty-export incident.json --slack-export ./export

[bold]Secrets[/] come from the environment, or from debrief.env with one on each line:
  PAGERDUTY_TOKEN=...  SLACK_TOKEN=...  JIRA_TOKEN=...  JIRA_EMAIL=...  CONFLUENCE_TOKEN=...
Settings are in debrief.yml; debrief settings checks them.

[bold]Exit codes[/]
{_CODES}"""


class Status(StrEnum):
    """Where a postmortem can stand, as typer wants its choices."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    CLOSED = "closed"


app = typer.Typer(
    name="debrief",
    help="From a resolved PagerDuty incident to a sourced draft postmortem and owned Jira issues.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


_BEGIN, _INCIDENTS, _ITEMS, _OPERATE = "Set it up", "Incidents", "Action items", "Run it"
"""Under which of these headings a command stands in the help. Those that hold others come last."""

app.command(epilog=_INIT_EPILOG, rich_help_panel=_BEGIN)(init)
app.add_typer(settings_app, rich_help_panel=_BEGIN)
app.add_typer(secret_app, rich_help_panel=_BEGIN)
app.command(epilog=_CHECK_EPILOG, rich_help_panel=_BEGIN)(check)
app.add_typer(webhook_app, rich_help_panel=_BEGIN)
app.add_typer(slack_app, rich_help_panel=_BEGIN)
app.add_typer(jira_app, rich_help_panel=_BEGIN)
app.command(rich_help_panel=_INCIDENTS)(status)
app.command(epilog=_BACKFILL_EPILOG, rich_help_panel=_INCIDENTS)(backfill)
app.add_typer(actions_app, rich_help_panel=_ITEMS)
app.command(rich_help_panel=_ITEMS)(report)
app.command(rich_help_panel=_OPERATE)(replay)
app.command(rich_help_panel=_OPERATE)(stage)


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point. Returns the exit code; everything that goes wrong is one sentence on standard error."""
    return told(lambda: _run(arguments), _say)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = app(args=list(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)
    except TyperException as error:
        if message := error.format_message():  # empty where the help was shown
            _say(f"{message.replace('Value error, ', '').rstrip('.')}. Try debrief --help.")
        return Exit.USAGE
    except EXPECTED as error:
        ended = ended_by(error)
        _say(ended.sentence)
        return ended.code
    if code == Exit.STOPPED:  # typer makes a number of Ctrl-C, without a word
        _say(ended_by(KeyboardInterrupt()).sentence)
    return int(code or 0)


def _say(sentence: str) -> None:
    for line in sentence.splitlines() or [""]:
        Console(stderr=True).print(f"debrief: {plain(line)}", soft_wrap=True, markup=False, highlight=False)


@app.command(epilog=_DRAFT_EPILOG, rich_help_panel=_INCIDENTS)
def draft(
    incident: Annotated[
        str | None, typer.Argument(metavar="INCIDENT", help="Id, number, or address of the PagerDuty incident.")
    ] = None,
    pagerduty_export: Annotated[
        Path | None, typer.Option(help="A saved incident (JSON of the REST API) instead of an account.")
    ] = None,
    slack_export: Annotated[
        Path | None, typer.Option(help="A Slack workspace export, folder or zip, instead of an account.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option(help="The incident's channel, by name or id. Repeat it for an export.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Read the chat from here: 2026-11-17 or 2026-11-17T14:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Read the chat up to here; a day counts whole.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be made, and write nothing.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what publishing would change in the draft as it lies there, only that.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Write a copy here; its suffix says how. - is the screen."),
    ] = None,
    format: Annotated[  # noqa: A002 # the option's name
        str | None,
        typer.Option("--format", help=f"How --output is written: {', '.join(FORMATS)}. Default: its suffix."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", help="What to call an incident known by a chat alone.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that --output names.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before writing to Jira, Slack, PagerDuty.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
    stage: StageOption = None,
    region: RegionOption = None,
) -> int:
    """Make the draft of one incident, open its issues, and announce it.

    From your accounts, or offline from saved files: then nothing is written to any vendor. With --stage the stage's own
    journey makes it, and this command watches.
    """
    asked = Asked(
        incident, pagerduty_export, slack_export, tuple(channel or ()), since, until,
        dry_run or diff, output, force, yes, as_json, format, title, diff, stage, region,
    )  # fmt: skip
    try:
        return _draft(asked)
    except EXPECTED as error:
        ended = ended_by(error)
        if as_json:
            sys.stdout.write(ended_json_text(ended))
        raise ended from error


def _draft(asked: Asked) -> int:
    from handlers.cli.drafting import make_draft
    from handlers.cli.edits import as_replacing
    from handlers.cli.screen import show_report
    from postmortem.outputs.markdown import template_problems

    logging.getLogger("debrief").setLevel(logging.CRITICAL)  # a person reads sentences here, not a log
    check_usage(asked)
    drawn = make_draft(machine(), asked, Console(stderr=True))
    report = drawn.report
    for problem in template_problems(drawn.postmortem, drawn.layout):
        _say(problem)
    if asked.diff:
        from handlers.cli.edits import diff_against, show_diff

        show_diff(Console(), diff_against(machine(), drawn))
        return report.code
    if asked.output == "-":
        sys.stdout.buffer.write(written_as(drawn, asked.output, asked.format))
        return report.code
    if asked.output:
        drawn = as_replacing(drawn, asked.output)
        report = drawn.report
        write_output(Path(asked.output), written_as(drawn, asked.output, asked.format))
    if asked.as_json:
        _print_json(report.as_json() | {"output": asked.output})
    else:
        show_report(Console(), report, output=asked.output)
    return report.code


@app.command(rich_help_panel=_INCIDENTS)
def review(
    incident: Annotated[
        str, typer.Argument(metavar="INCIDENT", help="Id (Q2ABC..., or slack-...), number, or address.")
    ],
    status: Annotated[Status, typer.Argument(metavar="STATUS", help="draft, in_review, reviewed, or closed.")],
    by: Annotated[str | None, typer.Option(help="Who moves it; you, unless you say so.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Move a postmortem along its life: draft, in_review, reviewed, closed. Who and when are kept and shown."""
    from handlers.cli import review_command as command

    moved = command.move(machine(), incident, status.value, by or getpass.getuser())
    if as_json:
        _print_json(command.as_json(moved))
    else:
        command.say_moved(Console(), moved)
    return Exit.DONE


@app.command(rich_help_panel=_INCIDENTS)
def lint(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A postmortem in Markdown; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> int:
    """Check a postmortem: blame, hindsight, missing sections, claims without a source, unfinished action items.

    Exit code 1 where there is something to mend; notes (open questions, words inside quotations) are none.
    """
    from handlers.cli import lint_command as command

    findings = command.findings_in(file)
    if as_json:
        _print_json(command.as_json(file, findings))
    else:
        command.say_findings(Console(), file, findings)
    return Exit.WITH_GAPS if any(not finding.is_note for finding in findings) else Exit.DONE


@app.command("follow-up", rich_help_panel=_ITEMS)
def follow_up(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Sweep once: read the issues, remind owners, post digests, close what is done. debrief serve does it every hour.

    For cron: started twice, or beside debrief serve, it says nothing twice.
    """
    from handlers.cli import follow_up_command as command

    outcome = command.sweep_now(machine())
    if as_json:
        _print_json(outcome)
    else:
        command.say_swept(Console(), outcome)
    return Exit.WITH_GAPS if "failed" in outcome else Exit.DONE


@app.command(rich_help_panel=_INCIDENTS)
def schema() -> int:
    """Print the JSON Schema of a postmortem as --format json writes it."""
    from postmortem.outputs.json_document import json_schema

    _print_json(json_schema())
    return Exit.DONE


@app.command(rich_help_panel=_OPERATE)
def serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 8080,
) -> int:
    """Receive PagerDuty's webhooks on this machine, make the drafts, and show them as pages. Ctrl-C stops it."""
    from handlers.serve import serve as serve_machine

    here = machine()
    with on_this_machine(here.home):
        here.store().close()
    try:
        serve_machine(here, port=port)
    except NotAllowed as error:  # a port or a folder that is taken: no vendor refused
        raise Ended(Exit.USAGE, sentence_case(str(error))) from error
    return Exit.DONE


def _print_json(value: dict[str, Any]) -> None:
    sys.stdout.write(as_json_text(value))
