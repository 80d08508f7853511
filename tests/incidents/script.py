"""A named incident, written by us in the vendors' own shapes, that fakes load and tests tell."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Script:
    """One incident as the vendors would hold it after it was resolved.

    `pagerduty`: {"incident": {...}, "alerts": [...], "log_entries": [newest first], "notes": [...],
    "related_change_events": [...], "users": [...], "dedicated_channel": {...} or None}, all as the REST API shows them.
    `slack`: {"team": {"id", "domain", "url"}, "users": [...], "channels": [{...info fields...,
    "messages": [parents and replies, any order, as conversations.history shows them], "pins": [ts, ...]}]}.
    `jira`: {"projects": [{"key", "name", "issue_types": [{"id", "name", "fields": {...createmeta...}}]}],
    "users": [{"accountId", "displayName", "emailAddress", "active"}]}.
    `webhooks`: the bodies PagerDuty sends while it happens, oldest first.
    """

    name: str
    title: str
    pagerduty: dict[str, Any]
    slack: dict[str, Any] = field(default_factory=dict)
    jira: dict[str, Any] = field(default_factory=dict)
    webhooks: tuple[dict[str, Any], ...] = ()
