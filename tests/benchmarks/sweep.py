"""The daily sweep over 1,000 open items of 100 incidents and 50 owners: how many calls, and how long we take ourselves.

It reads Jira, shows what changed in the drafts, reminds every owner whose time it is, and posts the teams' digests.
Ours is the CPU time of this process without that which the fake vendors take to answer.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.retrying import Budget
from connectors.slack.api import SlackApi
from connectors.store.following import Following
from connectors.store.shelf import Shelf
from connectors.store.sqlite import SqliteStore
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.ticks import start_sweep
from handlers.wiring import bound
from postmortem.action_items.issues import action_key
from postmortem.action_items.item import ActionItem
from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings, read_settings
from tests.benchmarks.big_evidence import big_evidence
from tests.benchmarks.figure import Figure
from tests.vendors.jira_world import JiraWorld
from tests.vendors.slack import FakeSlack
from tests.vendors.wire import Reply, Request

ITEMS, INCIDENTS, OWNERS, CHANGED, REMOVED, PAGE = 1000, 100, 50, 30, 5, 100
RUNS = 3
MONDAY, TUESDAY = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)
DIGESTS = ("C0TEAM0001", "C0TEAM0002")


class Aside:
    """Seconds of CPU that the vendors took, in whichever thread they answered."""

    def __init__(self) -> None:
        self.spent, self._lock = 0.0, threading.Lock()

    def timed(self, answer: Any, *given: Any) -> Any:
        began = time.thread_time()
        try:
            return answer(*given)
        finally:
            with self._lock:
                self.spent += time.thread_time() - began


@dataclass
class Timed(JiraWorld):
    """A Jira that knows how long its answers took."""

    aside: Aside = field(default_factory=Aside)

    def answer(self, request: Request) -> Reply:
        return self.aside.timed(super().answer, request)


class Day(NamedTuple):
    """Seconds of our own, calls to Jira by kind, and what the sweep told of itself."""

    seconds: float
    calls: Counter[str]
    outcome: dict[str, Any]


def measure() -> Iterator[Figure]:
    runs = [_two_days() for _ in range(RUNS)]
    quiet, busy = (min(days, key=lambda day: day.seconds) for days in zip(*runs, strict=True))
    assert quiet.outcome["reminded"] == OWNERS == busy.outcome["reminded"], (quiet.outcome, busy.outcome)
    yield Figure(
        f"sweep of {ITEMS:,} open items: our own CPU time",
        quiet.seconds,
        "s",
        2.0,
        f"{INCIDENTS} incidents; every issue is read and written down, and {OWNERS} owners are told of theirs. Best of "
        f"{RUNS}, without what the fakes take.",
    )
    yield Figure(
        f"sweep of {ITEMS:,} open items, of which {CHANGED + REMOVED} tell something new: our own CPU time",
        busy.seconds,
        "s",
        None,
        f"The same, and {busy.outcome['shown']} drafts of 200 messages are written anew, with people's edits in them.",
    )
    yield Figure(
        f"sweep of {ITEMS:,} open items: calls to Jira",
        busy.calls.total(),
        "calls",
        ceil(ITEMS / PAGE) + REMOVED,
        f"{ceil(ITEMS / PAGE)} bulk reads of {PAGE}, and one read for each of the {REMOVED} that were gone.",
    )


class Town:
    """The vendors, and a house with its drafts and what is followed of them."""

    def __init__(self, home: Path) -> None:
        self.aside, self.clock = Aside(), VirtualClock(MONDAY)
        self.jira, self.store = Timed(aside=self.aside), SqliteStore(home, lambda: MONDAY)
        self.slack = FakeSlack(now=lambda: self.clock.now().timestamp()).holds(
            {
                "channels": [{"id": id_, "name": id_.lower(), "is_member": True, "messages": []} for id_ in DIGESTS],
                "users": [_user(number) for number in range(OWNERS)],
            }
        )
        house = House(settings=Settings(), store=self.store, now=self.clock.now, jira=self.jira.api, slack=self._api())
        self.engine = LocalEngine(home / "journal.db", bound({"follow_up": follow_up}, house), self.clock)
        _plant(self.jira, self.store)

    def close(self) -> None:
        self.engine.close()
        self.store.close()

    def on(self, day: datetime) -> "Town":
        self.clock.advance(day - self.clock.now())
        return self

    def sweep(self) -> Day:
        """One sweep, now."""
        self.jira.fake.requests.clear()
        self.aside.spent, began = 0.0, time.process_time()
        assert start_sweep(self.engine.start, self.clock.now())
        self.engine.settle()
        seconds = time.process_time() - began - self.aside.spent
        (journey,) = [one for one in self.engine.journeys() if one.name.endswith(f"{self.clock.now():%d-%H}")]
        assert journey.state == "done", journey
        calls = Counter(f"{request.method} {request.path}" for request in self.jira.fake.requests)
        return Day(seconds, calls, json.loads(journey.result or "{}")["value"])

    def _api(self) -> SlackApi:
        budget = Budget(lambda _: None, lambda: self.clock.now().timestamp(), seconds=20.0)
        send = partial(self.aside.timed, self.slack.send)
        return SlackApi(self.slack.token, budget, base_url="http://127.0.0.1/api/", send=send)


def _two_days() -> tuple[Day, Day]:
    """A day on which nothing is new in Jira, and one on which much is; the day before them read everything once."""
    with TemporaryDirectory() as home:
        town = Town(Path(home))
        try:
            town.sweep()
            quiet = town.on(TUESDAY).sweep()
            _change(town.jira)
            return quiet, town.on(TUESDAY + timedelta(days=1)).sweep()
        finally:
            town.close()


def _user(number: int) -> dict[str, Any]:
    profile = {"email": f"owner{number}@acme.example", "real_name": f"Owner {number:02}"}
    return {"id": f"U0OWNER{number:03}", "name": f"owner{number}", "profile": profile, "tz": "UTC"}


def _plant(jira: Timed, store: SqliteStore) -> None:
    """A draft an incident, with one issue an item, made as people make them, and followed."""
    following, project = Following(store), jira.fake._directory.projects["OPS"]
    composed = compose(_evidence(), read_settings(""), composed_at=MONDAY)
    marked = [item for item in composed.action_items if item.accepted]
    for number in range(INCIDENTS):
        incident = composed.incident.model_copy(update={"id": f"QSWEEP{number:06}", "number": number})
        items = tuple(marked[: ITEMS // INCIDENTS])
        postmortem = composed.model_copy(update={"incident": incident, "action_items": items, "evidence_name": "kept"})
        shelf = Shelf(store, incident.id)
        shelf.keep_postmortem(postmortem)
        shelf.publish(incident, render_markdown(postmortem).encode())
        for place, item in enumerate(items):
            issue = jira.fake._new_issue(project, _fields(jira, number * len(items) + place))
            one = _followed(postmortem, item, issue)
            following.change(one, lambda _, one=one: one)
    assert len(following.all()) == ITEMS


def _evidence() -> Any:
    """A chat of 200 messages, ten of them marked."""
    evidence = big_evidence(200, 20, 20)
    texts = {20 * number + 3: f"ACTION: raise the limit of part-{number}" for number in range(10)}
    said = (one.model_copy(update={"text": texts.get(n, one.text)}) for n, one in enumerate(evidence.messages))
    return evidence.model_copy(update={"messages": tuple(said)})


def _fields(jira: Timed, number: int) -> dict[str, Any]:
    owner = number % OWNERS
    return {
        "summary": f"Do the thing number {number}",
        "status": jira.fake._directory.projects["OPS"].workflow[0],
        "assignee": {"accountId": f"acc-{owner}", "displayName": f"Owner {owner:02}"},
        "duedate": _due(number).isoformat(),
        "labels": [f"pm-{number}"],
        "project": jira.fake._directory.projects["OPS"].record(),
        "issuelinks": [],
        "resolutiondate": None,
    }


def _due(number: int) -> Any:
    """Of twenty items each owner has one more to hear of each day."""
    return (TUESDAY + timedelta(days=2 + number // OWNERS)).date()


def _followed(postmortem: Postmortem, item: ActionItem, issue: dict[str, Any]) -> FollowedItem:
    assignee = issue["fields"]["assignee"]
    return FollowedItem(
        key=action_key("sweep", postmortem.incident.id, item.id),
        item_id=item.id,
        incident_id=postmortem.incident.id,
        incident_title=postmortem.title,
        text=item.text,
        team="Discovery",
        digest_channel=DIGESTS[int(issue["id"]) % len(DIGESTS)],
        assignee=Assignee(
            account_id=assignee["accountId"],
            name=assignee["displayName"],
            slack_id=f"U0OWNER{int(assignee['accountId'].removeprefix('acc-')):03}",
        ),
        due_on=_due(0),
        standing="open",
        issue_id=issue["id"],
        issue_key=issue["key"],
        opened_at=MONDAY - timedelta(days=30),
    )


def _change(jira: Timed) -> None:
    keys = [issue["key"] for issue in jira.fake.issues]
    for key in keys[ITEMS // 2 :: ITEMS // 2 // CHANGED][:CHANGED]:
        jira.fake.person_closes(key)
    for key in keys[-REMOVED:]:
        jira.fake.person_deletes(key)
