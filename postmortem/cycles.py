"""Cycles: an incident that was reopened went round more than once."""

from datetime import datetime
from itertools import zip_longest

from postmortem.noun import Noun
from postmortem.response_times import whole_seconds
from postmortem.timeline import Timeline, TimelineEvent


class Cycle(Noun):
    """One round, from the trigger or a reopening to its resolve. `number` counts from 1.

    `to_event` and `seconds` are None where no resolve of it is on record.
    """

    number: int
    from_event: str
    to_event: str | None = None
    seconds: int | None = None


def count_cycles(timeline: Timeline) -> tuple[Cycle, ...]:
    """One per trigger or reopening, in order; none where the incident was never triggered."""
    starts = _starts(timeline)
    ends = [event.at for event in starts[1:]]
    rounds = enumerate(zip_longest(starts, ends), start=1)
    return tuple(_cycle(timeline, number, start, until) for number, (start, until) in rounds if start)


def _starts(timeline: Timeline) -> list[TimelineEvent]:
    """The first trigger and every reopening: a second trigger without a resolve between is the same round."""
    triggered = next((event for event in timeline.events if event.kind == "triggered"), None)
    reopened = [event for event in timeline.events if event.kind == "reopened"]
    return [triggered, *reopened] if triggered else reopened


def _cycle(timeline: Timeline, number: int, start: TimelineEvent, until: datetime | None) -> Cycle:
    """The last resolve before the next round began: PagerDuty may tell of two."""
    ends = [
        event
        for event in timeline.events
        if event.kind == "resolved" and event.at >= start.at and (until is None or event.at <= until)
    ]
    if not ends:
        return Cycle(number=number, from_event=start.id)
    seconds = whole_seconds(start.at, ends[-1].at)
    return Cycle(number=number, from_event=start.id, to_event=ends[-1].id, seconds=seconds)
