"""`debrief stage`: what may be typed, and how it ends."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption


def stage(
    name: Annotated[str, typer.Argument(metavar="STAGE", help="By the name it was deployed with: dev, prod.")],
    region: RegionOption = None,
    removal: Annotated[
        bool, typer.Option("--removal", help="What would stay when it is removed, and how to delete that for good.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FILE", help="With --removal: write down what would stay.")
    ] = None,
    take_up: Annotated[
        Path | None,
        typer.Option("--take-up", metavar="FILE", help="Before a deployment: begin with what that file says is kept."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Show what a stage on AWS consists of, under which names, and what to type next. Nothing is changed.

    make remove and make deploy use --keep and --take-up, so that the table, the bucket and the secrets of a stage that
    was removed are those of the next one.
    """
    from handlers.cli import stage_command as command
    from handlers.cli import stage_kept as kept

    if take_up:
        command.say_taken_up(Console(), name, is_new=kept.take_up(name, region, take_up))
        return Exit.DONE
    if keep:
        kept.write_kept(keep, kept.kept_of(name, region))
    made = command.made(name, region)
    if as_json:
        typer.echo(as_json_text(command.as_json(made)), nl=False)
    elif removal:
        command.say_removal(Console(), made)
    else:
        command.say_made(Console(), made)
    return Exit.DONE
