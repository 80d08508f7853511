"""How many of the action items that people minuted are found, and with the right owner?

    uv run python -m tests.evaluation.action_items FILE.jsonl [--unmarked]

Each line of FILE holds one meeting: `messages[] {i, user, text}`, `actions[] {text, owner, message_i}`, `form`. Items
are matched by `message_i`, also that of a message which says the item again. An owner is right who is the one minuted,
or, of several, the first or all of them; where all were minuted ("everyone"), nobody is. What was minuted as done
already is no item. With --unmarked the marker words are stripped first and the draft's suggestions are counted; what is
still marked, such as by a heading above, is left out.

The last line is JSON with the totals, and the same under `by_form`; `missed` names the bars of the issue that are not
reached, and the exit code is 1 where there are any.
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
_BETWEEN = re.compile(r"\s*(?:,|&|/|\band\b)\s*")
_EVERYONE = frozenset({"all", "everyone", "everybody"})
_SURE = {"item_f1": 0.95, "owner_accuracy": 0.95}
_BARS: dict[str, dict[str, float]] = {"irc": _SURE, "scribed_minutes": _SURE, "notes": {"item_f1": 0.85}}
_UNMARKED_BARS = {"item_recall": 0.55, "item_precision": 0.35}
_MOST_UNASKED = 1  # suggestions per 40 messages, where nothing was minuted
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
    judged = {"all": figures(totals)} if unmarked else forms
    short = [bar for form, found in judged.items() for bar in missed(form, found, unmarked=unmarked)]
    print(json.dumps(figures(totals) | {"by_form": forms, "missed": short}))
    return 1 if short else 0


def judge(meeting: dict[str, Any], *, unmarked: bool) -> Counter[str]:
    """Counts of one meeting: messages, wanted, found, matched, owned (of the matched), owners right."""
    items = _found(meeting, unmarked=unmarked)
    still_marked = {i for item in items if unmarked and item.accepted for i in _messages_of(item)}
    open_ones = (one for one in meeting["actions"] if one.get("status") != "done")
    wanted = {one["message_i"]: one for one in open_ones if one["message_i"] not in still_marked}
    said = [(item, _messages_of(item)) for item in items if item.accepted != unmarked]
    matched = {i: item for item, places in reversed(said) for i in places if i in wanted}
    others = {min(places) for _, places in said if not places & wanted.keys()}
    owned = [i for i in matched if _wanted_owners(wanted[i])]
    return Counter(
        messages=len(meeting["messages"]),
        wanted=len(wanted),
        found=len(matched) + len(others - wanted.keys()),
        matched=len(matched),
        owned=len(owned),
        right=sum(_is_owner(matched[i], _wanted_owners(wanted[i])) for i in owned),
    )


def _messages_of(item: ActionItem) -> frozenset[int]:
    """The messages that say an item."""
    return frozenset(int(place.rpartition("/")[2]) for place in (item.evidence_id, *item.also_said))


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
    return extract_action_items(evidence, Identities(evidence.people, ()), Settings(), None)


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


def _wanted_owners(action: dict[str, Any]) -> frozenset[str]:
    return frozenset(filter(None, map(plain_name, _BETWEEN.split(action["owner"] or ""))))


def _is_owner(item: ActionItem, wanted: frozenset[str]) -> bool:
    named = [plain_name(name) for name in (item.owner.name, *item.owner.others) if name]
    if wanted <= _EVERYONE:
        return not named
    return bool(named) and (frozenset(named) == wanted or wanted == frozenset(named[:1]))


def missed(form: str, found: dict[str, float | int | None], *, unmarked: bool) -> Iterator[str]:
    """Which bars of the issue the figures of one form do not reach, each in words."""
    bars = {} if not found["items"] else _UNMARKED_BARS if unmarked else _BARS.get(form, {})
    for figure, bar in bars.items():
        if (found[figure] or 0) < bar:
            yield f"{form}: {figure} {found[figure]} is under {bar}"
    most = _MOST_UNASKED if unmarked else 0
    if not found["items"] and (found["suggestions_per_40_messages"] or 0) > most:
        yield f"{form}: {found['suggestions_per_40_messages']} per 40 messages where none was minuted, over {most}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
