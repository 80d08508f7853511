"""`debrief settings push`: what would change in a stage's settings, and the change, over exactly what was read."""

import getpass
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from connectors.store.port import Conflict, File, Store
from connectors.store.pushed import Pushed, pushed_as, remember_pushed
from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from handlers.cli.prompts import is_someone_at, says_yes
from handlers.cli.settings_command import settings_of, settings_text
from handlers.place import find_place
from handlers.wiring import SETTINGS_FILE, Machine, templates_in, utc_now
from postmortem.settings import Settings, SettingsError, read_settings, version_of

LONGEST_SHOWN = 60
_COLOURS = {"+": "green", "-": "red", "~": "yellow"}
_CONFLICT = (
    "Somebody else changed the settings of {where} just now, and yours were not put over theirs. Look at what they "
    "changed, and push again."
)
_OLDER = (
    "Nothing was pushed: these settings ({version}) stood in {where} before, last put there {at:%Y-%m-%d %H:%M} UTC by "
    "{by}, and it has newer ones. Take {newest}, or go back to these with --back."
)


class Wish(NamedTuple):
    """What was typed."""

    machine: Machine
    stage: str
    region: str | None
    dry_run: bool
    back: bool
    yes: bool


class Change(NamedTuple):
    """`sign` is "+", "-" or "~"; None is no value, which is another thing than an empty one."""

    sign: str
    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push comes to. `files` are what differs, by name; `there` is what was read of each, for the condition.
    `was` is the version that stands there, None where nothing can be read there; `unreadable` says why."""

    where: str
    version: str
    was: str | None
    unreadable: str | None
    files: dict[str, bytes]
    there: dict[str, File | None]
    changes: tuple[Change, ...]
    is_pushed: bool = False


def push(wish: Wish, console: Console) -> Plan:
    """Raises Ended, and every ConnectorError."""
    place = find_place(wish.stage, wish.region)
    store = place.store()
    plan = plan_push(wish.machine, store, place.name)
    known = pushed_as(store, plan.version)
    if known and plan.was not in (None, plan.version) and not wish.back:
        told = {"where": plan.where, "at": known.at, "by": known.by, "newest": store.location(SETTINGS_FILE)}
        raise Ended(Exit.USAGE, _OLDER.format(version=plan.version, **told))
    if wish.dry_run or not plan.files:
        return plan
    _agree(plan, wish, console)
    write_plan(plan, store)
    return replace(plan, is_pushed=True)


def plan_push(machine: Machine, store: Store, where: str) -> Plan:
    """Read both sides. The settings here are whole: they were checked."""
    settings = settings_of(machine, must_exist=True)
    templates = machine.templates(settings)
    texts = templates | {SETTINGS_FILE: settings_text(machine, must_exist=True)}
    ours = {name: text.encode() for name, text in texts.items()}
    there = {name: store.load(name) for name in ours}
    old, old_templates, unreadable = _there(store)
    version = version_of(settings, templates)
    return Plan(
        where=where,
        version=version,
        was=version_of(old, old_templates) if old and there[SETTINGS_FILE] else None,
        unreadable=unreadable,
        files={name: text for name, text in ours.items() if _differs(there[name], text)},
        there=there,
        changes=(*changes_of(old or Settings(), settings), *_of_templates(old_templates, templates)),
    )


def write_plan(plan: Plan, store: Store) -> None:
    """Templates first and debrief.yml last: nothing counts before everything that it names is there. Raises Ended."""
    try:
        for name, content in plan.files.items():
            known = plan.there[name]
            store.save(name, content, expected=known.version if known else "")
    except Conflict:
        raise Ended(Exit.USAGE, _CONFLICT.format(where=plan.where)) from None
    told = store.load(SETTINGS_FILE)
    remember_pushed(store, Pushed(plan.version, getpass.getuser(), utc_now()), told.content if told else b"")


def changes_of(before: Settings, after: Settings) -> Iterator[Change]:
    """Key by key, in the order of the keys."""
    old, new = dict(_flat("", before.model_dump(mode="json"))), dict(_flat("", after.model_dump(mode="json")))
    for key in sorted({*old, *new}):
        if key not in old or key not in new:
            yield Change("+" if key in new else "-", key, old.get(key), new.get(key))
        elif old[key] != new[key]:
            yield Change("~", key, old[key], new[key])


def as_json(plan: Plan) -> dict[str, Any]:
    """{"where", "version", "before", "pushed", "files", "changes": [{"sign", "key", "before", "after"}]}."""
    changes = [change._asdict() for change in plan.changes]
    told = {"where": plan.where, "version": plan.version, "before": plan.was, "pushed": plan.is_pushed}
    return told | {"files": sorted(plan.files), "changes": changes}


def say_pushed(console: Console, plan: Plan) -> None:
    if not plan.files:
        sentence = f"{plan.where.capitalize()} has these settings already (version {plan.version})."
    elif plan.is_pushed:
        sentence = f"Pushed: version {plan.version} counts in {plan.where} within five minutes."
    else:
        _say_changes(console, plan)
        sentence = "Dry run: nothing was pushed."
    console.print(Text(sentence), soft_wrap=True)


def _agree(plan: Plan, wish: Wish, console: Console) -> None:
    """Show what changes, and ask. Raises Ended."""
    _say_changes(console, plan)
    if wish.yes:
        return
    if not is_someone_at(console):
        raise Ended(Exit.USAGE, "Nothing was pushed: add --yes to agree, or --dry-run to look first.")
    if not says_yes(console, f"Push to {plan.where}?"):
        raise Ended(Exit.STOPPED, "Nothing was pushed.")


def _say_changes(console: Console, plan: Plan) -> None:
    before = f"from version {plan.was}" if plan.was else "where there are none yet"
    console.print(Text(f"Settings of {plan.where}, {before} to {plan.version}:"), soft_wrap=True)
    if plan.unreadable:
        console.print(Text(f"  ! {plain(plan.unreadable)}", style="yellow"), soft_wrap=True)
    for sign, key, old, new in plan.changes:
        values = {"+": _shown(new), "-": _shown(old), "~": f"{_shown(old)} becomes {_shown(new)}"}
        console.print(Text(f"  {sign} {plain(key)}: {values[sign]}", style=_COLOURS[sign]), soft_wrap=True)
    if not plan.changes:
        console.print(Text("  only comments, or the order of the lines"), soft_wrap=True)


def _there(store: Store) -> tuple[Settings | None, dict[str, str], str | None]:
    """What stands there: None and why, where this release cannot read it."""
    file = store.load(SETTINGS_FILE)
    try:
        settings = read_settings(file.content.decode(errors="replace")) if file else Settings()
    except SettingsError as error:
        count = len(error.problems)
        wrong = f"{count} mistake{'' if count == 1 else 's'}; {error.problems[0]}"
        return None, {}, f"What stands there is no debrief.yml of this release, and is replaced ({wrong})"
    return settings, templates_in(store, settings), None


def _of_templates(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    """A template as a whole, by how many lines it has."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            sign = "~" if old is not None and new is not None else "+" if old is None else "-"
            yield Change(sign, f"the template {name}", _lines(old), _lines(new))


def _lines(text: str | None) -> str | None:
    return None if text is None else f"{text.count(chr(10)) + 1} lines"


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Keys as in "routing[1].project"; a person by name, so that one more moves nobody."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for place, one in enumerate(value):
            yield from _flat(f"{path}[{one.get('name') or place}]", one)
    elif value not in (None, [], {}):
        yield path, value


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = plain(text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _differs(there: File | None, ours: bytes) -> bool:
    return there is None or there.content != ours
