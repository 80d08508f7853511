"""How many of the action items that people minuted are found, and with the right owner?

    uv run python -m tests.evaluation.action_items FILE.jsonl [--unmarked]

Each line of FILE holds one meeting: `messages[] {i, user, text}`, `actions[] {text, owner, message_i}`, `form`. Items
are matched by `message_i`. With --unmarked the marker words are stripped first and the draft's suggestions are counted.
The last line is JSON with the totals, and the same under `by_form`.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.item import ActionItem
from postmortem.evidence import Message
from postmortem.identities import Identities, plain_name
from postmortem.people import Person
from postmortem.settings import Settings
from tests.evaluation.shared import evidence_of_chat, moment, skipped

_MARKER = re.compile(
    r"^[\s>*_#-]*\[?[*_]*(action(?:[ -]items?)?|todo|follow[ -]?up)[*_]*\]?\s*[:–—-]*\s*", re.IGNORECASE
)
_START = datetime(2024, 1, 1, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    files = [argument for argument in arguments if not argument.startswith("--")]
    if len(files) != 1 or set(arguments) - set(files) - {"--unmarked"}:
        print(__doc__, file=sys.stderr)
        return 2
    path = Path(files[0])
    if skipped(path):
        return 0
    unmarked = "--unmarked" in arguments
    totals: Counter[str] = Counter()
    by_form: dict[str, Counter[str]] = {}
    for line in filter(None, path.read_text().split("\n")):
        meeting = json.loads(line)
        counts = judge(meeting, unmarked=unmarked)
        totals += counts
        by_form.setdefault(meeting["form"], Counter()).update(counts)
    forms = {form: figures(counts) for form, counts in sorted(by_form.items())}
    print(json.dumps(figures(totals) | {"by_form": forms}))
    return 0


def judge(meeting: dict[str, Any], *, unmarked: bool) -> Counter[str]:
    """Counts of one meeting: messages, wanted, found, matched, owned (of the matched), owners right."""
    found = {int(item.evidence_id.rpartition("/")[2]): item for item in _found(meeting, unmarked=unmarked)}
    wanted = {action["message_i"]: action for action in meeting["actions"]}
    matched = found.keys() & wanted.keys()
    owned = [i for i in matched if _wanted_owner(wanted[i])]
    right = [i for i in owned if _is_owner(found[i], _wanted_owner(wanted[i]))]
    return Counter(
        messages=len(meeting["messages"]),
        wanted=len(wanted),
        found=len(found),
        matched=len(matched),
        owned=len(owned),
        right=len(right),
    )


def figures(counts: Counter[str]) -> dict[str, float | int | None]:
    """Ratios of the counts; None where there was nothing to divide by."""
    precision = _ratio(counts["matched"], counts["found"])
    recall = _ratio(counts["matched"], counts["wanted"])
    return {
        "item_precision": precision,
        "item_recall": recall,
        "item_f1": _ratio(2 * counts["matched"], counts["found"] + counts["wanted"]),
        "owner_accuracy": _ratio(counts["right"], counts["owned"]),
        "suggestions_per_40_messages": _ratio(40 * counts["found"], counts["messages"]),
        "items": counts["wanted"],
    }


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _found(meeting: dict[str, Any], *, unmarked: bool) -> tuple[ActionItem, ...]:
    people = {name: Person(id=f"slack:{name}", name=name) for name in _users(meeting)}
    evidence = evidence_of_chat(meeting["id"], list(_messages(meeting, unmarked=unmarked)), people.values())
    items = extract_action_items(evidence, Identities(evidence.people, ()), Settings(), None)
    return tuple(item for item in items if item.accepted != unmarked)


def _users(meeting: dict[str, Any]) -> Iterator[str]:
    yield from (message["user"] for message in meeting["messages"] if message["user"])


def _messages(meeting: dict[str, Any], *, unmarked: bool) -> Iterator[Message]:
    for message in meeting["messages"]:
        text = _MARKER.sub("", message["text"]) if unmarked else message["text"]
        yield Message(
            id=f"slack/C/{message['i']}",
            channel_id="C",
            channel_name="meeting",
            moment=moment(_START + timedelta(seconds=message["i"])),
            text=text,
            person_id=f"slack:{message['user']}" if message["user"] else None,
            is_bot=bool(message["bot"]),
        )


def _wanted_owner(action: dict[str, Any]) -> str | None:
    return plain_name(action["owner"]) if action["owner"] else None


def _is_owner(item: ActionItem, wanted: str | None) -> bool:
    return item.owner.name is not None and plain_name(item.owner.name) == wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
