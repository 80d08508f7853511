"""The main timeline: the moments that matter, milestones marked, rounds and silences told, days and zone in sight."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from postmortem.citations import cite_event, clock, day_and_clock, moment_seen_from
from postmortem.document import Postmortem
from postmortem.milestones import Milestone
from postmortem.outputs.escaping import Md, escape, joined, prose, together
from postmortem.outputs.events import Events
from postmortem.outputs.lines import cited
from postmortem.response_times import duration_in_words
from postmortem.timeline import TimelineEvent

_LONGEST = 400
_NAMES = {
    "impact_started": "Impact started",
    "detected": "Detected",
    "acknowledged": "Acknowledged",
    "mitigated": "Mitigated",
    "resolved": "Resolved",
}


class Day(NamedTuple):
    """One day: its heading, and the rows under it, each an item of a list."""

    heading: Md
    rows: tuple[Md, ...]


class _Row(NamedTuple):
    """`order` is the time, then the place among what has the same time: a silence ends before what ended it.

    The order of events is kept where a clock went back; `at` is what the row shows.
    """

    order: tuple[datetime, int, int]
    at: datetime
    text: Md


class TimelineView(NamedTuple):
    """`rounds` is empty for an incident that was never reopened. `folded` counts what is in the full log only."""

    days: tuple[Day, ...]
    rounds: tuple[Md, ...]
    shown: int
    folded: int
    total: int


def view_timeline(postmortem: Postmortem) -> TimelineView:
    """The curated events with the milestones, the silences and the rounds of the incident among them."""
    ready = Events(postmortem)
    events = postmortem.timeline.events
    milestones = _by_event(postmortem)
    starts = {cycle.from_event: cycle.number for cycle in postmortem.cycles}
    again = {event_id for event_id, number in starts.items() if number > 1}
    shown = [event for event in events if event.in_main or event.id in milestones or event.id in again]
    rows = [
        *_events(ready, shown, milestones, {one: f"Round {starts[one]} begins" for one in again}),
        *_said_moments(ready, postmortem),
        *_silences(ready, postmortem),
    ]
    return TimelineView(
        days=tuple(_days(sorted(rows, key=lambda row: row.order))),
        rounds=tuple(_rounds(ready, postmortem)) if len(postmortem.cycles) > 1 else (),
        shown=len(shown),
        folded=len(events) - len(shown),
        total=len(events),
    )


def milestone_name(milestone: Milestone) -> str:
    return _NAMES[milestone.name]


def _by_event(postmortem: Postmortem) -> dict[str, list[Milestone]]:
    """The milestones that an event marks at its own time."""
    by_event: dict[str, list[Milestone]] = {}
    for milestone in postmortem.milestones.found:
        by_event.setdefault(milestone.event_id, []).append(milestone)
    return by_event


def _events(
    ready: Events, shown: list[TimelineEvent], milestones: dict[str, list[Milestone]], again: dict[str, str]
) -> Iterator[_Row]:
    latest: datetime | None = None
    for place, event in enumerate(shown):
        latest = max(latest or event.at, event.at)
        marks = [_mark(one) for one in milestones.get(event.id, ()) if one.at == event.at]
        if event.id in again:
            marks.append(together("**", escape(again[event.id]), "**"))
        item = ready.item(event, longest=_LONGEST, marked=joined(", ", marks) if marks else None)
        yield _Row((latest, 1, place), event.at, item)


def _mark(milestone: Milestone) -> Md:
    return together("**", escape(milestone_name(milestone)), "** (", escape(milestone.confidence), ")")


def _said_moments(ready: Events, postmortem: Postmortem) -> Iterator[_Row]:
    """A milestone at a time that somebody named later: it stands there, with when and how it was said."""
    for milestone in postmortem.milestones.found:
        event = ready.by_id[milestone.event_id]
        if milestone.at == event.at:
            continue
        said = together(": “", prose(milestone.said), "”") if milestone.said else Md("")
        when = escape(f", by what was said at {moment_seen_from(milestone.at, event.at)}")
        text = together(
            escape(clock(milestone.at)), " · ", _mark(milestone), when, said, " ", cited([cite_event(event)])
        )
        yield _Row((milestone.at, 0, 0), milestone.at, text)


def _silences(ready: Events, postmortem: Postmortem) -> Iterator[_Row]:
    for place, silence in enumerate(postmortem.silences):
        start, end = ready.by_id[silence.from_event], ready.by_id[silence.to_event]
        began = start.until or start.at
        text = f"{clock(began)} · no word on record for {duration_in_words(silence.seconds)}, until "
        sources = cited([cite_event(start), cite_event(end)])
        row = together("*", escape(text + moment_seen_from(began, end.at)), "* ", sources)
        yield _Row((end.at, -1, place), began, row)


def _days(rows: list[_Row]) -> Iterator[Day]:
    for day, of_day in groupby(rows, key=lambda row: row.at.date()):
        yield Day(escape(f"{day:%A, %Y-%m-%d} (UTC)"), tuple(row.text for row in of_day))


def _rounds(ready: Events, postmortem: Postmortem) -> Iterator[Md]:
    """ "Round 1: 2026-11-17 14:00:00 UTC to 2026-11-17 14:20:00 UTC (20 min)" """
    for cycle in postmortem.cycles:
        start = ready.by_id[cycle.from_event]
        end = ready.by_id[cycle.to_event] if cycle.to_event else None
        lasted = f" ({duration_in_words(cycle.seconds)})" if cycle.seconds is not None else ""
        span = f"{day_and_clock(start.at)} to {day_and_clock(end.at) if end else 'no resolve on record'}{lasted}"
        yield together(
            escape(f"Round {cycle.number}: {span}"), " ", cited([cite_event(event) for event in (start, end) if event])
        )
