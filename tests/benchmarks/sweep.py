"""The daily sweep over 1,000 open items: how many calls Jira gets, and how long we take ourselves.

Ours is what is left of the time when the vendors answer at once: their time is measured and taken off.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.store.following import Following
from connectors.store.sqlite import SqliteStore
from handlers.follow_up import follow_up
from handlers.hourly import start_sweep
from handlers.house import House
from handlers.wiring import bound
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.settings import Settings
from tests.benchmarks.figure import Figure
from tests.vendors.jira_world import JiraWorld
from tests.vendors.wire import Reply, Request

ITEMS, CHANGED, REMOVED, PAGE = 1000, 30, 5, 100
RUNS = 3
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)  # a Saturday: nobody is reminded


@dataclass
class Timed(JiraWorld):
    """A Jira that knows how long its answers took."""

    spent: float = field(default=0.0)

    def answer(self, request: Request) -> Reply:
        began = time.perf_counter()
        try:
            return super().answer(request)
        finally:
            self.spent += time.perf_counter() - began


def measure() -> Iterator[Figure]:
    runs = [_one_day() for _ in range(RUNS)]
    seconds, calls = min(run[0] for run in runs), runs[0][1]
    least = ceil(ITEMS / PAGE) + REMOVED
    yield Figure(
        f"sweep of {ITEMS:,} open items: our own time",
        seconds,
        "s",
        2.0,
        f"Read Jira, find {CHANGED} changed and {REMOVED} removed, decide whom to remind; the best of {RUNS}.",
    )
    yield Figure(
        f"sweep of {ITEMS:,} open items: calls to Jira",
        calls,
        "calls",
        least,
        f"{ceil(ITEMS / PAGE)} bulk reads of {PAGE}, and one read for each of the {REMOVED} that were gone.",
    )


def _one_day() -> tuple[float, int]:
    """Seconds of ours, and calls, of the second day's sweep: the first has read everything once."""
    with TemporaryDirectory() as home:
        jira, clock, store = Timed(), VirtualClock(NOW), SqliteStore(Path(home), lambda: NOW)
        _plant(jira, Following(store))
        house = House(settings=Settings(), store=store, now=clock.now, jira=jira.api)
        engine = LocalEngine(Path(home) / "journal.db", bound({"follow_up": follow_up}, house), clock)
        try:
            _sweep(engine, clock)
            _change(jira)
            clock.advance(datetime(2026, 11, 22, 9, tzinfo=UTC) - clock.now())
            jira.fake.requests.clear()
            jira.spent = 0.0
            seconds = _sweep(engine, clock)
            return seconds - jira.spent, len(jira.fake.requests)
        finally:
            engine.close()
            store.close()


def _sweep(engine: LocalEngine, clock: VirtualClock) -> float:
    began = time.perf_counter()
    assert start_sweep(engine.start, clock.now())
    engine.settle()
    seconds = time.perf_counter() - began
    (journey,) = [one for one in engine.journeys() if one.name.endswith(f"{clock.now():%d-%H}")]
    assert journey.state == "done", journey
    return seconds


def _plant(jira: Timed, following: Following) -> None:
    """One issue an item, made as people make them, and followed."""
    project = jira.fake._directory.projects["OPS"]
    for number in range(ITEMS):
        issue = jira.fake._new_issue(project, _fields(jira, number))
        item = _item(number, issue)
        following.change(item, lambda _, item=item: item)


def _fields(jira: Timed, number: int) -> dict[str, Any]:
    return {
        "summary": f"Do the thing number {number}",
        "status": project_status(jira),
        "assignee": None,
        "duedate": "2026-12-01",
        "labels": [f"pm-{number}"],
        "project": jira.fake._directory.projects["OPS"].record(),
        "issuelinks": [],
        "resolutiondate": None,
    }


def project_status(jira: Timed) -> dict[str, Any]:
    return jira.fake._directory.projects["OPS"].workflow[0]


def _item(number: int, issue: dict[str, Any]) -> FollowedItem:
    return FollowedItem(
        key=f"pm-{number}",
        item_id=f"slack/C1/{number}#1",
        incident_id=f"Q{number // 5}",
        incident_title="An incident",
        text=f"Do the thing number {number}",
        assignee=Assignee(),
        due_on=date(2026, 12, 1),
        standing="open",
        issue_id=issue["id"],
        issue_key=issue["key"],
    )


def _change(jira: Timed) -> None:
    keys = [issue["key"] for issue in jira.fake.issues]
    for key in keys[:CHANGED]:
        jira.fake.person_closes(key)
    for key in keys[-REMOVED:]:
        jira.fake.person_deletes(key)
