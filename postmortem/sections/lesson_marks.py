"""Where people marked something as a lesson: in plain words, under a heading of their own, or with an emoji."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.sections.mood import asks
from postmortem.sections.quoting import own_words
from postmortem.sections.sentences import as_rules_read, sentences_of
from postmortem.timeline import TimelineEvent

WELL = "What went well"
BADLY = "What went badly"
LUCKY = "Where we got lucky"
NOTED = "Noted for the review"
GROUPS = (WELL, BADLY, LUCKY, NOTED)

_REVIEW = r"(?:post-?mortems?|pm|pir|retro(?:spective)?|review|rca)"
# As headings over a list, and as words inside a sentence. The first that fits counts.
_HEADINGS = (
    (
        BADLY,
        re.compile(
            r"(?:what )?(?:went (?:badly|wrong|poorly|less well)|(?:did not|didn'?t) go (?:so |"
            r"that )?well)"
        ),
    ),
    (WELL, re.compile(r"(?:what )?(?:went|worked) (?:really )?well|the good")),
    (LUCKY, re.compile(r"(?:where )?(?:we )?(?:got|were|did we get) lucky|luck")),
    (NOTED, re.compile(rf"lessons?(?: learn(?:ed|t))?|(?:notes? )?for the {_REVIEW}|takeaways?|learnings?")),
)
_MARKS = (
    (
        BADLY,
        re.compile(
            r"\b(?:went (?:really |very |quite )?(?:badly|poorly|less well)|(?:did not|didn'?t) go (?:so |that |"
            r"very )?well|"
            r"what went wrong\W{0,3}:|could have gone better)\b"
        ),
    ),
    (WELL, re.compile(r"\b(?:went|worked|going|goes) (?:really |very |pretty |quite |so )?(?:well|smoothly)\b")),
    (
        LUCKY,
        re.compile(
            r"\b(?:(?<!un)(?:lucky|luckily)|by luck|(?:pure|sheer|dumb) luck|good thing (?:that |we |it |i |the |"
            r"you |this )|"
            r"(?<!un)fortunately|thank (?:god|goodness|heavens))\b"
        ),
    ),
    (
        NOTED,
        re.compile(
            rf"\blessons? (?:is|here|learn(?:ed|t)|for)\b|\blessons?:|\bnotes? (?:for|to) (?:the |our )?{_REVIEW}\b|"
            rf"\b{_REVIEW} notes?:|"
            rf"\A\W*(?:for|to) (?:the |our )?{_REVIEW}\b|\bfor (?:the |our )?{_REVIEW}(?::|\W*\Z)|\b(?:takeaway|"
            rf"learning)s?:"
        ),
    ),
)
_TIL = re.compile(r"\A\W*TIL\b")
_NOTHING = re.compile(r"\W*(?:none|nothing|n/?a|no comments?(?: added)?|tbd|-)?\W*")
_BULLET = re.compile(r"\s*(?:[-*•+◦▪]|\d{1,2}[.)])\s+")


class Mark(NamedTuple):
    """Characters `start` to `end` of what an event says, under the group that its words name."""

    event: TimelineEvent
    start: int
    end: int
    group: str


def marks_in(event: TimelineEvent) -> Iterator[Mark]:
    """In order. A list under a heading is taken line by line, anything else sentence by sentence."""
    listed = list(_under_headings(event))
    yield from listed
    if not listed:
        yield from _in_sentences(event)


def _in_sentences(event: TimelineEvent) -> Iterator[Mark]:
    for sentence in sentences_of(event):
        group = next((group for group, words in _MARKS if words.search(sentence.plain)), None)
        group = group or (NOTED if _TIL.match(sentence.text) else None)
        if group and not asks(sentence.plain):
            yield Mark(event, sentence.start, sentence.end, group)


def _under_headings(event: TimelineEvent) -> Iterator[Mark]:
    group: str | None = None
    start = 0
    for line in as_rules_read(own_words(event)).splitlines(keepends=True):
        words = line.strip(" \t\r\n#*_:-?.!")
        heading = next((name for name, heading in _HEADINGS if heading.fullmatch(words)), None)
        bullet = _BULLET.match(line)
        if heading:
            group = heading
        elif group and not _NOTHING.fullmatch(line, bullet.end() if bullet else 0):
            begin = start + (bullet.end() if bullet else 0)
            yield Mark(event, begin, start + len(line.rstrip()), group)
        start += len(line)
