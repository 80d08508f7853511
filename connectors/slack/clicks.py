"""Our buttons in Slack: their ids, what they carry, and how both are read back. Pure and total, standard library only.

Limits: https://docs.slack.dev/reference/block-kit/block-elements/button-element and
https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object (read 2026-11-21).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from connectors.slack.markup import scrub, visible

type Raw = dict[str, Any]
type Choice = Literal["accept", "edit", "drop", "claim", "snooze"]

LONGEST_VALUE = 2000
_LONGEST_LABEL = 75
_LONGEST_QUESTION = 300
# Ours: the ids of PagerDuty and Slack together are under 100 characters.
_LONGEST_ID = 1500
_LONGEST_SNOOZE = timedelta(days=366)

_WORDS: dict[Choice, str] = {
    "accept": "Accept",
    "edit": "Edit",
    "drop": "Drop",
    "claim": "Claim it",
    "snooze": "Snooze",
}
_BY_ACTION_ID: dict[str, Choice] = {f"debrief.{choice}": choice for choice in _WORDS}


@dataclass(frozen=True, slots=True)
class ItemRef:
    """The action item that a button or a form is about."""

    incident_id: str
    item_id: str

    def value(self) -> str | None:
        """As a button carries it; None where it is longer than Slack takes: then there is no button."""
        value = json.dumps([self.incident_id, self.item_id])
        return value if len(value) <= LONGEST_VALUE else None


def item_from_value(value: object) -> ItemRef | None:
    """What `ItemRef.value` wrote; None for anything else."""
    read = _json(value)
    if not isinstance(read, list):
        return None
    ids = cast("list[object]", read)
    if len(ids) != 2 or not all(isinstance(id_, str) and 0 < len(id_) <= _LONGEST_ID for id_ in ids):
        return None
    return ItemRef(scrub(ids[0]), scrub(ids[1]))


def snooze_from_value(value: object) -> timedelta | None:
    """For how long a Snooze button keeps quiet; None for anything but what `snooze_button` wrote."""
    seconds = _json(value)
    if type(seconds) is not int or not 0 < seconds <= _LONGEST_SNOOZE.total_seconds():
        return None
    return timedelta(seconds=seconds)


def choice_from_action_id(action_id: object) -> Choice | None:
    return _BY_ACTION_ID.get(action_id) if isinstance(action_id, str) else None


def item_buttons(choices: Iterable[Choice], item: ItemRef, about: str) -> Raw | None:
    """One row of buttons under an item. `about` is the item in plain words, for who hears the buttons read aloud."""
    value = item.value()
    if value is None:
        return None
    return {"type": "actions", "elements": [_button(choice, value, about) for choice in choices]}


def snooze_buttons(duration: timedelta, about: str) -> Raw:
    """One row with the Snooze button, for under a reminder: whoever presses it has quiet for so long."""
    return {"type": "actions", "elements": [_button("snooze", str(int(duration.total_seconds())), about)]}


def plain(text: str, longest: int) -> Raw:
    """Text that Slack shows as it is: no mention, no link, no emoji comes out of it. It takes none that is empty."""
    text = visible(text)
    text = text if text.strip() else "…"
    return {"type": "plain_text", "text": text if len(text) <= longest else text[: longest - 1] + "…", "emoji": False}


def _button(choice: Choice, value: str, about: str) -> Raw:
    words = _WORDS[choice]
    button = {
        "type": "button",
        "action_id": f"debrief.{choice}",
        "text": plain(words, _LONGEST_LABEL),
        "value": value,
        "accessibility_label": plain(f"{words}: {about}", _LONGEST_LABEL)["text"],
    }
    return button | {"confirm": _sure(about)} if choice == "drop" else button


def _sure(about: str) -> Raw:
    return {
        "title": plain("Drop this action item?", 100),
        "text": plain(about, _LONGEST_QUESTION),
        "confirm": plain("Drop it", 30),
        "deny": plain("Keep it", 30),
        "style": "danger",
    }


def _json(value: object) -> object:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
