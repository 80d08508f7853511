"""Incidents that PagerDuty shows as resolved, when it is asked for a list of them. Pure, never failing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.pagerduty.raw import at, moment, text

_TIMES = ("resolved_at", "last_status_change_at", "updated_at", "created_at")
"""Of a resolved incident the last change of status is its resolve; the others stand in where both are missing."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One resolve: of which incident, and when (aware UTC, to the second)."""

    incident_id: str
    at: datetime


def resolved_from_pagerduty(raw: Any) -> Resolved | None:
    """None where it is not resolved, was merged into another, or carries no id or no time."""
    incident_id = text(raw, "id")
    moments = (moment(raw, name) for name in _TIMES)
    resolved_at = next((found.at for found in moments if found), None)
    is_merged = at(raw, "resolve_reason", "type") == "merge_resolve_reason"
    if incident_id is None or resolved_at is None or is_merged or text(raw, "status") != "resolved":
        return None
    return Resolved(incident_id, resolved_at)


def resolved_between(raws: Iterable[Any], since: datetime, until: datetime) -> tuple[Resolved, ...]:
    """Those resolved from `since` up to, and not at, `until`."""
    found = (resolved_from_pagerduty(raw) for raw in raws)
    return tuple(one for one in found if one and since <= one.at < until)
