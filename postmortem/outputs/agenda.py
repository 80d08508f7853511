"""The agenda of the review: every question that the document leaves open, grouped by who is asked."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from postmortem.document import Postmortem
from postmortem.line import Line
from postmortem.response_times import open_moments

NOT_MEASURED = "No moment of the incident is on record: when did it begin, and when was it acknowledged and resolved?"
COMMANDER = "incident commander"
EVERYONE = "everyone who took part"
OWNERS_ASKED = "Who owns the action items that nobody owns yet?"
NO_ITEMS = "Nothing was marked as an action item: what should change, and who does it?"
NOBODY = "Nobody is on record as having taken part: who was there?"
NO_EVENTS = "No source held any event: what happened, and when?"


class Asked(NamedTuple):
    """One open question, and the key of the section that it stands in."""

    text: str
    of: str
    section: str


class Agenda(NamedTuple):
    """What one role is asked, in the order of the document."""

    of: str
    questions: tuple[Asked, ...]


def agenda(asked: Iterable[Asked]) -> tuple[Agenda, ...]:
    """By role, in the order in which the document first asks them; the same question is asked once."""
    by_role: dict[str, list[Asked]] = {}
    once: dict[tuple[str, str], Asked] = {}
    for question in asked:
        once.setdefault((question.text, question.of.casefold()), question)
    for question in once.values():
        by_role.setdefault(question.of.casefold(), []).append(question)
    roles = ((questions[0].of, tuple(questions)) for questions in by_role.values())
    return tuple(Agenda(of[:1].upper() + of[1:], questions) for of, questions in roles)


def open_questions(postmortem: Postmortem, extra: Iterable[Asked]) -> Iterator[Asked]:
    """Of the sections, of moments that contradict each other, of times and owners that are not known, and `extra`."""
    for section in postmortem.sections:
        yield from _in_lines(section.lines, section.key)
    yield from _in_lines(postmortem.milestones.questions, "response_times")
    yield from _in_tables(postmortem)
    yield from extra


def _in_lines(lines: Iterable[Line], key: str) -> Iterator[Asked]:
    for line in lines:
        if line.asked_of:
            yield Asked(line.text, line.asked_of, key)
        yield from _in_lines(line.under, key)


def _in_tables(postmortem: Postmortem) -> Iterator[Asked]:
    if not postmortem.milestones.found:
        yield Asked(NOT_MEASURED, COMMANDER, "response_times")
    else:
        yield from _unmeasured(postmortem)
    items = [item for item in postmortem.action_items if item.is_listed and not item.is_gone]
    if not items:
        yield Asked(NO_ITEMS, EVERYONE, "action_items")
    if any(item.is_unowned for item in items):
        yield Asked(OWNERS_ASKED, EVERYONE, "action_items")
    if not postmortem.participants:
        yield Asked(NOBODY, COMMANDER, "people")
    if not postmortem.timeline.events:
        yield Asked(NO_EVENTS, "responders", "timeline")


def _unmeasured(postmortem: Postmortem) -> Iterator[Asked]:
    yield from (Asked(line.text, COMMANDER, "response_times") for line in missing_moments(postmortem))


def missing_moments(postmortem: Postmortem) -> tuple[Line, ...]:
    """A question for each moment that the response times lack; none where nothing is measured at all."""
    if not postmortem.milestones.found:
        return ()
    told = (line.text for line in postmortem.milestones.questions)
    return tuple(Line(text=text, asked_of=COMMANDER) for text in open_moments(postmortem.response_times, told))
