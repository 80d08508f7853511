"""What people decide about action items, through the journey: accepted, dropped, said otherwise; each is kept."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.start import journey_name
from connectors.steps import Json
from connectors.store.following import Following
from postmortem.action_items.item import ActionItem
from tests.world import World, world_of

RAISE = "Raise the connection pool limit"


def test_an_item_that_was_dropped_before_its_issue_was_opened_gets_none_and_stays_dropped(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(JIRA_TOKEN="wrong")
        world.stop()
        world.start()
        world.resolves()
        world.settles()
        decides(world, item(world, RAISE), verdict="dropped")
        world.write_secrets()
        world.stop()
        world.start()
        draft_again(world)

        assert RAISE not in {issue["fields"]["summary"] for issue in world.jira.expects_issues(2)}
        assert item(world, RAISE).is_dropped
        (followed,) = [one for one in Following(world.store).of_incident(world.incident_id()) if one.text == RAISE]
        assert followed.standing == "removed"


def test_the_same_click_delivered_twice_decides_once(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        chosen = item(world, RAISE)
        decides(world, chosen, once="click-1", text="Raise the limit to 200")
        decides(world, chosen, once="click-2", text="Raise the limit to 300")
        decides(world, chosen, once="click-1", text="Raise the limit to 200")

        assert item(world, "Raise the limit").text == "Raise the limit to 300"


def test_what_was_decided_is_kept_by_every_later_draft(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        decides(world, item(world, RAISE), due_on="2026-12-24", owner="carl")
        draft_again(world)

        kept = item(world, RAISE)
        assert kept.due_on == date(2026, 12, 24)
        assert "decided by Bea Lindqvist in Slack" in kept.due_why
        world.jira.expects_issues(3)


def test_an_item_that_jira_refused_is_opened_when_it_is_tried_again(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(JIRA_TOKEN="wrong")
        world.stop()
        world.start()
        world.resolves()
        world.settles()
        assert {one.standing for one in Following(world.store).all()} == {"parked"}

        world.write_secrets()
        world.stop()
        world.start()
        incident_id = world.incident_id()
        world.engine.start("postmortem", "re-1", {"incident_id": incident_id, "journey": "re-1", "retry": True})
        world.settles()

        world.jira.expects_issues(3)
        assert {one.standing for one in Following(world.store).all()} == {"open"}


def test_what_somebody_accepted_is_opened_even_where_its_words_are_gone_by_then(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        world.write_secrets(JIRA_TOKEN="wrong")
        world.stop()
        world.start()
        suggested = item(world, "alert on CRC errors")
        decides(world, suggested, verdict="accepted")
        world.slack.channel("inc-4300").channel.forget(suggested.evidence_id.rpartition("/")[2])
        world.write_secrets()
        world.stop()
        world.start()
        draft_again(world)

        (issue,) = world.jira.expects_issues(1)
        assert issue["fields"]["summary"] == suggested.text
        assert "No longer said in Slack" in world.draft()


@pytest.mark.parametrize("incident_id", ["QNOBODY", "../../etc\x00", "", "x" * 5000])
def test_a_decision_about_an_incident_that_is_not_here_leaves_no_record(tmp_path: Path, incident_id: str):
    with world_of(tmp_path, "checkout-latency") as world:
        payload: Json = {
            "incident_id": incident_id,
            "journey": "de-1",
            "decision": decision("slack/C1/1#1", verdict="accepted"),
            "once": "click",
        }
        world.engine.start("postmortem", "de-1", payload)
        world.settles()

        (journey,) = world.engine.journeys()
        assert (journey.state, journey.error) == ("done", None)
        assert "there is no draft of it here" in (journey.result or "")
        world.jira.expects_issues(0)
        assert not [*world.store.list(f"INC#{incident_id}")] if incident_id == "QNOBODY" else True


def decides(world: World, about: ActionItem, *, once: str | None = None, **decided: Any) -> None:
    """A person decides, and the journey that follows settles."""
    number = len(world.engine.journeys())
    name = f"de-{number}"
    payload: Json = {
        "incident_id": world.incident_id(),
        "journey": name,
        "decision": decision(about.id, **decided) | {"at": world.clock.now().isoformat()},
        "once": once or name,
    }
    world.engine.start("postmortem", name, payload)
    world.settles()


def decision(item_id: str, **decided: Any) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "verdict": None,
        "by": "Bea Lindqvist",
        "where": "in Slack",
        "at": "2026-11-17T16:00:00+00:00",
    } | decided


def draft_again(world: World) -> None:
    name = journey_name(world.incident_id(), world.clock.now())
    world.engine.start("postmortem", name, {"incident_id": world.incident_id(), "journey": name})
    world.settles()


def item(world: World, words: str) -> ActionItem:
    (found,) = [one for one in world.postmortem().action_items if words in one.text]
    return found
