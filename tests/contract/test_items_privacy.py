"""What was said in private stays there after the draft too: in Jira, in direct messages, in digests, behind buttons."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.store.following import Following
from postmortem.action_items.item import ActionItem
from tests.contract.test_decisions import decides
from tests.world import World, world_of

CHANNEL = "inc-4211"
RAISE = "Raise the connection pool limit"
SECRET = "Tell acme-bank before they read it in the paper"
FOR_SECURITY = {"private_channels": {"audience": "only the security team"}}


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """The checkout incident, drafted in a channel that everybody reads: three issues are open."""
    with world_of(tmp_path, "checkout-latency", settings={"slack": FOR_SECURITY}) as world:
        world.resolves()
        world.settles()
        world.jira.expects_issues(3)
        yield world


def closes_the_channel(world: World, **info: bool) -> None:
    """Somebody makes the channel private, or shares it, after it was read."""
    world.slack.workspace.named(CHANNEL).info.update(info or {"is_private": True, "is_channel": False})


def item(world: World, words: str) -> ActionItem:
    (found,) = [one for one in world.postmortem().action_items if words in one.text]
    return found


def written_outside(world: World) -> str:
    """Everything that anybody may read outside the channel itself."""
    return str((world.jira.issues, world.pagerduty.written_notes))


def test_what_is_decided_after_the_channel_was_closed_is_not_written_into_an_open_issue(world: World):
    closes_the_channel(world)
    decides(world, item(world, RAISE), text=SECRET)

    assert SECRET in world.draft()
    assert "acme-bank" not in written_outside(world)
    assert "stays as it is: what was decided about it rests on a private channel" in world.draft()
    assert [one.is_private for one in Following(world.store).all()] == [True] * 3


def test_what_is_decided_is_written_where_the_issue_is_secured_or_the_project_may_hold_it(tmp_path: Path):
    settings: dict[str, Any] = {"slack": FOR_SECURITY, "jira": {"may_hold_private_channels": True}}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        world.resolves()
        world.settles()
        closes_the_channel(world)
        decides(world, item(world, RAISE), text=SECRET)

        assert "acme-bank" in written_outside(world)


def test_a_suggestion_that_is_accepted_after_the_channel_was_closed_is_parked_and_no_id_moves(world: World):
    before = [one.id for one in world.postmortem().action_items]
    closes_the_channel(world)
    suggested = next((one for one in world.postmortem().action_items if one.is_suggestion), None)
    decides(world, suggested or item(world, RAISE), verdict="accepted")

    assert [one.id for one in world.postmortem().action_items] == before
    world.jira.expects_issues(3)


@pytest.mark.parametrize("kind", ["is_ext_shared", "is_pending_ext_shared"])
def test_a_channel_that_was_shared_since_loses_the_buttons_and_the_words(world: World, kind: str):
    shown = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
    assert shown
    assert "Raise the connection" in str(shown)
    closes_the_channel(world, **{kind: True, "is_shared": True})
    decides(world, item(world, RAISE), text=SECRET)

    now = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
    assert now
    assert "acme-bank" not in str(now)
    assert "connection" not in str(now)
    assert "button" not in str(now)


def test_a_channel_that_slack_does_not_show_any_more_counts_as_private(world: World):
    world.slack.workspace.named(CHANNEL).info.update(is_private=True, is_channel=False, is_member=False)
    decides(world, item(world, RAISE), text=SECRET)

    assert "acme-bank" not in written_outside(world)


def test_a_form_does_not_open_for_an_item_of_a_private_channel_where_others_read_along(world: World):
    """A button that was posted before the item was said in private is still on somebody's screen."""
    old = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
    assert old
    closes_the_channel(world)
    decides(world, item(world, RAISE), text=SECRET)
    world.slack.holds({"channels": [{"id": "C0OPSALL99", "name": "ops-all", "is_private": False, "is_member": True}]})
    bea = world.slack.user("bea")
    bea.clicks_old(old, "Edit", on="Add an alert", channel="ops-all")

    assert world.slack.workspace.views == {}
    assert bea.is_told("It was said in a private channel: edit it there")


def test_a_decision_says_nothing_to_the_log(world: World, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("DEBUG"), caplog.at_level("DEBUG", logger="debrief"):
        decides(world, item(world, RAISE), text=SECRET)
        world.slack.user("bea").clicks("Claim it", on="Add an alert")
        old = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
        decides(world, item(world, "Add an alert"), verdict="dropped", by="Bea Lindqvist")
        world.slack.user("carl").clicks_old(old or {}, "Edit", on="Add an alert", channel=CHANNEL)
        world.sweeps()
        world.passes(timedelta(hours=1))

    assert "refused edit" in caplog.text
    assert not [words for words in ("acme-bank", "Lindqvist", "saturation") if words in caplog.text]
    assert "alert" not in caplog.text.replace("/alert", "")
