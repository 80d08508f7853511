"""Clocks and dates that cannot all be right: order, sequence, the future, long ago, a day off."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from postmortem.citations import day_and_clock
from postmortem.contradictions.wording import apart, ask_of, quoted
from postmortem.evidence import Evidence
from postmortem.line import Line
from postmortem.moment import moved
from postmortem.sections.roles import RESPONDERS
from postmortem.statements_of_state import (
    first_of,
    last_of,
)
from postmortem.timeline import Timeline, dated_until

_LEAD = timedelta(hours=6)  # how long before it broke the change may have been made
_A_DAY = timedelta(days=1)
_LONG_BEFORE = timedelta(days=30)


def before_the_trigger(timeline: Timeline) -> Iterator[Line]:
    triggered = first_of(timeline, "triggered")
    for kind, done in (("acknowledged", "an acknowledgement"), ("resolved", "a resolve")):
        early = next((event for event in timeline.events if event.kind == kind), None)
        if triggered and early and early.at < triggered.at:
            text = (
                f"The record holds {done} at {day_and_clock(early.at)}, {apart(early.at, triggered.at)} before the "
                f"trigger at {day_and_clock(triggered.at)}: which of the two times is wrong?"
            )
            yield ask_of(text, RESPONDERS, (early, triggered))


def against_the_sequence(timeline: Timeline) -> Iterator[Line]:
    """Where a source numbers its records and its clock goes back between two: the largest step, and how many."""
    numbered = sorted(
        (event for event in timeline.events if event.sequence is not None),
        key=lambda event: (event.source, event.sequence or 0, event.id),
    )
    steps = [(one, other) for one, other in pairwise(numbered) if one.source == other.source and other.at < one.at]
    if steps:
        one, other = max(steps, key=lambda step: (step[0].at - step[1].at, step[0].id))
        more = f" ({len(steps) - 1} more of this kind)" if len(steps) > 1 else ""
        text = (
            f"PagerDuty's own order puts {quoted(other.text)} after {quoted(one.text)}, its clock puts it "
            f"{apart(one.at, other.at)} before ({day_and_clock(other.at)} and {day_and_clock(one.at)}){more}: "
            "which of the times is wrong?"
        )
        yield ask_of(text, RESPONDERS, (one, other))


def outside_of_time(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    """Events after the evidence was collected, and events long before the incident."""
    read = {event.id for event in dated_until(timeline, evidence.collected_at).events}
    future = [event for event in timeline.events if event.id not in read]
    began = first_of(timeline, "triggered", "alert")
    old = [
        event for event in timeline.events if began and event.kind != "deploy" and began.at - event.at > _LONG_BEFORE
    ]
    for events, where in (
        (future, f"after the record was read ({day_and_clock(evidence.collected_at)})"),
        (old, f"{apart(old[0].at, began.at)} before the incident began" if old and began else ""),
    ):
        if events:
            left = len(events) - 1
            more = f", as {'is' if left == 1 else 'are'} {left} more" if left else ""
            text = f"{quoted(events[0].text)} is dated {day_and_clock(events[0].at)}, {where}{more}: when was it?"
            yield ask_of(text, RESPONDERS, events[:3])


def a_day_off(timeline: Timeline) -> Iterator[Line]:
    """A change or an alert that would stand within the incident if it were dated one day earlier or later."""
    triggered, resolved = first_of(timeline, "triggered"), last_of(timeline, "resolved")
    if triggered is None or resolved is None or resolved.at - triggered.at >= _A_DAY:
        return
    for event in timeline.events:
        is_late = event.kind in ("deploy", "alert") and resolved.at < event.at
        is_early = event.kind == "alert" and event.at < triggered.at
        shifted = moved(event.at, -_A_DAY if is_late else _A_DAY)
        if (is_late or is_early) and triggered.at - shifted <= _LEAD and shifted <= resolved.at:
            where = f"after the resolve at {day_and_clock(resolved.at)}" if is_late else "before the trigger"
            text = (
                f"{quoted(event.text)} is dated {day_and_clock(event.at)}, {where}; one day "
                f"{'earlier' if is_late else 'later'} it would stand within the incident: is its date off by a day?"
            )
            yield ask_of(text, RESPONDERS, (event, triggered))
