"""What PagerDuty insists on: headers, include[], pages and their limits, and how its refusals look."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.vendors.wire import Reply, Request, json_reply

# GET endpoints and their include[] values: https://github.com/PagerDuty/api-schema @91a06fb (read 2026-11-20).
_INCIDENTS = {
    "acknowledgers",
    "agents",
    "assignees",
    "conference_bridge",
    "escalation_policies",
    "first_trigger_log_entries",
    "priorities",
    "services",
    "teams",
    "users",
}
INCLUDES = {
    "incidents": _INCIDENTS,
    "incident": _INCIDENTS | {"custom_fields", "body", "external_references", "metadata"},
    "alerts": {"services", "first_trigger_log_entries", "incidents"},
    "log_entries": {"incidents", "services", "channels", "teams"},
    "user": {"contact_methods", "notification_rules", "teams", "subdomains", "calendar_urls"},
    "oncalls": {"escalation_policies", "users", "schedules"},
    "service": {"escalation_policies", "teams", "auto_pause_notifications_parameters", "integrations"},
}
_ONLY_WHEN_INCLUDED = {"conference_bridge": "conference_bridge", "custom_fields": "custom_fields", "body": "body"}
ACCEPT = "application/vnd.pagerduty+json;version=2"
LARGEST_PAGE = 100
LARGEST_OFFSET = 10_000
RATE_LIMIT_BODY = {"error": {"message": "Rate Limit Exceeded", "code": 2020}}


@dataclass
class Refused(Exception):
    """What the vendor answers instead: status, its message, its own code, its details."""

    status: int
    message: str
    code: int
    errors: list[str] = field(default_factory=list)


def error_reply(refusal: Refused) -> Reply:
    error: dict[str, Any] = {"message": refusal.message, "code": refusal.code}
    return json_reply({"error": error | ({"errors": refusal.errors} if refusal.errors else {})}, refusal.status)


def _invalid(*errors: str) -> Refused:
    return Refused(400, "Invalid Input Provided", 2001, list(errors))


def check_accept(request: Request, *, is_rest: bool) -> None:
    given = request.headers.get("accept", "").replace(" ", "")
    if given != ACCEPT if is_rest else "application/json" not in given and "*/*" not in given:
        raise Refused(406, "Not Acceptable", 2100)


def check_include(request: Request, kind: str) -> set[str]:
    """The include[] values asked for. An unknown one is refused, and so is `include` without the brackets."""
    include = set(request.query.get("include[]", []))
    unknown = include - INCLUDES[kind]
    if unknown or "include" in request.query:
        raise _invalid(f"include[] must be one of {sorted(INCLUDES[kind])}")
    return include


def page_of(name: str, records: list[Any], request: Request) -> dict[str, Any]:
    """Classic paging: `total` only when asked for, at most 100 a page, nothing past 10,000."""
    limit, offset = _number(request, "limit", 25), _number(request, "offset", 0)
    if not 1 <= limit <= LARGEST_PAGE:
        raise _invalid("Limit must be between 1 and 100")
    if offset + limit > LARGEST_OFFSET:
        raise _invalid("Offset must be less than 10000")
    total = len(records) if request.query.get("total") == ["true"] else None
    more = offset + limit < len(records)
    return {name: records[offset : offset + limit], "limit": limit, "offset": offset, "total": total, "more": more}


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, [str(default)])[0]
    if not (text.isascii() and text.isdigit()):
        raise _invalid(f"{name} must be a number")
    return int(text)


def within(time: str | None, request: Request) -> bool:
    """Whether a time lies in since/until of the request; a record without a readable time always does."""
    try:
        at = datetime.fromisoformat(time or "").astimezone(UTC)
        since = [datetime.fromisoformat(text).astimezone(UTC) for text in request.query.get("since", [])]
        until = [datetime.fromisoformat(text).astimezone(UTC) for text in request.query.get("until", [])]
    except ValueError:
        return True
    return all(at >= bound for bound in since) and all(at < bound for bound in until)


def expanded(
    incident: dict[str, Any], include: set[str], users: dict[str, Any], services: dict[str, Any]
) -> dict[str, Any]:
    """The incident as asked for: references become whole users where included, and some fields only then appear."""
    shown = json.loads(json.dumps(incident))
    for name, wanted in _ONLY_WHEN_INCLUDED.items():
        if wanted not in include:
            shown.pop(name, None)
    places = {"assignees": ("assignments", "assignee"), "acknowledgers": ("acknowledgements", "acknowledger")}
    for wanted, (listing, key) in places.items():
        for entry in (shown.get(listing) or []) if wanted in include else []:
            entry[key] = users.get(entry[key]["id"], entry[key])
    agent = shown.get("last_status_change_by")
    if "agents" in include and agent:
        shown["last_status_change_by"] = users.get(agent["id"], agent)
    service = shown.get("service")
    if "services" in include and service:
        shown["service"] = services.get(service["id"], service)
    return shown
