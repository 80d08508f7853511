"""The head of the page: impact, cause, fix and what is open, out of the document as it stands."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.action_items.item import ActionItem
from postmortem.document import Postmortem
from postmortem.outputs.page.prose import Part, Prose, Statement

_MOST_STATEMENTS, _MOST_QUESTIONS, _LONGEST = 2, 6, 240
# What settles a matter stands before what was only thought of it.
_SETTLED = re.compile(r"(confirmed|finding|root cause|permanent|mitigated|cause|fix)\b", re.IGNORECASE)
_REFUTED = re.compile(r"(refuted|ruled out|no effect|hurt|hypothesis(?!, confirmed))\b", re.IGNORECASE)
# The section's key, what it answers here, and the words of its heading where that was changed.
_ASKED = (
    ("impact", "Impact", re.compile(r"\b(impact|affected)\b", re.IGNORECASE)),
    ("causes", "Cause", re.compile(r"\b(causes?|why|factors?)\b", re.IGNORECASE)),
    ("resolution", "Fix", re.compile(r"\b(resol\w+|recover\w*|fix\w*|mitigat\w+)\b", re.IGNORECASE)),
)


class Answer(NamedTuple):
    """What the document says of one matter, or what it asks. `name` links to where it says so."""

    heading: str
    statements: tuple[Statement, ...]
    name: str | None
    more: int


class Asked(NamedTuple):
    """An open question and the section it stands in."""

    text: str
    name: str


class Glance(NamedTuple):
    """`open_questions` counts them all, `questions` are the first; `items` tells of the actions in words."""

    answers: tuple[Answer, ...]
    questions: tuple[Asked, ...]
    open_questions: int
    items: str


def glance(prose: Prose, postmortem: Postmortem) -> Glance:
    parts = [part for part in prose.parts if not part.repeats]
    asked = [Asked(_cut(line.text), part.name) for part in parts for line in part.statements if line.asks]
    once: dict[str, Asked] = {}
    for question in asked:
        once.setdefault(question.text, question)
    answers = tuple(_answer(heading, _part(prose, postmortem, key, words)) for key, heading, words in _ASKED)
    items = in_words(postmortem.action_items)
    return Glance(answers, tuple(once.values())[:_MOST_QUESTIONS], prose.open_questions, items)


def _part(prose: Prose, postmortem: Postmortem, key: str, words: re.Pattern[str]) -> Part | None:
    """By the heading that we gave it; where people or a template changed that, by its words."""
    ours = {section.heading for section in postmortem.sections if section.key == key}
    named = (part for part in prose.parts if part.heading in ours)
    alike = (part for part in prose.parts if words.search(part.heading))
    return next(named, None) or next(alike, None)


def _answer(heading: str, part: Part | None) -> Answer:
    if part is None:
        return Answer(heading, (), None, 0)
    told = sorted((line for line in part.statements if not line.asks and not line.hangs), key=_rank)
    asked = [line for line in part.statements if line.asks]
    shown = told[:_MOST_STATEMENTS] or asked[:1]
    cut = tuple(Statement(_cut(line.text), line.asks) for line in shown)
    return Answer(heading, cut, part.name, max(len(told) - _MOST_STATEMENTS, 0))


def _rank(line: Statement) -> int:
    return 0 if _SETTLED.match(line.text) else 2 if _REFUTED.match(line.text) else 1


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(maxsplit=1)[0]} …"


def in_words(items: tuple[ActionItem, ...]) -> str:
    """ "3 action items: 1 without an owner, 1 without a date, 2 without an issue; 2 suggestions to decide on"; their
    state stands in the table."""
    listed = tuple(item for item in items if item.is_listed)
    suggested = sum(item.is_suggestion for item in items)
    more = f"; {suggested} suggestion{'s' if suggested > 1 else ''} to decide on" if suggested else ""
    if not listed:
        return f"No action item was marked{more}"
    count = f"{len(listed)} action item{'s' if len(listed) > 1 else ''}"
    missing = list(_missing(listed))
    return (f"{count}: {', '.join(missing)}" if missing else f"{count}, each with owner, date and issue") + more


def _missing(items: tuple[ActionItem, ...]) -> Iterator[str]:
    lacks = {
        "an owner": sum(item.is_unowned for item in items),
        "a due date": sum(item.due_on is None for item in items),
        "an issue": sum(item.issue_key is None for item in items),
    }
    yield from (f"{count} without {what}" for what, count in lacks.items() if count)
