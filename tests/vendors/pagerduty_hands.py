"""What people do in PagerDuty with their own hands: each gives back the webhook that PagerDuty sends of it.

    webhook = fake.person_reopens("Q1", by="PADA")
    fake.person_resolves("Q1", by="PADA")

The shapes are those of tests/incidents/pagerduty_shapes.py.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_TOLD = ("id", "self", "html_url", "summary", "type", "status", "incident_key", "created_at", "reopened_at", "title",
         "service", "escalation_policy", "teams", "priority", "urgency", "conference_bridge", "resolve_reason",
         "incident_type")  # fmt: skip


class Hands:
    """Each method changes one incident that is held, and dates the change."""

    now: Callable[[], datetime]
    _held: dict[str, dict[str, Any]]
    _users: dict[str, dict[str, Any]]
    _done_by_hand: int = 0

    def status_of(self, incident_id: str) -> str:
        return self._held[incident_id]["incident"]["status"]

    def resolved_at(self, incident_id: str) -> str | None:
        """None while it is not resolved."""
        incident = self._held[incident_id]["incident"]
        return incident.get("resolved_at") if incident["status"] == "resolved" else None

    def somebody(self) -> str:
        """The id of a person who is known here."""
        return next(iter(self._users))

    def person_reopens(self, incident_id: str, *, by: str) -> dict[str, Any]:
        """A resolved incident is triggered again, and assigned to whoever did it."""
        incident, at = self._held[incident_id]["incident"], self._time()
        assert incident["status"] == "resolved", f"{incident_id} is {incident['status']}: nobody can reopen it"
        assigned = [{"at": at, "assignee": self._reference(by)}]
        incident |= {"status": "triggered", "resolved_at": None, "reopened_at": at, "assignments": assigned}
        return self._changed(incident_id, "reopen", "incident.reopened", by)

    def person_resolves(self, incident_id: str, *, by: str) -> dict[str, Any]:
        incident, at = self._held[incident_id]["incident"], self._time()
        assert incident["status"] != "resolved", f"{incident_id} is resolved already"
        incident |= {"status": "resolved", "resolved_at": at, "assignments": []}
        return self._changed(incident_id, "resolve", "incident.resolved", by)

    def person_publishes(self, incident_id: str, message: str, *, by: str) -> None:
        """A status update for stakeholders: by REST it is only a log entry."""
        self._logs(incident_id, "status_update", by)["message"] = message

    def _changed(self, incident_id: str, kind: str, event_type: str, by: str) -> dict[str, Any]:
        incident = self._held[incident_id]["incident"]
        incident |= {"last_status_change_at": self._time(), "last_status_change_by": self._reference(by)}
        self._logs(incident_id, kind, by)
        return self._webhook(incident, event_type, by)

    def _logs(self, incident_id: str, kind: str, by: str) -> dict[str, Any]:
        held = self._held[incident_id]
        self._done_by_hand += 1
        incident, id_ = held["incident"], f"R{self._done_by_hand:025}"
        incident["updated_at"] = self._time()
        page = f"{incident['html_url']}/log_entries/{id_}"
        words = {"reopen": "Reopened", "resolve": "Resolved", "status_update": "Status update added"}[kind]
        entry = {"id": id_, "type": f"{kind}_log_entry", "summary": f"{words} by {self._users[by]['name']}."}
        entry |= {"self": f"https://api.pagerduty.com/log_entries/{id_}", "html_url": page}
        entry |= {"created_at": self._time(), "agent": self._reference(by), "channel": {"type": "website"}}
        reference = {name: incident[name] for name in ("id", "self", "html_url", "summary")}
        entry |= {"incident": reference | {"type": "incident_reference"}, "service": incident.get("service")}
        entry |= {"teams": incident.get("teams", [])}
        held.setdefault("log_entries", []).insert(0, entry)
        return entry

    def _webhook(self, incident: dict[str, Any], event_type: str, by: str) -> dict[str, Any]:
        data = {name: incident[name] for name in _TOLD if name in incident}
        data |= {"type": "incident", "number": incident.get("incident_number")}
        data["assignees"] = [one["assignee"] for one in incident["assignments"]]
        at = self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"id": f"01HAND{self._done_by_hand:020}", "event_type": event_type, "resource_type": "incident"}
        agent = self._reference(by)
        return {"event": event | {"occurred_at": at, "agent": agent, "client": None, "data": data}}

    def _reference(self, user_id: str) -> dict[str, Any]:
        name = self._users[user_id]["name"]
        return {"id": user_id, "type": "user_reference", "summary": name} | {
            "self": f"https://api.pagerduty.com/users/{user_id}",
            "html_url": None,
        }

    def _time(self) -> str:
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
