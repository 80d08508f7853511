"""`debrief backfill`: drafts of incidents that were resolved before Debrief was there, and nothing else unasked."""

import _thread
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.pagerduty.replies import Page
from connectors.store.looked import Looked
from connectors.store.shelf import Shelf, list_postmortems
from handlers.backfill import Wanted, find_due
from tests.contract.cli import Came, Terminal
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.vendors.wire import Reply, Request
from tests.world import World, world_of

NAMES = ("checkout-latency", "expired-certificate", "came-back", "stale-replica")
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=45)
QUICK = ("--per-minute", "6000")


def day(days_ago: int) -> str:
    return f"{NOW - timedelta(days=days_ago):%Y-%m-%d}"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Four incidents of some weeks ago; nobody was told of them."""
    scripts = [latest(by_name(name), LONG_AGO) for name in NAMES]
    with world_of(tmp_path, *scripts, confluence=True) as opened:
        yield opened


def backfills(world: World, terminal: Terminal, *options: str, since: str = day(80)) -> Came:
    return terminal.runs_with(world, "backfill", "--since", since, *QUICK, *options)


def drafts(terminal: Terminal) -> list[str]:
    return sorted(file.name for file in (terminal.folder / "debrief-data/files/drafts").glob("*.md"))


def nothing_was_written(world: World) -> None:
    world.jira.expects_issues(0)
    assert world.slack.workspace.posted == []
    assert world.pagerduty.written_notes == []
    assert world.confluence.made == []


def test_every_past_incident_gets_a_draft_and_nothing_else(world: World, terminal: Terminal):
    came = backfills(world, terminal)

    assert came.code == 0, came.err
    assert len(drafts(terminal)) == 4
    nothing_was_written(world)
    assert came.out.startswith("4 resolved incidents without a draft from ")
    assert "about 32 calls to PagerDuty and 40 or more to Slack" in came.out
    assert came.out.endswith("4 of 4 done: 4 drafts made.\n")


def test_a_look_lists_them_and_begins_nothing(world: World, terminal: Terminal):
    came = backfills(world, terminal, "--dry-run")

    assert came.code == 0
    assert "#4211" in came.out
    assert "Checkout API" in came.out
    assert came.out.endswith("Dry run: nothing was begun.\n")
    assert drafts(terminal) == []
    nothing_was_written(world)


def test_what_has_a_draft_is_left_alone_the_next_time(world: World, terminal: Terminal):
    backfills(world, terminal)
    asked = len(world.pagerduty.requests)
    again = backfills(world, terminal)

    assert again.code == 0
    assert "nothing to draft." in again.out
    assert "4 left out: it has a draft already" in again.out
    assert all(request.path == "/incidents" for request in world.pagerduty.requests[asked:])


def test_issues_announcements_and_pages_are_made_where_asked_for(world: World, terminal: Terminal):
    service = "Checkout API"
    refused = backfills(world, terminal, "--service", service, "--open-issues")
    assert refused.code == 2
    assert refused.err.endswith(
        "For 1 incidents this will open their Jira issues: add --yes to agree, or --dry-run to look first.\n"
    )
    came = backfills(world, terminal, "--service", service, "--open-issues", "--announce", "--pages", "--yes")

    assert came.code == 0, came.err
    world.jira.expects_issues(3)
    assert len(world.pagerduty.written_notes) == 1
    assert len(world.confluence.made) == 1
    assert world.slack.workspace.posted
    assert "3 left out: it is of another service" in came.out


def test_of_drafts_only_nothing_is_followed_parked_or_waited_for(world: World, terminal: Terminal):
    backfills(world, terminal)
    overview = terminal.runs_with(world, "status")
    assert "A backfill asked for the draft." in terminal.runs_with(world, "status", world.incident_id()).out

    assert overview.out == "Nothing is under way, failed, or parked. 4 postmortems are kept.\n"
    assert terminal.runs_with(world, "actions").out.startswith("No action item is followed yet")


def test_a_draft_of_long_ago_reads_the_chat_of_its_own_days_only(world: World, terminal: Terminal):
    channel = world.slack.channel("inc-4211")
    speaker, later = next(iter(world.slack.workspace.users)), (NOW - timedelta(days=2)).timestamp()
    channel.says(speaker, "Totally unrelated talk of this week", ts=f"{later:.6f}")
    backfills(world, terminal, "--service", "Checkout API")

    (draft,) = (terminal.folder / "debrief-data/files/drafts").glob("*.md")
    assert "unrelated talk" not in draft.read_text()


def test_ctrl_c_leaves_nothing_half_done_and_the_same_command_goes_on(world: World, terminal: Terminal):
    answer, rang = world.pagerduty.answer, list[str]()

    def interrupting(request: Request) -> Reply:
        if request.path.endswith("/notes") and not rang:
            rang.append(request.path)
            _thread.interrupt_main()
        return answer(request)

    world.pagerduty.answer = interrupting
    stopped = backfills(world, terminal)
    resumed = backfills(world, terminal)

    assert stopped.code == 130
    assert stopped.err.splitlines()[-1].startswith("debrief: Stopped. ")
    assert "of 4 done" in stopped.err.splitlines()[-1]
    assert "the same command goes on from here." in stopped.err
    assert resumed.code == 0, resumed.err
    assert len(drafts(terminal)) == 4
    nothing_was_written(world)


def test_another_wish_does_not_go_on_with_what_was_to_be_announced(world: World, terminal: Terminal):
    answer, rang = world.pagerduty.answer, list[str]()

    def interrupting(request: Request) -> Reply:
        if request.path.endswith("/alerts") and not rang:
            rang.append(request.path)
            _thread.interrupt_main()
        return answer(request)

    world.pagerduty.answer = interrupting
    assert backfills(world, terminal, "--announce", "--open-issues", "--yes").code == 130
    done = len(drafts(terminal))
    said = len(world.slack.workspace.posted), len(world.pagerduty.written_notes), len(world.jira.issues)
    came = backfills(world, terminal)

    assert came.code == 0, came.err
    assert done < len(drafts(terminal)) == 4
    assert (len(world.slack.workspace.posted), len(world.pagerduty.written_notes), len(world.jira.issues)) == said


def test_where_pagerduty_refuses_in_the_midst_it_stops_and_says_how_far_it_came(world: World, terminal: Terminal):
    answer, is_refused = world.pagerduty.answer, [True]

    def refusing(request: Request) -> Reply:
        is_one = request.path.startswith("/incidents/") and request.path.count("/") == 2
        return Reply(401) if is_one and is_refused else answer(request)

    world.pagerduty.answer = refusing
    came = backfills(world, terminal)

    assert came.code == 3
    last = came.err.splitlines()[-1]
    assert "Stopped, because 3 failed one after another. The last: Reading the PagerDuty incident" in last
    assert "PAGERDUTY_TOKEN" in last
    assert last.endswith("3 of 4 done: 3 failed. The same command goes on from here.")
    is_refused.clear()
    assert backfills(world, terminal).code == 0
    assert len(drafts(terminal)) == 4


def test_one_that_fails_is_named_and_tried_again_by_the_next(world: World, terminal: Terminal):
    incident_id = world.incident_id()
    world.pagerduty.fails_next(f"/incidents/{incident_id}$", Reply(403), times=1)
    came = backfills(world, terminal)

    assert came.code == 1
    assert "4 of 4 done: 3 drafts made, 1 failed." in came.out
    assert "#4211 failed: Reading the PagerDuty incident" in came.out
    again = backfills(world, terminal)
    assert (again.code, "1 of 1 done: 1 drafts made." in again.out) == (0, True)


def test_what_the_settings_leave_out_gets_no_draft_and_is_counted(tmp_path: Path, terminal: Terminal):
    scripts = [latest(by_name(name), LONG_AGO) for name in NAMES]
    with world_of(tmp_path, *scripts, settings={"drafts": {"services": ["Ledger"]}}) as world:
        came = backfills(world, terminal)
    assert len(drafts(terminal)) == 1
    assert "1 left out: the service is Checkout API, and drafts.services asks for Ledger" in came.out


def test_it_ends_where_debrief_makes_drafts_by_itself(world: World, terminal: Terminal):
    world.machine = type(world.machine)(
        terminal.folder / "debrief-data", world.machine.settings_file, world.machine.secrets_file
    )
    world.stop()
    world.start()
    Looked(world.store).begin(NOW - timedelta(days=70))
    came = backfills(world, terminal)
    assert "nothing to draft." in came.out

    late = backfills(world, terminal, since=day(60))
    assert late.code == 2
    assert "this machine makes drafts by itself: name --until for later ones." in late.err
    assert backfills(world, terminal, "--until", day(1)).code == 0
    assert len(list(list_postmortems(world.store))) == 4


@pytest.mark.parametrize(
    ("since", "options", "sentence"),
    [
        ("2199-01-01", (), "--since 2199-01-01 lies in the future: name a day that is over."),
        ("yesterday", (), '--since "yesterday" is no time'),
        (day(5), ("--until", day(9)), "turn them round"),
    ],
)
def test_wrong_days_are_one_sentence(
    world: World, terminal: Terminal, since: str, options: tuple[str, ...], sentence: str
):
    came = backfills(world, terminal, *options, since=since)
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert sentence in came.err


def test_the_listing_goes_on_through_pages_and_a_refusal_is_one_sentence(world: World, terminal: Terminal):
    world.pagerduty.fails_next(r"GET /incidents$", Reply(403), times=1)
    came = backfills(world, terminal)
    assert (came.code, came.err.count("\n")) == (3, 1)
    assert drafts(terminal) == []


def test_scripts_get_every_incident_with_what_became_of_it(world: World, terminal: Terminal):
    told = backfills(world, terminal, "--json").json
    assert {one["state"] for one in told["due"]} == {"made"}
    assert [one["created_at"] for one in told["due"]] == sorted(
        (one["created_at"] for one in told["due"]), reverse=True
    )


def test_a_draft_of_a_backfill_is_taken_up_by_a_person_like_any_other(world: World, terminal: Terminal):
    backfills(world, terminal, "--service", "Checkout API")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert came.code == 0, came.err
    world.jira.expects_issues(3)
    shelf = Shelf(world.store, world.incident_id())
    assert shelf.state() == {} or "outcome" in shelf.state()


def holds_many(world: World, count: int, minutes_apart: float) -> None:
    """Small incidents, the newest 40 days old."""
    raw = world.scripts[0].pagerduty["incident"]
    for number in range(count):
        created_at = NOW - timedelta(days=40, minutes=number * minutes_apart)
        times = {"created_at": f"{created_at:%Y-%m-%dT%H:%M:%SZ}", "resolved_at": f"{created_at:%Y-%m-%dT%H:%M:%SZ}"}
        world.pagerduty.holds({"incident": raw | times | {"id": f"QMANY{number}", "incident_number": 9000 + number}})


def test_many_months_are_listed_month_by_month_and_page_by_page(world: World, terminal: Terminal):
    holds_many(world, 250, minutes_apart=24 * 60)
    came = backfills(world, terminal, "--dry-run", "--json", since=day(400))

    due = came.json["due"]
    assert len(due) == 254
    assert [one["created_at"] for one in due] == sorted((one["created_at"] for one in due), reverse=True)
    listings = [one for one in world.pagerduty.requests if one.path == "/incidents"]
    assert len(listings) >= 12
    spans = [(one.query["since"][0], one.query["until"][0]) for one in listings]
    assert all(datetime.fromisoformat(b) - datetime.fromisoformat(a) <= timedelta(days=30) for a, b in spans)


class Crowded:
    """PagerDuty's listing where a day holds as many incidents as it ever shows at once."""

    def __init__(self) -> None:
        self.asked = list[timedelta]()

    def list_incidents(self, since: str, until: str, _statuses: tuple[str, ...] = (), _offset: int = 0) -> Page:
        self.asked.append(datetime.fromisoformat(until) - datetime.fromisoformat(since))
        return Page((), None, is_capped=self.asked[-1] > timedelta(days=1))


def test_a_month_with_more_than_pagerduty_lists_is_asked_about_in_halves(world: World):
    crowded: Any = Crowded()
    wanted = Wanted(NOW - timedelta(days=30), NOW)
    find_due(crowded, world.store, world.house.settings, wanted, NOW)

    last = [asked for asked in crowded.asked if asked <= timedelta(days=1)]
    assert crowded.asked[0] == timedelta(days=30)
    assert sum(last, timedelta()) == timedelta(days=30)
