"""Items that are followed to the end: what Jira says, who hears of it, and when a postmortem is closed."""

from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.store.following import Following
from connectors.store.leases import Leases
from connectors.store.life import Life
from connectors.store.news import News
from connectors.store.shelf import Shelf
from handlers.cli.follow_up_command import sweep_now
from postmortem.announcement import plain_text
from postmortem.follow_up.contact import Contact
from postmortem.follow_up.digest import team_digest
from postmortem.follow_up.followed import FollowedItem
from postmortem.life import StatusChange
from tests.incidents import demo_settings_text
from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of

TEAM = "C0TEAMCHK1"
BEA, CARL, DANA = "UN2MNHHSETI", "UJSIXHO73IV", "U3TXF3ZXTCJ"
LOST = Reply(dropped=True)


def settings(**follow_up: Any) -> dict[str, Any]:
    """The demo's, with a team that has a channel and somebody who stands in."""
    demo = yaml.safe_load(demo_settings_text())
    people = {person["name"]: person["jira_account_id"] for person in demo["people"]}
    rule = demo["routing"][0] | {"team": "Checkout", "digest_channel": TEAM, "default_owner": people["Dana Whitfield"]}
    return {"routing": [rule], "follow_up": {"digest_day": "never"} | follow_up}


def drafted(home: Path, **options: Any) -> Generator[World]:
    options.setdefault("settings", settings())
    with world_of(home, "checkout-latency", **options) as world:
        world.slack.holds({"channels": [{"id": TEAM, "name": "team-checkout"}]})
        world.resolves()
        world.settles()
        world.slack.channel("inc-4211").expects("Draft postmortem ready")
        yield world


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """The checkout incident a day later: drafted, three issues open."""
    yield from drafted(tmp_path)


def live(world: World, hours: int) -> None:
    """So many hours of a machine that sweeps every hour."""
    for _ in range(hours):
        world.sweeps()
        world.passes(timedelta(hours=1))


def items(world: World) -> dict[str, FollowedItem]:
    """By the key of the issue."""
    return {item.issue_key or item.key: item for item in Following(world.store).all()}


def reminders(world: World, slack_id: str) -> list[str]:
    """What this person was told in the direct message, oldest first."""
    name = next((user["name"] for user in world.slack.workspace.users.values() if user["id"] == slack_id), "")
    return [said["text"] for said in world.slack.workspace.posted if said["channel"] == f"@{name}"]


def said_in(world: World, channel: str) -> list[str]:
    return [said["text"] for said in world.slack.workspace.posted if said["channel"] == channel]


def test_the_draft_shows_what_people_did_to_its_issues(world: World):
    live(world, 1)
    world.jira.person_starts("CHK-1")
    world.jira.person_renames("CHK-1", "Raise the pool limit to 80")
    world.jira.person_reschedules("CHK-2", "2026-12-31")
    moved = world.jira.person_moves("CHK-3", "OPS")
    live(world, 25)

    now = items(world)
    assert now["CHK-1"].status == "In Progress"
    assert now["CHK-1"].text == "Raise the pool limit to 80"
    assert str(now["CHK-2"].due_on) == "2026-12-31"
    assert now[moved].project == "OPS"
    draft = world.draft()
    assert f"Moved in Jira from CHK-3 to {moved}" in draft
    assert "Due date moved in Jira from" in draft
    assert "Renamed in Jira" in draft
    assert f"/browse/{moved}" in draft


def test_what_became_of_an_item_is_laid_over_the_postmortem_which_is_not_saved_again(world: World):
    live(world, 1)
    file = f"postmortems/{world.incident_id()}.json"
    before = world.store.load(file)
    assert "Done" not in world.draft()
    world.jira.person_closes("CHK-1")
    live(world, 25)

    assert "Done" in world.draft()
    shelf = Shelf(world.store, world.incident_id())
    postmortem = shelf.postmortem()
    assert postmortem is not None
    assert {item.issue_key: item.status for item in postmortem.action_items}["CHK-1"] == "Done"
    assert world.store.load(file) == before


@pytest.mark.parametrize("kept", [b'{"schema_version": 1}', b"{"], ids=["of an older Debrief", "damaged"])
def test_a_draft_that_cannot_be_read_is_not_shown_nor_closed_and_holds_nobody_up(world: World, kept: bytes):
    live(world, 1)
    world.store.save(f"postmortems/{world.incident_id()}.json", kept)
    before = world.draft()
    for key in ("CHK-1", "CHK-2", "CHK-3"):
        world.jira.person_closes(key)
    live(world, 25)

    assert {item.standing for item in items(world).values()} == {"done"}
    assert world.draft() == before
    assert Life(world.store, world.incident_id()).history() == ()
    assert News(world.store).all() == {}, "it would be tried every hour, for ever"
    assert Leases(world.store, world.clock.now).current(world.incident_id()) is None


def test_what_people_did_is_never_undone(world: World):
    live(world, 1)
    writes = [request for request in world.jira.requests if request.method in ("POST", "PUT")]
    world.jira.person_strips_label("CHK-1")
    world.jira.person_closes("CHK-2")
    world.jira.person_deletes("CHK-3")
    live(world, 26)

    after = [request for request in world.jira.requests if request.method in ("POST", "PUT")][len(writes) :]
    assert {request.path for request in after} <= {"/rest/api/3/issue/bulkfetch"}, "nothing was written to Jira"
    gone = next(item for item in items(world).values() if item.standing == "removed")
    assert "Removed by a person in Jira" in gone.changes[-1]
    assert "Removed by a person in Jira" in world.draft()


def test_a_day_of_sweeps_reads_jira_once(world: World):
    live(world, 1)
    midnight = (world.clock.now() + timedelta(days=1)).replace(hour=0, minute=5)
    world.passes(midnight - world.clock.now())
    before = len(world.jira.requests)
    live(world, 23)

    reads = world.jira.requests[before:]
    assert [request.path for request in reads] == ["/rest/api/3/issue/bulkfetch"]


def test_jira_that_is_down_makes_nothing_false(world: World):
    live(world, 1)
    before = items(world)
    world.jira.person_closes("CHK-1")
    world.jira.is_down = True
    live(world, 24)
    assert items(world) == before

    world.jira.is_down = False
    live(world, 2)
    assert items(world)["CHK-1"].standing == "done"


def test_an_owner_is_reminded_once_that_day_with_a_link(world: World):
    until(world, "2026-11-20T00:00:00+00:00")

    (told,), raised = reminders(world, BEA), key(world, "Raise")
    issue = f"{raised} (https://acme.atlassian.net/browse/{raised})"
    assert told.splitlines()[:2] == [
        "1 action item of yours is coming up:",
        f"• {issue} Raise the connection pool limit, due 2026-11-20, from incident #4211",
    ]


def key(world: World, words: str) -> str:
    """The issue whose summary begins so: which of them is the first, chance decides."""
    return next(issue["key"] for issue in world.jira.issues if issue["fields"]["summary"].startswith(words))


def until(world: World, moment: str) -> None:
    """Live on hour by hour until then."""
    then = datetime.fromisoformat(moment)
    while world.clock.now() < then:
        live(world, 1)


def test_a_lost_answer_and_a_kill_leave_one_reminder(world: World):
    world.slack.fails_next("chat.postMessage", LOST, after_effect=True)
    until(world, "2026-11-19T12:00:00+00:00")

    assert len(reminders(world, BEA)) == len(set(reminders(world, BEA))) == 1


def test_a_done_item_is_heard_of_no_more(world: World):
    for key in ("CHK-1", "CHK-2", "CHK-3"):
        world.jira.person_closes(key)
    until(world, "2026-12-03T00:00:00+00:00")

    assert [reminders(world, who) for who in (BEA, CARL)] == [[], []]


def test_a_snoozed_owner_is_left_alone(world: World):
    until_then = datetime.fromisoformat("2026-11-27T08:00:00+00:00")
    world.starts("follow_up", "sn-1", {"snooze": {"slack_id": BEA, "until": until_then.isoformat()}})
    world.passes(timedelta(minutes=1))
    until(world, "2026-11-27T07:00:00+00:00")
    assert reminders(world, BEA) == []

    until(world, "2026-11-27T12:00:00+00:00")
    assert len(reminders(world, BEA)) == 1


def test_an_overdue_item_without_an_answer_reaches_whoever_stands_in(world: World):
    until(world, "2026-12-08T00:00:00+00:00")

    told = [text for text in reminders(world, DANA) if "Still open after several reminders" in text]
    assert told
    assert key(world, "Raise") in told[0]
    assert "(Bea Lindqvist)" in told[0]


def test_a_person_who_left_slack_is_said_to_whoever_stands_in(world: World):
    world.slack.workspace.users[BEA]["deleted"] = True
    until(world, "2026-11-19T12:00:00+00:00")

    assert reminders(world, BEA) == []
    told = "\n".join(reminders(world, DANA))
    assert "Their Slack account is deactivated" in told


def test_slack_that_is_down_all_day_is_made_up_for_the_next(world: World):
    world.slack.fails_next("", json_reply({"ok": False, "error": "internal_error"}, 503), times=10_000)
    until(world, "2026-11-19T20:00:00+00:00")
    assert reminders(world, BEA) == []

    world.slack._faults.clear()
    until(world, "2026-11-20T12:00:00+00:00")
    assert len(reminders(world, BEA)) == 1


def test_a_postmortem_whose_items_are_all_done_is_closed_once_and_said_in_its_channel(world: World):
    close_all(world)
    live(world, 30)

    assert world.postmortem().status == "closed"
    closed = [text for text in said_in(world, "inc-4211") if "Postmortem closed" in text]
    assert len(closed) == 1
    assert "all 3 action items are done. Thank you." in closed[0]
    assert Life(world.store, world.incident_id()).history()[-1].by == "Debrief"


def test_a_reopened_issue_is_followed_on_and_the_postmortem_stays_closed(world: World):
    close_all(world)
    live(world, 30)
    world.jira.person_reopens("CHK-1")
    live(world, 26)

    assert items(world)["CHK-1"].standing == "open"
    assert "Reopened in Jira by a person" in world.draft()
    assert world.postmortem().status == "closed"


def test_a_postmortem_that_a_person_opened_again_is_left_to_people(world: World):
    close_all(world)
    live(world, 30)
    again = StatusChange(to="in_review", by="june", at=world.clock.now())
    Life(world.store, world.incident_id()).move(again)
    live(world, 50)

    assert world.postmortem().status == "in_review"
    assert len([text for text in said_in(world, "inc-4211") if "Postmortem closed" in text]) == 1


@pytest.mark.parametrize("close", ["reviewed", "never"])
def test_closing_waits_for_what_the_settings_ask_for(tmp_path: Path, close: str):
    for world in drafted(tmp_path, settings=settings(close=close)):
        close_all(world)
        live(world, 30)
        assert world.postmortem().status == "draft"

        reviewed = StatusChange(to="reviewed", by="june", at=world.clock.now())
        Life(world.store, world.incident_id()).move(reviewed)
        live(world, 26)
        assert world.postmortem().status == ("closed" if close == "reviewed" else "reviewed")


def test_an_issue_that_is_hidden_for_a_day_neither_closes_anything_nor_is_lost(world: World):
    live(world, 1)
    for key in ("CHK-1", "CHK-2"):
        world.jira.person_closes(key)
    hidden = world.jira.issue("CHK-3")
    world.jira.person_hides("CHK-3")
    live(world, 30)
    assert world.postmortem().status == "draft"

    world.jira.issues.append(hidden)
    live(world, 26)
    assert items(world)["CHK-3"].standing == "open"
    assert "Back in Jira" in world.draft()


def test_a_parked_item_is_opened_by_a_later_sweep(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", settings=settings()) as world:
        world.jira.archives("CHK")
        world.resolves()
        world.passes(timedelta(hours=1))
        assert {item.standing for item in items(world).values()} == {"parked"}

        world.jira.archives("CHK", is_archived=False)
        live(world, 7)
        assert {item.standing for item in items(world).values()} == {"open"}
        world.jira.expects_issues(3)


def test_each_team_reads_once_a_week_what_is_open(tmp_path: Path):
    for world in drafted(tmp_path, settings=settings(digest_day="monday", remind=False)):
        world.jira.person_closes(key(world, "Add"))
        until(world, "2026-11-30T23:00:00+00:00")

        first, second = said_in(world, "team-checkout")
        assert first.startswith("Action items of Checkout, week of 2026-11-23")
        assert "1 done since last week" in first
        assert f"Past the due date:\n• {key(world, 'Raise')}" in first
        assert second.startswith("Action items of Checkout, week of 2026-11-30")


@pytest.mark.parametrize("kind", ["is_ext_shared", "is_pending_ext_shared"])
def test_a_channel_that_another_organisation_reads_gets_no_digest(tmp_path: Path, kind: str):
    for world in drafted(tmp_path, settings=settings(digest_day="monday", remind=False)):
        world.slack.workspace.named("team-checkout").info[kind] = True
        until(world, "2026-11-24T12:00:00+00:00")

        assert said_in(world, "team-checkout") == []
        refused = [journey.result for journey in world.engine.journeys() if "digests_refused" in (journey.result or "")]
        assert "is shared with another organisation: name another digest_channel" in str(refused)


def test_a_sweep_by_hand_reads_jira_and_shows_what_it_says(tmp_path: Path):
    for world in drafted(tmp_path, settings=settings(remind=False)):
        world.jira.person_closes("CHK-1")

        outcome = sweep_now(world.machine)

        assert (outcome["read"], outcome["shown"]) == (3, 1)
        assert items(world)["CHK-1"].standing == "done"


def test_a_digest_names_what_was_said_in_private_by_its_issue_alone(world: World):
    raised = key(world, "Raise")
    secret = items(world)[raised].model_copy(update={"is_private": True})

    gone = Contact(account_id=secret.assignee.account_id or "", why="Their Slack account is deactivated.")
    contacts = {gone.account_id: gone}
    text = plain_text(team_digest([secret], TEAM, contacts, world.house.settings, world.clock.now()))
    assert f"• {raised} ({secret.issue_link})\n" in text
    assert f"The owner gets no reminders ({raised}). Open it to see who that is." in text
    assert not [words for words in ("pool", secret.assignee.name or "?", str(secret.due_on)) if words in text]


def close_all(world: World) -> None:
    for key in ("CHK-1", "CHK-2", "CHK-3"):
        world.jira.person_closes(key)
