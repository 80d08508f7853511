"""What was said, sentence by sentence, so that one message can hold a finding, a question and a plan."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from postmortem.sections.quoting import own_words
from postmortem.timeline import TimelineEvent

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
_URL = re.compile(r"https?://\S{3,}", re.IGNORECASE)
_OF_A_CHANGE = re.compile(r"/(commits?|pulls?|merge_requests|changes|changesets?|diff|compare)/", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\n]+?(?:(?<![.!?…])[.!?…]++(?=[\s)\"'”]|\Z)|(?=\n)|\Z)")
_BULLET = re.compile(r"\s*(?:[-*•+◦▪]|\d{1,2}[.)])?\s*")
_LONGEST = 2_000  # characters of one sentence that are looked at: no person's sentence is longer
CHANGE_LINK = "changelink"


class Sentence(NamedTuple):
    """`words[start:end]` of an event's own words. `plain` is the same stretch as rules read it: small letters, one
    kind of apostrophe; code, quoted lines and addresses blanked out, an address of a change as "changelink".
    """

    event: TimelineEvent
    start: int
    end: int
    plain: str

    @property
    def part(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def text(self) -> str:
        return own_words(self.event)[self.start : self.end].strip()


def sentences_of(event: TimelineEvent) -> Iterator[Sentence]:
    """In order; nothing for what holds no words."""
    for start, end, plain in _split(own_words(event)):
        yield Sentence(event, start, end, plain)


@cache
def _split(words: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, as rules read it): several sections read the same message."""
    return tuple(_stretches(as_rules_read(words)))


def forget_sentences() -> None:
    """When a draft is written nobody needs its sentences any more: the longest nights would stay in memory for ever."""
    _split.cache_clear()


def _stretches(plain: str) -> Iterator[tuple[int, int, str]]:
    for match in _SENTENCE.finditer(plain):
        bullet = _BULLET.match(match.group())
        start = match.start() + (bullet.end() if bullet else 0)
        shown = plain[start : min(match.end(), start + _LONGEST)]
        if shown.strip(" \t\0"):
            yield start, match.end(), shown


def as_rules_read(words: str) -> str:
    """The same number of characters, in small letters, without what states nothing."""
    plain = _CODE.sub(_blank, words)
    plain = _QUOTED.sub(_blank, plain)
    plain = _URL.sub(_address, plain)
    small = plain.lower()
    return small.replace("’", "'") if len(small) == len(plain) else "".join(map(_small, plain))


def _small(letter: str) -> str:
    """Its small form where that is one character too, so that places stay the same."""
    small = letter.lower()
    return "'" if letter == "’" else small if len(small) == 1 else letter


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match.group())


def _address(match: re.Match[str]) -> str:
    url = match.group()
    shown = CHANGE_LINK if _OF_A_CHANGE.search(url) else ""
    return shown[: len(url)].ljust(len(url), "\0")
