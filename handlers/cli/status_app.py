"""`debrief status`: what may be typed, and how it ends."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.plain import plain
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption
from handlers.wiring import machine

if TYPE_CHECKING:
    from handlers.cli.status_command import Seen


def status(
    incident: Annotated[
        str | None, typer.Argument(metavar="INCIDENT", help="Id, number, or address; everything under way without it.")
    ] = None,
    stage: StageOption = None,
    region: RegionOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Tell how an incident's postmortem came about, what is waited for, and what needs somebody. Nothing is changed.

    Without INCIDENT: everything that is under way, failed or parked. Asks no vendor, also beside debrief serve. With
    --stage: of that stage, from its table and from Lambda.
    """
    from handlers.cli import status_command as command

    with _reading(stage, region) as seen:
        if seen.blind:
            Console(stderr=True).print(f"debrief: {plain(seen.blind)}", soft_wrap=True, markup=False, highlight=False)
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


def _reading(stage: str | None, region: str | None) -> "AbstractContextManager[Seen]":
    if stage is None:
        from handlers.cli.status_command import reading

        return reading(machine())
    from handlers.cli.status_stage import reading_stage

    return reading_stage(stage, region)
