"""What people said, quoted with who said it and where: the core adds no words of its own to theirs."""

import re
from collections.abc import Iterable, Iterator

from postmortem.citations import cite_event
from postmortem.identities import Identities
from postmortem.line import Line
from postmortem.timeline import TimelineEvent, names_its_author
from postmortem.told import Told

MOST_QUOTES = 8
LONGEST_QUOTE = 360  # characters: about what stands on three lines of a page
_WHOLE = 220  # a message no longer than this is quoted whole, whatever part of it is meant
CUT = "[…]"
# What the core and PagerDuty put in front of somebody's own words.
_NOT_THEIRS = re.compile(r"Resolution note: |Status update added by [^:]{1,80}:\s*")
# PagerDuty's sentence where the note itself was not read.
_NOTE_WITHOUT_WORDS = re.compile(r"Note added by [^:\n]{1,120}\.")


def ask(question: str, role: str) -> Line:
    return Line(text=question, asked_of=role)


def said_by_people(told: Told) -> list[TimelineEvent]:
    """Everything that a person said, in order: messages, notes, status updates."""
    return told.once(_said_by_people)


def own_words(event: TimelineEvent) -> str:
    """The words themselves, without what a system put in front of them."""
    head = _NOT_THEIRS.match(event.text) if event.kind in ("note", "status_update") else None
    return event.text[head.end() :] if head else event.text


def quote(event: TimelineEvent, identities: Identities) -> Line:
    """All that the event says, cut between words where it is long."""
    words = own_words(event)
    return quote_part(event, (0, len(words)), identities)


def quote_part(event: TimelineEvent, part: tuple[int, int], identities: Identities, *, only: bool = False) -> Line:
    """The characters of `part` (start, end) of what the event says; […] stands for the rest.

    A short message is quoted whole all the same, so that the part is not torn from it, unless `only` the part is meant.
    """
    words = own_words(event)
    said = excerpt(words[slice(*part)].strip()) if only else excerpt(words, part)
    return Line(text=f"{_speaker(event, identities)}“{said}”", citations=(cite_event(event),))


def excerpt(words: str, part: tuple[int, int] | None = None) -> str:
    """All of a short text, else the part of it, verbatim, with […] where something is left out."""
    start, end = part if part and len(words) > _WHOLE else (0, len(words))
    shown = _cut(words[start:end].strip())
    before = f"{CUT} " if words[:start].strip() else ""
    after = f" {CUT}" if words[end:].strip() and not shown.endswith(CUT) else ""
    return f"{before}{shown}{after}"


def shorten_quote(words: str, longest: int = LONGEST_QUOTE) -> str:
    """One line of it, cut between words."""
    return _cut(" ".join(words.split()), longest)


def once(lines: Iterable[Line]) -> Iterator[Line]:
    """Each quote once: where the same was said again, its further sources stand beside the first."""
    kept: dict[str, Line] = {}
    for line in lines:
        before = kept.get(line.text)
        if before is None or line.asked_of:
            kept[line.text] = line
            continue
        citations = tuple(dict.fromkeys((*before.citations, *line.citations)))
        under = before.under or line.under
        kept[line.text] = before.model_copy(update={"citations": citations, "under": under})
    yield from kept.values()


def at_most(lines: list[Line], most: int = MOST_QUOTES) -> Iterator[Line]:
    """The first so many; what is left out is counted, and found in the full log."""
    yield from lines[:most]
    left = lines[most:]
    if left:
        text = f"{len(left)} more statement{'s' if len(left) > 1 else ''} of this kind: see the full log from here on."
        yield Line(text=text, citations=left[0].citations[:1], group=left[0].group)


def _cut(words: str, longest: int = LONGEST_QUOTE) -> str:
    if len(words) <= longest:
        return words
    cut = words[: longest + 1]
    shown = cut.rsplit(maxsplit=1)[0] if len(cut.split()) > 1 else cut[:-1]
    return f"{shown} {CUT}"


def _speaker(event: TimelineEvent, identities: Identities) -> str:
    name = identities.name(event.who) or "Somebody"
    says_so = names_its_author(event, name) and own_words(event) == event.text
    return "" if says_so else f"{name}: "


def _said_by_people(told: Told) -> list[TimelineEvent]:
    return [event for event in told.timeline.events if _was_said_by_a_person(event)]


def _was_said_by_a_person(event: TimelineEvent) -> bool:
    is_said = event.kind in ("message", "note", "status_update") and not event.is_bot and not event.is_deleted
    return is_said and not (event.kind == "note" and _NOTE_WITHOUT_WORDS.fullmatch(event.text))
