"""How surely a sentence without a marker is an action item: named cues with a weight, so that reasons can be told.

The weights were set by hand; a share of labelled minutes was looked at, and chat of incidents that nobody labelled.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from postmortem.action_items.suggest_forms import Said
from postmortem.action_items.suggest_words import LASTING, LATER, NEXT_TIME, NOW, SOON, TALK, WORK

Phase = Literal["incident", "after", "unknown"]


class Cue(NamedTuple):
    """`why` is the reason in words; None for what is not worth telling."""

    name: str
    weight: float
    why: str | None = None


SAID_AFTER = "it was said when the incident was over"
_WORK = Cue("work", 2.0)
_NOW_VERB = Cue("does", 0.5)
_TALK_VERB = Cue("talk", -2.5)
_LASTING = Cue("lasting", 1.0, "it is about what lasts")
_NEXT_TIME = Cue("next time", 1.5, "it is for the next time")
_LATER = Cue("later", 1.5, "it is for later")
_DUE = Cue("due", 1.5, "a day is named")
_SOON = Cue("soon", -3.0)
_BOX = Cue("box", 3.0, "it stands beside an open box")
LISTED = Cue("listed", 1.5, "it stands in a list of such")
AGREED = Cue("agreed", 1.0, "others agreed to it")
TAKEN = Cue("taken", 2.0, "somebody took it")
_AFTER = Cue("after", 0.5, SAID_AFTER)
_AFTER_PROPOSED = Cue("proposed after", 1.0, SAID_AFTER)
_DURING = Cue("during", -2.0)
_OPERATION = Cue("operation", -2.5)
_HEDGED = Cue("hedged", -1.0)
_CONDITION = Cue("condition", -1.5)
_DOUBTED = Cue("doubted", -3.0)
_PAST = Cue("past", -3.0)
_QUESTION = Cue("question", -2.0)
_LONG = Cue("long", -1.0)
_SHORT = Cue("short", -1.0)
_VAGUE = Cue("vague", -1.0)
_WHOLE = Cue("whole", 1.0)
_MIDDLE = Cue("middle", -1.5)
_IS_DONE = Cue("done", -4.0)
_TIMEBOX = Cue("agenda", -4.0)

_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|probably|possibly|might|could|i guess|not sure|i suppose|or so|"
    r"potentially)\b"
)
_IF = re.compile(r"\b(?:if|unless|whether|in case|would|otherwise|instead of)\b")
_DOUBT = re.compile(
    r"\b(?:don't|do not|doesn't|didn't|not|never|no need|shouldn't|can't|won't|wouldn't|couldn't)\s+(?:\w+\s+){0,2}?$"
)
_WAS = re.compile(
    r"\b(?:should|would|could|must) have (?:been|had|done|gone|made|caught|seen|known|\w+ed|\w+en)\b|"
    r"\bshould be (?:fine|ok|good|able|back|enough|safe|possible|fixed now|"
    r"done now)|"
    r"\b(?:yesterday|last (?:week|night|month|time)|ago)\b"
)
_ENDS_ASKING = re.compile(r"\?\W*$")
_DONE = re.compile(r"\b(?:done|completed?|closed|fixed|merged)\s*[\]).!]*\s*$|[✅☑]|\[(?:x|done|complete)\]")
_MINUTES = re.compile(
    r"\(\s*\d{1,3}\s*(?:m|min|mins|minutes)\b|^\W*(?:resolved|proposed|proposal|topic|agenda|link|pr|re)\b\s*:",
    re.IGNORECASE,
)
_SURELY_NOT = ((_PAST, _WAS), (_IS_DONE, _DONE), (_TIMEBOX, _MINUTES))
_OPEN_BOX = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])?\s*\[ ?\]\s")
_IT_ONLY = re.compile(
    r"\w+(?: (?:up|into|at|on|out|with|to|for))?(?: (?:it|this|that|them|so|these|those|one))?(?: (?:too|then|up|out|"
    r"in))?\W*"
)
_MANY, _FEW = 45, 3


def cues_of(sentence: str, said: Said, phase: Phase, *, names_a_day: bool, is_whole: bool) -> Iterator[Cue]:
    """Every cue of one form in its sentence, besides the form itself."""
    small = sentence.lower().replace("’", "'")
    task = small[said.task :].lstrip(" *_`\"'(")
    is_for_later = names_a_day or bool(LATER.search(small))
    is_for_next_time = bool(NEXT_TIME.search(task))
    yield from _of_verb(said, task)
    yield from _of_time(small, is_later=bool(LATER.search(small)), names_a_day=names_a_day)
    yield from _of_phase(said, task, phase, is_for_later=is_for_later, is_for_next_time=is_for_next_time)
    yield from _against(small, said)
    if is_for_next_time or LASTING.search(task):
        yield _NEXT_TIME if is_for_next_time else _LASTING
    if _OPEN_BOX.match(sentence):
        yield _BOX
    if said.form.kind == "told":
        yield _WHOLE if is_whole else _MIDDLE
    yield from _of_length(small, said)


def _of_verb(said: Said, task: str) -> Iterator[Cue]:
    if WORK.match(task):
        yield _WORK
    elif NOW.match(task):
        yield _NOW_VERB
    elif TALK.match(task) and said.form.kind != "assigned":
        yield _TALK_VERB


def _of_time(small: str, *, is_later: bool, names_a_day: bool) -> Iterator[Cue]:
    if names_a_day:
        yield _DUE
    if is_later:
        yield _LATER
    elif SOON.search(small) and not names_a_day:
        yield _SOON


def _of_phase(said: Said, task: str, phase: Phase, *, is_for_later: bool, is_for_next_time: bool) -> Iterator[Cue]:
    """What is done to a system is done at once, and while it is broken most other things are too."""
    is_given = phase == "unknown" and said.form.kind == "assigned"
    if not WORK.match(task) and phase != "after" and not is_for_later and not is_given:
        yield _OPERATION
    if phase == "after":
        yield _AFTER_PROPOSED if said.form.kind == "proposed" else _AFTER
    elif phase == "incident" and not is_for_later and not is_for_next_time:
        yield _DURING


def _against(small: str, said: Said) -> Iterator[Cue]:
    is_given = said.form.kind == "assigned"
    if not is_given:
        yield from _unsure(small, said)
    if _DOUBT.search(small[: said.task if is_given else said.start]):
        yield _DOUBTED
    for cue, pattern in _SURELY_NOT:
        if pattern.search(small):
            yield cue


def _unsure(small: str, said: Said) -> Iterator[Cue]:
    around = f"{small[: said.start]} {small[said.task :]}"
    if _HEDGE.search(small[: said.start]):
        yield _HEDGED
    if _IF.search(around):
        yield _CONDITION
    if _ENDS_ASKING.search(small) and said.form.kind != "asked":
        yield _QUESTION


def _of_length(small: str, said: Said) -> Iterator[Cue]:
    words = len(small.split())
    if words > _MANY:
        yield _LONG
    if _IT_ONLY.fullmatch(small[said.task :]) and not NEXT_TIME.search(small, said.task):
        yield _VAGUE
    if len(small[said.task :].split()) < _FEW:
        yield _SHORT
