"""`debrief secret`: what may be typed about tokens and signing secrets, and how each ends. No value is ever shown."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from handlers.cli.exits import Exit
from handlers.cli.plain import plain
from handlers.cli.prompts import asked_secret
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption

_EPILOG = """[bold]Examples[/]
  debrief secret set SLACK_TOKEN               asks for it, without echo
  debrief secret set JIRA_TOKEN --stage prod   into Secrets Manager
  pass show pagerduty | debrief secret set PAGERDUTY_TOKEN
  debrief secret list                          which are set, and where

On one machine they are lines of debrief.env, which only you may read."""

app = typer.Typer(
    name="secret",
    help="Tokens and signing secrets: keep one, see which are set. Values are never shown.",
    epilog=_EPILOG,
    rich_markup_mode="rich",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as SLACK_TOKEN; debrief secret list shows them all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]


@app.command("set")
def set_(
    name: Name,
    stage: StageOption = None,
    region: RegionOption = None,
    accept_old: Annotated[
        bool, typer.Option("--accept-old", help="Of a signing secret: the one before it counts as well for now.")
    ] = False,
) -> int:
    """Keep a secret. It is asked for without echo, or read from standard input: never from the command line."""
    from handlers.cli import secret_command as command
    from handlers.place import find_place

    known = command.name_from(name, accept_old=accept_old)
    keeper = find_place(stage, region).keeper()
    value = command.value_from(known, asked_secret(known))
    kept = command.keep(keeper, known, value, accept_old=accept_old)
    sys.stdout.write(f"{plain(kept)}\n")
    return Exit.DONE


@app.command()
def remove(name: Name, stage: StageOption = None, region: RegionOption = None) -> int:
    """Forget a secret, such as the one before a rotation: SLACK_SIGNING_SECRET_PREVIOUS."""
    from handlers.cli import secret_command as command
    from handlers.place import find_place

    known = command.name_from(name)
    keeper = find_place(stage, region).keeper()
    sys.stdout.write(f"{plain(command.remove(keeper, known))}\n")
    return Exit.DONE


@app.command("list")
def list_(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """List every secret that Debrief knows of: whether it is set, where, and what it is for. No values."""
    from handlers.cli import secret_command as command
    from handlers.place import find_place

    found = command.listed(find_place(stage, region).keeper())
    if as_json:
        sys.stdout.write(as_json_text({"secrets": [one._asdict() for one in found]}))
        return Exit.DONE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for one in found:
        state = Text("set", style="green") if one.is_set else Text("not set", style="dim")
        table.add_row(Text(one.name), state, Text(plain(one.where if one.is_set else one.what)))
    Console().print(table)
    return Exit.DONE
