"""What the alerts tell of the end: when the last of them cleared, where no person ended the incident."""

from datetime import datetime, timedelta

from postmortem.evidence import Evidence, LogEntry
from postmortem.milestones import Milestone
from postmortem.statements_of_state import last_of
from postmortem.timeline import Timeline, TimelineEvent

_SAME_MOMENT = timedelta(minutes=1)  # PagerDuty closes the alerts and the incident one after the other
_BY_TIMER = "timeout"  # PagerDuty's channel type of what its auto-resolve timer did


def last_clear(timeline: Timeline, evidence: Evidence) -> Milestone | None:
    """The clearing of the last alert, where the monitor itself resolved the incident.

    A resolve by a person closes the alerts with it, and one by PagerDuty's timer tells only that time has passed.
    """
    resolved = last_of(timeline, "resolved")
    entry = resolve_entry(evidence, resolved)
    if resolved is None or entry is None or entry.person_id or entry.channel == _BY_TIMER or not evidence.alerts:
        return None
    cleared = [alert.resolved_at.at for alert in evidence.alerts if alert.resolved_at]
    if len(cleared) < len(evidence.alerts) or max(cleared) - resolved.at > _SAME_MOMENT:
        return None
    last = max(evidence.alerts, key=lambda alert: (alert.resolved_at and alert.resolved_at.at, alert.id))
    event = next((event for event in timeline.events if last.id in event.evidence_ids), resolved)
    why = "the last alert cleared, and the monitor resolved the incident; no person said when the impact ended"
    return Milestone(
        name="mitigated", at=min(max(cleared), resolved.at), event_id=event.id, confidence="inferred", why=why
    )


def last_firing(timeline: Timeline) -> datetime | None:
    """When an alert fired last before the last resolve; None where none did."""
    resolved = last_of(timeline, "resolved")
    alerts = [event for event in timeline.events if event.kind == "alert"]
    fired = [event.until or event.at for event in alerts if resolved is None or event.at <= resolved.at]
    return max(fired, default=None)


def was_resolved_by_timer(evidence: Evidence, resolved: TimelineEvent | None) -> bool:
    """Whether PagerDuty's own timer closed it, and neither a person nor a monitor."""
    entry = resolve_entry(evidence, resolved)
    return entry is not None and entry.person_id is None and entry.channel == _BY_TIMER


def resolve_entry(evidence: Evidence, resolved: TimelineEvent | None) -> LogEntry | None:
    return next((entry for entry in evidence.log_entries if resolved and entry.id == resolved.id), None)
