"""PagerDuty's side of a script: an incident that is lived through, call by call, in the order of time.

Every method adds what PagerDuty would keep (log entries, notes, alerts) and the webhook it would send.
"""

from datetime import datetime, timedelta
from typing import Any

from tests.incidents.cast import DOMAIN, Actor, reference
from tests.incidents.ids import (
    event_id,
    incident_id,
    iso,
    iso_milliseconds,
    iso_with_offset,
    log_entry_id,
    object_id,
)
from tests.incidents.pagerduty_shapes import alert_shape, change_shape, incident_shape, snapshot_shape


class PagerDutySide:
    """One incident. `who` is always a handle of the cast, None is PagerDuty itself."""

    def __init__(
        self, name: str, title: str, cast: dict[str, Actor], *, number: int, service: str, team: str | None
    ) -> None:
        self.id = incident_id(name)
        self.title, self.number, self.cast = title, number, cast
        self.service = reference(object_id("service", service), "service", service)
        self.teams = [reference(object_id("team", team), "team", team)] if team else []
        self.policy = reference(object_id("policy", service), "escalation_policy", f"{service} on call")
        self.priority: dict[str, Any] | None = None
        self.urgency, self.status = "high", "triggered"
        self.custom_fields: list[dict[str, Any]] = []
        self.conference_url: str | None = None
        self.log_entries: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.alerts: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.responders: dict[str, dict[str, Any]] = {}
        self.assignees: list[Actor] = []
        self.moments: dict[str, datetime] = {}
        self.resolve_reason: dict[str, Any] | None = None
        self.changed_by: dict[str, Any] = self.service
        self._last: datetime | None = None

    # What happens ---------------------------------------------------------------------------------------------------

    def triggers(self, at: datetime, who: str, *, priority: str | None, urgency: str = "high") -> None:
        """The service opens the incident and the first person on call is assigned."""
        self.urgency, self.priority = urgency, _priority(priority) if priority else None
        self.moments["created_at"] = at
        self.assignees = [self.cast[who]]
        entry = self.log(at, "trigger", "Triggered through the API.", channel={"type": "api", "summary": self.title})
        entry |= {"event_details": {"description": self.title}, "contexts": []}
        self.assigns(at, who, announce=False)
        self._event(at, "incident.triggered", None, snapshot_shape(self))

    def assigns(self, at: datetime, to: str, by: str | None = None, *, announce: bool = True) -> None:
        self.assignees = [self.cast[to]]
        suffix = f" by {self.cast[by].name}" if by else ""
        entry = self.log(at, "assign", f"Assigned to {self.cast[to].name}{suffix}.", by)
        entry["assignees"] = [self.cast[to].reference()]
        if announce:
            self._event(at, "incident.reassigned", by, snapshot_shape(self))

    def notifies(self, at: datetime, who: str, how: str = "push notification") -> None:
        """The bulk of every log. `how` is "push notification", "phone", "SMS" or "email"."""
        kind = how.lower().removesuffix(" notification")
        notification = {"type": f"{kind}_notification", "status": "success", "address": f"{who}'s {how}"}
        entry = self.log(
            at,
            "notify",
            f"Notified {self.cast[who].name} by {how}.",
            channel={"type": "auto", "notification": notification},
        )
        entry["user"] = self.cast[who].reference()

    def acknowledges(self, at: datetime, who: str, channel: str = "website") -> None:
        self.status = "acknowledged"
        entry = self.log(at, "acknowledge", f"Acknowledged by {self.cast[who].name}.", who, {"type": channel})
        entry["acknowledgement_timeout"] = 1800
        self._event(at, "incident.acknowledged", who, snapshot_shape(self))

    def unacknowledges(self, at: datetime) -> None:
        """Nobody did anything for too long."""
        self.status = "triggered"
        self.log(at, "unacknowledge", "Unacknowledged due to timeout.", channel={"type": "timeout"})
        self._event(at, "incident.unacknowledged", None, snapshot_shape(self))

    def escalates(self, at: datetime, to: str, by: str | None = None) -> None:
        self.assignees = [self.cast[to]]
        how = f"by {self.cast[by].name}" if by else "due to timeout"
        channel = {"type": "website" if by else "timeout"}
        entry = self.log(at, "escalate", f"Escalated to {self.cast[to].name} {how}.", by, channel)
        entry["assignees"] = [self.cast[to].reference()]
        self._event(at, "incident.escalated", by, snapshot_shape(self))

    def asks(self, at: datetime, who: str, by: str, message: str) -> None:
        """A responder request."""
        user, requester = self.cast[who].reference(), self.cast[by].reference()
        self.responders[who] = {
            "state": "pending",
            "user": user,
            "incident": self.reference(),
            "updated_at": iso(at),
            "message": message,
            "requester": requester,
            "requested_at": iso(at),
            "escalation_policy_requests": [],
        }
        entry = self.log(at, "responder_request", f"{self.cast[by].name} asked {self.cast[who].name} to respond.", by)
        entry |= {"message": message, "responders": [user]}
        self._event(at, "incident.responder.added", by, self._responder_event(who))

    def replies(self, at: datetime, who: str, *, joins: bool = True) -> None:
        state = "joined" if joins else "declined"
        self.responders[who] |= {"state": state, "updated_at": iso(at)}
        self.log(at, "responder_response", f"{self.cast[who].name} {state} the incident.", who)
        self._event(at, "incident.responder.replied", who, self._responder_event(who))

    def prioritises(self, at: datetime, priority: str, by: str) -> None:
        old, self.priority = self.priority, _priority(priority)
        field = {"id": self.priority["id"], "name": "priority", "value": priority, "namespace": "incidents"}
        field["old_value"] = old["summary"] if old else None
        channel = {"type": "website", "changeset": {"application_fields": [field]}}
        entry = self.log(at, "field_value_change", f"Priority changed to {priority}.", by, channel)
        entry["changeset"] = [f"Updated priority to {priority}"]
        self._event(at, "incident.priority_updated", by, snapshot_shape(self))

    def notes_down(self, at: datetime, who: str, text: str, *, offset: str | None = None) -> None:
        """A note. PagerDuty may write its time with an offset ("-05:00")."""
        note_id = object_id("note", self.id, len(self.notes))
        written = iso(at) if offset is None else iso_with_offset(at, offset)
        channel = {"summary": "The PagerDuty website or APIs"}
        note = {"id": note_id, "user": self.cast[who].reference(), "channel": channel, "content": text}
        self.notes.insert(0, note | {"created_at": written, "updated_at": written})
        self.log(at, "annotate", f"Note added by {self.cast[who].name}.", who, {"type": "note", "summary": text})
        data = {"incident": self.reference(), "id": note_id, "content": text, "trimmed": False, "type": "incident_note"}
        self._event(at, "incident.annotated", who, data)

    def publishes(self, at: datetime, who: str, message: str) -> None:
        """A status update for stakeholders: by REST it is only a log entry."""
        entry = self.log(at, "status_update", f"Status update added by {self.cast[who].name}.", who)
        entry["message"] = message
        data: dict[str, Any] = {"incident": self.reference(), "id": object_id("update", self.id, at)}
        data |= {"message": message, "trimmed": False, "type": "incident_status_update"}
        self._event(at, "incident.status_update_published", who, data)

    def gives_role(self, at: datetime, who: str, role: str, by: str | None = None) -> None:
        """Roles are told by webhook only."""
        assignment = {
            "id": object_id("assignment", self.id, role, at),
            "type": "incident_role_assignment",
            "incident": self.reference(),
            "role": {"id": object_id("role", role), "type": "incident_role_reference", "summary": role},
            "assignee": self.cast[who].reference(),
            "old_assignee": None,
            "status": "assigned",
        }
        data = {"type": "incident_role_assignment", "incident_role_assignments": [assignment]}
        self._event(at, "incident.role.assigned", by or who, data)

    def creates_task(self, at: datetime, name: str, who: str, by: str) -> None:
        """Tasks are told by webhook only."""
        data: dict[str, Any] = {"id": object_id("task", self.id, name), "type": "incident_task", "name": name}
        data |= {"summary": name, "description": "", "status": "todo", "assignees": [self.cast[who].reference()]}
        self._event(at, "incident.task.created", by, data | {"incident": self.reference()})

    def resolves(self, at: datetime, who: str | None, *, note: str | None = None) -> None:
        """By a person, or by the monitoring system. The resolution note comes 0.3 s after the resolve."""
        by = self.cast[who].name if who else self.service["summary"]
        self._closes(at, who)
        self.log(at, "resolve", f"Resolved by {by}.", who, {"type": "website" if who else "api"})
        self._event(at, "incident.resolved", who, snapshot_shape(self))
        if note and who:
            self.notes_down(at + timedelta(milliseconds=300), who, f"Resolution Note: {note}")

    def reopens(self, at: datetime, who: str) -> None:
        self.status, self.assignees = "triggered", [self.cast[who]]
        self.moments["reopened_at"] = at
        self.moments.pop("resolved_at", None)
        self.log(at, "reopen", f"Reopened by {self.cast[who].name}.", who)
        self._event(at, "incident.reopened", who, snapshot_shape(self))

    def is_merged_into(self, at: datetime, parent: dict[str, Any], who: str) -> None:
        """PagerDuty resolves the child, with the person who merged as agent."""
        self.resolve_reason = {"type": "merge_resolve_reason", "incident": parent}
        self._closes(at, who)
        self.log(at, "merge", f"Merged into {parent['summary']} by {self.cast[who].name}.", who)
        self.log(at, "resolve", f"Resolved by {self.cast[who].name}.", who)
        self._event(at, "incident.resolved", who, snapshot_shape(self))

    def takes_in(self, at: datetime, child: dict[str, Any], who: str) -> None:
        self.log(at, "merge", f"{child['summary']} was merged into this incident by {self.cast[who].name}.", who)

    def alert(
        self,
        at: datetime,
        text: str,
        *,
        key: str,
        severity: str = "critical",
        details: dict[str, Any] | None = None,
        resolved: bool = True,
    ) -> None:
        """A signal from monitoring; the same key is the same alert again."""
        status = "resolved" if resolved else "triggered"
        self.alerts.append(
            alert_shape(self, at, text, key=key, severity=severity, status=status, details=details or {})
        )

    def change(self, at: datetime, text: str, reason: str = "most_recent", **details: str) -> None:
        """A deploy or configuration change that PagerDuty relates to the incident."""
        self.changes.append(change_shape(self, at, text, reason, details))

    def log(
        self,
        at: datetime,
        kind: str,
        summary: str,
        who: str | None = None,
        channel: dict[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """One log entry of any kind, also of kinds that nobody knows. Returns it."""
        if self._last and at < self._last:
            raise ValueError(f"{kind} at {at} comes after {self._last}: tell the story in order")
        self._last = at
        id_ = log_entry_id(self.id, len(self.log_entries))
        page = f"https://{DOMAIN}.pagerduty.com/incidents/{self.id}/log_entries/{id_}"
        entry = {"id": id_, "type": f"{kind}_log_entry", "summary": summary, "html_url": page, "created_at": iso(at)}
        entry |= {"self": f"https://api.pagerduty.com/log_entries/{id_}", "incident": self.reference()}
        entry["agent"] = self.cast[who].reference() if who else self.service
        entry |= {"channel": channel or {"type": "website" if who else "auto"}, "service": self.service}
        self.log_entries.insert(0, entry | {"teams": self.teams, **more})
        return self.log_entries[0]

    # How it is shown ------------------------------------------------------------------------------------------------

    @property
    def summary(self) -> str:
        return f"[#{self.number}] {self.title}"

    def reference(self) -> dict[str, Any]:
        return reference(self.id, "incident", self.summary)

    def incident(self) -> dict[str, Any]:
        """GET /incidents/{id} with every include."""
        return incident_shape(self)

    def _closes(self, at: datetime, who: str | None) -> None:
        self.status, self.assignees = "resolved", []
        self.moments["resolved_at"] = at
        self.changed_by = self.cast[who].reference() if who else self.service

    def _responder_event(self, who: str) -> dict[str, Any]:
        responder = self.responders[who]
        shown = {name: responder[name] for name in ("incident", "user", "message", "state")}
        return shown | {"escalation_policy": self.policy, "type": "incident_responder"}

    def _event(self, at: datetime, kind: str, who: str | None, data: dict[str, Any]) -> None:
        envelope = {"id": event_id(self.id, kind, len(self.webhooks)), "event_type": kind, "resource_type": "incident"}
        envelope |= {"occurred_at": iso_milliseconds(at)}
        agent = self.cast[who].reference() if who else None
        self.webhooks.append({"event": {**envelope, "agent": agent, "client": None, "data": data}})


def _priority(name: str) -> dict[str, Any]:
    return reference(object_id("priority", name), "priority", name)
