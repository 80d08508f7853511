"""How the response went on: updates to those who waited, silences, rounds, and the hours it fell into."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from postmortem.citations import cite_all, cite_incident, day_and_clock, moment_seen_from
from postmortem.line import Line
from postmortem.moment import is_plausible
from postmortem.response_times import duration_in_words
from postmortem.sections.quoting import ask
from postmortem.sections.reached import counted, times_in_words
from postmortem.sections.roles import COMMANDER, RESPONDERS
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_MOST_SILENCES = 3
_LONG_WAIT = timedelta(minutes=30)
# A plain office day. Nobody's contract: it tells how much of the work fell into nights and weekends.
_OPENS, _CLOSES = time(9), time(18)
_WORKDAYS = range(5)
_LONGEST_COUNTED = timedelta(days=90)


def list_updates(told: Told) -> Iterator[Line]:
    """How many status updates there were, and the longest wait for one, from the trigger to the resolve."""
    start, end = told.milestones.named("detected"), told.milestones.named("resolved")
    updates = [event for event in told.timeline.events if event.kind == "status_update"]
    if start is None or end is None or end.at <= start.at:
        return
    if not updates:
        if end.at - start.at > _LONG_WAIT and told.evidence.incident.from_pagerduty:
            text = "No status update is on record."
            yield Line(text=text, label="updates", citations=(cite_incident(told.evidence.incident),))
            yield ask("Who had to know of it, and how did they hear?", COMMANDER)
        return
    within = [event for event in updates if start.at <= event.at <= end.at]
    moments = [start.at, *(event.at for event in within), end.at]
    since, until = max(pairwise(moments), key=lambda pair: pair[1] - pair[0])
    wait = duration_in_words((until - since).total_seconds())
    span = f"{day_and_clock(since)} to {moment_seen_from(since, until)}"
    text = f"{counted(len(updates), 'status update')} went out; the longest time without one was {wait} ({span})."
    yield Line(text=text, label="updates", citations=cite_all(updates[:5]))
    if until - since > _LONG_WAIT:
        yield ask(f"What did those who waited for news know from {span}?", COMMANDER)


def list_silences(told: Told) -> Iterator[Line]:
    """The longest stretches without a word on record, in the order in which they came."""
    by_id = {event.id: event for event in told.timeline.events}
    longest = sorted(told.silences, key=lambda one: -one.seconds)[:_MOST_SILENCES]
    for silence in told.silences:
        if silence in longest:
            yield _silence(silence.seconds, by_id[silence.from_event], by_id[silence.to_event])
    if len(told.silences) > len(longest):
        rest = len(told.silences) - len(longest)
        events = cite_all((by_id[told.silences[0].from_event], by_id[told.silences[-1].to_event]))
        text = f"{counted(rest, 'shorter silence is', 'shorter silences are')} in the timeline."
        yield Line(text=text, label="silence", citations=events)
    if longest:
        one = longest[0]
        span = _span(by_id[one.from_event], by_id[one.to_event])
        yield ask(f"What was done during the {duration_in_words(one.seconds)} from {span}?", RESPONDERS)


def _silence(seconds: int, one: TimelineEvent, other: TimelineEvent) -> Line:
    text = f"Nothing is on record for {duration_in_words(seconds)}, from {_span(one, other)}."
    return Line(text=text, label="silence", citations=cite_all((one, other)))


def _span(one: TimelineEvent, other: TimelineEvent) -> str:
    since = one.until or one.at
    return f"{day_and_clock(since)} to {moment_seen_from(since, other.at)}"


def list_rounds(told: Told) -> Iterator[Line]:
    """The rounds of an incident that was reopened."""
    if len(told.cycles) < 2:
        return
    by_id = {event.id: event for event in told.timeline.events}
    rounds = "; ".join(
        f"{cycle.number}: {'open' if cycle.seconds is None else duration_in_words(max(0, cycle.seconds))} "
        f"from {day_and_clock(by_id[cycle.from_event].at)}"
        for cycle in told.cycles
    )
    starts = cite_all(by_id[cycle.from_event] for cycle in told.cycles)
    text = f"It went {len(told.cycles)} rounds, reopened {times_in_words(len(told.cycles) - 1)} ({rounds})."
    yield Line(text=text, label="rounds", citations=starts)


def time_outside_office_hours(told: Told) -> Iterator[Line]:
    """How much of it fell outside the office hours of the organisation's zone."""
    start, end = told.milestones.named("detected"), told.milestones.named("resolved")
    if start is None or end is None or not (is_plausible(start.at) and is_plausible(end.at)):
        return
    if not timedelta(0) < end.at - start.at <= _LONGEST_COUNTED:
        return
    whole, zone = end.at - start.at, told.settings.timezone
    outside = whole - _within_office_hours(start.at, end.at, ZoneInfo(zone))
    if outside <= timedelta(0):
        return
    events = [event for event in told.timeline.events if event.id in (start.event_id, end.event_id)]
    of = "All" if outside == whole else duration_in_words(outside.total_seconds())
    text = (
        f"{of} of its {duration_in_words(whole.total_seconds())} lay outside {_OPENS:%H:%M} to {_CLOSES:%H:%M}, "
        f"Monday to Friday, in {zone}."
    )
    yield Line(text=text, label="hours", citations=cite_all(events))
    if outside > whole / 2:
        yield ask(
            "Whoever was needed at that hour: could they be reached, and have they had their rest since?", COMMANDER
        )


def _within_office_hours(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """The part of the span between opening and closing on the work days of this zone."""
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    total = timedelta(0)
    while day <= last:
        opens, closes = datetime.combine(day, _OPENS, zone), datetime.combine(day, _CLOSES, zone)
        if day.weekday() in _WORKDAYS:
            # Subtracting aware times of one zone would count by the wall clock: these are all in UTC.
            since, until = max(start, opens.astimezone(UTC)), min(end, closes.astimezone(UTC))
            total += max(timedelta(0), until - since)
        day += timedelta(days=1)
    return total
