"""Who and what was hit, for how long and how badly: records, status updates, custom fields, and what people said."""

import re
from collections.abc import Iterator
from datetime import datetime

from postmortem.citations import cite_all, cite_event, cite_incident, clock, day_and_clock, moment_seen_from
from postmortem.evidence import LogEntryKind
from postmortem.line import Line, Section
from postmortem.observations import ObservationKind
from postmortem.response_times import duration_in_words
from postmortem.sections.grouping import asked_at_the_end, under_groups
from postmortem.sections.headings import BUSINESS, DATA, DOWNTIME, OVER_TIME, USERS
from postmortem.sections.impact_statements import Impact, said_about_impact, shown_statements
from postmortem.sections.impact_words import group_of_field, has_figure
from postmortem.sections.quoting import own_words, shorten_quote
from postmortem.sections.resolution_words import is_field_of_resolution
from postmortem.sections.roles import SERVICE_OWNER, WHO_WAS_AFFECTED
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_OTHER = "Other fields of the incident"
_ORDER = (USERS, BUSINESS, DOWNTIME, DATA, OVER_TIME, _OTHER)
# When it began and ended is asked beside the response times.
_QUESTIONS = {
    USERS: WHO_WAS_AFFECTED,
    BUSINESS: "What did it cost the business (orders, revenue, agreements with customers)?",
    DATA: "Was any data lost, damaged or exposed?",
}
_NONE = re.compile(r"\b(?:no|none|zero)\b")
_HOW_MANY = "How many users and customers were affected?"
_RANKINGS: tuple[LogEntryKind, ...] = ("priority_changed", "urgency_changed")
_FIELDS: tuple[LogEntryKind | ObservationKind, ...] = ("field_changed", "field")
_MOST_KINDS_OF_ALERT = 5


def describe_impact(told: Told) -> Section:
    """Under five sub-headings; what none of them tells is asked of the service owner."""
    said = said_about_impact(told)
    by_group: dict[str, list[Line]] = {group: [] for group in _ORDER}
    for group, line in (*_fields(told), *_lasted(told)):
        by_group[group].append(line)
    by_group[OVER_TIME] += [*_alerts(told), *_in_time(told, said)]
    for group in (USERS, BUSINESS, DOWNTIME, DATA):
        by_group[group] += [line for _, line in shown_statements(told, said, group)]
    lines = under_groups(by_group, _ORDER)
    questions = asked_at_the_end(tuple(_questions(by_group)), SERVICE_OWNER, after=lines)
    return Section(key="impact", heading="Impact", lines=(*lines, *questions))


def _fields(told: Told) -> Iterator[tuple[str, Line]]:
    """Custom fields by what their names are about; how it was resolved is told elsewhere."""
    for field in told.evidence.incident.custom_fields:
        if field.value and not is_field_of_resolution(field.name):
            line = Line(text=f"{field.name}: {field.value}", citations=(cite_incident(told.evidence.incident),))
            yield group_of_field(field.name) or _OTHER, line


def _lasted(told: Told) -> Iterator[tuple[str, Line]]:
    """The span of the impact, where both of its ends are known."""
    span = told.response_times.impact_span
    if span.seconds is None or span.from_at is None or span.to_at is None:
        return
    by_id = {event.id: event for event in told.timeline.events}
    ends = dict.fromkeys(id_ for id_ in (span.from_event, span.to_event) if id_ in by_id)
    text = f"{duration_in_words(span.seconds)}: {day_and_clock(span.from_at)} to {day_and_clock(span.to_at)}."
    yield DOWNTIME, Line(text=f"The impact lasted {text}", citations=cite_all(by_id[id_] for id_ in ends))


def _alerts(told: Told) -> Iterator[Line]:
    """How many, of how many kinds, over which time; each kind below."""
    alerts = [event for event in told.timeline.events if event.kind == "alert"]
    if not alerts:
        return
    fired, kinds = sum(event.count for event in alerts), len(alerts)
    last = max(event.until or event.at for event in alerts)
    of_kinds = f" of {_counted(kinds, 'kind')}" if fired > 1 else ""
    text = f"{_counted(fired, 'alert')}{of_kinds} fired{_between(alerts[0], last)}."
    shown = alerts[:_MOST_KINDS_OF_ALERT]
    more = f" The full log holds the other {kinds - len(shown)} kinds." if kinds > len(shown) else ""
    yield Line(text=text + more, citations=cite_all(shown), under=tuple(map(_kind_of_alert, shown)))


def _kind_of_alert(event: TimelineEvent) -> Line:
    times = f"{event.count} times" if event.count > 1 else "once"
    text = f"{shorten_quote(event.text, 200)}: {times}{_between(event, event.until or event.at)}"
    return Line(text=text, citations=(cite_event(event),))


def _between(first: TimelineEvent, last_at: datetime) -> str:
    """ " at 2026-11-17 14:02:09 UTC", or " from ... to ..." where it went on."""
    if last_at == first.at:
        return f" at {day_and_clock(first.at)}"
    return f" from {day_and_clock(first.at)} to {moment_seen_from(first.at, last_at)}"


def _in_time(told: Told, said: list[Impact]) -> Iterator[Line]:
    """Changes of rank, reopenings, merges, and measured or told states, each with its time, in the order of time."""
    shown = list(shown_statements(told, said, OVER_TIME))
    stated = [(event, line.text) for event, line in shown if event]
    places = {event.id: place for place, event in enumerate(told.timeline.events)}
    listed = sorted((*_changes(told), *stated), key=lambda pair: places[pair[0].id])
    before: TimelineEvent | None = None
    for event, text in listed:
        when = clock(event.at) if before and before.at.date() == event.at.date() else day_and_clock(event.at)
        before = event
        yield Line(text=f"{when} · {text}", citations=(cite_event(event),))
    yield from (line for event, line in shown if event is None)


def _changes(told: Told) -> Iterator[tuple[TimelineEvent, str]]:
    kinds = {entry.id: entry.kind for entry in told.evidence.log_entries}
    kinds_seen = {seen.id: seen.kind for seen in told.evidence.observations}
    for event in told.timeline.events:
        kind = kinds.get(event.id) or kinds_seen.get(event.id)
        is_told = kind in _RANKINGS or (kind in _FIELDS and group_of_field(event.text.partition(" is now ")[0]))
        if event.kind in ("reopened", "merged") or is_told:
            yield event, own_words(event)


def _questions(by_group: dict[str, list[Line]]) -> Iterator[str]:
    for group, question in _QUESTIONS.items():
        lines = by_group[group]
        if not lines or (group == BUSINESS and not any(map(_tells_how_much, lines))):
            yield question
        elif group == USERS and not any(has_figure(line.text.casefold()) for line in lines):
            yield _HOW_MANY


def _tells_how_much(line: Line) -> bool:
    """A figure, or that there was none: that payments fail is no cost yet."""
    plain = line.text.casefold()
    return has_figure(plain) or bool(_NONE.search(plain))


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
