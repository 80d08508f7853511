"""The webhook that tells Debrief of changes: what it should be, what Jira has, and how the two differ. Pure.

Administrators' webhooks alone are signed, and last. A secret is never given back by Jira: it is ours to keep.
https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from connectors.jira.webhook import CHANGED

EVENTS = tuple(sorted(CHANGED))
_FILTER = "issue-related-events-section"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What this installation needs: `url` is its door, `projects` the keys of its routes."""

    name: str
    url: str
    projects: tuple[str, ...]

    @property
    def jql(self) -> str:
        """Not by label: a person may take it off, and that is to be heard of. Quoted, since a key may be a word of
        JQL."""
        return f"project in ({', '.join(f'"{key}"' for key in self.projects)})"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One that Jira has. `webhook_id` is the number at the end of its address there."""

    webhook_id: str
    name: str
    url: str
    events: tuple[str, ...]
    jql: str
    enabled: bool
    is_signed: bool
    without_body: bool
    updated_at: datetime | None


def webhook_body(wanted: Wanted, secret: str | None) -> dict[str, Any]:
    """What is posted, and put: a PUT replaces all but a secret that is left out."""
    body: dict[str, Any] = {
        "name": wanted.name,
        "description": "Tells Debrief that an issue changed. Made by: debrief jira webhook create",
        "url": wanted.url,
        "events": list(EVENTS),
        "filters": {_FILTER: wanted.jql},
        "excludeBody": False,
        "enabled": True,
    }
    return body if secret is None else body | {"secret": secret}


def webhook_from_jira(raw: Any) -> Webhook:
    """Whatever Jira lists; what is missing or odd is empty."""
    told = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    filters, events = told.get("filters"), told.get("events")
    jql = cast("dict[str, Any]", filters).get(_FILTER) if isinstance(filters, dict) else None
    return Webhook(
        webhook_id=_text(told.get("self")).rstrip("/").rpartition("/")[2],
        name=_text(told.get("name")),
        url=_text(told.get("url")),
        events=tuple(sorted(_text(one) for one in cast("list[Any]", events))) if isinstance(events, list) else (),
        jql=_text(jql),
        enabled=told.get("enabled") is not False,
        is_signed=told.get("isSigned") is True,
        without_body=told.get("excludeBody") is True,
        updated_at=_moment(told.get("lastUpdated")),
    )


def ours_among(webhooks: Sequence[Webhook], wanted: Wanted) -> Webhook | None:
    """Ours goes by its address and by its name; the first one made, where there are two."""
    ours = [one for one in webhooks if same_address(one.url, wanted.url) and one.name == wanted.name]
    return min(ours, key=_number, default=None)


def strangers_at(webhooks: Sequence[Webhook], wanted: Wanted) -> tuple[Webhook, ...]:
    """Others that deliver to our door: everything would come twice, or unsigned."""
    ours = ours_among(webhooks, wanted)
    return tuple(one for one in webhooks if same_address(one.url, wanted.url) and one != ours)


def left_behind(webhooks: Sequence[Webhook], wanted: Wanted) -> tuple[Webhook, ...]:
    """Ours by name, at an address that was ours before."""
    return tuple(one for one in webhooks if one.name == wanted.name and not same_address(one.url, wanted.url))


def differences(webhook: Webhook, wanted: Wanted) -> tuple[str, ...]:
    """Half-sentences on what is not as it should be; none where all is well. `create` mends every one."""
    missing = sorted(set(EVENTS) - set(webhook.events))
    found = {
        "it is disabled": not webhook.enabled,
        "it has no secret, so nothing that it sends is believed": not webhook.is_signed,
        f"it does not tell of {' and '.join(missing)}": bool(missing),
        f"its filter is {webhook.jql or 'empty'}, and should be {wanted.jql}": webhook.jql != wanted.jql,
        "it leaves out the body": webhook.without_body,
    }
    return tuple(sentence for sentence, is_so in found.items() if is_so)


def same_address(one: str, other: str) -> bool:
    """Scheme and host in any case, with or without a final slash."""
    return _address(one) == _address(other)


def _address(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url, "", ""
    return parts.scheme.lower(), parts.netloc.lower(), f"{parts.path.rstrip('/')}?{parts.query}"


def _number(webhook: Webhook) -> tuple[int, str]:
    digits = webhook.webhook_id if webhook.webhook_id.isascii() and webhook.webhook_id.isdigit() else ""
    return int(digits[:18] or 0), webhook.webhook_id


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(milliseconds: Any) -> datetime | None:
    """Unix time in milliseconds, as Jira dates its webhooks."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
