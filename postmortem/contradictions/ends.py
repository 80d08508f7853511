"""Where people, PagerDuty and alerts tell of different ends, or of none."""

from collections.abc import Iterator
from datetime import timedelta

from postmortem.alert_moments import was_resolved_by_timer
from postmortem.citations import day_and_clock
from postmortem.contradictions.wording import ROUNDING, apart, ask_of, quoted
from postmortem.evidence import Evidence
from postmortem.line import Line
from postmortem.milestones import Milestone
from postmortem.moment import moved
from postmortem.sections.roles import COMMANDER, RESOLVER, SERVICE_OWNER
from postmortem.statements_of_state import (
    first_of,
    is_a_persons,
    last_of,
    says_impact_begins,
    says_mitigated,
    says_resolved,
)
from postmortem.timeline import Timeline, TimelineEvent

# An incident is often watched for a quarter of an hour before it is closed; longer than that, the two ends differ.
_WATCHED_FOR = timedelta(minutes=15)
_A_DAY = timedelta(days=1)


def two_ends(timeline: Timeline) -> Iterator[Line]:
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
    is_later = ROUNDING < event.at - resolved.at <= _A_DAY
    return is_later and says_mitigated(event.text) is not None


def _which_end(said: TimelineEvent, resolved: TimelineEvent, sentence: str, side: str) -> Line:
    text = (
        f"{quoted(sentence)} was said at {day_and_clock(said.at)}, {apart(said.at, resolved.at)} {side} PagerDuty's "
        f"resolve at {day_and_clock(resolved.at)}: when did the impact end?"
    )
    return ask_of(text, RESOLVER, (said, resolved))


def alerts_after_mitigation(timeline: Timeline, mitigated: Milestone | None) -> Iterator[Line]:
    """Alerts that still fired minutes after somebody had said that the impact was over."""
    resolved = last_of(timeline, "resolved")
    if mitigated is None or mitigated.said is None:
        return
    since = mitigated.at
    alerts = [event for event in timeline.events if event.kind == "alert"]
    fired = [event for event in alerts if (event.until or event.at) - since > ROUNDING]
    fired = [event for event in fired if resolved is None or event.at <= resolved.at]
    if fired:
        last = max(fired, key=lambda event: (event.until or event.at, event.id))
        text = (
            f"{quoted(mitigated.said)} was said at {day_and_clock(mitigated.at)}, but alerts went on until "
            f"{day_and_clock(last.until or last.at)} ({quoted(last.text)}): when did the impact end?"
        )
        said = next(event for event in timeline.events if event.id == mitigated.event_id)
        yield ask_of(text, RESOLVER, (said, last))


def begins_after_the_end(timeline: Timeline) -> Iterator[Line]:
    """A record that tells of the start of the impact, dated after somebody had told of its end."""
    told = [event for event in timeline.events if (event.was_said or event.kind == "deploy") and not event.is_deleted]
    ended = next((event for event in told if says_mitigated(event.text) or says_resolved(event.text)), None)
    ended = ended or last_of(timeline, "resolved")
    again = last_of(timeline, "reopened")
    for event in told:
        if ended and event.at > ended.at and says_impact_begins(event.text) and (again is None or again.at < ended.at):
            text = (
                f"{quoted(event.text)} is dated {day_and_clock(event.at)}, {apart(ended.at, event.at)} after the end "
                f"({quoted(ended.text)}, {day_and_clock(ended.at)}): is one of the dates wrong"
                f"{' (one day earlier it would stand before the end)' if event.at - ended.at < _A_DAY else ''}, "
                "or did it begin again?"
            )
            yield ask_of(text, COMMANDER, (event, ended))


def closed_by_timer(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    resolved = last_of(timeline, "resolved")
    if resolved and was_resolved_by_timer(evidence, resolved):
        text = (
            f"PagerDuty's timer resolved it at {day_and_clock(resolved.at)}, and nobody else: when did the impact end?"
        )
        yield ask_of(text, COMMANDER, (resolved,))


def still_open(timeline: Timeline, evidence: Evidence) -> Iterator[Line]:
    """Alerts that were open when PagerDuty's incident was resolved for the last time."""
    resolved = last_of(timeline, "resolved", "reopened")
    if resolved is None or resolved.kind != "resolved":
        return
    limit = moved(resolved.at, ROUNDING)
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
            yield ask_of(text, SERVICE_OWNER, (*events, resolved))
