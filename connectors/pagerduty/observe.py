"""Webhook events that are kept as evidence, because REST does not tell them afterwards. Pure and total."""

from collections.abc import Callable
from typing import Any

from connectors.pagerduty.cutting import CUT_BY_DEBRIEF
from connectors.pagerduty.raw import at, moment, people_in, person_id, records, text
from connectors.pagerduty.translate import RESOLUTION_PREFIX, as_text, is_ours
from postmortem.evidence import CUT_BY_PAGERDUTY, Gap, Part
from postmortem.observations import Observation, ObservationKind, Task

_KINDS: dict[str, ObservationKind] = {
    # https://developer.pagerduty.com/docs/webhooks-overview (read 2026-11-20)
    "incident.annotated": "note",
    "incident.conference_bridge.updated": "conference",
    "incident.custom_field_values.updated": "field",
    "incident.responder.added": "responder",
    "incident.responder.replied": "responder",
    "incident.role.assigned": "role",
    "incident.status_update_published": "status_update",
    "incident.task.completed": "task",
    "incident.task.created": "task",
    "incident.task.updated": "task",
}


def observation_from_event(event: Any) -> Part:
    """The event object of a webhook as evidence, with everybody it mentions; empty for a note of Debrief's own.

    An event that names several roles becomes several observations.
    """
    event_id, happened, vendor_kind = text(event, "id"), moment(event, "occurred_at"), text(event, "event_type")
    data = at(event, "data")
    if event_id is None or happened is None:
        return Part(gaps=(_GAP,))
    content = text(data, "content") or ""
    if is_ours(content, is_cut=at(data, "trimmed") is True or content.endswith(CUT_BY_DEBRIEF)):
        return Part()
    kind = _KINDS.get(vendor_kind or "", "unrecognised")
    told = _roles(data) if kind == "role" else [(*_TELLING[kind](event), None)]
    observations = tuple(
        Observation(
            id=f"pagerduty/event/{event_id}" + (f"/{place}" if place else ""),
            kind=kind,
            vendor_kind=vendor_kind or "event",
            moment=happened,
            text=said,
            person_id=person_id(event, "agent"),
            subject_ids=subjects,
            role=role,
            task=_task_from(data) if kind == "task" else None,
            link=text(data, "incident", "html_url") or text(data, "html_url"),
        )
        for place, (said, subjects, role) in enumerate(told)
    )
    return Part(observations=observations, people=people_in(event))


_GAP = Gap(
    source="pagerduty",
    what="an event that PagerDuty sent",
    why="it carries no id, or no time that can be read",
    remedy="Look at the incident in PagerDuty and add by hand what matters.",
)

type _Told = tuple[str, tuple[str, ...]]


def _roles(data: Any) -> list[tuple[str, tuple[str, ...], str | None]]:
    """Assigned and unassigned: the event is the same, `assignee` is null where somebody left."""
    told: list[tuple[str, tuple[str, ...], str | None]] = []
    for one in records(data, "incident_role_assignments"):
        role = text(one, "role", "summary") or text(one, "role", "name") or text(one, "role") or "a role"
        left, took = _name(one, "old_assignee"), _name(one, "assignee")
        if took:
            told.append((f"{took} took the role {role}", _ids(one, "assignee"), role))
        else:
            told.append((f"{left or 'Somebody'} left the role {role}", (), role))
    return told or [("A role was assigned or left", (), None)]


def _task(event: Any) -> _Told:
    data = at(event, "data")
    verb = (text(event, "event_type") or "").rpartition(".")[2]
    name = text(data, "name") or text(data, "summary") or "without a name"
    people = people_in(records(data, "assignees"))
    said = f"Task {verb}: {name}"
    said += f" ({description})" if (description := text(data, "description")) else ""
    said += f", for {', '.join(person.name for person in people)}" if people else ""
    return said, tuple(person.id for person in people)


def _task_from(data: Any) -> Task | None:
    """The task as the webhook tells it, whole at every event; None where it has no id to be known again by."""
    task_id, name = text(data, "id"), text(data, "name") or text(data, "summary")
    if task_id is None or name is None:
        return None
    return Task(id=task_id, name=name, description=text(data, "description"), status=text(data, "status"))


def _field(event: Any) -> _Told:
    data = at(event, "data")
    now = {text(one, "id") or text(one, "name"): one.get("value") for one in records(data, "custom_fields")}
    changes: list[str] = []
    for one in records(data, "changed_custom_fields"):
        key = text(one, "id") or text(one, "name")
        name = text(one, "display_name") or text(one, "name") or key or "a field"
        before, after = as_text(one.get("value")), as_text(now.get(key))
        changes.append(f"{name} is now {after or 'empty'} (was {before or 'empty'})")
    return "; ".join(changes) or "A custom field changed", ()


def _status_update(event: Any) -> _Told:
    data = at(event, "data")
    return _whole(data, text(data, "message") or "Status update"), ()


def _responder(event: Any) -> _Told:
    data = at(event, "data")
    who = _name(data, "user") or "Somebody"
    state = text(data, "state") or "pending"
    did = "was asked to help" if state == "pending" else f"answered: {state}"
    message = text(data, "message")
    return f"{who} {did}" + (f": {message.strip()}" if message else ""), _ids(data, "user")


def _note(event: Any) -> _Told:
    data = at(event, "data")
    content = (text(data, "content") or "Note").strip()
    return _whole(data, content.removeprefix(RESOLUTION_PREFIX).strip()), ()


def _conference(event: Any) -> _Told:
    data = at(event, "data")
    numbers = as_text(at(data, "conference_numbers")) or as_text(at(data, "conference_number"))
    where = [one for one in (text(data, "conference_url"), numbers) if one]
    return f"Conference bridge: {', '.join(where) or 'none'}", ()


def _unrecognised(event: Any) -> _Told:
    data = at(event, "data")
    said = text(data, "summary") or text(data, "message") or text(data, "title")
    return (text(event, "event_type") or "event") + (f": {said}" if said else ""), ()


_TELLING: dict[ObservationKind, Callable[[Any], _Told]] = {
    "task": _task,
    "field": _field,
    "status_update": _status_update,
    "responder": _responder,
    "note": _note,
    "conference": _conference,
    "unrecognised": _unrecognised,
}


def _whole(data: Any, said: str) -> str:
    return said + CUT_BY_PAGERDUTY if at(data, "trimmed") is True else said


def _name(data: Any, key: str) -> str | None:
    people = people_in(at(data, key))
    return people[0].name if people else text(data, key, "summary")


def _ids(data: Any, key: str) -> tuple[str, ...]:
    return tuple(person.id for person in people_in(at(data, key)))
