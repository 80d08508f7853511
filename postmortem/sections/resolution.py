"""What ended it, what is temporary and what is permanent of it, and what was repaired afterwards."""

import re
from collections.abc import Callable, Iterator

from postmortem.citations import cite_event, cite_incident, day_and_clock
from postmortem.line import Line, Section
from postmortem.sections.grouping import asked_at_the_end, under_groups
from postmortem.sections.impact_statements import part_before_tasks, tasks_by_record
from postmortem.sections.mood import asks
from postmortem.sections.quoting import quote, quote_part, said_by_people
from postmortem.sections.resolution_notes import resolution_notes
from postmortem.sections.resolution_statements import (
    CHANGE,
    LAST_ACTION,
    Ending,
    end_of_impact,
    resolved_too_early,
    what_ended_it,
)
from postmortem.sections.resolution_words import (
    find_permanent,
    find_recovery,
    find_temporary,
    how_far,
    is_field_of_resolution,
)
from postmortem.sections.roles import RESOLVER, WHAT_ENDED_IT
from postmortem.sections.sentences import sentences_of
from postmortem.told import Told

__all__ = ["describe_resolution", "resolution_notes"]

_ENDED, _TEMPORARY, _PERMANENT, _RECOVERY = "What ended it", "Temporary fixes", "Permanent fixes", "Recovery"
_TOO_EARLY = "Resolved, and reopened afterwards"
_NAMED = "Changes that were named as a fix"
_ORDER = (_ENDED, _NAMED, _TOO_EARLY, _TEMPORARY, _PERMANENT, _RECOVERY)
_MOST_OF_A_KIND = 4

type _Finder = Callable[[str], re.Match[str] | None]
_FINDERS: tuple[tuple[str, _Finder], ...] = (
    (_TEMPORARY, find_temporary),
    (_PERMANENT, find_permanent),
    (_RECOVERY, find_recovery),
)
_OF_FIXES = _FINDERS[:2]


def describe_resolution(told: Told) -> Section:
    """Each statement under one heading; what none of them tells is asked of whoever resolved it."""
    endings = what_ended_it(told)
    by_group = {
        _ENDED: [*_fields(told), *(_ending(told, ending) for ending in endings if ending.label != CHANGE)],
        _NAMED: [_named_as_a_fix(told, ending) for ending in endings if ending.label == CHANGE],
        _TOO_EARLY: list(_too_early(told)),
    }
    shown = {line.text for lines in by_group.values() for line in lines}
    stated = _stated(told)
    for group, _ in _FINDERS:
        found = [line for line in stated[group] if line.text not in shown]
        by_group[group] = list(_at_most(found))
        shown |= {line.text for line in found}
    lines = under_groups(by_group, _ORDER)
    questions = asked_at_the_end(tuple(_questions(by_group)), RESOLVER, after=lines)
    return Section(key="resolution", heading="Resolution and recovery", lines=(*lines, *questions))


def _fields(told: Told) -> Iterator[Line]:
    for field in told.evidence.incident.custom_fields:
        if field.value and is_field_of_resolution(field.name):
            yield Line(text=f"{field.name}: {field.value}", citations=(cite_incident(told.evidence.incident),))


def _ending(told: Told, ending: Ending) -> Line:
    part = part_before_tasks(told, ending.event, ending.part)
    holds_a_task = bool(tasks_by_record(told).get(ending.event.id))
    line = quote_part(ending.event, part, told.identities, only=holds_a_task)
    label = ", ".join(filter(None, (ending.label, _kind_of_fix(ending))))
    return line.model_copy(update={"label": label or None})


def _named_as_a_fix(told: Told, ending: Ending) -> Line:
    """Nobody said that it ended the incident: it stands apart from what did."""
    return quote_part(ending.event, ending.part, told.identities).model_copy(update={"label": _kind_of_fix(ending)})


def _kind_of_fix(ending: Ending) -> str | None:
    start, end = ending.part
    plains = [one.plain for one in sentences_of(ending.event) if start <= one.start < end]
    if any(map(find_temporary, plains)):
        return "temporary"
    return "permanent" if any(_is_done(plain) for plain in plains) else None


def _is_done(plain: str) -> bool:
    found = find_permanent(plain)
    return found is not None and how_far(plain, found) is None


def _too_early(told: Told) -> Iterator[Line]:
    for note, reopened in resolved_too_early(told):
        again = Line(text=f"Reopened at {day_and_clock(reopened.at)}.", citations=(cite_event(reopened),))
        yield quote(note, told.identities).model_copy(update={"under": (again,)})


def _stated(told: Told) -> dict[str, list[Line]]:
    """Every sentence that tells a fix or a repair; what is planned is labelled so.

    A step of recovery comes after the end, where that is known; a fix may be spoken of at any time.
    """
    ended = end_of_impact(told)
    stated: dict[str, list[Line]] = {group: [] for group, _ in _FINDERS}
    for event in said_by_people(told):
        finders = _FINDERS if ended is None or event.at >= ended.at else _OF_FIXES
        for sentence in sentences_of(event):
            for group, find in finders:
                found = find(sentence.plain)
                if found and not asks(sentence.plain):
                    line = quote_part(event, sentence.part, told.identities)
                    stated[group].append(line.model_copy(update={"label": how_far(sentence.plain, found)}))
    return stated


def _at_most(lines: list[Line]) -> Iterator[Line]:
    stated = list({line.text.casefold(): line for line in reversed(lines)}.values())[::-1]
    yield from stated[:_MOST_OF_A_KIND]
    left = stated[_MOST_OF_A_KIND:]
    if left:
        text = f"{len(left)} more statement{'s' if len(left) > 1 else ''} of this kind: see the full log."
        yield Line(text=text, citations=left[0].citations)


def _questions(by_group: dict[str, list[Line]]) -> Iterator[str]:
    ended = [line.label or "" for line in by_group[_ENDED]]
    labels = [*ended, *(line.label or "" for line in by_group[_NAMED])]
    is_temporary = bool(by_group[_TEMPORARY]) or any("temporary" in label for label in labels)
    is_permanent = bool(by_group[_PERMANENT]) or any("permanent" in label for label in labels)
    if all(LAST_ACTION in label for label in ended):
        yield WHAT_ENDED_IT
    elif not is_temporary and not is_permanent:
        yield "Is what ended it a permanent fix or a temporary one?"
    elif not is_permanent:
        yield "What is the permanent fix, and when does it come?"
    if not by_group[_RECOVERY]:
        yield "What had to be repaired afterwards (re-runs, backfills, caches, refunds)?"
