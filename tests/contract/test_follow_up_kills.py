"""A sweep that is killed around any write, and one whose answers are lost: everybody hears of everything once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.retrying import Budget
from connectors.slack.api import SlackApi
from connectors.store.following import Following
from connectors.store.sqlite import SqliteStore
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.ticks import start_sweep
from handlers.wiring import bound
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.settings import read_settings
from tests.vendors.slack import FakeSlack
from tests.vendors.slack_world import person
from tests.vendors.wire import Reply, json_reply

WEDNESDAY = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
TEAM = "C0TEAMCHK1"
SETTINGS = read_settings("timezone: Europe/Berlin\nfollow_up:\n  digest_day: wednesday\n")
ITEM = FollowedItem(
    key="pm-1",
    item_id="slack/C1/1#1",
    incident_id="Q1",
    incident_title="Checkout latency",
    text="Raise the pool limit",
    assignee=Assignee(account_id="acc-1", name="Person 1", slack_id="U0000001"),
    due_on=date(2026, 11, 20),
    digest_channel=TEAM,
    standing="open",
    issue_id="10001",
    issue_key="CHK-1",
    issue_link="https://acme.atlassian.net/browse/CHK-1",
    opened_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Dying:
    """A store whose process is killed around its n-th write: before it, or right after."""

    store: SqliteStore
    left: int
    is_after: bool

    def write(self, *arguments: Any, **more: Any) -> int:
        self.left -= 1
        if self.left == 0 and not self.is_after:
            raise Killed
        version = self.store.write(*arguments, **more)
        if self.left == 0:
            raise Killed
        return version

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@dataclass
class Machine:
    """A house with Slack alone, and items that are followed. `lives` hour by hour, and survives being killed."""

    home: Path
    items: tuple[FollowedItem, ...] = (ITEM,)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(WEDNESDAY))

    def __post_init__(self) -> None:
        self.slack = FakeSlack(now=lambda: self.clock.now().timestamp())
        self.slack.holds({"users": [person(1), person(2)], "channels": [{"id": TEAM, "name": "team"}]})
        self.store = SqliteStore(self.home, self.clock.now)
        for item in self.items:
            Following(self.store).change(item, lambda _, item=item: item)
        self.wakes()

    def wakes(self, around: Callable[[SqliteStore], Any] = lambda store: store) -> None:
        budget = Budget(sleep=lambda _: None, now=lambda: self.clock.now().timestamp())
        api = SlackApi(self.slack.token, budget, base_url="http://127.0.0.1/api/", send=self.slack.send)
        house = House(settings=SETTINGS, store=around(self.store), now=self.clock.now, slack=api)
        self.engine = LocalEngine(self.home / "journal.db", bound({"follow_up": follow_up}, house), self.clock)

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()
        self.store.close()

    def lives(self, hours: int) -> None:
        for _ in range(hours):
            start_sweep(self.engine.start, self.clock.now())
            self.engine.settle()
            self.clock.advance(timedelta(hours=1))

    def is_killed(self, writes: int, *, after: bool) -> bool:
        """Live one hour with a process that dies around that write. Whether it did."""
        self.engine.close()
        self.wakes(lambda store: Dying(store, writes, after))
        try:
            self.lives(1)
        except Killed:
            return True
        finally:
            self.engine.close()
            self.wakes()
        return False

    def told(self, channel: str = "@p1") -> list[str]:
        return [said["text"] for said in self.slack.workspace.posted if said["channel"] == channel]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_sweep_that_is_killed_around_any_write_says_everything_once(tmp_path: Path, after: bool):
    deaths = 0
    for writes in range(1, 60):
        with Machine(tmp_path / f"{writes}", clock=VirtualClock(WEDNESDAY + timedelta(hours=2))) as machine:
            died = machine.is_killed(writes, after=after)
            machine.lives(5)
            assert (len(machine.told()), len(machine.told("team"))) == (1, 1), f"killed around write {writes}"
        if not died:
            break
        deaths += 1
    assert deaths > 8, "the sweep was killed around every write"


def test_a_lost_answer_leaves_one_message(tmp_path: Path):
    with Machine(tmp_path) as machine:
        machine.slack.fails_next("chat.postMessage", Reply(dropped=True), times=2, after_effect=True)
        machine.lives(8)

        assert (len(machine.told()), len(machine.told("team"))) == (1, 1)


def test_a_rate_limit_is_waited_for(tmp_path: Path):
    with Machine(tmp_path) as machine:
        limited = json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": "90"})
        machine.slack.fails_next("", limited, times=5)
        machine.lives(8)

        assert (len(machine.told()), len(machine.told("team"))) == (1, 1)


def test_a_channel_that_is_archived_keeps_nobody_from_being_reminded(tmp_path: Path):
    with Machine(tmp_path) as machine:
        machine.slack.workspace.channels[TEAM].info["is_archived"] = True
        machine.lives(8)

        assert len(machine.told()) == 1
        last = machine.engine.journeys()[-1]
        assert last.state == "done"


def test_two_thousand_items_of_fifty_people_are_fifty_messages(tmp_path: Path):
    people = [f"U{number:07d}" for number in range(1, 51)]
    items = tuple(
        replace_item(f"pm-{number}", slack_id=people[number % 50], account_id=f"acc-{number % 50}")
        for number in range(2000)
    )
    with Machine(tmp_path, items) as machine:
        machine.slack.holds({"users": [person(number) for number in range(1, 51)]})
        machine.lives(10)

        assert len([said for said in machine.slack.workspace.posted if said["channel"].startswith("@")]) == 50


def replace_item(key: str, *, slack_id: str, account_id: str) -> FollowedItem:
    assignee = Assignee(account_id=account_id, name=account_id, slack_id=slack_id)
    return ITEM.model_copy(update={"key": key, "issue_id": key.removeprefix("pm-"), "assignee": assignee})
