"""The form in which an action item is edited in Slack: built from the item, read back, and turned into a decision.

Pure and total; standard library only, since the receiver of clicks loads it.
Limits: https://docs.slack.dev/reference/views/modal-views and
https://docs.slack.dev/reference/block-kit/block-elements (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from connectors.slack.clicks import LONGEST_VALUE, ItemRef, plain
from connectors.slack.markup import scrub, visible

if TYPE_CHECKING:
    from postmortem.action_items.item import ActionItem

type Raw = dict[str, Any]

CALLBACK_ID = "debrief.edit"
LONGEST_TEXT = 3000
_LONGEST_TITLE = 24
_LONGEST_OPTION = 75
_LONGEST_TEAM = 150
_LONGEST_NAME = 150
_MOST_TEAMS = 100
_LONGEST_HINT = 2000
_FURTHEST_WEST = timedelta(hours=12)
"""Behind UTC: so long it is still yesterday somewhere."""
_FURTHEST_OFF = timedelta(days=3660)

TEXT, OWNER, NAME, DUE, TEAM, ACCEPT = "text", "owner", "name", "due", "team", "accept"
_PERSON_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

EMPTY = "Say what is to be done."
TWO_OWNERS = "Choose somebody in Slack or write a name, not both."
NO_LONGER_OWNED = "An owner can be changed here, not taken away: choose somebody else."
NOT_TAKEN_AWAY = "A due date can be changed here, not taken away."
NO_DAY = "This is no day of the calendar."
PAST = "This day is past: choose one to come."
TOO_FAR = "This day is more than ten years off."


@dataclass(frozen=True, slots=True)
class Form:
    """What the fields held when the form was sent, and what they held when it was opened. Absent is "" in both."""

    now: dict[str, str] = field(default_factory=dict[str, str])
    before: dict[str, str] = field(default_factory=dict[str, str])

    def changed(self, name: str) -> bool:
        return self.now.get(name, "") != self.before.get(name, "")


def edit_view(item: ActionItem, ref: ItemRef, teams: Sequence[str]) -> Raw:
    """The form with the item as it stands. `teams` are those of the settings. `ref` must fit a button."""
    blocks = [_text(item), *_owner(item), _due(item), *_team(item, teams), *_accept(item)]
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": ref.value() or "",
        "title": plain("Edit action item", _LONGEST_TITLE),
        "submit": plain("Save", _LONGEST_TITLE),
        "close": plain("Cancel", _LONGEST_TITLE),
        "blocks": blocks,
    }


def _text(item: ActionItem) -> Raw:
    initial = visible(item.text)[:LONGEST_TEXT]
    element = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_TEXT, "initial_value": initial}
    return _input(TEXT, "What is to be done", element, f"As it was said: “{item.quote}”", optional=False)


def _owner(item: ActionItem) -> list[Raw]:
    """Two fields: who is in Slack is chosen, who is not is named."""
    slack_id = (item.owner.person_id or "").removeprefix("slack:")
    chosen = {"initial_user": slack_id} if _PERSON_ID.fullmatch(slack_id) else {}
    name = visible(item.owner.name or "").strip()[:_LONGEST_NAME]
    named = {"initial_value": name} if name and not chosen else {}
    return [
        _input(OWNER, "Owner", {"type": "users_select"} | chosen),
        _input(NAME, "Owner, if not in Slack", {"type": "plain_text_input", "max_length": _LONGEST_NAME} | named),
    ]


def _due(item: ActionItem) -> Raw:
    initial = {"initial_date": item.due_on.isoformat()} if item.due_on else {}
    return _input(DUE, "Due", {"type": "datepicker"} | initial)


def _team(item: ActionItem, teams: Sequence[str]) -> Iterable[Raw]:
    """Nothing to choose where there is one team alone."""
    names = [name for name in dict.fromkeys(map(scrub, teams)) if 0 < len(name) <= _LONGEST_TEAM][:_MOST_TEAMS]
    options = {name: {"text": plain(name, _LONGEST_OPTION), "value": name} for name in names}
    if len(options) < 2:
        return
    present = scrub((item.route.team or item.route.project) if item.route else "")
    initial = {"initial_option": options[present]} if present in options else {}
    yield _input(TEAM, "Team", {"type": "static_select", "options": [*options.values()]} | initial)


def _accept(item: ActionItem) -> Iterable[Raw]:
    if item.is_suggestion:
        option = {"text": plain("Accept it: an issue is opened", _LONGEST_OPTION), "value": ACCEPT}
        yield _input(ACCEPT, "Suggestion", {"type": "checkboxes", "options": [option], "initial_options": [option]})


def _input(name: str, label: str, element: Raw, hint: str = "", *, optional: bool = True) -> Raw:
    block: Raw = {
        "type": "input",
        "block_id": name,
        "label": plain(label, LONGEST_VALUE),
        "element": element | {"action_id": name},
        "optional": optional,
    }
    return block | {"hint": plain(hint, _LONGEST_HINT)} if hint else block


def form_from_view(view: Raw) -> Form:
    """Both sides of a form out of a submitted view, whatever it holds."""
    values = _object(_object(view.get("state")).get("values"))
    elements = {name: _object(_object(values.get(name)).get(name)) for name in (TEXT, OWNER, NAME, DUE, TEAM, ACCEPT)}
    blocks = view.get("blocks")
    inputs = [_object(block) for block in cast("list[object]", blocks)] if isinstance(blocks, list) else []
    opened = {scrub(block.get("block_id")): _object(block.get("element")) for block in inputs}
    return Form(
        now={name: _value(element, "", "selected_") for name, element in elements.items()},
        before={name: _value(opened.get(name, {}), "initial_", "initial_") for name in elements if name != ACCEPT},
    )


def _value(element: Raw, typed: str, chosen: str) -> str:
    """The one value of an element: typed text, or what was chosen."""
    options = element.get(f"{chosen}options")
    first = _object(options[0]) if isinstance(options, list) and options else {}
    found = (
        element.get(f"{typed}value"),
        element.get(f"{chosen}user"),
        element.get(f"{chosen}date"),
        _object(element.get(f"{chosen}option")).get("value"),
        first.get("value"),
    )
    return next((scrub(value).strip() for value in found if isinstance(value, str)), "")[:LONGEST_TEXT]


def problems_of(form: Form, now: datetime) -> dict[str, str]:
    """What is wrong, by field, in words for who filled it in."""
    problems: dict[str, str] = {}
    if not form.now.get(TEXT):
        problems[TEXT] = EMPTY
    if form.changed(NAME) and form.now.get(NAME) and form.changed(OWNER) and form.now.get(OWNER):
        problems[NAME] = TWO_OWNERS
    elif (form.before.get(OWNER) or form.before.get(NAME)) and not (form.now.get(OWNER) or form.now.get(NAME)):
        problems[OWNER if form.before.get(OWNER) else NAME] = NO_LONGER_OWNED
    if form.changed(DUE) and (wrong := _wrong_day(form.now.get(DUE, ""), now)):
        problems[DUE] = wrong
    return problems


def _wrong_day(text: str, now: datetime) -> str | None:
    """An overdue item keeps its day while other fields are changed; a new day is one to come."""
    if not text:
        return NOT_TAKEN_AWAY
    try:
        day = date.fromisoformat(text) if _A_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return NO_DAY
    if day < (now - _FURTHEST_WEST).date():
        return PAST
    return TOO_FAR if day > (now + _FURTHEST_OFF).date() else None


def decision_from_form(form: Form) -> dict[str, str]:
    """The fields of a Decision that were changed, and the verdict. Call it where `problems_of` finds none."""
    decision = {"verdict": "accepted"} if form.now.get(ACCEPT) == ACCEPT else {}
    for name, into in ((TEXT, "text"), (DUE, "due_on"), (TEAM, "team")):
        if form.changed(name) and form.now.get(name):
            decision[into] = form.now[name]
    if form.changed(OWNER) and _PERSON_ID.fullmatch(form.now.get(OWNER, "")):
        decision["owner_id"] = f"slack:{form.now[OWNER]}"
    elif form.changed(NAME) and form.now.get(NAME):
        decision["owner"] = form.now[NAME]
    return decision


def _object(value: object) -> Raw:
    return cast("Raw", value) if isinstance(value, dict) else {}
