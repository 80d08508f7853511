"""How the tests of presses in Slack speak: an announced draft, its items, and what was decided."""

from datetime import timedelta

import pytest

from connectors.slack.announcement import announce, blocks_from_lines
from connectors.store.decisions import Decisions
from handlers.desk import Desk
from handlers.envelope import Request, answered
from handlers.slack_clicked import slack_clicked
from handlers.wiring import Doorway
from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Span
from postmortem.announcement import Line
from tests.world import World

CHANNEL = "inc-4211"
ALERT, RUNBOOK, DASHBOARD = "Add an alert", "runbook", "Add a dashboard for the connection pool"


@pytest.fixture
def announced(world: World) -> World:
    """The checkout incident's draft is announced: two of its items need an owner."""
    world.resolves()
    world.settles()
    return world


def suggested_by_emil(world: World) -> None:
    """Emil said what he will do, which nobody marked; the draft is announced."""
    emil = world.slack.user("emil").user["id"]
    said_at = world.clock.now() - timedelta(minutes=3)
    words = "I'll add a dashboard for the connection pool tomorrow"
    world.slack.channel(CHANNEL).says(emil, words, ts=f"{said_at.timestamp():.6f}")
    world.resolves()
    world.settles()


def item(world: World, words: str) -> ActionItem:
    (found,) = [item for item in world.postmortem().action_items if words in item.text]
    return found


def decisions(world: World) -> tuple[Decision, ...]:
    return Decisions(world.store, world.incident_id()).all()


def suggests(world: World, words: str, *, item_id: str | None = None) -> None:
    """Post the buttons of a suggestion for an item of the draft."""
    api, channel_id = world.house.slack, world.slack.channel(CHANNEL).channel.info["id"]
    assert api
    chosen = item_id or item(world, words).id
    line = Line(spans=(Span(text=f"Suggested: {words}"),), item_id=chosen, choices=("accept", "edit", "drop"))
    announce(api, channel_id, "suggested", blocks_from_lines((line,), world.incident_id()), "suggestion")


def hears_with(world: World, doorway: Doorway, desk: Desk) -> None:
    """Let Slack reach the app with another doorway, or another way to Slack."""

    def hears(body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        answer = answered(lambda request: slack_clicked(request, doorway, lambda: desk), Request(headers, body))
        return answer.status, answer.content()

    world.slack.delivers = hears
