"""From evidence to the one timeline: translate every record, fold repeats and copies, order, choose what to show."""

from collections.abc import Iterable, Iterator

from postmortem.curation import Curation, curate
from postmortem.evidence import Alert, ChangeEvent, Evidence, LogEntry, Message, Note, Observation
from postmortem.folding import fold_alert_repeats, fold_copies
from postmortem.incident import Incident
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
    yield from _events_from_messages(evidence.messages)
    yield from map(_event_from_observation, evidence.observations)


def _with_link(event: TimelineEvent, incident_link: str | None) -> TimelineEvent:
    """Notes and webhooks have no page of their own in PagerDuty: the incident's shows them."""
    if event.link or event.source != "pagerduty" or incident_link is None:
        return event
    return event.model_copy(update={"link": incident_link})


def _event_from_log_entry(entry: LogEntry) -> TimelineEvent:
    return TimelineEvent(
        id=entry.id,
        at=entry.moment.at,
        original=entry.moment.original,
        kind=_LOG_KINDS.get(entry.kind, "changed"),
        source="pagerduty",
        text=entry.text,
        who=entry.person_id,
        link=entry.link,
        sequence=entry.sequence,
        evidence_ids=(entry.id,),
    )


def _events_from_incident(incident: Incident, logged: set[str]) -> Iterator[TimelineEvent]:
    """What the incident itself says, where its log entries could not be read."""
    told = [
        ("triggered", incident.created_at, "Incident triggered"),
        ("resolved", incident.resolved_at, "Incident resolved"),
    ]
    for kind, moment, text in told:
        if moment and incident.from_pagerduty and kind not in logged:
            evidence_id = f"pagerduty/incident/{incident.id}"
            yield TimelineEvent(
                id=f"{evidence_id}#{kind}",
                at=moment.at,
                original=moment.original,
                kind="triggered" if kind == "triggered" else "resolved",
                source="pagerduty",
                text=f"{text}: {incident.title}" if kind == "triggered" else text,
                link=incident.link,
                evidence_ids=(evidence_id,),
            )


def _event_from_alert(alert: Alert) -> tuple[str, TimelineEvent]:
    severity = f"{alert.severity} alert" if alert.severity else "Alert"
    event = TimelineEvent(
        id=alert.id,
        at=alert.moment.at,
        original=alert.moment.original,
        kind="alert",
        source="pagerduty",
        text=f"{severity.capitalize()}: {alert.text}",
        link=alert.link,
        evidence_ids=(alert.id,),
    )
    return (f"key {alert.alert_key}" if alert.alert_key else f"text {alert.text}"), event


def _event_from_note(note: Note) -> TimelineEvent:
    return TimelineEvent(
        id=note.id,
        at=note.moment.at,
        original=note.moment.original,
        kind="note",
        source="pagerduty",
        text=f"Resolution note: {note.text}" if note.is_resolution else note.text,
        who=note.person_id,
        link=note.link,
        evidence_ids=(note.id,),
        is_edited=note.updated_at is not None and note.updated_at.at > note.moment.at,
    )


def _event_from_change(change: ChangeEvent) -> TimelineEvent:
    return TimelineEvent(
        id=change.id,
        at=change.moment.at,
        original=change.moment.original,
        kind="deploy",
        source="pagerduty",
        text=f"Change: {change.text}",
        link=change.link,
        evidence_ids=(change.id,),
    )


def _events_from_messages(messages: Iterable[Message]) -> Iterator[TimelineEvent]:
    for message in messages:
        yield TimelineEvent(
            id=message.id,
            at=message.moment.at,
            original=message.moment.original,
            kind="message",
            source="slack",
            text=_message_text(message),
            who=message.person_id,
            link=message.link,
            evidence_ids=(message.id,),
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


def _event_from_observation(observation: Observation) -> TimelineEvent:
    return TimelineEvent(
        id=observation.id,
        at=observation.moment.at,
        original=observation.moment.original,
        kind=_OBSERVATION_KINDS.get(observation.kind, "changed"),
        source="pagerduty",
        text=observation.text,
        who=observation.person_id,
        link=observation.link,
        evidence_ids=(observation.id,),
    )
