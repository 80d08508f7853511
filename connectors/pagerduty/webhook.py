"""PagerDuty's V3 webhooks: is it really from PagerDuty, and is it one of ours? Standard library only.

The webhook is a doorbell, not a letter: of it we take which incident and what happened. Nothing here raises, whatever
arrives. https://developer.pagerduty.com/docs/webhooks-overview (read 2026-11-20)
"""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from connectors.errors import Ignored
from connectors.pagerduty.cutting import cut_to_size
from connectors.pagerduty.text import scrubbed

# https://developer.pagerduty.com/docs/webhook-signatures (read 2026-11-20)
SIGNATURE_HEADER = "x-pagerduty-signature"
# https://developer.pagerduty.com/docs/webhooks-overview (read 2026-11-20). It is not signed.
SUBSCRIPTION_HEADER = "x-webhook-subscription"
# Ours: PagerDuty sends one entry a secret, two during a rotation. More is somebody making us calculate.
MOST_SIGNATURES = 8
LONGEST_SIGNATURE_HEADER = 2048
# Ours: a real event nests six deep. Deeper is not worth a crash further on.
DEEPEST_NESTING = 64

_YEARS = range(1970, 2201)  # what lies outside is no time that was meant
_V1 = re.compile(r"v1=([0-9a-f]{64})")
_ESCAPES_WORTH_SCRUBBING = (rb"\ud", rb"\uD", rb"\u0000")
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_TOO_DEEP = "the body is nested too deeply to read"
_AN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

RESOLVED = "incident.resolved"
TRIGGERED = "incident.triggered"
PING = "ping"
"""Why a `pagey.ping` is ignored."""
# Cannot be read back by REST, or say more than what REST keeps.
OBSERVED = frozenset(
    {
        "incident.annotated",
        "incident.conference_bridge.updated",
        "incident.custom_field_values.updated",
        "incident.responder.added",
        "incident.responder.replied",
        "incident.role.assigned",
        "incident.status_update_published",
        "incident.task.completed",
        "incident.task.created",
        "incident.task.updated",
    }
)
WANTED = tuple(sorted({RESOLVED, TRIGGERED} | OBSERVED))
"""What a subscription is made for: everything else is read when the incident is resolved."""
_READ_LATER = frozenset(
    {
        "incident.acknowledged",
        "incident.action_invocation.created",
        "incident.action_invocation.terminated",
        "incident.action_invocation.updated",
        "incident.delegated",
        "incident.escalated",
        "incident.incident_type.changed",
        "incident.priority_updated",
        "incident.reassigned",
        "incident.reopened",
        "incident.service_updated",
        "incident.unacknowledged",
        "incident.workflow.completed",
        "incident.workflow.started",
    }
)
_ABOUT_SERVICES = frozenset(
    {"service.created", "service.custom_field_values.updated", "service.deleted", "service.updated"}
)


@dataclass(frozen=True, slots=True)
class Bell:
    """One event that asks something of us; exactly one of the three flags is set.

    `event_id` is PagerDuty's signed id (opaque), `occurred_at` is aware UTC, `event` is the parsed event object, its
    texts cut where an engine, or a record, could not keep it.
    `resolved`: make a postmortem. `triggered`: join the channel. `observed`: keep the event as evidence.
    """

    event_id: str
    event_type: str
    occurred_at: datetime
    incident_id: str
    resolved: bool
    triggered: bool
    observed: bool
    event: dict[str, Any]


def looks_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is any signature worth a secret: cheap, and asked before a secret is loaded."""
    return bool(_signatures(headers))


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets (current, previous, next) signed exactly these bytes. Header names in any case."""
    given = _signatures(headers)
    ours = [_signature(secret, body) for secret in secrets if secret] if given else []
    matched = False
    for theirs in given:
        for mine in ours:  # every pair is compared, so that the time does not tell which one matched
            matched |= hmac.compare_digest(theirs, mine)
    return matched


def _signature(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode("utf-8", "replace"), body, hashlib.sha256).hexdigest().encode()


def _signatures(headers: Mapping[str, str]) -> list[bytes]:
    """The v1 signatures of the header as lower-case hex; empty where it is missing, too long, too many or malformed.

    Other versions are passed over: PagerDuty may add one beside v1.
    """
    header = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER), "")
    if len(header) > LONGEST_SIGNATURE_HEADER:
        return []
    matches = [_V1.fullmatch(entry.strip(" ")) for entry in header.split(",")]
    found = [match.group(1).encode() for match in matches if match]
    return found if len(found) <= MOST_SIGNATURES else []


def parse(body: bytes) -> Bell | Ignored:
    """Read a body whose signature was verified. What is not for us is `Ignored`, with the reason in words."""
    event = _event(body)
    if isinstance(event, Ignored):
        return event
    event_type = event.get("event_type")
    if not isinstance(event_type, str):
        return Ignored("the event names no event_type", "unreadable")
    if event_type == "pagey.ping":
        return Ignored("pagey.ping is PagerDuty's test: the connection works", PING)
    reason = _reason_to_ignore(event_type)
    return Ignored(reason) if reason else _bell(event_type, event)


def _event(body: bytes) -> dict[str, Any] | Ignored:
    try:
        parsed: Any = json.loads(body.decode(), parse_float=_number, parse_constant=str)
        if _is_too_deep(body):
            return Ignored(_TOO_DEEP, "unreadable")
        if any(escape in body for escape in _ESCAPES_WORTH_SCRUBBING):
            parsed = _scrubbed(parsed)
    except RecursionError:
        return Ignored(_TOO_DEEP, "unreadable")
    except ValueError as error:  # not JSON, not UTF-8, or a number of more than 4,300 digits
        return Ignored(f"the body cannot be read as JSON ({type(error).__name__})", "unreadable")
    event = parsed.get("event") if isinstance(parsed, dict) else None
    if not isinstance(event, dict):
        return Ignored("the body holds no event", "unreadable")
    return cast("dict[str, Any]", event)


def _number(digits: str) -> float | str:
    """1e999 is a number in JSON and in no engine: it stays the text it is written as."""
    value = float(digits)
    return value if math.isfinite(value) else digits


def _is_too_deep(body: bytes) -> bool:
    """Of JSON that was read. Without its texts, each round takes away the innermost brackets: no walk in Python."""
    if body.count(b"{") + body.count(b"[") <= DEEPEST_NESTING:
        return False  # as usual: it has a dozen
    brackets = _TEXT.sub(b"", body).translate(None, _NO_BRACKETS)
    for _ in range(DEEPEST_NESTING):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return bool(brackets)


def _scrubbed(node: Any) -> Any:
    if isinstance(node, str):
        return scrubbed(node)
    if isinstance(node, list):
        return [_scrubbed(item) for item in node]
    if isinstance(node, dict):
        return {scrubbed(key): _scrubbed(value) for key, value in node.items()}
    return node


def _reason_to_ignore(event_type: str) -> str | None:
    if event_type in OBSERVED or event_type in (RESOLVED, TRIGGERED):
        return None
    if event_type in _READ_LATER:
        return f"{event_type} needs nothing now: the incident is read whole when it is resolved"
    if event_type in _ABOUT_SERVICES:
        return f"{event_type} is about a service, not about an incident"
    return f"{event_type[:80]!r} is not a kind Debrief knows"


def _bell(event_type: str, event: dict[str, Any]) -> Bell | Ignored:
    data = event.get("data")
    if not isinstance(data, dict):
        return Ignored(f"{event_type} carries no data", "unreadable")
    event_id, incident_id = event.get("id"), _incident_id(data)
    if not isinstance(event_id, str) or not _AN_ID.fullmatch(event_id):
        return Ignored(f"{event_type} carries no usable event id", "unreadable")
    if incident_id is None:
        return Ignored(f"{event_type} names no incident", "unreadable")
    occurred_at = _aware(event.get("occurred_at"))
    if occurred_at is None:
        return Ignored(f"{event_type} of {incident_id} carries no readable occurred_at", "unreadable")
    if event_type == RESOLVED and (merged := _merged_into(data)):
        return Ignored(f"{incident_id} was merged into {merged}: the postmortem belongs to that one", "merged")
    return Bell(
        event_id=event_id,
        event_type=event_type,
        occurred_at=occurred_at,
        incident_id=incident_id,
        resolved=event_type == RESOLVED,
        triggered=event_type == TRIGGERED,
        observed=event_type in OBSERVED,
        event=cut_to_size(event, incident_id),
    )


def _incident_id(data: dict[str, Any]) -> str | None:
    """`data.id` of an incident, `data.incident.id` of everything else, deeper for role assignments."""
    if data.get("type") == "incident":
        return _id_of(data)
    found = _id_of(data.get("incident"))
    assignments = data.get("incident_role_assignments")
    if found is None and isinstance(assignments, list):
        ids = [_id_of(assignment.get("incident")) for assignment in assignments if isinstance(assignment, dict)]
        return next((id_ for id_ in ids if id_), None)
    return found


def _id_of(reference: Any) -> str | None:
    id_: Any = reference.get("id") if isinstance(reference, dict) else None
    return id_ if isinstance(id_, str) and _AN_ID.fullmatch(id_) else None


def _merged_into(data: dict[str, Any]) -> str | None:
    """A merge resolves the child: PagerDuty's only reason to resolve (PD-OAS ResolveReason, read 2026-11-20)."""
    reason = data.get("resolve_reason")
    if not isinstance(reason, dict) or reason.get("type") != "merge_resolve_reason":
        return None
    return _id_of(reason.get("incident")) or "another incident"


def _aware(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo and moment.year in _YEARS else None
    except (ValueError, OverflowError):
        return None
