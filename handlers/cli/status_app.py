"""`debrief status`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.wiring import machine


def status(
    incident: Annotated[
        str | None, typer.Argument(metavar="INCIDENT", help="Id, number, or address; everything under way without it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Tell how an incident's postmortem came about, what is waited for, and what needs somebody. Nothing is changed.

    Without INCIDENT: everything that is under way, failed or parked. Asks no vendor, also beside debrief serve.
    """
    from handlers.cli import status_command as command

    with command.reading(machine()) as seen:
        if incident is None:
            overview = command.overview_of(seen)
            if as_json:
                typer.echo(as_json_text(command.overview_json(overview)), nl=False)
            else:
                command.say_overview(Console(), overview)
            return Exit.DONE
        story = command.story_on(seen, incident)
        if as_json:
            typer.echo(as_json_text(command.story_json(story)), nl=False)
        else:
            command.say_story(Console(), story)
        return Exit.DONE
