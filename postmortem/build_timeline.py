"""From evidence to the one timeline: translate every record, fold repeats and copies, order, choose what to show."""

from collections.abc import Iterator
from typing import Any

from postmortem.curation import Curation, curate
from postmortem.evidence import Alert, ChangeEvent, Evidence, LogEntry, Message, Note
from postmortem.folding import fold_alert_repeats, fold_copies
from postmortem.incident import Incident
from postmortem.moment import Moment
from postmortem.observations import Observation
from postmortem.timeline import EventKind, Timeline, TimelineEvent, in_order

_LOG_KINDS: dict[str, EventKind] = {
    "triggered": "triggered",
    "notified": "notified",
    "assigned": "assigned",
    "escalated": "escalated",
    "delegated": "assigned",
    "acknowledged": "acknowledged",
    "responder_asked": "responder",
    "responder_replied": "responder",
    "status_update": "status_update",
    "annotated": "note",
    "merged": "merged",
    "reopened": "reopened",
    "resolved": "resolved",
    "unrecognised": "unrecognised",
}
_OBSERVATION_KINDS: dict[str, EventKind] = {
    "role": "role",
    "task": "task",
    "status_update": "status_update",
    "responder": "responder",
    "note": "note",
    "unrecognised": "unrecognised",
}

# PagerDuty's reasons for relating a change, in words.
_CORRELATIONS = {
    "most_recent": "the most recent one",
    "related_service": "related service",
    "intelligent": "related by PagerDuty's own reckoning",
}


def build_timeline(evidence: Evidence, curation: Curation) -> Timeline:
    """The same evidence gives the same timeline, in whatever order its records arrived."""
    linked = (_with_link(event, evidence.incident.link) for event in _events(evidence))
    events = fold_copies(in_order(linked), evidence)
    return Timeline(events=tuple(curate(events, evidence, curation)))


def _events(evidence: Evidence) -> Iterator[TimelineEvent]:
    for entry in evidence.log_entries:
        yield _event_from_log_entry(entry)
    yield from _events_from_incident(evidence.incident, {entry.kind for entry in evidence.log_entries})
    yield from fold_alert_repeats(_event_from_alert(alert) for alert in evidence.alerts)
    yield from map(_event_from_note, evidence.notes)
    yield from map(_event_from_change, evidence.changes)
    yield from map(_event_from_message, evidence.messages)
    yield from map(_event_from_observation, evidence.observations)


def _with_link(event: TimelineEvent, incident_link: str | None) -> TimelineEvent:
    """Notes and webhooks have no page of their own in PagerDuty: the incident's shows them."""
    if event.link or event.source != "pagerduty" or incident_link is None:
        return event
    return event.model_copy(update={"link": incident_link})


def _event(record_id: str, moment: Moment, kind: EventKind, text: str, **more: Any) -> TimelineEvent:
    """An event of PagerDuty's that rests on one record, unless `more` says otherwise."""
    told: dict[str, Any] = {"id": record_id, "source": "pagerduty", "evidence_ids": (record_id,)} | more
    return TimelineEvent(at=moment.at, original=moment.original, kind=kind, text=text, **told)


def _event_from_log_entry(entry: LogEntry) -> TimelineEvent:
    kind = _LOG_KINDS.get(entry.kind, "changed")
    more = {"who": entry.person_id, "link": entry.link, "sequence": entry.sequence}
    return _event(entry.id, entry.moment, kind, entry.text, **more)


def _events_from_incident(incident: Incident, logged: set[str]) -> Iterator[TimelineEvent]:
    """What the incident itself says, where its log entries could not be read."""
    told: tuple[tuple[EventKind, Moment | None, str], ...] = (
        ("triggered", incident.created_at, f"Incident triggered: {incident.title}"),
        ("resolved", incident.resolved_at, "Incident resolved"),
    )
    record_id = f"pagerduty/incident/{incident.id}"
    for kind, moment, text in told:
        if moment and incident.from_pagerduty and kind not in logged:
            yield _event(record_id, moment, kind, text, id=f"{record_id}#{kind}", link=incident.link)


def _event_from_alert(alert: Alert) -> tuple[str, TimelineEvent]:
    """The alert with what makes others its repeats: the sender's key, else its words."""
    head = f"{alert.severity} alert" if alert.severity else "Alert"
    by = f" from {alert.monitor}" if alert.monitor else ""
    cleared_at = alert.resolved_at.at if alert.resolved_at else None
    told = f"{head.capitalize()}{by}: {alert.text}"
    event = _event(alert.id, alert.moment, "alert", told, link=alert.link, cleared_at=cleared_at)
    return (f"key {alert.alert_key}" if alert.alert_key else f"text {alert.text}"), event


def _event_from_note(note: Note) -> TimelineEvent:
    text = f"Resolution note: {note.text}" if note.is_resolution else note.text
    is_edited = note.updated_at is not None and note.updated_at.at > note.moment.at
    return _event(note.id, note.moment, "note", text, who=note.person_id, link=note.link, is_edited=is_edited)


def _event_from_change(change: ChangeEvent) -> TimelineEvent:
    """PagerDuty's reason for relating it stands beside it: the latest change need not be the guilty one."""
    reason = _CORRELATIONS.get(change.correlation or "", (change.correlation or "").replace("_", " "))
    why = ", ".join(filter(None, (reason, change.service)))
    text = f"Change ({why}): {change.text}" if why else f"Change: {change.text}"
    return _event(change.id, change.moment, "deploy", text, link=change.link)


def _event_from_message(message: Message) -> TimelineEvent:
    return _event(
        message.id,
        message.moment,
        "message",
        _message_text(message),
        source="slack",
        who=message.person_id,
        link=message.link,
        thread_id=message.thread_id,
        channel_name=message.channel_name,
        is_bot=message.is_bot,
        is_edited=message.edited_at is not None,
        is_deleted=message.is_deleted,
    )


def _message_text(message: Message) -> str:
    if message.is_deleted:
        return "(message deleted in Slack)"
    files = f"(files: {', '.join(message.files)})" if message.files else ""
    return " ".join(part for part in (message.text, files) if part) or f"({message.vendor_kind} without text)"


def _event_from_observation(seen: Observation) -> TimelineEvent:
    kind = _OBSERVATION_KINDS.get(seen.kind, "changed")
    return _event(seen.id, seen.moment, kind, seen.text, who=seen.person_id, link=seen.link)
