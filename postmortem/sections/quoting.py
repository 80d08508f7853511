"""What people said, quoted with who said it and where: the core adds no words of its own to theirs."""

import re
from collections.abc import Iterator

from postmortem.citations import cite_event
from postmortem.identities import Identities
from postmortem.line import Line
from postmortem.timeline import TimelineEvent, names_its_author
from postmortem.told import Told

_MOST_QUOTES = 8


def ask(question: str, role: str) -> Line:
    return Line(text=question, asked_of=role)


def said_by_people(told: Told) -> list[TimelineEvent]:
    """Everything that a person said, in order: messages, notes, status updates."""
    return [event for event in told.timeline.events if _was_said_by_a_person(event)]


def quote(event: TimelineEvent, identities: Identities) -> Line:
    speaker = identities.name(event.who) or "Somebody"
    said = f"“{event.text}”" if names_its_author(event, speaker) else f"{speaker}: “{event.text}”"
    return Line(text=said, citations=(cite_event(event),))


def quotes(spoken: list[TimelineEvent], words: re.Pattern[str], identities: Identities) -> Iterator[Line]:
    """What was stated in these words: a question states nothing."""
    said = [event for event in spoken if words.search(event.text) and not event.text.rstrip().endswith("?")]
    yield from (quote(event, identities) for event in said[:_MOST_QUOTES])
    more = len(said) - _MOST_QUOTES
    if more > 0:
        text = f"{more} more statement{'s' if more > 1 else ''} of this kind: see the full log from here on."
        yield Line(text=text, citations=(cite_event(said[_MOST_QUOTES]),))


def _was_said_by_a_person(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot and not event.is_deleted
