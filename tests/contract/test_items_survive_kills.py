"""Journeys about action items that die at every boundary of every step: what is left behind is as if none had died."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from connectors.steps import Json
from postmortem.action_items.item import ActionItem
from tests.contract.dying import DyingWorld, left_behind
from tests.incidents.came_back import sequel
from tests.incidents.people import IVO
from tests.vendors.jira_webhooks import SECRET, JiraWebhooks

ALERT = "alert on CRC errors"
# Each death around a create is waited for as a lost answer is: so long a journey may take that dies everywhere.
ENOUGH = timedelta(hours=6)
type Story = Callable[[DyingWorld, Callable[[timedelta], Any]], None]


def everything(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """The whole of a first journey, with a decision in the middle of it."""
    world.resolves()
    lives(timedelta(minutes=10))
    decides(world, verdict="accepted")
    lives(timedelta(days=2))


def accepting(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    world.resolves()
    world.passes(timedelta(minutes=10))
    decides(world, verdict="accepted")
    lives(ENOUGH)


def editing(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """An issue that is open is named otherwise, given to somebody else, and put off."""
    is_accepted(world)
    decides(world, text="Alert on every CRC error", owner_id=f"slack:{IVO.slack_id}", due_on="2026-12-24")
    lives(ENOUGH)


def dropping(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    is_accepted(world)
    decides(world, verdict="dropped")
    lives(ENOUGH)


def trying_again(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """What Jira refused is opened."""
    world.jira.archives("OPS")
    is_accepted(world)
    world.jira.archives("OPS", is_archived=False)
    again: Json = {"incident_id": world.incident_id(), "journey": "rt-1", "retry": True}
    world.engine.start("postmortem", "rt-1", again)
    lives(ENOUGH)


def hearing_of_changes(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """The issue is renamed, moved and done: the last of its postmortem, which is closed."""
    is_accepted(world)
    webhooks = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)
    (issue,) = world.jira.issues
    world.jira.person_renames(issue["key"], "Alert on CRC errors of every port")
    webhooks.delivers(twice=True)
    lives(ENOUGH)
    world.jira.person_closes(issue["key"])
    webhooks.delivers(twice=True)
    lives(ENOUGH)


def sweeping(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """A day on which the owner is reminded, and something was done that no webhook told."""
    is_accepted(world)
    world.passes(datetime(2026, 11, 11, 8, 30, tzinfo=UTC) - world.clock.now())
    (issue,) = world.jira.issues
    world.jira.person_starts(issue["key"])
    for _ in range(3):
        world.sweeps()
        lives(timedelta(hours=1))


def coming_back(world: DyingWorld, lives: Callable[[timedelta], Any]) -> None:
    """An issue that was done when its incident came back is told of it."""
    is_accepted(world)
    (issue,) = world.jira.issues
    world.jira.person_closes(issue["key"])
    world.passes(datetime(2026, 11, 20, 9, 42, tzinfo=UTC) - world.clock.now())
    later = sequel()
    world.pagerduty.holds(later.pagerduty)
    world.slack.holds(later.slack)
    for webhook in later.webhooks:
        world.rings(webhook)
    lives(ENOUGH)


@pytest.mark.parametrize(
    "story",
    [everything, accepting, editing, dropping, trying_again, hearing_of_changes, sweeping, coming_back],
    ids=lambda story: story.__name__,
)
def test_what_dies_at_every_boundary_leaves_behind_what_is_left_undisturbed(tmp_path: Path, story: Story):
    undisturbed, _ = told(tmp_path / "undisturbed", story, is_dying=False)
    disturbed, deaths = told(tmp_path / "disturbed", story, is_dying=True)

    assert deaths > 40
    if noticed := differences(disturbed, undisturbed):
        pytest.fail(noticed)


def differences(disturbed: dict[str, Any], undisturbed: dict[str, Any]) -> str:
    """What people would notice, line by line."""
    lines = [
        "\n".join(f"{name}: {one}" for name in both for one in both[name]).split("\n")
        for both in (undisturbed, disturbed)
    ]
    return "\n".join(unified_diff(lines[0], lines[1], "undisturbed", "disturbed", n=0, lineterm=""))


def told(home: Path, story: Story, *, is_dying: bool) -> tuple[dict[str, Any], int]:
    home.mkdir()
    world = DyingWorld(home, "came-back")
    try:
        world.open()
        world.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
        story(world, world.survives if is_dying else world.passes)
        assert {one.state for one in world.engine.journeys()} <= {"done", "waiting"}
        return left_behind(world), len(world.deaths.seen)
    finally:
        world.close()


def is_accepted(world: DyingWorld) -> None:
    world.resolves()
    world.passes(timedelta(minutes=10))
    decides(world, verdict="accepted")
    world.passes(timedelta(minutes=10))


def decides(world: DyingWorld, **decided: Any) -> None:
    name = f"de-{len(world.engine.journeys())}"
    decision = {"item_id": the_item(world).id, "verdict": None, "by": "Hana Kimura", "where": "in Slack"}
    at = {"at": world.clock.now().isoformat()}
    payload: Json = {
        "incident_id": world.incident_id(),
        "journey": name,
        "decision": decision | at | decided,
        "once": name,
    }
    world.engine.start("postmortem", name, payload)


def the_item(world: DyingWorld) -> ActionItem:
    (found,) = world.postmortem().action_items
    return found
