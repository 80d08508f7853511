"""Judging PagerDuty's replies: status, headers and body become a value or a named error. Pure.

https://developer.pagerduty.com/docs/rest-api-v2/errors (read 2026-11-20)
"""

import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.errors import (
    BadReply,
    ConnectorError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unreachable,
)
from connectors.retrying import wait_hint

# https://developer.pagerduty.com/docs/rest-api-v2/pagination (read 2026-11-20)
LARGEST_PAGE = 100
MOST_RECORDS = 10_000

_LOST_ACCESS = 2018
# Beside a missing or unknown From e-mail also other invalid input: only writes send that header.
_INVALID_INPUT = 2001
_REMEDY_401 = "Check the secret PAGERDUTY_TOKEN, and pagerduty.region in debrief.yml: eu for an account in the EU."
_REMEDY_404 = "Check the id; a token also cannot see incidents of teams that are hidden from its user."
_REMEDY_SENDER = "Look at pagerduty.sender in debrief.yml first: it must be the e-mail of a user of this account."
# PagerDuty's answers to a ping (202) and a deletion (204) have no body (PD-OAS, read 2026-11-21).
_BODILESS = (202, 204)
# https://support.pagerduty.com/main/docs/webhooks (read 2026-11-21)
_ROLES = {
    "webhook_subscriptions.write": "the role Admin, Global Admin or Account Owner (Manager will do for a service or a "
    "team); a read-only key cannot",
}
_REMEDY_LOST = "A user's token loses a resolved incident of another team: use an account token."


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `next_offset` is None at the end; `is_capped` where PagerDuty has more but never shows it."""

    records: tuple[Any, ...]
    next_offset: int | None
    is_capped: bool = False


def judge(
    tried: str,
    status: int,
    headers: dict[str, str],
    body: bytes,
    *,
    scope: str = "incidents.read",
    writes: bool = False,
) -> dict[str, Any]:
    """The JSON object of a good reply; otherwise raises a ConnectorError. `headers` have lower-case names.

    `scope` is what an OAuth token needs for the call. A write whose answer tells nothing is OutcomeUnknown.
    """
    if 200 <= status < 300:
        return _object(tried, status, body, writes=writes)
    came_back = _came_back(status, body)
    if status == 429:
        hint = _hint(headers)
        raise RateLimited(tried, came_back, "PagerDuty asks to slow down.", retry_after=hint)
    if status >= 500 or status == 408 or status < 400:
        raise _without_an_answer(tried, came_back, status, writes=writes)
    if writes and scope == "incidents.write" and (status, _code(body)) == (400, _INVALID_INPUT):
        raise Rejected(tried, came_back, _REMEDY_SENDER)
    raise _refusal(tried, came_back, status, _code(body), scope)


def _refusal(tried: str, came_back: str, status: int, code: int | None, scope: str) -> ConnectorError:
    if code == _LOST_ACCESS:
        return NotFound(tried, came_back, _REMEDY_LOST)
    if status == 401:
        return NotAllowed(tried, came_back, _REMEDY_401)
    if status == 402:
        return NotAllowed(tried, came_back, "The PagerDuty account's plan does not include this.")
    if status == 403:
        role = _ROLES.get(scope, "that permission")
        return NotAllowed(tried, came_back, f"Give the PagerDuty token the scope {scope}, or its user {role}.")
    if status == 404:
        return NotFound(tried, came_back, _REMEDY_404)
    return Rejected(tried, came_back, "Asking the same again will not help.")


def _without_an_answer(tried: str, came_back: str, status: int, *, writes: bool) -> ConnectorError:
    if writes:
        return OutcomeUnknown(tried, came_back, "It may have happened: look before doing it again.")
    if status in (408, 502, 503, 504):
        return Unreachable(tried, came_back, "PagerDuty is not well: https://status.pagerduty.com.")
    remedy = "PagerDuty redirects nobody: check the base URL." if status < 400 else "PagerDuty failed inside."
    return BadReply(tried, came_back, remedy)


def field(tried: str, value: dict[str, Any], name: str, kind: type, *, writes: bool = False) -> Any:
    """The one field that a reply wraps its value in. Raises where it is missing or of another type."""
    if not isinstance(value.get(name), kind):
        raise _unreadable(tried, f"an answer without {name}", writes=writes)
    return value[name]


def page(tried: str, value: dict[str, Any], name: str, offset: int) -> Page:
    """A page of classic paging. It always ends: an empty page is the last, and so is the one before the cap."""
    records = tuple(field(tried, value, name, list))
    limit = value.get("limit")
    step = limit if isinstance(limit, int) and 0 < limit <= LARGEST_PAGE else LARGEST_PAGE
    if value.get("more") is not True or not records:
        return Page(records, None)
    following = offset + step
    if following + LARGEST_PAGE > MOST_RECORDS:
        return Page(records, None, is_capped=True)
    return Page(records, following)


def _object(tried: str, status: int, body: bytes, *, writes: bool) -> dict[str, Any]:
    if status in _BODILESS and not body:
        return {}
    try:
        value: Any = json.loads(body.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _unreadable(tried, f"status {status} without a JSON object", writes=writes)
    return value


def _unreadable(tried: str, came_back: str, *, writes: bool) -> ConnectorError:
    if writes:
        return OutcomeUnknown(tried, came_back, "It may have happened: look before doing it again.")
    return BadReply(tried, came_back, "Check the base URL: something else may be answering for PagerDuty.")


def _came_back(status: int, body: bytes) -> str:
    # Status and PagerDuty's own number only: its sentences can quote what was sent.
    code = _code(body)
    return f"status {status}" + (f" (PagerDuty's code {code})" if code is not None else "")


def _code(body: bytes) -> int | None:
    try:
        value: Any = json.loads(body[:4096].decode())
    except (ValueError, RecursionError):
        return None
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) and 0 <= code < 100_000 else None


def _hint(headers: dict[str, str]) -> float | None:
    """Seconds to wait. A date in Retry-After is measured against the reply's own Date: only handlers have a clock."""
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        headers = {name: value for name, value in headers.items() if value.strip().isdigit()}
        now = 0.0
    return wait_hint(headers, now=now)
