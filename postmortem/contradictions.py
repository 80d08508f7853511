"""What in the record contradicts itself, as questions that quote both moments: nothing is smoothed over."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from postmortem.alert_moments import was_resolved_by_timer
from postmortem.citations import cite_all, cite_event, day_and_clock
from postmortem.evidence import Evidence
from postmortem.line import Citation, Line
from postmortem.milestones import Milestone
from postmortem.response_times import duration_in_words
from postmortem.sections.roles import COMMANDER, RESOLVER, RESPONDERS, SERVICE_OWNER
from postmortem.start_of_impact import LONGEST_UNSEEN, StartOfImpact
from postmortem.statements_of_start import StartStatement
from postmortem.statements_of_state import (
    first_of,
    is_a_persons,
    last_of,
    says_impact_begins,
    says_mitigated,
    says_resolved,
)
from postmortem.timeline import Timeline, TimelineEvent

# Times in words are rounded, often to five minutes; clocks of two systems differ by less than one.
_ROUNDING = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(minutes=1)
# An incident is often watched for a quarter of an hour before it is closed; longer than that, the two ends differ.
_WATCHED_FOR = timedelta(minutes=15)
_LEAD = timedelta(hours=6)  # how long before it broke the change may have been made
_A_DAY = timedelta(days=1)
_LONG_BEFORE = timedelta(days=30)
_MOST_STARTS = 4  # what people said while they searched is in the log
_LONGEST_QUOTE = 160


def list_contradictions(
    timeline: Timeline, evidence: Evidence, start: StartOfImpact, found: Sequence[Milestone]
) -> Iterator[Line]:
    """Each contradiction once, always in this order."""
    detected = next((one for one in found if one.name == "detected"), None)
    yield from _before_the_trigger(timeline)
    yield from _against_the_sequence(timeline)
    yield from _outside_of_time(timeline, evidence)
    yield from _a_day_off(timeline)
    yield from _unclear_starts(start, detected)
    yield from _two_starts(start)
    yield from _alert_before_stated_start(timeline, start)
    yield from _two_ends(timeline)
    yield from _alerts_after_mitigation(timeline, found)
    yield from _begins_after_the_end(timeline)
    yield from _closed_by_timer(timeline, evidence)
    yield from _still_open(timeline, evidence)


def _ask(text: str, role: str, events: Sequence[TimelineEvent]) -> Line:
    return Line(text=text, asked_of=role, citations=tuple(dict.fromkeys(cite_all(events))))


def quoted(text: str) -> str:
    """The words in quotation marks, on one line; cut between words where they are long."""
    words = " ".join(text.split())
    cut = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE].rsplit(maxsplit=1)[0]} […]"
    return f"“{cut}”"


def _apart(one: datetime, other: datetime) -> str:
    return duration_in_words(abs((other - one).total_seconds()))


def _before_the_trigger(timeline: Timeline) -> Iterator[Line]:
    triggered = first_of(timeline, "triggered")
    for kind, done in (("acknowledged", "an acknowledgement"), ("resolved", "a resolve")):
        early = next((event for event in timeline.events if event.kind == kind), None)
        if triggered and early and early.at < triggered.at:
            text = (
                f"The record holds {done} at {day_and_clock(early.at)}, {_apart(early.at, triggered.at)} before the "
                f"trigger at {day_and_clock(triggered.at)}: which of the two times is wrong?"
            )
            yield _ask(text, RESPONDERS, (early, triggered))


def _against_the_sequence(timeline: Timeline) -> Iterator[Line]:
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
            f"{_apart(one.at, other.at)} before ({day_and_clock(other.at)} and {day_and_clock(one.at)}){more}: "
            "which of the times is wrong?"
        )
        yield _ask(text, RESPONDERS, (one, other))


def _outside_of_time(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    """Events after the evidence was collected, and events long before the incident."""
    latest = evidence.collected_at + _CLOCKS_DIFFER
    future = [event for event in timeline.events if event.at > latest]
    began = first_of(timeline, "triggered", "alert")
    old = [
        event for event in timeline.events if began and event.kind != "deploy" and event.at < began.at - _LONG_BEFORE
    ]
    for events, where in (
        (future, f"after the record was read ({day_and_clock(evidence.collected_at)})"),
        (old, f"{_apart(old[0].at, began.at)} before the incident began" if old and began else ""),
    ):
        if events:
            more = f", as do {len(events) - 1} more" if len(events) > 1 else ""
            text = f"{quoted(events[0].text)} is dated {day_and_clock(events[0].at)}, {where}{more}: when was it?"
            yield _ask(text, RESPONDERS, events[:3])


def _a_day_off(timeline: Timeline) -> Iterator[Line]:
    """A change or an alert that would stand within the incident if it were dated one day earlier or later."""
    triggered, resolved = first_of(timeline, "triggered"), last_of(timeline, "resolved")
    if triggered is None or resolved is None or resolved.at - triggered.at >= _A_DAY:
        return
    for event in timeline.events:
        is_late = event.kind in ("deploy", "alert") and resolved.at < event.at
        is_early = event.kind == "alert" and event.at < triggered.at
        moved = event.at + (-_A_DAY if is_late else _A_DAY)
        if (is_late or is_early) and triggered.at - _LEAD <= moved <= resolved.at:
            where = f"after the resolve at {day_and_clock(resolved.at)}" if is_late else "before the trigger"
            text = (
                f"{quoted(event.text)} is dated {day_and_clock(event.at)}, {where}; one day "
                f"{'earlier' if is_late else 'later'} it would stand within the incident: is its date off by a day?"
            )
            yield _ask(text, RESPONDERS, (event, triggered))


def _unclear_starts(start: StartOfImpact, detected: Milestone | None) -> Iterator[Line]:
    """What was said of the start and could not be taken: it quotes, and says why not."""
    told = [statement for statement in start.left if statement.is_of_impact or not start.taken]
    asked = [line for statement in told for line in _unclear_start(statement, detected)]
    yield from asked[:_MOST_STARTS]


def _unclear_start(statement: StartStatement, detected: Milestone | None) -> Iterator[Line]:
    if statement.doubt:
        yield _of_statement(statement, f"{statement.doubt}: when did the impact begin?")
    else:
        yield from _unclear_reading(statement, detected)


def _unclear_reading(statement: StartStatement, detected: Milestone | None) -> Iterator[Line]:
    first = statement.readings[0]
    if detected and first.is_plain and first.at > detected.at:
        if statement.is_of_impact:
            late = _apart(first.at, detected.at)
            seen = f"{late} after it was detected at {day_and_clock(detected.at)}"
            yield _of_statement(statement, f"that is {day_and_clock(first.at)}, {seen}: which of the two is wrong?")
        return
    if detected and first.is_plain and first.at < detected.at - LONGEST_UNSEEN and len(statement.readings) == 1:
        early = f"{_apart(first.at, detected.at)} before it was detected at {day_and_clock(detected.at)}"
        yield _of_statement(statement, f"that is {day_and_clock(first.at)}, {early}: is the date right?")
        return
    meant = " or ".join(f"{day_and_clock(one.at)} ({one.why})" for one in statement.readings[:4])
    yield _of_statement(statement, f"is that {meant}?" if len(statement.readings) > 1 else f"is that really {meant}?")


def _of_statement(statement: StartStatement, asked: str) -> Line:
    said = f"{quoted(statement.sentence)} was said at {day_and_clock(statement.event.at)}; {asked}"
    return _ask(said, COMMANDER, (statement.event,))


def _two_starts(start: StartOfImpact) -> Iterator[Line]:
    if not start.taken or start.taken[-1].at - start.taken[0].at <= _ROUNDING:
        return
    first, last = start.taken[0], start.taken[-1]
    text = (
        f"The start of the impact was given as {day_and_clock(first.at)} ({quoted(first.said or '')}) and as "
        f"{day_and_clock(last.at)} ({quoted(last.said or '')}): which is right? The earlier one is used until then."
    )
    yield Line(text=text, asked_of=COMMANDER, citations=_of_milestones(start, (first, last)))


def _of_milestones(start: StartOfImpact, milestones: Sequence[Milestone]) -> tuple[Citation, ...]:
    by_id = {event.id: cite_event(event) for event in start.spoken}
    return tuple(dict.fromkeys(by_id[one.event_id] for one in milestones))


def _alert_before_stated_start(timeline: Timeline, start: StartOfImpact) -> Iterator[Line]:
    stated = start.taken[0] if start.taken else None
    alert = first_of(timeline, "alert")
    if stated and alert and alert.at < stated.at - _ROUNDING:
        text = (
            f"The start of the impact was given as {day_and_clock(stated.at)} ({quoted(stated.said or '')}), "
            f"{_apart(alert.at, stated.at)} after an alert had fired at {day_and_clock(alert.at)} "
            f"({quoted(alert.text)}): did that alert tell of the same thing?"
        )
        yield Line(text=text, asked_of=SERVICE_OWNER, citations=(*_of_milestones(start, (stated,)), cite_event(alert)))


def _two_ends(timeline: Timeline) -> Iterator[Line]:
    """PagerDuty's last resolve against what people said: over long before it, or mended only after it."""
    resolved = last_of(timeline, "resolved", "reopened")
    if resolved is None or resolved.kind == "reopened":
        return
    since = last_of(timeline, "reopened") or first_of(timeline, "triggered") or resolved
    spoken = [event for event in timeline.events if is_a_persons(event) and not event.is_deleted]
    before = [event for event in spoken if since.at <= event.at <= resolved.at and says_resolved(event.text)]
    if before and resolved.at - before[-1].at > _WATCHED_FOR:
        yield _which_end(before[-1], resolved, says_resolved(before[-1].text) or "", "before")
    ended_before = any(since.at <= event.at <= resolved.at and says_mitigated(event.text) for event in spoken)
    after = next((event for event in spoken if _ends_after(event, resolved)), None)
    if after and not ended_before and not before:
        yield _which_end(after, resolved, says_mitigated(after.text) or "", "after")


def _ends_after(event: TimelineEvent, resolved: TimelineEvent) -> bool:
    """Whether it tells of the end minutes after the resolve; a resolution note is written while it is closed."""
    is_later = _ROUNDING < event.at - resolved.at <= _A_DAY
    return is_later and says_mitigated(event.text) is not None


def _which_end(said: TimelineEvent, resolved: TimelineEvent, sentence: str, side: str) -> Line:
    text = (
        f"{quoted(sentence)} was said at {day_and_clock(said.at)}, {_apart(said.at, resolved.at)} {side} PagerDuty's "
        f"resolve at {day_and_clock(resolved.at)}: when did the impact end?"
    )
    return _ask(text, RESOLVER, (said, resolved))


def _alerts_after_mitigation(timeline: Timeline, found: Sequence[Milestone]) -> Iterator[Line]:
    """Alerts that still fired minutes after somebody had said that the impact was over."""
    by_name = {one.name: one for one in found}
    mitigated, resolved = by_name.get("mitigated"), by_name.get("resolved")
    if mitigated is None or mitigated.said is None or resolved is None:
        return
    since = mitigated.at + _ROUNDING
    fired = [event for event in timeline.events if event.kind == "alert" and (event.until or event.at) > since]
    fired = [event for event in fired if event.at <= resolved.at]
    if fired:
        last = max(fired, key=lambda event: (event.until or event.at, event.id))
        text = (
            f"{quoted(mitigated.said)} was said at {day_and_clock(mitigated.at)}, but alerts went on until "
            f"{day_and_clock(last.until or last.at)} ({quoted(last.text)}): when did the impact end?"
        )
        said = next(event for event in timeline.events if event.id == mitigated.event_id)
        yield _ask(text, RESOLVER, (said, last))


def _begins_after_the_end(timeline: Timeline) -> Iterator[Line]:
    """A record that tells of the start of the impact, dated after somebody had told of its end."""
    told = [event for event in timeline.events if (event.was_said or event.kind == "deploy") and not event.is_deleted]
    ended = next((event for event in told if says_mitigated(event.text) or says_resolved(event.text)), None)
    ended = ended or last_of(timeline, "resolved")
    again = last_of(timeline, "reopened")
    for event in told:
        if ended and event.at > ended.at and says_impact_begins(event.text) and (again is None or again.at < ended.at):
            text = (
                f"{quoted(event.text)} is dated {day_and_clock(event.at)}, {_apart(ended.at, event.at)} after the end "
                f"({quoted(ended.text)}, {day_and_clock(ended.at)}): is one of the dates wrong"
                f"{' (one day earlier it would stand before the end)' if event.at - _A_DAY < ended.at else ''}, "
                "or did it begin again?"
            )
            yield _ask(text, COMMANDER, (event, ended))


def _closed_by_timer(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    resolved = last_of(timeline, "resolved")
    if resolved and was_resolved_by_timer(evidence, resolved):
        text = (
            f"PagerDuty's timer resolved it at {day_and_clock(resolved.at)}, and nobody else: when did the impact end?"
        )
        yield _ask(text, COMMANDER, (resolved,))


def _still_open(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    """Alerts that were open when PagerDuty's incident was resolved for the last time."""
    resolved = last_of(timeline, "resolved", "reopened")
    if resolved is None or resolved.kind != "resolved":
        return
    limit = resolved.at + _ROUNDING
    later = sorted(
        (alert for alert in evidence.alerts if alert.resolved_at and alert.moment.at <= limit < alert.resolved_at.at),
        key=lambda alert: (alert.moment.at, alert.id),
    )
    never = sorted(
        (alert for alert in evidence.alerts if not alert.resolved_at and alert.status in ("triggered", "acknowledged")),
        key=lambda alert: (alert.moment.at, alert.id),
    )
    for alerts, what in (
        (never, "had not cleared when the record was read, after the resolve"),
        (later, "cleared only after the resolve"),
    ):
        if alerts:
            first = alerts[0]
            more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
            text = (
                f"The alert {quoted(first.text)} of {day_and_clock(first.moment.at)}{more} {what} at "
                f"{day_and_clock(resolved.at)}: was the impact over by then?"
            )
            events = [event for event in timeline.events if first.id in event.evidence_ids]
            yield _ask(text, SERVICE_OWNER, (*events, resolved))
