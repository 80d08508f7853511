"""What became of issues: their state as Jira names it, read from Jira's database and not from its search index."""

from collections.abc import Iterable
from itertools import batched
from typing import Any

from connectors.errors import NotFound
from connectors.jira.api import MOST_AT_ONCE, JiraApi

GONE = "removed in Jira, or hidden from Debrief"


def read_states(jira: JiraApi, keys: Iterable[str]) -> dict[str, str]:
    """Key to status name ("In Progress"). An issue that moved to another project is still found by its old key."""
    wanted = sorted(set(keys))
    issues = [
        issue
        for some in batched(wanted, MOST_AT_ONCE, strict=False)
        for issue in jira.bulk_fetch(some, ("status",), ())
    ]
    found = {str(issue.get("key")): _state(issue) for issue in issues}
    return {key: found[key] if key in found else _state_alone(jira, key) for key in wanted}


def _state_alone(jira: JiraApi, key: str) -> str:
    try:
        return _state(jira.get_issue(key, ("status",)))
    except NotFound:
        return GONE


def _state(issue: dict[str, Any]) -> str:
    name = ((issue.get("fields") or {}).get("status") or {}).get("name")
    return name if isinstance(name, str) else "unknown"
