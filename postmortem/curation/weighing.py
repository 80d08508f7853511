"""Whether what a message says belongs into the timeline: the sum of its cues, and the sum told in words."""

import re
from collections.abc import Iterable, Sequence

from postmortem.curation.cues import CHAT, CONTENT, COURTESY, RELEASED, SYSTEM, Heard, hear, without_code

ENOUGH = 2
_MOST_TOLD, _MOST_WORDS = 2, 3
NOTHING = "no word of a symptom, finding, decision, action or change of state"
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_AFTER_A_MARK = " \t)\"'*_!.:;…”"


def weigh(text: str, about: frozenset[str] = frozenset()) -> tuple[bool, str]:
    """Whether the message comes up, and why. Of several lines, one that says enough is enough."""
    said = without_code(text)
    lines = [line for line in said.splitlines() if line.strip()]
    readings = [hear(part, about) for part in ([said, *lines] if len(lines) > 1 else [said])]
    best = max(readings, key=lambda heard: (_says_something(heard), _points(heard)))
    if _says_something(best) and _points(best) >= ENOUGH:
        return True, _told(_positive(best))
    return False, _why_not(text, readings[0])


def weigh_bot(text: str) -> tuple[bool, str]:
    """A bot's message comes up where it says anything of a deploy or a state, however it says it."""
    heard = hear(without_code(text))
    told = [one for one in _positive(heard) if one.cue.kind == CONTENT or RELEASED.intersection(one.words)]
    return (True, _told(told)) if told else (False, NOTHING)


def _points(heard: Sequence[Heard]) -> int:
    return sum(one.points for one in heard)


def _says_something(heard: Iterable[Heard]) -> bool:
    """Content of any kind, or a sentence about two parts of the system."""
    return any(one.cue.kind == CONTENT or (one.cue is SYSTEM and len(one.words) > 1) for one in heard)


def _positive(heard: Iterable[Heard]) -> list[Heard]:
    """Content first, then what supports it, the heavier first."""
    for_it = [one for one in heard if one.cue.kind != CHAT]
    return sorted(for_it, key=lambda one: (one.cue.kind != CONTENT, -one.points))


def _against(heard: Iterable[Heard]) -> list[Heard]:
    return sorted((one for one in heard if one.cue.kind == CHAT), key=lambda one: one.points)


def _why_not(text: str, heard: Sequence[Heard]) -> str:
    against = _against(heard)
    if _is_all_questions(text):
        return "a question"
    if not _says_something(heard):
        return COURTESY.name if any(one.cue is COURTESY for one in heard) else NOTHING
    hint = f"too little beside it: {_told(_positive(heard))}"
    return f"{_told(against)}; {hint}" if against else hint


def _is_all_questions(text: str) -> bool:
    return all(sentence.rstrip(_AFTER_A_MARK).endswith("?") for sentence in _SENTENCES.split(text.strip()))


def _told(heard: Sequence[Heard]) -> str:
    """The strongest cues with their words: says what is wrong ("is down"), speaks of the system ("cluster")."""
    words: dict[str, list[str]] = {}
    for one in heard:
        words.setdefault(one.cue.name, []).extend(one.words)
    return ", ".join(_named(name, said) for name, said in list(words.items())[:_MOST_TOLD])


def _named(name: str, said: Sequence[str]) -> str:
    """A mark that is no word is not quoted."""
    quoted = ", ".join(f'"{word}"' for word in [word for word in dict.fromkeys(said) if word][:_MOST_WORDS])
    return f"{name} ({quoted})" if quoted else name
