"""`debrief settings`: what may be typed about debrief.yml, and how each ends."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Ended, Exit
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption
from handlers.wiring import Machine, machine

_EPILOG = """[bold]Examples[/]
  debrief settings                      every mistake in debrief.yml at once
  debrief settings --show               what counts, with every default
  debrief settings push --stage prod    check it, show what changes, push it"""
_NO_STAGE = (
    "On this machine debrief.yml counts as it lies, and there is nothing to push. For AWS name the stage: "
    "debrief settings push --stage dev"
)

app = typer.Typer(
    name="settings",
    help="Check debrief.yml: every mistake at once, with its line and what to do. Exit code 2 where there is one.",
    epilog=_EPILOG,
    rich_markup_mode="rich",
    invoke_without_command=True,
    no_args_is_help=False,
)

File = Annotated[Path | None, typer.Option("--file", help="The settings file; debrief.yml unless you say so.")]


@app.callback()
def settings(
    context: typer.Context,
    file: File = None,
    show: Annotated[bool, typer.Option("--show", help="Print what counts in the end, with every default.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema, for your editor.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the mistakes as one JSON object.")] = False,
) -> int:
    """Check debrief.yml: every mistake at once, with its line and what to do. Exit code 2 where there is one."""
    if context.invoked_subcommand:
        return Exit.DONE
    from handlers.cli import settings_command as command

    here = _with(file)
    if schema or show:
        sys.stdout.write((command.show_schema() if schema else command.show_settings(here)).rstrip() + "\n")
        return Exit.DONE
    found = command.checked(here, must_exist=file is not None)
    if as_json:
        typer.echo(as_json_text(found), nl=False)
    else:
        command.say_checked(Console(), here, found)
    return Exit.DONE if found["valid"] else Exit.USAGE


@app.command()
def push(
    stage: StageOption = None,
    region: RegionOption = None,
    file: File = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change there, and change nothing.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Go back to settings that stood there before: otherwise that is refused.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before they count.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what changed as one JSON object.")] = False,
) -> int:
    """Put debrief.yml, and the templates that it names, where a stage on AWS reads them. Checked first.

    What changes there is shown key by key, and asked about. Of two people at once one is told so, and nothing of theirs
    is lost. The same again changes nothing.
    """
    from handlers.cli import settings_push as command
    from handlers.cli.settings_command import checked, say_checked

    if stage is None:
        raise Ended(Exit.USAGE, _NO_STAGE)
    here = _with(file)
    found = checked(here, must_exist=True)
    if not found["valid"]:
        say_checked(Console(stderr=True), here, found)
        raise Ended(Exit.USAGE, "Nothing was pushed: mend these first.")
    pushed = command.push(command.Wish(here, stage, region, dry_run, back, yes), Console(stderr=True))
    if as_json:
        typer.echo(as_json_text(command.as_json(pushed)), nl=False)
    else:
        command.say_pushed(Console(), pushed)
    return Exit.DONE


def _with(file: Path | None) -> Machine:
    here = machine()
    return replace(here, settings_file=file) if file else here
