"""Drafts for incidents that were resolved before Debrief was there: which there are, and what their journeys are given.

A draft is all that is made of them by default: nobody is served by a hundred issues, messages and notes about
incidents of last spring. docs/decisions/0019-backfill.md
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.resolved import resolved_from_pagerduty
from connectors.pagerduty.translate import incident_from_pagerduty
from connectors.store.port import Store
from connectors.store.shelf import Shelf, list_postmortems
from postmortem.incident import Incident
from postmortem.settings import Settings, reason_not_to_draft
from postmortem.settings.choosing import is_named

WINDOW = timedelta(days=30)
"""PagerDuty lists at most six months at once, and no more than 10,000 incidents
(https://developer.pagerduty.com/api-reference, List incidents, read 2026-11-21)."""
SMALLEST_WINDOW = timedelta(minutes=1)
STILL_SETTLING = timedelta(hours=1)
"""A resolve this young is left to its webhook."""
CALLS_EACH = {"PagerDuty": 8, "Slack": 10}
"""Calls for an incident of ordinary size: those of tests/incidents take 7 to 21, and 1 to 69."""
HAS_A_DRAFT, OTHER_SERVICE = "it has a draft already", "it is of another service"
MERGED, TOO_NEW = "it was merged into another", "it was resolved within the last hour: its webhook comes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`services` by id or name; () for all. `beside` is what is made beside the draft, of BESIDE_THE_DRAFT."""

    since: datetime
    until: datetime
    services: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """One incident that gets a draft; `resolved_at` names its journey."""

    incident_id: str
    number: int | None
    title: str
    service: str | None
    created_at: datetime
    resolved_at: datetime

    @property
    def name(self) -> str:
        return f"#{self.number}" if self.number else self.incident_id


@dataclass(frozen=True, slots=True)
class Found:
    """`due`, the newest first, and how many others there are, by why they get none."""

    due: tuple[Due, ...]
    others: dict[str, int]


def find_due(
    pagerduty: PagerDutyApi,
    store: Store,
    settings: Settings,
    wanted: Wanted,
    now: datetime,
    on_page: Callable[[datetime, int], None] = lambda _until, _count: None,
) -> Found:
    """Every resolved incident of that time, judged. `on_page` is told how far back it got, and how many there are.

    Raises ConnectorError where PagerDuty refuses.
    """
    drafted = {incident_id for incident_id, _ in list_postmortems(store)}
    due, others, seen = dict[str, Due](), Counter[str](), set[str]()
    for start, records in _pages(pagerduty, wanted.since, wanted.until):
        for raw in records:
            judged = _judged(raw, settings, wanted, drafted, now)
            if judged is None or judged[0].id in seen:
                continue
            seen.add(judged[0].id)
            if judged[1]:
                others[judged[1]] += 1
            else:
                due[judged[0].id] = _due(judged[0], raw)
        on_page(start, len(seen))
    newest_first = sorted(due.values(), key=lambda one: (one.created_at, one.incident_id), reverse=True)
    return Found(tuple(newest_first), dict(others.most_common()))


def bell_of(incident_id: str, journey: str, beside: Iterable[str]) -> dict[str, Any]:
    """What its journey is started with: the same bytes for the same wish."""
    return {"incident_id": incident_id, "journey": journey, "backfill": sorted(beside)}


def came_to(store: Store, incident_id: str) -> str | None:
    """Why no draft was made, in words; None where one was."""
    shelf = Shelf(store, incident_id)
    outcome: dict[str, Any] = shelf.state().get("outcome", {})
    return outcome.get("stopped") if "stopped" in outcome else None


def calls_in_words(count: int) -> str:
    """ "about 80 calls to PagerDuty and 100 or more to Slack"."""
    pagerduty, slack = (CALLS_EACH[vendor] * count for vendor in ("PagerDuty", "Slack"))
    return f"about {pagerduty:,} calls to PagerDuty and {slack:,} or more to Slack"


def _judged(
    raw: Any, settings: Settings, wanted: Wanted, drafted: set[str], now: datetime
) -> tuple[Incident, str | None] | None:
    """The incident, and why it gets no draft; None for what is no resolved incident at all."""
    translated = incident_from_pagerduty(raw)
    if translated is None or translated[0].status != "resolved":
        return None
    incident, resolved = translated[0], resolved_from_pagerduty(raw)
    if resolved is None:
        return incident, MERGED
    if wanted.services and not is_named(incident.service, wanted.services):
        return incident, OTHER_SERVICE
    if incident.id in drafted:
        return incident, HAS_A_DRAFT
    if now - resolved.at < STILL_SETTLING:
        return incident, TOO_NEW
    return incident, reason_not_to_draft(settings, incident)


def _due(incident: Incident, raw: Any) -> Due:
    resolved = resolved_from_pagerduty(raw)
    return Due(
        incident_id=incident.id,
        number=incident.number,
        title=incident.title,
        service=incident.service.name if incident.service else None,
        created_at=incident.created_at.at,
        resolved_at=resolved.at if resolved else incident.created_at.at,
    )


def _pages(pagerduty: PagerDutyApi, since: datetime, until: datetime) -> Iterator[tuple[datetime, tuple[Any, ...]]]:
    """Page by page, month by month, the newest month first. A time with more than 10,000 is asked about in halves."""
    windows = list(_windows(since, until))
    while windows:
        start, end = windows.pop()
        offset: int | None = 0
        while offset is not None:
            page = pagerduty.list_incidents(_text(start), _text(end), ("resolved",), offset)
            yield start, page.records
            offset = page.next_offset
            if page.is_capped and end - start >= SMALLEST_WINDOW:
                middle = start + (end - start) / 2
                windows += [(start, middle), (middle, end)]


def _windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Oldest first; in UTC, in which every day is as long as the others."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    while since < until:
        end = min(since + WINDOW, until)
        yield since, end
        since = end


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
