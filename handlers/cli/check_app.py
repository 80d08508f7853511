"""`debrief check`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption
from handlers.place import find_place


def check(
    live: Annotated[bool, typer.Option("--live", help="Ask PagerDuty, Slack, Jira, Confluence and AWS too.")] = False,
    stage: StageOption = None,
    region: RegionOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> int:
    """Say what holds and what does not, line by line: ok, warning or failure, with what to do. Nothing is changed.

    Without --live only this installation's own files are looked at: debrief.yml, its templates, the names of the
    secrets. That needs no token: fit for a CI. With --live every vendor is asked whether it lets Debrief do what
    debrief.yml says: tokens and scopes, backlogs and people, channels, the page, the webhook, and with --stage the
    stack on AWS. A vendor that does not answer is one line.

    Exit code 1 where something cannot work, 2 where debrief.yml itself is wrong; warnings are none.
    """
    from handlers.cli import check_command as command
    from handlers.cli.check_screen import as_json as json_of
    from handlers.cli.check_screen import say_findings

    found = command.checked_on(find_place(stage, region), is_live=live, console=Console(stderr=True))
    if as_json:
        typer.echo(as_json_text(json_of(found)), nl=False)
    else:
        say_findings(Console(), found)
    if found.wrong_settings:
        return Exit.USAGE
    return Exit.WITH_GAPS if any(finding.state == "failure" for finding in found.findings) else Exit.DONE
