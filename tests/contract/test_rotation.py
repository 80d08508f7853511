"""While a secret is replaced two subscriptions deliver, each with its own: everything arrives twice and acts once."""

import copy
import re
import uuid
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from handlers.envelope import Response
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.world import World, world_of

NEW = "whsec-fake-new-0002"

type Webhook = dict[str, Any]


@pytest.fixture
def rotating(world: World) -> World:
    """The new secret is the one in use, the old one still counts."""
    world.write_secrets(PAGERDUTY_WEBHOOK_SECRET=NEW, PAGERDUTY_WEBHOOK_SECRET_PREVIOUS=WEBHOOK_SECRET)
    return world


@pytest.fixture
def untouched(tmp_path: Path) -> Generator[str]:
    """The draft of the same incident where one subscription delivered."""
    home = tmp_path / "untouched"
    home.mkdir()
    with world_of(home, "checkout_latency") as world:
        world.resolves()
        world.settles()
        yield without_numbers(world.draft())


def without_numbers(draft: str) -> str:
    """The document but for the issues' numbers, which are given side by side, and the hash over all of it."""
    return re.sub(r"CHK-\d|<!-- debrief.*?-->", "", draft)


def delivers(world: World, webhook: Webhook, subscription: str, secret: str) -> Response:
    body = body_of(webhook)
    ids = {"x-webhook-subscription": subscription, "x-webhook-id": str(uuid.uuid5(uuid.NAMESPACE_OID, subscription))}
    return world.receives(body, sign(body, secret) | ids)


def the_same(webhook: Webhook) -> Webhook:
    return webhook


def of_another_id(webhook: Webhook) -> Webhook:
    """Nobody promises that a second subscription tells of an event by the same id."""
    other = copy.deepcopy(webhook)
    other["event"]["id"] = f"02{other['event']['id'][2:]}"
    return other


def old_first(world: World, webhook: Webhook, other: Webhook) -> None:
    assert delivers(world, webhook, "PSUBOLD", WEBHOOK_SECRET).status == 202
    assert delivers(world, other, "PSUBNEW", NEW).status == 202


def new_first(world: World, webhook: Webhook, other: Webhook) -> None:
    assert delivers(world, other, "PSUBNEW", NEW).status == 202
    assert delivers(world, webhook, "PSUBOLD", WEBHOOK_SECRET).status == 202


@pytest.mark.parametrize("order", [old_first, new_first])
@pytest.mark.parametrize("second", [the_same, of_another_id])
def test_two_subscriptions_deliver_twice_and_act_once(
    rotating: World, untouched: str, second: Callable[[Webhook], Webhook], order: Callable[..., None]
):
    for webhook in rotating.scripts[0].webhooks:
        order(rotating, webhook, second(webhook))
    rotating.settles()

    assert len([each for each in rotating.engine.journeys() if each.kind == "postmortem"]) == 1
    assert without_numbers(rotating.draft()) == untouched, "not a line of it twice"
    rotating.jira.expects_issues(3)
    announced = [message for message in rotating.slack.workspace.posted if "Draft postmortem" in message["text"]]
    assert len(announced) == len(rotating.pagerduty.written_notes) == 1


def test_a_subscription_whose_secret_is_not_known_yet_loses_nothing_that_the_other_delivers(rotating: World):
    resolve = next(one for one in rotating.scripts[0].webhooks if one["event"]["event_type"] == "incident.resolved")
    assert delivers(rotating, resolve, "PSUBNEXT", "whsec-not-written-down-yet").status == 403
    assert delivers(rotating, resolve, "PSUBOLD", WEBHOOK_SECRET).status == 202
    rotating.settles()

    assert len(rotating.drafts()) == 1
