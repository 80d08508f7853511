"""PagerDuty's tasks of an incident, told by webhook only: in by the front door, out as issues."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.pagerduty.observe import observation_from_event
from postmortem.action_items.item import ActionItem
from tests.incidents.cast import Actor
from tests.incidents.people import BEA, DANA, EMIL, GUS
from tests.world import World, world_of

TASK = "T7QK2M"


def told(world: World, what: str, minutes: int, *assignees: Actor, **changes: Any) -> None:
    """One webhook of the task, which happened so many minutes before the resolve."""
    script = world.scripts[0]
    (resolved,) = [one["event"] for one in script.webhooks if one["event"]["event_type"] == "incident.resolved"]
    data = {
        "id": TASK,
        "type": "incident_task",
        "name": "Call the payment provider",
        "summary": "Call the payment provider",
        "description": "",
        "status": "todo",
        "assignees": [one.reference() for one in assignees],
        "incident": {
            "id": world.incident_id(),
            "type": "incident_reference",
            "summary": "",
            "html_url": "https://acme.pagerduty.com/incidents/Q1",
        },
    }
    event = {
        "id": f"01TASK{what}{minutes}",
        "event_type": f"incident.task.{what}",
        "resource_type": "incident",
        "occurred_at": (world.clock.now() - timedelta(minutes=minutes)).isoformat(),
        "agent": resolved["agent"],
        "client": None,
        "data": data | changes,
    }
    assert world.rings({"event": event}).status in (200, 202)


def tasks(world: World) -> list[ActionItem]:
    return [item for item in world.postmortem().action_items if item.evidence_id.startswith("pagerduty/task/")]


def issues(world: World, words: str) -> list[dict[str, Any]]:
    return [issue for issue in world.jira.issues if words in issue["fields"]["summary"]]


def test_a_task_that_a_webhook_told_of_becomes_an_issue_of_its_assignee(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told(world, "created", 30, BEA, DANA, description="They saw the failed payments too, by Friday")
        world.resolves()
        world.settles()

        (item,) = tasks(world)
        assert item.id == f"pagerduty/task/{TASK}#1"
        assert (item.text, item.accepted) == ("Call the payment provider", True)
        assert (item.owner.name, item.owner.account_id, item.owner.others) == (BEA.name, BEA.account_id, (DANA.name,))
        assert item.owner.why == "assigned the task in PagerDuty"
        assert item.quote == "Call the payment provider (They saw the failed payments too, by Friday)"
        assert item.due_on is not None
        assert item.due_why.startswith('said: "by Friday"')
        assert item.evidence_link == "https://acme.pagerduty.com/incidents/Q1"
        (issue,) = issues(world, "payment provider")
        assert issue["fields"]["assignee"]["accountId"] == BEA.account_id
        assert f"[{issue['key']}]" in world.draft()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 1, 0, 2, 0)])
def test_the_newest_state_counts_in_whatever_order_and_however_often_webhooks_come(tmp_path: Path, order: tuple[int]):
    with world_of(tmp_path, "checkout-latency") as world:
        tellings = (
            lambda: told(world, "created", 30, BEA),
            lambda: told(world, "updated", 20, EMIL, name="Call the acquirer"),
            lambda: told(world, "updated", 10, DANA, name="Call the acquirer again"),
        )
        for place in order:
            tellings[place]()
        world.resolves()
        world.settles()
        (item,) = tasks(world)
        assert (item.text, item.owner.name) == ("Call the acquirer again", DANA.name)
        assert len(issues(world, "Call the")) == 1


def test_a_completed_task_gets_no_issue(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told(world, "completed", 10, BEA, status="completed")
        told(world, "created", 30, BEA)
        world.resolves()
        world.settles()
        assert tasks(world) == []
        assert issues(world, "payment provider") == []
        assert "Task completed: Call the payment provider" in world.draft()


def test_completed_after_its_issue_was_opened_it_is_shown_so_and_nothing_more_is_asked(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told(world, "created", 30, BEA)
        world.resolves()
        world.passes(world.house.settings.quiet_period * 2)
        (issue,) = issues(world, "payment provider")
        told(world, "completed", 0, BEA, status="completed")
        world.settles()
        (item,) = tasks(world)
        assert (item.issue_key, item.accepted, item.is_gone) == (issue["key"], False, False)
        assert item.said == ("Completed in PagerDuty. Debrief closes no issue, a person does that in Jira.",)
        assert "Completed in PagerDuty" in world.draft()
        assert len(issues(world, "payment provider")) == 1


def test_a_task_of_somebody_without_an_account_says_which_setting_is_missing(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told(world, "created", 30, GUS)
        world.resolves()
        world.settles()
        (item,) = tasks(world)
        assert (item.owner.name, item.owner.account_id) == (GUS.name, None)
        assert f"dd jira_account_id for {GUS.name} to people in debrief.yml" in item.owner.why


def test_a_task_of_nobody_is_nobodys(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told(world, "created", 30)
        world.resolves()
        world.settles()
        (item,) = tasks(world)
        assert (item.owner.name, item.owner.account_id) == (None, None)


@pytest.mark.parametrize("without", ["id", "name"])
def test_a_task_that_cannot_be_known_again_is_only_told(without: str):
    data = {"id": TASK, "type": "incident_task", "name": "Call", "status": "todo", "incident": {"id": "Q1"}}
    del data[without]
    event = {"id": "01E", "event_type": "incident.task.created", "occurred_at": "2026-03-01T12:00:00Z", "data": data}
    (one,) = observation_from_event(event).observations
    assert (one.kind, one.task) == ("task", None)
