"""PagerDuty's records into our nouns. Pure and total: an unknown kind becomes "unrecognised", a broken record never
a crash. Who took part is in `responders.py`, webhook events in `observe.py`, whole lists of records in `batch.py`.
"""

from collections.abc import Iterable
from typing import Any

from connectors.pagerduty.raw import at, moment, people_in, person_id, records, reference, text
from connectors.pagerduty.responders import responders_of
from connectors.pagerduty.text import scrubbed
from postmortem.announcement import HEAD
from postmortem.evidence import Alert, ChangeEvent, LogEntry, LogEntryKind, Note, PastIncident
from postmortem.incident import CustomField, Incident
from postmortem.moment import Moment
from postmortem.people import Person

OUR_NOTE_MARK = "[written by Debrief]"
"""The last line of every note Debrief writes: by it and by its first words the note is known again, and is never
evidence. A person's note that quotes ours is."""

MOST_CHARACTERS = 25_000
"""Ours: of one note. PagerDuty documents no limit, and a refused note would leave the incident without one."""

RESOLUTION_PREFIX = "Resolution Note:"
"""What PagerDuty puts before the note typed while resolving (public captures, read 2026-11-20)."""

LONGEST_DETAIL = 2_000
"""Ours: characters kept of one field of an alert; a monitor may send a whole page."""

MOST_DETAILS = 100
"""Ours: fields kept of one alert."""

# PD-OAS RelatedIncident relationships.type (read 2026-11-21)
_RELATIONSHIPS = {
    "machine_learning_inferred": "PagerDuty infers that it is related",
    "service_dependency": "its service and this one depend on each other",
}

_KINDS: dict[str, LogEntryKind] = {
    # PD-OAS LogEntry.type, https://github.com/PagerDuty/api-schema @91a06fb (read 2026-11-20)
    "trigger": "triggered",
    "notify": "notified",
    "assign": "assigned",
    "escalate": "escalated",
    "repeat_escalation_path": "escalated",
    "delegate": "delegated",
    "acknowledge": "acknowledged",
    "unacknowledge": "unacknowledged",
    "snooze": "snoozed",
    "urgency_change": "urgency_changed",
    "field_value_change": "field_changed",
    "custom_field_value_change": "field_changed",
    "annotate": "annotated",
    "exhaust_escalation_path": "escalation_exhausted",
    "reach_ack_limit": "limit_reached",
    "reach_trigger_limit": "limit_reached",
    "resolve": "resolved",
    # Beyond the schema's list, seen in public code bases (read 2026-11-20)
    "priority_change": "priority_changed",
    "reassign": "assigned",
    "responder_request": "responder_asked",
    "responder_reply": "responder_replied",
    "responder_response": "responder_replied",
    "responder_accept": "responder_replied",
    "responder_decline": "responder_replied",
    "status_update": "status_update",
    "merge": "merged",
    "reopen": "reopened",
}


def incident_from_pagerduty(raw: Any) -> tuple[Incident, tuple[Person, ...]] | None:
    """The incident and everybody it mentions. None where it has no id or no readable time at all."""
    id_ = text(raw, "id")
    created_at = moment(raw, "created_at") or moment(raw, "last_status_change_at") or moment(raw, "updated_at")
    if id_ is None or created_at is None:
        return None
    status, urgency, number = text(raw, "status"), text(raw, "urgency"), at(raw, "incident_number")
    bridge = at(raw, "conference_bridge")
    incident = Incident(
        id=id_,
        title=text(raw, "title") or text(raw, "summary") or f"Incident {id_}",
        status=status if status in ("triggered", "acknowledged", "resolved") else "triggered",
        created_at=created_at,
        number=number if isinstance(number, int) else None,
        link=text(raw, "html_url"),
        urgency=urgency if urgency in ("high", "low") else None,
        priority=text(raw, "priority", "name") or text(raw, "priority", "summary"),
        service=reference(raw, "service"),
        teams=tuple(team for one in records(raw, "teams") if (team := reference(one))),
        escalation_policy=reference(raw, "escalation_policy"),
        incident_key=text(raw, "incident_key"),
        incident_type=text(raw, "incident_type", "name"),
        resolved_at=_resolved_at(raw) if status == "resolved" else None,
        reopened_at=moment(raw, "reopened_at"),
        merged_into=reference(raw, "resolve_reason", "incident"),
        responders=responders_of(raw),
        custom_fields=tuple(_custom_field(one) for one in records(raw, "custom_fields")),
        conference_url=text(bridge, "conference_url"),
        description=_description(raw),
    )
    return incident, people_in(raw)


def _resolved_at(raw: Any) -> Moment | None:
    """Older exports have no resolved_at; the last change of a resolved incident's status was its resolve."""
    return moment(raw, "resolved_at") or moment(raw, "last_status_change_at")


def _custom_field(raw: dict[str, Any]) -> CustomField:
    name = text(raw, "display_name") or text(raw, "name") or text(raw, "id") or "unnamed field"
    return CustomField(name=name, value=as_text(raw.get("value")))


def _description(raw: Any) -> str | None:
    details = at(raw, "body", "details")
    return text(raw, "description") or (as_text(details) if details else None)


def log_entry_from_pagerduty(raw: Any, sequence: int, fallback: Moment | None = None) -> LogEntry | None:
    """One log entry; `sequence` is its place, oldest first. `fallback` stands in for a time that cannot be read.

    None where there is no id or no time at all.
    """
    id_, happened = text(raw, "id"), moment(raw, "created_at") or fallback
    if id_ is None or happened is None:
        return None
    vendor_kind = text(raw, "type") or "log_entry"
    return LogEntry(
        id=f"pagerduty/log_entry/{id_}",
        kind=_log_entry_kind(raw, vendor_kind),
        vendor_kind=vendor_kind,
        moment=happened,
        sequence=sequence,
        text=_log_entry_text(raw, vendor_kind),
        person_id=person_id(raw, "agent"),
        subject_ids=_subjects(raw),
        channel=text(raw, "channel", "type"),
        link=text(raw, "html_url"),
    )


def _log_entry_kind(raw: Any, vendor_kind: str) -> LogEntryKind:
    kind = _KINDS.get(vendor_kind.removesuffix("_reference").removesuffix("_log_entry"), "unrecognised")
    changed = [text(one, "name") for one in records(raw, "channel", "changeset", "application_fields")]
    return "priority_changed" if kind == "field_changed" and "priority" in changed else kind


def _log_entry_text(raw: Any, vendor_kind: str) -> str:
    """PagerDuty's own sentence, with the words a person added (a status update) or a field's new value after it."""
    summary = text(raw, "summary") or vendor_kind.replace("_", " ")
    changes = as_text(at(raw, "changeset"))
    said = text(raw, "message") or text(raw, "channel", "message") or text(raw, "note") or changes
    return f"{summary.rstrip(' .:')}: {said}" if said and said not in summary else summary


def _subjects(raw: Any) -> tuple[str, ...]:
    """Whom it was done to: who was paged, assigned, asked."""
    places = [at(raw, key) for key in ("user", "assignees", "responders", "responder_request_targets")]
    return tuple(person.id for person in people_in(*places, at(raw, "channel", "user")))


def alert_from_pagerduty(raw: Any, fallback: Moment | None = None) -> Alert | None:
    """One alert, with the sender's fields as text in the sender's order. None without id or any time."""
    id_, happened = text(raw, "id"), moment(raw, "created_at") or fallback
    if id_ is None or happened is None:
        return None
    monitor = reference(raw, "integration")
    return Alert(
        id=f"pagerduty/alert/{id_}",
        moment=happened,
        text=text(raw, "summary") or f"Alert {id_}",
        severity=text(raw, "severity"),
        status=text(raw, "status"),
        alert_key=text(raw, "alert_key"),
        resolved_at=moment(raw, "resolved_at"),
        monitor=text(raw, "body", "cef_details", "client") or (monitor.name if monitor else None),
        details=_details(at(raw, "body", "details")),
        link=text(raw, "html_url"),
    )


def _details(details: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(details, dict):
        named = [(str(key), as_text(value)) for key, value in list(details.items())[:MOST_DETAILS]]
    else:
        named = [("details", as_text(details))]
    return tuple((as_text(key) or "", value) for key, value in named if value)


def note_from_pagerduty(raw: Any, fallback: Moment | None = None) -> Note | None:
    """One note. None without id or any time. Ask `is_ours` first: what Debrief wrote is no evidence."""
    id_, happened = text(raw, "id"), moment(raw, "created_at") or fallback
    if id_ is None or happened is None:
        return None
    content = (text(raw, "content") or "").strip()
    updated_at = moment(raw, "updated_at")
    return Note(
        id=f"pagerduty/note/{id_}",
        moment=happened,
        text=content.removeprefix(RESOLUTION_PREFIX).strip(),
        person_id=person_id(raw, "user"),
        updated_at=updated_at if updated_at and updated_at.at != happened.at else None,
        is_resolution=content.startswith(RESOLUTION_PREFIX),
    )


def is_ours(content: str | None, *, is_cut: bool = False) -> bool:
    """Whether Debrief wrote this note; where it `is_cut`, its last line is lost."""
    said = (content or "").strip()
    return said.startswith(HEAD) and (is_cut or said.endswith("\n" + OUR_NOTE_MARK))


def note_to_pagerduty(content: str) -> str:
    """The note as it is written: cut where it is too long, with the line by which it is known again."""
    mark = f"\n\n{OUR_NOTE_MARK}"
    said, room = scrubbed(content).rstrip(), MOST_CHARACTERS - len(mark)
    return (said if len(said) <= room else said[: room - 1].rstrip() + "…") + mark


def change_event_from_pagerduty(raw: Any, fallback: Moment | None = None) -> ChangeEvent | None:
    """One change event. None without id or any time."""
    id_, happened = text(raw, "id"), moment(raw, "timestamp") or moment(raw, "created_at") or fallback
    if id_ is None or happened is None:
        return None
    links = [link for one in records(raw, "links") if (link := text(one, "href"))]
    services = [service.name for one in records(raw, "services") if (service := reference(one))]
    return ChangeEvent(
        id=f"pagerduty/change/{id_}",
        moment=happened,
        text=text(raw, "summary") or f"Change {id_}",
        correlation=text(raw, "correlation_reason", "reason"),
        service=", ".join(services) or None,
        link=text(raw, "html_url") or next(iter(links), None),
    )


def past_incident_from_pagerduty(raw: Any, what: str, place: int) -> PastIncident | None:
    """One of the "past incidents" or "related incidents". None without id or title."""
    id_, title = text(raw, "incident", "id"), text(raw, "incident", "title")
    if id_ is None or title is None:
        return None
    kinds = dict.fromkeys(kind for one in records(raw, "relationships") if (kind := text(one, "type")))
    why = ", ".join(_RELATIONSHIPS.get(kind, kind.replace("_", " ")) for kind in kinds)
    return PastIncident(
        id=f"pagerduty/{what.removesuffix('s').replace(' ', '_')}/{id_}",
        incident_id=id_,
        title=title,
        place=place,
        why=why or f"one of PagerDuty's {what}",
        created_at=moment(raw, "incident", "created_at"),
    )


def as_text(value: Any) -> str | None:
    """Any JSON value as text, cut at LONGEST_DETAIL; lists read "a, b", objects "key: value, ..."."""
    if value is None or value in ("", [], {}):
        return None
    written = _written(value, 6)
    cut = written if len(written) <= LONGEST_DETAIL else written[: LONGEST_DETAIL - 1] + "…"
    return text({"value": cut}, "value")


def _written(value: Any, depth: int) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_written(inner, depth - 1)}" for key, inner in _few(value.items()))
    if isinstance(value, list):
        return ", ".join(_written(inner, depth - 1) for inner in _few(value))
    return str(value)


def _few[T](values: Iterable[T]) -> list[T]:
    return list(values)[:MOST_DETAILS]
