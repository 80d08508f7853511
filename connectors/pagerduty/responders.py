"""Who took part, and how. A resolved incident has no assignees any more: its log entries know. Pure."""

from collections.abc import Iterable
from typing import Any, cast

from connectors.pagerduty.raw import at, moment, person_id, records, text
from postmortem.evidence import LogEntry, LogEntryKind
from postmortem.incident import Incident, Participation, Responder
from postmortem.moment import Moment
from postmortem.observations import Observation

# PD-OAS IncidentsRespondersReference.state; "accepted" is what webhooks say (public captures, read 2026-11-20).
_STATES: dict[str, Participation] = {"joined": "joined", "accepted": "joined", "declined": "declined"}
_BY_AGENT: dict[LogEntryKind, Participation] = {
    "acknowledged": "acknowledged",
    "resolved": "resolved",
    "escalated": "escalated",
    "delegated": "escalated",
    "annotated": "noted",
}
_BY_SUBJECT: dict[LogEntryKind, Participation] = {
    "assigned": "assigned",
    "escalated": "assigned",
    "delegated": "assigned",
    "notified": "asked",
    "responder_asked": "asked",
}


def responders_of(raw: Any) -> tuple[Responder, ...]:
    """From the incident object itself: responders, requests, assignments, acknowledgements, who resolved it."""
    found = [
        *_added(records(raw, "incidents_responders")),
        *_requested(records(raw, "responder_requests")),
        *(_took_part(one, "assignee", "assigned", "at") for one in records(raw, "assignments")),
        *(_took_part(one, "acknowledger", "acknowledged", "at") for one in records(raw, "acknowledgements")),
    ]
    if text(raw, "status") == "resolved":
        found.append(_took_part(raw, "last_status_change_by", "resolved", "resolved_at"))
    return _each_once(one for one in found if one)


def with_responders(
    incident: Incident, log_entries: Iterable[LogEntry] = (), observations: Iterable[Observation] = ()
) -> Incident:
    """The incident with everybody its log entries and observed roles name, too."""
    told = [*incident.responders, *responders_from_log_entries(log_entries), *_from_roles(observations)]
    return incident.model_copy(update={"responders": _each_once(told)})


def responders_from_log_entries(log_entries: Iterable[LogEntry]) -> tuple[Responder, ...]:
    """Who acknowledged, resolved, escalated, noted; who was assigned, paged, asked; each first time only."""
    found: list[Responder | None] = []
    for entry in sorted(log_entries, key=lambda entry: entry.sequence):
        if entry.kind in _BY_AGENT:
            found.append(_responder(entry.person_id, _BY_AGENT[entry.kind], entry.moment))
        if entry.kind in _BY_SUBJECT:
            found += [_responder(id_, _BY_SUBJECT[entry.kind], entry.moment) for id_ in entry.subject_ids]
        if entry.kind == "responder_replied":
            declined = "declin" in f"{entry.vendor_kind} {entry.text}".lower()
            found.append(_responder(entry.person_id, "declined" if declined else "joined", entry.moment))
    return _each_once(one for one in found if one)


def _from_roles(observations: Iterable[Observation]) -> list[Responder]:
    return [
        Responder(person_id=person, participation="role", role=observation.role, at=observation.moment)
        for observation in observations
        if observation.kind == "role" and observation.role
        for person in observation.subject_ids
    ]


def _added(responders: list[dict[str, Any]]) -> list[Responder | None]:
    found: list[Responder | None] = []
    for one in responders:
        state = _STATES.get(text(one, "state") or "")
        found.append(_took_part(one, "user", "asked", "requested_at"))
        found.append(_took_part(one, "user", state, "updated_at") if state else None)
    return found


def _requested(requests: list[dict[str, Any]]) -> list[Responder | None]:
    """A target is a user itself, or a policy whose responders stand inside."""
    found: list[Responder | None] = []
    for request in requests:
        requested_at = moment(request, "requested_at")
        for listed in records(request, "responder_request_targets"):
            target = at(listed, "responder_request_target") or listed
            found += _added(records(target, "incidents_responders"))
            if text(target, "type") in ("user", "user_reference") and text(target, "id"):
                found.append(_responder(f"pagerduty:{text(target, 'id')}", "asked", requested_at))
    return found


def _took_part(raw: Any, who: str, participation: str, when: str) -> Responder | None:
    return _responder(person_id(raw, who), cast("Participation", participation), moment(raw, when))


def _responder(id_: str | None, participation: Participation, when: Moment | None) -> Responder | None:
    return Responder(person_id=id_, participation=participation, at=when) if id_ else None


def _each_once(responders: Iterable[Responder]) -> tuple[Responder, ...]:
    """One of each person, way and role: the earliest that has a time."""
    found: dict[tuple[str, str, str | None], Responder] = {}
    for one in responders:
        key = (one.person_id, one.participation, one.role)
        known = found.get(key)
        if known is None or (one.at and (known.at is None or one.at.at < known.at.at)):
            found[key] = one
    return tuple(found.values())
