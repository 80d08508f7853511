"""`debrief jira webhook`: what may be typed, and how each ends."""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from handlers.cli.prompts import agreed, asked_secret
from handlers.cli.tables import as_json_text
from handlers.cli.where import RegionOption, StageOption
from handlers.wiring import utc_now

_EPILOG = """[bold]Examples[/]
  debrief jira webhook create --stage prod    make it, or mend it
  debrief jira webhook test --stage prod      open door, right secret?
  debrief jira webhook rotate --stage prod    a new secret
  debrief jira webhook create --by-hand       what an administrator enters

The JIRA_TOKEN must be an administrator's. Without a webhook every followed
issue is read once a day all the same."""

app = typer.Typer(name="jira", help="Jira's side: the webhook that tells of changed issues.", no_args_is_help=True)
webhook = typer.Typer(
    name="webhook",
    help="The webhook by which Jira tells that an issue changed: make it, look after it.",
    epilog=_EPILOG,
    rich_markup_mode="rich",
    no_args_is_help=True,
)
app.add_typer(webhook)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


@webhook.command()
def create(
    stage: StageOption = None,
    region: RegionOption = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over a webhook made by hand that delivers here already.")
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Say what an administrator enters in Jira, and keep the secret.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Make the webhook, with a secret that is kept and never shown; mend it where it is there already.

    Run it again after the address, the routes or the secret changed: others' webhooks are never touched.
    """
    from handlers.cli import jira_webhook as command

    if by_hand:
        return _create_by_hand(stage, region, as_json=as_json)
    with command.side_of(stage, region) as side:
        made, is_new = command.create(side, adopt=adopt)
        if as_json:
            typer.echo(as_json_text({"webhook": _record(made), "created": is_new}), nl=False)
            return Exit.DONE
        did = "Jira has a new webhook" if is_new else "Jira's webhook is as it should be"
        _say(f'{did}: "{made.name}" (id {made.webhook_id}) to {made.url}, for {made.jql}.')
        _say(f"Its secret is in {side.keeper.place(command.SECRET)}. Next: debrief jira webhook test{side.where}")
    return Exit.DONE


def _create_by_hand(stage: str | None, region: str | None, *, as_json: bool) -> int:
    from handlers.cli import jira_webhook as command
    from handlers.place import find_place

    place = find_place(stage, region)
    wanted = command.wanted_by(place, place.settings())
    command.must_be_public(wanted)
    if as_json:
        typer.echo(as_json_text({"steps": list(command.steps_by_hand(wanted, place.settings()))}), nl=False)
        return Exit.DONE
    for number, step in enumerate(command.steps_by_hand(wanted, place.settings()), 1):
        _say(f"  {number}. {step}")
    secret = asked_secret(f"The same secret, for {place.keeper().place(command.SECRET)}")
    replaced, option = command.keep_by_hand(place.keeper(), secret), command.stage_option(place)
    if replaced:
        _say(f"The one before it is accepted until debrief secret remove {command.PREVIOUS}{option}")
    _say(f"It is kept in {place.keeper().place(command.SECRET)}. Next: debrief jira webhook test{option}")
    return Exit.DONE


@webhook.command("list")
def list_(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """List every webhook that administrators made in Jira; ours is marked. Nothing is changed."""
    from connectors.jira.webhooks import ours_among
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        found = side.webhooks()
    ours = ours_among(found, side.wanted)
    if as_json:
        records = [_record(one) | {"ours": one == ours} for one in found]
        typer.echo(as_json_text({"webhooks": records}), nl=False)
        return Exit.DONE
    if not found:
        _say(f"Jira has no webhooks. Make ours: debrief jira webhook create{side.where}")
        return Exit.DONE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "Id", "Name", "Delivers to", "State"):
        table.add_column(heading)
    for one in found:
        state = ", ".join(("enabled" if one.enabled else "disabled", "signed" if one.is_signed else "unsigned"))
        cells = ("ours" if one == ours else "", one.webhook_id, one.name, one.url, state)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    Console().print(table)
    return Exit.DONE


@webhook.command("test")
def probe(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Say at which step a delivery would be lost: the webhook in Jira, our door, the signature. Nothing is changed.

    Jira has no ping: the door gets one signed request that means nothing, and one that nobody signed. Exit code 1
    where a step fails.
    """
    from handlers.cli import jira_doctor as doctor
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        steps = doctor.tested(side)
    return _say_steps(steps, as_json=as_json)


@webhook.command("doctor")
def doctor_(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Look for everything that may be wrong: what test does, foreign and forgotten webhooks, a rotation half done.

    Nothing is changed. Exit code 1 where something cannot work; warnings are none.
    """
    from handlers.cli import jira_doctor as doctor
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        steps = doctor.examined(side, utc_now())
    return _say_steps(steps, as_json=as_json)


@webhook.command()
def rotate(
    stage: StageOption = None,
    region: RegionOption = None,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Forget the old secret now: deliveries on their way are refused.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Give the webhook a new secret. The old one is accepted for an hour more; then run it again, to forget it."""
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        done = command.rotate(side, utc_now(), at_once=at_once)
    if as_json:
        until = done.until.isoformat() if done.until else None
        typer.echo(as_json_text({"old_secret_accepted_until": until, "went_on": done.went_on}), nl=False)
    elif done.until:
        again = f"debrief jira webhook rotate{side.where}"
        _say(f"Jira signs with the new secret. The old one is accepted until {done.until:%Y-%m-%d %H:%M} UTC;")
        _say(f"after that, forget it: {again}")
    else:
        _say("Jira signs with the new secret, and the old one is forgotten.")
    return Exit.DONE


@webhook.command()
def enable(stage: StageOption = None, region: RegionOption = None, as_json: AsJson = False) -> int:
    """Enable the webhook where somebody disabled it in Jira."""
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        was_disabled = command.enable(side)
    if as_json:
        typer.echo(as_json_text({"enabled": True, "was_disabled": was_disabled}), nl=False)
    else:
        _say("Jira's webhook is enabled again." if was_disabled else "Jira's webhook was enabled already.")
    return Exit.DONE


@webhook.command()
def delete(
    webhook_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One of ours at an older address; ours of now without it.")
    ] = None,
    stage: StageOption = None,
    region: RegionOption = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> int:
    """Delete the webhook in Jira. A stranger's is never touched; the secret stays, for the next create."""
    from handlers.cli import jira_webhook as command

    with command.side_of(stage, region) as side:
        chosen = command.chosen_to_delete(side, webhook_id)
        for one in chosen:
            if not yes and not agreed(f'Delete Jira\'s webhook "{one.name}" (id {one.webhook_id}) to {one.url}?'):
                raise Ended(Exit.USAGE, "Nothing was deleted.")
            side.delete(one.webhook_id)
    if as_json:
        typer.echo(as_json_text({"deleted": [_record(one) for one in chosen]}), nl=False)
    else:
        _say("It is deleted." if chosen else f"Jira has no webhook {side.wanted.name} to {side.wanted.url}.")
    return Exit.DONE


def _say_steps(steps: Any, *, as_json: bool) -> int:
    from handlers.cli import jira_doctor as doctor

    if as_json:
        typer.echo(as_json_text(doctor.steps_json(steps)), nl=False)
    else:
        doctor.say_steps(Console(), steps)
    return Exit.WITH_GAPS if doctor.failed(steps) else Exit.DONE


def _record(one: Any) -> dict[str, Any]:
    """One webhook for a script."""
    updated_at = one.updated_at.isoformat() if one.updated_at else None
    return {
        "id": one.webhook_id,
        "name": one.name,
        "url": one.url,
        "events": list(one.events),
        "jql": one.jql,
        "enabled": one.enabled,
        "signed": one.is_signed,
        "updated_at": updated_at,
    }


def _say(sentence: str) -> None:
    sys.stdout.write(f"{plain(sentence) if not sentence.startswith('  ') else '  ' + plain(sentence)}\n")
