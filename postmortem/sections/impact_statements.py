"""What people said about the impact, sentence by sentence, and which of it is shown under a heading."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from postmortem.citations import cite_event
from postmortem.line import Line
from postmortem.sections.headings import DATA, OVER_TIME
from postmortem.sections.impact_words import find_impact
from postmortem.sections.mood import asks
from postmortem.sections.quoting import excerpt, own_words, quote_part, said_by_people
from postmortem.sections.resolution_notes import resolution_notes
from postmortem.sections.sentences import Sentence, sentences_of
from postmortem.timeline import EventKind, TimelineEvent
from postmortem.told import Told

_MOST_SHOWN = 5
_MARKED = re.compile(r"\W*(?:action(?: item)?s?|todo|ai|follow-?up)\s*:")
_NUMBERED = re.compile(r"^(?:status )?update (?:#|no\.? ?)?\d{1,4}\b")


class Impact(NamedTuple):
    """A sentence about the impact, the heading it belongs under, and how much it tells."""

    sentence: Sentence
    group: str
    weight: int

    @property
    def event(self) -> TimelineEvent:
        return self.sentence.event


def said_about_impact(told: Told, *, only: EventKind | None = None) -> list[Impact]:
    """In the order of time, of each event at most one sentence a heading: the one that tells most.

    A status update always counts, under the heading of what it tells most about, else with how bad it was over time.
    """
    return [one for one in told.once(_said_about_impact) if only in (None, one.event.kind)]


def shown_statements(told: Told, said: list[Impact], group: str) -> Iterator[tuple[TimelineEvent | None, Line]]:
    """The weightiest of one heading, in the order of time; a last line, of no event, says how many more there are."""
    of_group = _once([one for one in said if one.group == group])
    chosen = sorted(of_group, key=lambda one: -one.weight)[:_MOST_SHOWN]
    shown = [one for one in of_group if one in chosen]
    yield from ((one.event, quote_impact(told, one)) for one in shown)
    left = [one for one in of_group if one not in chosen]
    if left:
        text = f"{len(left)} more statement{'s' if len(left) > 1 else ''} of this kind: see the full log."
        yield None, Line(text=text, citations=(cite_event(left[0].event),))


def quote_impact(told: Told, one: Impact) -> Line:
    if one.event.kind != "status_update":
        return quote_part(one.event, one.sentence.part, told.identities)
    words = excerpt(own_words(one.event), one.sentence.part)
    return Line(text=f"Told to stakeholders: “{words}”", citations=(cite_event(one.event),))


def is_to_be_done(sentence: Sentence, tasks: tuple[str, ...]) -> bool:
    """Whether the sentence is an action item: it stands in a section of its own."""
    return bool(_MARKED.match(sentence.plain)) or any(task in sentence.text for task in tasks)


def _said_about_impact(told: Told) -> list[Impact]:
    to_be_done = tasks_by_record(told)
    found: list[Impact] = []
    for event in said_by_people(told):
        told_here = list(_of_event(event, to_be_done.get(event.id, ())))
        if event.kind == "status_update":
            whole = Sentence(event, 0, len(own_words(event)), "")
            told_here = [max(told_here, key=_weight, default=Impact(whole, OVER_TIME, 1))]
        found += _best_of_each_group(told_here)
    ended = {event.id for event in resolution_notes(told)}
    return [one for one in found if one.event.id not in ended or one.group != OVER_TIME]


def _of_event(event: TimelineEvent, to_be_done: tuple[str, ...]) -> Iterator[Impact]:
    for sentence in sentences_of(event):
        found = find_impact(sentence.plain)
        if found and not asks(sentence.plain) and not is_to_be_done(sentence, to_be_done):
            yield Impact(sentence, found.group, found.weight)


def _best_of_each_group(found: list[Impact]) -> Iterator[Impact]:
    best: dict[str, Impact] = {}
    for one in found:
        if one.group not in best or best[one.group].weight < one.weight:
            best[one.group] = one
    yield from best.values()


def _once(said: list[Impact]) -> list[Impact]:
    """The same words again tell nothing new, and neither does an update that only counts itself on."""
    return list({_told_by(one): one for one in reversed(said)}.values())[::-1]


def _told_by(one: Impact) -> str:
    words = " ".join(one.sentence.text.casefold().split())
    return _NUMBERED.sub("", words) if one.event.kind == "status_update" else words


def part_before_tasks(told: Told, event: TimelineEvent, part: tuple[int, int]) -> tuple[int, int]:
    """The part as far as no action item begins within it."""
    start, end = part
    tasks = tasks_by_record(told).get(event.id, ())
    begins = (one.start for one in sentences_of(event) if one.start > start and is_to_be_done(one, tasks))
    return start, min(next(begins, end), end)


def tasks_by_record(told: Told) -> dict[str, tuple[str, ...]]:
    """The texts of the action items by the record that holds them. What is only taken for one may be something else."""
    tasks: dict[str, tuple[str, ...]] = {}
    for item in filter(lambda item: item.is_listed, told.action_items):
        tasks[item.evidence_id] = (*tasks.get(item.evidence_id, ()), item.text)
    return tasks


def _weight(one: Impact) -> tuple[int, bool]:
    """Of two that tell as much, what became of the data comes first."""
    return one.weight, one.group == DATA
