"""When the impact began: by what people said, else by the alerts that fired before anybody was told."""

from datetime import timedelta
from typing import NamedTuple

from postmortem.evidence import Alert, Evidence
from postmortem.milestones import Milestone
from postmortem.statements_of_start import StartStatement, find_start_statements, plain_reading
from postmortem.statements_of_state import is_a_persons
from postmortem.timeline import Timeline, TimelineEvent

# The alert that triggers an incident fires within seconds of it: that tells when it was seen, not when it began.
_SAME_SIGNAL = timedelta(minutes=1)
# What is said of a time longer before the detection is history ("introduced in March"), until somebody confirms it.
LONGEST_UNSEEN = timedelta(days=1)
_ONLY_DOUBTFUL = "what was said of the start can be read in more than one way, or lies after the detection"


class StartOfImpact(NamedTuple):
    """`taken` are the statements that tell a moment before the detection, earliest first; `left` are the others.
    `spoken` are the events in which people spoke.
    """

    milestone: Milestone | None = None
    taken: tuple[Milestone, ...] = ()
    left: tuple[StartStatement, ...] = ()
    why_unknown: str | None = None
    spoken: tuple[TimelineEvent, ...] = ()


def find_start_of_impact(
    timeline: Timeline, evidence: Evidence, zone: str, detected: Milestone | None
) -> StartOfImpact:
    """The earliest moment that was stated plainly; else the first alert that was open before the trigger came."""
    spoken = [event for event in timeline.events if is_a_persons(event) and not event.is_deleted]
    zones = {person.id: person.timezone for person in evidence.people if person.timezone}
    statements = find_start_statements(spoken, zone, zones)
    pairs = [(statement, _as_milestone(statement, detected)) for statement in statements]
    usable = [(statement, stated) for statement, stated in pairs if stated]
    # What is said of the impact itself goes before what is said of one thing that broke.
    of_impact = [stated for statement, stated in usable if statement.is_of_impact]
    taken = sorted(of_impact or [stated for _, stated in usable], key=lambda one: (one.at, one.event_id))
    left = tuple(statement for statement, stated in pairs if stated is None)
    milestone = taken[0] if taken else _from_alerts(timeline, evidence, detected)
    detected_at = detected.at if detected else None
    doubtful = any(one.is_of_impact or plain_reading(one, detected_at) is None for one in left)
    return StartOfImpact(milestone, tuple(taken), left, _ONLY_DOUBTFUL if doubtful else None, tuple(spoken))


def _as_milestone(statement: StartStatement, detected: Milestone | None) -> Milestone | None:
    """The statement as a milestone, if it tells one moment that can be the start."""
    reading = plain_reading(statement, detected.at if detected else None)
    if reading is None or (detected and not timedelta(0) <= detected.at - reading.at <= LONGEST_UNSEEN):
        return None
    return Milestone(
        name="impact_started",
        at=reading.at,
        event_id=statement.event.id,
        confidence="stated",
        why=f"a person said so; the time is {reading.why}",
        said=statement.sentence,
    )


def _from_alerts(timeline: Timeline, evidence: Evidence, detected: Milestone | None) -> Milestone | None:
    """The first alert that was still open when the incident was triggered, and fired well before that."""
    if detected is None:
        return None
    still_open = [alert for alert in evidence.alerts if _was_open(alert, detected)]
    first = min(still_open, key=lambda alert: (alert.moment.at, alert.id), default=None)
    if first is None:
        return None
    event = next((event for event in timeline.events if first.id in event.evidence_ids), None)
    why = "the first alert that had not cleared by the trigger: it began then or before"
    return event and Milestone(
        name="impact_started", at=first.moment.at, event_id=event.id, confidence="inferred", why=why
    )


def _was_open(alert: Alert, detected: Milestone) -> bool:
    cleared_at = alert.resolved_at.at if alert.resolved_at else None
    lead = detected.at - alert.moment.at
    return _SAME_SIGNAL <= lead <= LONGEST_UNSEEN and (cleared_at is None or cleared_at >= detected.at)
