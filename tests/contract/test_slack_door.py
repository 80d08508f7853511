"""Who is believed at the door for presses in Slack, what is hidden from whom, and what an announcement stays."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.slack.announcement import announce, blocks_from_lines, update_announcement
from connectors.slack.clicks import snooze_buttons
from handlers.slack_clicked import STRANGER
from handlers.slack_form import NOT_THERE
from postmortem.action_items.item import Span
from postmortem.announcement import Line
from tests.contract.clicking import ALERT, CHANNEL, decisions, hears_with
from tests.contract.serving import visited
from tests.vendors.slack_hands import signed
from tests.world import World, world_of

pytest_plugins = ["tests.contract.clicking"]


def test_people_of_another_organisation_decide_nothing_and_are_told_so(announced: World):
    """The channel may have been shared after the announcement."""
    eve = announced.slack.user("gus", home="T0ELSE")
    eve.clicks("Claim it", on=ALERT)
    announced.settles()

    assert eve.is_told(STRANGER)
    assert decisions(announced) == ()


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=6)], ids=["forged", "old"])
def test_a_forged_or_old_press_is_refused(announced: World, age: timedelta):
    now = announced.clock.now() - age
    secret = "forged" if not age else announced.slack.signing_secret
    body = b"payload=%7B%7D"
    assert announced.hears_clicks(body, signed(body, secret, now.timestamp()))[0] == 403
    assert announced.hears_clicks(body, {})[0] == 403


def test_a_press_is_believed_while_the_secret_is_changed(announced: World):
    announced.write_secrets(SLACK_SIGNING_SECRET="new", SLACK_SIGNING_SECRET_PREVIOUS=announced.slack.signing_secret)
    assert announced.slack.user("emil").clicks("Claim it", on=ALERT).status == 200


def test_a_body_larger_than_slack_sends_is_not_looked_at(announced: World):
    assert announced.hears_clicks(b"x" * (1024 * 1024 + 1), {})[0] == 413


@pytest.mark.parametrize("payload", ["[]", "null", '{"type": "block_actions"}', '{"user": {"id": "U1"}}', "{"])
def test_a_signed_body_that_is_not_for_us_is_answered_kindly(announced: World, payload: str):
    body = f"payload={payload}".encode()
    assert announced.hears_clicks(
        body, signed(body, announced.slack.signing_secret, announced.clock.now().timestamp())
    ) == (
        200,
        "",
    )


def test_a_value_that_names_an_incident_no_store_could_keep_does_no_harm(announced: World):
    world = announced
    api, channel_id = world.house.slack, world.slack.channel(CHANNEL).channel.info["id"]
    assert api
    line = Line(spans=(Span(text="Suggested: odd"),), item_id="\x00#1", choices=("accept", "edit"))
    announce(api, channel_id, "odd", blocks_from_lines((line,), "../../etc\x00"), "odd")
    carl = world.slack.user("carl")

    assert carl.clicks("Edit", on="odd").status == 200
    assert carl.is_told(NOT_THERE)


def test_snooze_keeps_who_pressed_it_quiet_from_that_moment_on(announced: World):
    started: list[tuple[str, str, dict[str, Any]]] = []

    def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
        started.append((kind, name, payload))
        return True

    api, channel_id = announced.house.slack, announced.slack.channel(CHANNEL).channel.info["id"]
    assert api
    text: Any = {"type": "section", "text": {"type": "plain_text", "text": "Your action items"}}
    announce(api, channel_id, "reminder", [text, snooze_buttons(timedelta(days=3), "your action items")], "reminder")
    doorway = announced.doorway()
    hears_with(announced, replace(doorway, start=start), announced.desk())
    bea = announced.slack.user("bea")
    bea.clicks("Snooze", on="Your action items")
    bea.sends_again()

    (kind, name, payload), again = started
    assert (kind, name[:3], payload["snooze"]["slack_id"]) == ("follow_up", "sn-", bea.user["id"])
    assert payload["snooze"]["until"][:10] == f"{announced.clock.now() + timedelta(days=3):%Y-%m-%d}"
    assert again == (kind, name, payload)


def test_without_a_signing_secret_there_are_no_buttons_that_nobody_hears(tmp_path: Path):
    with world_of(tmp_path, "checkout_latency") as world:
        world.write_secrets(SLACK_SIGNING_SECRET="")
        world.stop()
        world.start()
        world.resolves()
        world.settles()

        posted = world.slack.channel(CHANNEL).expects("Draft postmortem ready")
        assert "button" not in json.dumps(posted["blocks"])


def test_a_channel_shared_with_another_organisation_gets_no_buttons(world: World):
    world.slack.workspace.named(CHANNEL).info.update(is_ext_shared=True, is_shared=True)
    world.write_settings(slack={"private_channels": {world.slack.workspace.named(CHANNEL).info["id"]: "audience"}})
    world.stop()
    world.start()
    world.resolves()
    world.settles()

    assert not world.slack.user("bea").sees("Claim it")
    assert not world.slack.user("bea").sees("Edit")


def test_one_machine_hears_presses_under_any_host_name(announced: World):
    with visited(announced) as visitor:
        body = b"payload=%7B%7D"
        headers = signed(body, announced.slack.signing_secret, announced.clock.now().timestamp())
        answer = visitor.posts("/slack", body, **headers, host="tunnel.example")
        forged = visitor.posts("/slack", body, **headers | {"x-slack-signature": "v0=" + "0" * 64})

    assert (answer.status, answer.text) == (200, "")
    assert forged.status == 403


def test_an_announcement_is_brought_up_to_date_where_it_stands_and_is_still_found_by_its_key(announced: World):
    api, talk = announced.house.slack, announced.slack.channel(CHANNEL)
    posted = talk.expects("Draft postmortem ready")
    assert api
    for _ in range(2):
        assert update_announcement(api, talk.channel.info["id"], posted["ts"], "new words", [], "k") is None

    shown = talk.shows("new words")
    assert shown
    assert (shown["ts"], shown["metadata"]["event_payload"]) == (posted["ts"], {"key": "k"})
    assert "blocks" not in shown


@pytest.mark.parametrize("state", ["deleted", "archived"])
def test_an_announcement_that_a_person_took_away_is_not_posted_again(announced: World, state: str):
    api, talk = announced.house.slack, announced.slack.channel(CHANNEL)
    posted = talk.expects("Draft postmortem ready")
    assert api
    if state == "deleted":
        del talk.channel.messages[posted["ts"]]
    else:
        talk.channel.info["is_archived"] = True
    said = update_announcement(api, talk.channel.info["id"], posted["ts"], "new words", [], "k")

    assert said
    assert "deleted meanwhile" in said or "is archived" in said
    assert talk.shows("new words") is None
