"""`debrief replay`: what may be typed, and how it ends."""

from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption


def replay(
    stage: StageOption = None,
    region: RegionOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what waits and why, and start nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> int:
    """Start again what failed for good: the queue of a stage, or the journal of this machine.

    Each is started under a new name, and taken out of the queue only then; what was made up for meanwhile is taken out
    alone. What is none of Debrief's stays, and is named: exit code 1. Nothing is made twice, however often this is run.
    """
    from handlers.cli import replay_command as command

    replayed = command.replay(stage, region, dry_run=dry_run)
    if as_json:
        typer.echo(as_json_text(command.as_json(replayed)), nl=False)
    else:
        command.say_replayed(Console(), replayed)
    return Exit.WITH_GAPS if replayed.left else Exit.DONE
