"""`debrief slack manifest`: what may be typed, and how it ends."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from handlers.cli.exits import Exit
from handlers.cli.where import RegionOption, StageOption

_EPILOG = """[bold]Then[/]
  1. https://api.slack.com/apps, Create New App, From a manifest: paste it
  2. Install to Workspace; copy the Bot User OAuth Token (xoxb-...)
     debrief secret set SLACK_TOKEN
  3. Basic Information, App Credentials: copy the Signing Secret
     debrief secret set SLACK_SIGNING_SECRET
  4. debrief check --live

An app that is there already: App Manifest on its page, paste, save,
and Reinstall to Workspace where scopes changed."""

app = typer.Typer(name="slack", help="Slack's side: the manifest of the app.", no_args_is_help=True)


@app.callback()
def slack() -> None:
    """Slack's side: the manifest of the app."""


@app.command(epilog=_EPILOG)
def manifest(
    stage: StageOption = None,
    region: RegionOption = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Debrief's public address; as the settings or the stage say without it.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private-channels", help="With the scopes for private channels, too.")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="What the app is called in Slack.")] = "Debrief",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, which Slack takes as well.")] = False,
) -> int:
    """Print the manifest of the Slack app: exactly the scopes that are used, each with its reason.

    Scopes for private channels are in it where slack.private_channels names an audience. Nothing is changed.
    """
    from handlers.cli import slack_command as command

    made = command.manifest_for(stage, region, url=url, private=private, name=name)
    for sentence in made.hints:
        Console(stderr=True).print(f"debrief: {sentence}", soft_wrap=True, markup=False, highlight=False)
    sys.stdout.write(json.dumps(made.manifest, indent=2) + "\n" if as_json else command.as_yaml(made.manifest))
    return Exit.DONE
