"""`debrief report`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text, table_form, write_table
from handlers.wiring import machine


def report(
    since: Annotated[str | None, typer.Option(help="Only items opened on this day or later: 2026-11-17.")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team's items.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one figure a line, as CSV.")] = False,
    output: Annotated[str | None, typer.Option("--output", "-o", help="Write it to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file that --output names.")] = False,
) -> int:
    """What became of action items: done on time, age, overdue by team, by priority, by month. Never by person."""
    from handlers.cli import report_command as command

    form = table_form(output, as_json=as_json, as_csv=as_csv, force=force)
    figures = command.report_of(machine(), since, team)
    if form.kind is None:
        command.say_report(Console(), figures)
    else:
        text = command.as_csv(figures) if form.kind == "csv" else as_json_text(command.as_json(figures))
        write_table(form, text)
    return Exit.DONE
