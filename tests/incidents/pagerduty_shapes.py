"""PagerDuty's larger records, written out: the incident by REST and by webhook, alerts, change events."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.incidents.cast import DOMAIN, reference
from tests.incidents.ids import event_id, incident_id, iso, object_id

if TYPE_CHECKING:
    from tests.incidents.pagerduty_side import PagerDutySide


def incident_shape(side: "PagerDutySide") -> dict[str, Any]:
    """GET /incidents/{id} with every include."""
    moments = {name: iso(at) for name, at in side.moments.items()}
    resolved = sum(alert["status"] == "resolved" for alert in side.alerts)
    counts = {"all": len(side.alerts), "triggered": len(side.alerts) - resolved, "resolved": resolved}
    bridge = {"conference_number": None, "conference_url": side.conference_url} if side.conference_url else None
    return {
        **side.reference(),
        "type": "incident",
        "incident_number": side.number,
        "title": side.title,
        "created_at": moments["created_at"],
        "updated_at": side.log_entries[0]["created_at"],
        "status": side.status,
        "incident_key": None if side.alerts else side.id.lower(),
        "service": side.service,
        "assignments": [],
        "assigned_via": "escalation_policy",
        "last_status_change_at": moments.get("resolved_at", moments["created_at"]),
        "resolved_at": moments.get("resolved_at"),
        "reopened_at": moments.get("reopened_at"),
        "first_trigger_log_entry": _first_trigger(side),
        "alert_counts": counts,
        "is_mergeable": True,
        "incident_type": {"name": "incident_default"},
        "escalation_policy": side.policy,
        "teams": side.teams,
        "pending_actions": [],
        "acknowledgements": [],
        "alert_grouping": None,
        "last_status_change_by": side.changed_by,
        "priority": side.priority,
        "urgency": side.urgency,
        "resolve_reason": side.resolve_reason,
        "conference_bridge": bridge,
        "incidents_responders": list(side.responders.values()),
        "responder_requests": [],
        "custom_fields": side.custom_fields,
    }


def snapshot_shape(side: "PagerDutySide") -> dict[str, Any]:
    """`data` of the webhooks that are about the incident itside."""
    reopened_at = side.moments.get("reopened_at")
    return {
        **side.reference(),
        "type": "incident",
        "number": side.number,
        "status": side.status,
        "incident_key": None,
        "created_at": iso(side.moments["created_at"]),
        "reopened_at": iso(reopened_at) if reopened_at else None,
        "title": side.title,
        "service": side.service,
        "assignees": [actor.reference() for actor in side.assignees],
        "escalation_policy": side.policy,
        "teams": side.teams,
        "priority": side.priority,
        "urgency": side.urgency,
        "conference_bridge": {"conference_url": side.conference_url} if side.conference_url else None,
        "resolve_reason": side.resolve_reason,
        "incident_type": {"name": "incident_default"},
    }


def alert_shape(
    side: "PagerDutySide", at: datetime, text: str, *, key: str, severity: str, status: str, details: dict[str, Any]
) -> dict[str, Any]:
    """One item of GET /incidents/{id}/alerts."""
    id_ = incident_id("alert", side.id, len(side.alerts))
    link = {"type": "link", "href": f"https://grafana.acme.example/d/{key}", "text": "Dashboard"}
    return {
        "id": id_,
        "type": "alert",
        "summary": text,
        "self": f"https://api.pagerduty.com/alerts/{id_}",
        "html_url": f"https://{DOMAIN}.pagerduty.com/alerts/{id_}",
        "created_at": iso(at),
        "status": status,
        "alert_key": key,
        "service": side.service,
        "body": {"type": "alert_body", "contexts": [link], "details": details},
        "incident": side.reference(),
        "suppressed": False,
        "severity": severity,
        "integration": {
            **reference(object_id("integration", side.service["id"]), "integration", "Prometheus"),
            "type": "events_api_v2_inbound_integration_reference",
        },
    }


def change_shape(
    side: "PagerDutySide", at: datetime, text: str, reason: str, details: dict[str, str]
) -> dict[str, Any]:
    """One item of GET /incidents/{id}/related_change_events."""
    id_ = event_id("change", side.id, text, at)
    return {
        "id": id_,
        "type": "change_event",
        "summary": text,
        "timestamp": iso(at),
        "source": "acme-deploy",
        "services": [side.service],
        "custom_details": details,
        "links": [{"href": f"https://ci.acme.example/builds/{id_[-6:].lower()}", "text": "Build"}],
        "correlation_reason": {"reason": reason},
    }


def _first_trigger(side: "PagerDutySide") -> dict[str, Any]:
    first = side.log_entries[-1]
    shown = {name: first[name] for name in ("id", "summary", "self", "html_url")}
    return shown | {"type": "trigger_log_entry_reference"}
