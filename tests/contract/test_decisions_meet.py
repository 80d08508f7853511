"""Decisions that meet a journey at work, each other, or a person in Jira: nothing is lost, and nobody is overruled."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.steps import Json
from connectors.store.following import Following
from connectors.store.leases import Leases
from postmortem.action_items.item import ActionItem
from postmortem.follow_up.followed import FollowedItem
from tests.incidents.people import IVO
from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of

RAISE = "Raise the connection pool limit"
ALERT = "alert on CRC errors"
CABLES = "spare cables"


def test_a_decision_during_the_refresh_goes_on_with_what_the_refresh_has_read(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(hours=20))
        world.slack.channel("inc-4300").says(IVO.slack_id, f"ACTION: @ivo order {CABLES} for fra-2 by Monday")
        limited = json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": "300"})
        world.slack.fails_next("conversations.history", limited)
        passes_until_a_wait(world, "asked to wait")
        decides(world, item(world, ALERT), verdict="accepted")
        world.settles()

        assert len(world.jira.expects_issues(2)) == 2
        assert item(world, CABLES).accepted
        assert item(world, CABLES).issue_key
        assert item(world, ALERT).issue_key


def test_a_decision_during_a_round_is_taken_up_seconds_after_that_round(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.settles()
        leases = Leases(world.store, world.clock.now)
        leases.take(world.incident_id(), "another round", timedelta(minutes=20))
        decides(world, item(world, ALERT), verdict="accepted")
        world.passes(timedelta(seconds=5))
        leases.release(world.incident_id(), "another round")

        world.passes(timedelta(seconds=5))

        assert item(world, ALERT).issue_key


def test_decisions_that_wait_for_the_same_round_ask_at_different_moments(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        leases = Leases(world.store, world.clock.now)
        leases.take(world.incident_id(), "another round", timedelta(minutes=20))
        for one in world.postmortem().action_items:
            decides(world, one, verdict="accepted")

        world.passes(timedelta(minutes=3))

        wakes = [journey.wake_at for journey in world.engine.journeys() if journey.state == "waiting"]
        assert len(wakes) > 2
        assert len(set(wakes)) == len(wakes)


def test_a_journey_that_was_overtaken_while_jira_was_down_ends_as_if_it_had_waited_its_turn(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.is_down = True
        world.resolves()
        world.passes(timedelta(minutes=45))
        first, second = (one for one in world.postmortem().action_items if one.accepted and one.text != RAISE)
        decides(world, first, verdict="dropped")
        world.passes(timedelta(minutes=45))
        decides(world, second, text="Something else altogether")
        world.passes(timedelta(minutes=5))
        world.jira.is_down = False
        world.passes(timedelta(hours=8))

        summaries = {issue["key"]: issue["fields"]["summary"] for issue in world.jira.expects_issues(2)}
        assert set(summaries.values()) == {RAISE, "Something else altogether"}
        assert {one.issue_key: one.text for one in followed(world) if one.issue_id} == summaries
        assert "taken over" not in world.draft()
        assert "not opened" not in world.draft()


def test_nobody_is_reminded_of_an_item_that_was_dropped_after_its_issue_was_opened(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        decides(world, item(world, ALERT), verdict="accepted")
        world.passes(timedelta(minutes=10))
        (issue,) = world.jira.expects_issues(1)
        decides(world, item(world, ALERT), verdict="dropped")
        for _ in range(24 * 12):
            world.sweeps()
            world.passes(timedelta(hours=1))

        assert not [said for said in world.slack.workspace.posted if said["channel"].startswith("@")]
        assert world.jira.issue(issue["key"])["fields"]["status"]["name"] == "To Do", "it is people's"
        assert f"its issue stays as it is: [{issue['key']}]" in world.draft()
        (one,) = followed(world)
        assert not one.is_open
        assert one.changes == ("Dropped by Hana Kimura in Slack; the issue stays as it is.",)


def test_an_item_that_was_dropped_and_accepted_again_is_heard_of_again_with_the_same_issue(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        for verdict in ("accepted", "dropped", "accepted"):
            decides(world, item(world, ALERT), verdict=verdict)
            world.passes(timedelta(minutes=10))

        world.jira.expects_issues(1)
        (one,) = followed(world)
        assert one.is_open


def test_ten_who_accept_at_once_get_one_issue_each_and_no_more(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        found = world.postmortem().action_items
        for turn in range(10):
            decides(world, found[turn % len(found)], verdict="accepted", by=f"Person {turn}")
        world.passes(timedelta(hours=1))

        assert {one.state for one in world.engine.journeys() if one.name.startswith("de-")} == {"done"}
        accepted = [one for one in world.postmortem().action_items if one.accepted]
        assert len(world.jira.expects_issues(len(accepted))) == len({one.issue_key for one in accepted})


def test_accepted_by_one_and_dropped_by_another_at_once_the_later_one_counts(tmp_path: Path):
    for number, verdicts in enumerate((("accepted", "dropped"), ("dropped", "accepted"))):
        (tmp_path / f"{number}").mkdir()
        with world_of(tmp_path / f"{number}", "came-back") as world:
            world.resolves()
            world.passes(timedelta(minutes=10))
            found = item(world, ALERT)
            for verdict in verdicts:
                decides(world, found, verdict=verdict)
            world.passes(timedelta(hours=1))

            now = item(world, ALERT)
            assert (now.accepted, now.is_dropped) == ((True, False) if verdicts[-1] == "accepted" else (False, True))
            assert any(one.is_open for one in followed(world)) == now.accepted


def test_the_announcement_is_brought_up_to_date_also_where_slack_asks_for_patience(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        limited = json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": "600"})
        world.slack.fails_next("chat.update", limited)
        decides(world, item(world, ALERT), verdict="accepted")
        world.passes(timedelta(hours=1))

        (issue,) = world.jira.expects_issues(1)
        assert world.slack.channel("inc-4300").shows(issue["key"])


def test_an_announcement_whose_answer_was_lost_shows_what_was_decided_before_it_was_found(tmp_path: Path):
    """The first journey is overtaken while it waits to look for its message; the next one finds that."""
    settings = {"slack": {"unclear_wait": "30m"}}
    with world_of(tmp_path, "came-back", settings=settings) as world:
        world.slack.fails_next("chat.postMessage", Reply(dropped=True), after_effect=True)
        world.resolves()
        world.passes(timedelta(minutes=29))
        decides(world, item(world, ALERT), verdict="accepted")
        world.passes(timedelta(hours=6))

        (issue,) = world.jira.expects_issues(1)
        assert world.slack.channel("inc-4300").shows("Draft postmortem ready", issue["key"])


def passes_until_a_wait(world: World, words: str) -> None:
    for _ in range(2000):
        world.passes(timedelta(minutes=1))
        if any(words in (world.engine.waits_in(one.name) or "") for one in world.engine.journeys()):
            return
    raise AssertionError(f"no journey waits in {words}")


def decides(world: World, about: ActionItem, *, by: str = "Hana Kimura", **decided: Any) -> None:
    """A person decides; the journey that follows runs when time passes."""
    name = f"de-{len(world.engine.journeys()):03}"
    decision = {"item_id": about.id, "verdict": None, "by": by, "where": "in Slack"}
    at = {"at": world.clock.now().isoformat()}
    payload: Json = {
        "incident_id": world.incident_id(),
        "journey": name,
        "decision": decision | at | decided,
        "once": name,
    }
    world.engine.start("postmortem", name, payload)


def item(world: World, words: str) -> ActionItem:
    (found,) = [one for one in world.postmortem().action_items if words in one.text]
    return found


def followed(world: World) -> tuple[FollowedItem, ...]:
    return Following(world.store).of_incident(world.incident_id())
