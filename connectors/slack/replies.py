"""Judging what Slack answered: a value, or an error named for what to do next. Pure.

Slack says "no" with HTTP 200 and {"ok": false, "error": "..."}; 429 and 5xx come as statuses, at times without JSON.
Source: https://docs.slack.dev/apis/web-api (read 2026-11-20).
"""

import re
from collections.abc import Mapping
from http.client import HTTPException, RemoteDisconnected
from socket import gaierror
from ssl import SSLError
from typing import Any, cast
from urllib.error import URLError

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
from connectors.retrying import unix_date, wait_hint

type Raw = dict[str, Any]

# Slack's error codes and scopes are words. Anything else in their place is not repeated: it could hold a token.
_A_WORD = re.compile(r"[a-z0-9_]{1,80}")
_SCOPES = re.compile(r"[a-z_.:,]{1,200}")

TOKEN_REMEDY = "Put a valid bot token (xoxb-...) of your Slack app into the secret SLACK_TOKEN."  # noqa: S105 - a sentence about it
_ADD_SCOPE = (
    "Add it under OAuth & Permissions, Bot Token Scopes, at https://api.slack.com/apps, and install the app again."
)
_INVITE = "Invite the app in that channel with /invite, or name another channel with --channel."
_UNARCHIVE = "Unarchive the channel, or pass an export of it with --slack-export."

_TOKEN_ERRORS = frozenset(
    (
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "invalid_token",
        "not_allowed_token_type", "org_login_required", "team_access_not_granted", "two_factor_setup_required",
    )
)  # fmt: skip
_NOT_THERE = {
    "channel_not_found": f"The channel does not exist or is private and the app is not in it. {_INVITE}",
    "thread_not_found": "The thread was deleted meanwhile.",
    "message_not_found": "The message was deleted meanwhile.",
    "user_not_found": "The person left, or is hidden from this app.",
    "users_not_found": "No Slack account has this e-mail address, or it is hidden from this app.",
    "user_not_visible": "The person is hidden from this app.",
    "user_not_in_channel": "The person left the channel meanwhile.",
    "expired_trigger_id": "It took longer than the three seconds that Slack gives: press the button again.",
    "exchanged_trigger_id": "The form was opened before: press the button again.",
}
_FORBIDDEN = {
    "not_in_channel": f"The app is not in the channel. {_INVITE}",
    "is_archived": f"The channel is archived and the app is not in it. {_UNARCHIVE}",
    "method_not_supported_for_channel_type": f"Nobody can join a private channel by themselves. {_INVITE}",
    "restricted_action": "A workspace setting forbids it: ask a workspace admin.",
    "access_denied": "A workspace setting forbids it: ask a workspace admin.",
    "no_permission": "A workspace setting forbids it: ask a workspace admin.",
    "cant_update_message": "Only the app that wrote a message can change it.",
    "edit_window_closed": "A workspace setting forbids changing messages after a while: ask a workspace admin.",
    "cannot_dm_bot": "A bot has no direct messages.",
    "user_disabled": "The account is deactivated.",
    "ekm_access_denied": "An admin has suspended the encryption key of this channel.",
}
_LATER = ("ratelimited", "rate_limited", "message_limit_exceeded")
_BROKEN = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")


def judge(tried: str, status: int, headers: Mapping[str, str], data: object, *, writes: bool, now: float) -> Raw:
    """The answer of a call that worked; otherwise one of the named errors, in the words of `tried`.

    `data` is the decoded body, or whatever slack_sdk made of one that is no JSON. `writes` says whether the call may
    have changed something outside. `now` is a Unix time in seconds, for a hint that is a date.
    """
    answer = cast("Raw", data) if isinstance(data, dict) else {}
    error = answer.get("error")
    if status == 200 and answer.get("ok") is True:
        return answer
    if status == 429 or error in _LATER:
        raise RateLimited(tried, "Slack asks to slow down", retry_after=hint_from(headers, now))
    if not isinstance(error, str) or not _A_WORD.fullmatch(error) or error in _BROKEN:
        raise broken(tried, f"HTTP {status} without a usable answer", writes=writes)
    if status >= 500:
        raise broken(tried, f"HTTP {status} and {error}", writes=writes)
    raise _refusal(tried, error, answer)


def failure(tried: str, error: Exception, *, writes: bool) -> ConnectorError:
    """What it means that no answer came. Only where surely nothing was sent is a write safe to repeat."""
    reason = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    remedy = "Check the network, the proxy and https://status.slack.com."
    never_left = isinstance(reason, ConnectionRefusedError | gaierror | SSLError) or (
        isinstance(error, URLError) and isinstance(reason, TimeoutError)
    )
    if never_left or not writes:
        return Unreachable(tried, _in_words(reason), remedy)
    return OutcomeUnknown(tried, _in_words(reason), "It may have happened: look before trying again.")


def next_cursor(answer: Raw) -> str | None:
    """The cursor of the next page; None on the last one."""
    metadata = answer.get("response_metadata")
    cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else None
    return cursor if isinstance(cursor, str) and cursor else None


def listed(answer: Raw, key: str) -> list[Raw]:
    """The objects under `key`, which Slack promises to be a list; whatever is no object is left out."""
    value = answer.get(key)
    return (
        [entry for entry in cast("list[object]", value) if isinstance(entry, dict)] if isinstance(value, list) else []
    )


def _refusal(tried: str, error: str, answer: Raw) -> ConnectorError:
    if error == "missing_scope":
        needed = str(answer.get("needed"))
        scope = f"the scope {needed}" if _SCOPES.fullmatch(needed) else "a scope that Slack does not name"
        return NotAllowed(tried, f"the Slack app lacks {scope}", _ADD_SCOPE)
    if error in _TOKEN_ERRORS:
        return NotAllowed(tried, f"Slack does not accept the token ({error})", TOKEN_REMEDY)
    if error in _NOT_THERE:
        return NotFound(tried, f"Slack says {error}", _NOT_THERE[error])
    if error in _FORBIDDEN:
        return NotAllowed(tried, f"Slack says {error}", _FORBIDDEN[error])
    return Rejected(tried, f"Slack says {error}", "See the method's page at https://docs.slack.dev/reference/methods.")


def broken(tried: str, came_back: str, *, writes: bool) -> ConnectorError:
    """What it means that an answer came and tells nothing."""
    if writes:
        return OutcomeUnknown(tried, came_back, "It may have happened: look before trying again.")
    return BadReply(tried, came_back, "See https://status.slack.com, then try again.")


def hint_from(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that Slack asks to wait. A time of day counts by the answer's own Date, where it has one; `now` is our
    clock, a Unix time."""
    lower = {name.lower(): value for name, value in headers.items()}
    return wait_hint(lower, now=unix_date(lower.get("date", "")) or now)


def _in_words(reason: Exception) -> str:
    match reason:
        case TimeoutError():
            return "no answer in time"
        case gaierror():
            return "the host name cannot be resolved"
        case ConnectionRefusedError():
            return "the connection was refused"
        case RemoteDisconnected() | ConnectionError():
            return "the connection was dropped without an answer"
        case SSLError():
            return "no trusted TLS connection could be made"
        case HTTPException():
            return "the answer was cut short"
        case _:
            return f"the connection failed ({type(reason).__name__})"
