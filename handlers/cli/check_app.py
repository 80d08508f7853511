"""`debrief check`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption
from handlers.place import find_place

EPILOG = """[bold]Examples[/]
  debrief check                        in a CI: needs no token
  debrief check --live                 after a change of settings
  debrief check --live --stage prod    after a deployment

[bold]Without --live[/] nobody is asked. Looked at are debrief.yml with its
templates, whether its parts fit together, and which secrets are set.

[bold]With --live[/] every vendor is asked whether it lets Debrief do what
debrief.yml says: tokens and scopes, backlogs and their permissions, people,
channels, the page, the webhook; with --stage also the stack on AWS. A vendor
that does not answer is one line.

[bold]Exit codes[/]
  0  nothing fails; warnings do not count
  1  something cannot work
  2  debrief.yml itself is wrong"""


def check(
    live: Annotated[bool, typer.Option("--live", help="Ask PagerDuty, Slack, Jira, Confluence and AWS too.")] = False,
    stage: StageOption = None,
    region: RegionOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as one JSON object.")] = False,
) -> int:
    """Say line by line what holds: ok, warning or failure, with what to do. Nothing is changed."""
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
