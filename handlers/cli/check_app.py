"""`debrief check`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.wiring import machine


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> int:
    """Ask Jira and Slack whether debrief.yml is right: backlogs, required fields, owners, people. Nothing is written.

    Exit code 1 where something configured cannot work; warnings are none.
    """
    from handlers.cli import check_command as command

    findings = command.findings_on(machine())
    if as_json:
        typer.echo(as_json_text(command.as_json(findings)), nl=False)
    else:
        command.say_findings(Console(), findings)
    return Exit.WITH_GAPS if any(finding.state == "failure" for finding in findings) else Exit.DONE
