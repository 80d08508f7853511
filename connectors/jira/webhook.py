"""Jira's webhooks: is it really from Jira, and which issue is it about? Standard library only; nothing raises.

What arrives is a hint: of it we take which issue to look at, and read that. An administrator's webhook may have a
secret; its deliveries come late (up to half an hour), twice, and in any order.
https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from connectors.errors import Ignored

SIGNATURE_HEADER = "x-hub-signature"
IDENTIFIER_HEADER = "x-atlassian-webhook-identifier"
CHANGED = frozenset({"jira:issue_updated", "jira:issue_deleted"})
TEST = "debrief:test"
"""What debrief jira webhook test sends: Jira itself has no ping."""
PING = "ping"
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_AN_ID = re.compile(r"[0-9]{1,20}")
_LONGEST_IDENTIFIER = 200


@dataclass(frozen=True, slots=True)
class Hint:
    """Something happened to this issue; `issue_id` is Jira's own, which never changes.

    `delivery_id` is the same when Jira sends the same once more; None where there is none. It is not signed.
    """

    issue_id: str
    event: str
    delivery_id: str | None


def looks_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature worth a secret: cheap, and asked before a secret is loaded."""
    return _signature_in(headers) is not None


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets (current, previous) signed exactly these bytes. Header names in any case."""
    theirs = _signature_in(headers)
    if theirs is None:
        return False
    matched = False
    for secret in filter(None, secrets):  # every one is compared, so that the time does not tell which one matched
        mine = hmac.new(secret.encode("utf-8", "replace"), body, hashlib.sha256).hexdigest()
        matched |= hmac.compare_digest(theirs.encode(), mine.encode())
    return matched


def parse(headers: Mapping[str, str], body: bytes) -> Hint | Ignored:
    """Read a body whose signature was verified. What is not for us is `Ignored`, with the reason in words."""
    try:
        told: Any = json.loads(body.decode())
    except RecursionError:
        return Ignored("the body is nested too deeply to read")
    except ValueError as error:  # not JSON, not UTF-8, or a number of more than 4,300 digits
        return Ignored(f"the body cannot be read as JSON ({type(error).__name__})")
    event = _object(told).get("webhookEvent")
    if not isinstance(event, str):
        return Ignored("the body names no webhookEvent")
    if event == TEST:
        return Ignored("a test of the way here", PING)
    if event not in CHANGED:
        return Ignored(f"{event[:80]!r} changes no issue that is followed")
    issue_id = _object(_object(told).get("issue")).get("id")
    if isinstance(issue_id, int):
        issue_id = str(issue_id)
    if not isinstance(issue_id, str) or not _AN_ID.fullmatch(issue_id):
        return Ignored(f"{event} names no issue")
    return Hint(issue_id, event, _identifier_in(headers))


def _identifier_in(headers: Mapping[str, str]) -> str | None:
    identifier = _header(headers, IDENTIFIER_HEADER)
    return identifier if 0 < len(identifier) <= _LONGEST_IDENTIFIER else None


def _signature_in(headers: Mapping[str, str]) -> str | None:
    match = _SIGNATURE.fullmatch(_header(headers, SIGNATURE_HEADER))
    return match.group(1) if match else None


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value.strip() for name, value in headers.items() if name.lower() == wanted), "")


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
