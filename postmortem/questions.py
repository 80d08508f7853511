"""The sections that only people can write: what they said about it, quoted, and a question to a named role."""

import re
from collections.abc import Iterable, Iterator

from postmortem.citations import cite_event
from postmortem.document import Line, Section
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.summary import COMMANDER, SERVICE_OWNER
from postmortem.timeline import Timeline, TimelineEvent, names_its_author

_MOST_QUOTES = 8
_CAUSE = re.compile(
    r"\b(root cause|caused? by|because of|due to|turns? out|culprit|introduced (in|by)|suspect\w*|best guess|"
    r"went from \S+ to|changed (its|the|from)|was (never|not) (set|renewed|configured|deployed)|misconfigur\w+|"
    r"(a|the) regression|bug in)\b",
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"\b(roll(ed|ing)?[- ]?back(?! (run|play)book)|revert(ed|ing)|restart(ed|ing)|redeploy\w*|fail(ed|ing) over|"
    r"scal(ed|ing) (up|down|out)|disabl(ed|ing)|drain(ed|ing)|switch(ed|ing)|block(ed|ing)|rais(ed|ing)|"
    r"delet(ed|ing)|upgrad(ed|ing)|manually|deploy(ed|ing))\b",
    re.IGNORECASE,
)
_EVERYONE = "everyone who took part"
# key, heading, and what is asked of whom; quotes stand above the questions.
_SECTIONS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "causes",
        "Root cause and contributing factors",
        (
            ("Which conditions together made this happen, and which of the above still hold?", COMMANDER),
            ("Which safeguard should have caught it earlier, and why did it not?", SERVICE_OWNER),
        ),
    ),
    (
        "tried",
        "What was tried",
        (("Which of these helped, which hurt, and which made no difference?", "responders"),),
    ),
    (
        "resolution",
        "Resolution",
        (("What ended it, and is that a permanent fix or a temporary one?", "responder who resolved it"),),
    ),
    (
        "response",
        "The response itself",
        (("Were the right people reached, with the right tools, soon enough?", COMMANDER),),
    ),
    (
        "lessons",
        "Lessons",
        (
            ("What went well?", _EVERYONE),
            ("What went badly?", _EVERYONE),
            ("Where did we get lucky?", _EVERYONE),
        ),
    ),
)


def ask_what_is_missing(evidence: Evidence, timeline: Timeline, identities: Identities) -> tuple[Section, ...]:
    """Root cause, what was tried, resolution, the response and lessons: quotes first, then the open questions."""
    spoken = [event for event in timeline.events if _was_said_by_a_person(event)]
    ended = _resolution_notes(evidence, timeline)
    quoted = {event.id for event in ended}
    before = [event for event in spoken if event.id not in quoted]
    quotes = {
        "causes": _quotes(spoken, _CAUSE, identities),
        "tried": _quotes(before, _TRIED, identities),
        "resolution": (_quote(event, identities) for event in ended),
    }
    return tuple(
        Section(key=key, heading=heading, lines=(*quotes.get(key, ()), *(_ask(*question) for question in questions)))
        for key, heading, questions in _SECTIONS
    )


def _ask(question: str, role: str) -> Line:
    return Line(text=question, asked_of=role)


def _was_said_by_a_person(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot and not event.is_deleted


def _quotes(spoken: Iterable[TimelineEvent], words: re.Pattern[str], identities: Identities) -> Iterator[Line]:
    """What was stated in these words: a question states nothing."""
    said = [event for event in spoken if words.search(event.text) and not event.text.rstrip().endswith("?")]
    yield from (_quote(event, identities) for event in said[:_MOST_QUOTES])
    more = len(said) - _MOST_QUOTES
    if more > 0:
        text = f"{more} more statement{'s' if more > 1 else ''} of this kind: see the full log from here on."
        yield Line(text=text, citations=(cite_event(said[_MOST_QUOTES]),))


def _resolution_notes(evidence: Evidence, timeline: Timeline) -> tuple[TimelineEvent, ...]:
    """What was written on resolving, and what was added once it was over."""
    ids = {note.id for note in evidence.notes if note.is_resolution}
    resolved = [place for place, event in enumerate(timeline.events) if event.kind == "resolved"]
    after = {event.id for event in timeline.events[resolved[-1] :] if event.kind == "note"} if resolved else set[str]()
    return tuple(event for event in timeline.events if event.id in ids | after)


def _quote(event: TimelineEvent, identities: Identities) -> Line:
    speaker = identities.name(event.who) or "Somebody"
    said = f"“{event.text}”" if names_its_author(event, speaker) else f"{speaker}: “{event.text}”"
    return Line(text=said, citations=(cite_event(event),))
