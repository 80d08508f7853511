"""What people decide with the buttons of the announcement: done once, within Slack's three seconds, and believed only
when signed."""

import json
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.retrying import Budget
from connectors.slack.announcement import announce, blocks_from_lines, update_announcement
from connectors.slack.api import SlackApi
from connectors.slack.clicks import snooze_buttons
from connectors.store.decisions import Decisions
from handlers.desk import FORM_SECONDS, Desk
from handlers.envelope import Request, answered
from handlers.slack_clicked import STRANGER, slack_clicked
from handlers.slack_form import NOT_IN_TIME, NOT_THERE
from handlers.wiring import Doorway
from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Span
from postmortem.announcement import Line
from tests.contract.serving import visited
from tests.vendors.slack_hands import signed
from tests.vendors.wire import Reply
from tests.world import World, world_of

CHANNEL = "inc-4211"
ALERT, RUNBOOK, DASHBOARD = "Add an alert", "runbook", "Add a dashboard for the connection pool"


@pytest.fixture
def announced(world: World) -> World:
    """The checkout incident's draft is announced: two of its items need an owner."""
    world.resolves()
    world.settles()
    return world


def test_a_suggestion_that_is_accepted_becomes_an_issue_and_the_announcement_says_so(world: World):
    suggested_by_emil(world)
    before = world.slack.channel(CHANNEL).shows("Draft postmortem ready", "Suggested, not opened")
    world.jira.expects_issues(3)
    world.slack.user("bea").clicks("Accept", on=DASHBOARD)
    world.settles()

    world.jira.expects_issues(4)
    after = world.slack.channel(CHANNEL).shows("Draft postmortem ready", DASHBOARD)
    assert before
    assert after
    assert (after["ts"], after["metadata"]) == (before["ts"], before["metadata"])
    assert "Suggested" not in after["text"]
    assert f"CHK-4 (https://acme.atlassian.net/browse/CHK-4) {DASHBOARD}" in after["text"]
    assert not world.slack.user("bea").sees("Accept")


def test_a_suggestion_that_is_dropped_stays_dropped_and_gets_no_issue(world: World):
    suggested_by_emil(world)
    bea = world.slack.user("bea")
    bea.clicks("Drop", on=DASHBOARD)
    world.settles()

    world.jira.expects_issues(3)
    shown = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
    assert shown
    assert "Dropped: 1 item, by Bea Lindqvist." in shown["text"]
    assert DASHBOARD not in shown["text"]


def test_a_suggestion_is_edited_and_accepted_in_one_form(world: World):
    suggested_by_emil(world)
    bea = world.slack.user("bea")
    bea.clicks("Edit", on=DASHBOARD)
    bea.submits(text="Add a dashboard of pool use per tenant", due="2026-12-04")
    world.settles()

    world.jira.expects_issues(4)
    edited = item(world, "per tenant")
    assert (edited.accepted, edited.due_on, edited.issue_key) == (True, date(2026, 12, 4), "CHK-4")


def test_accepting_on_an_old_screen_again_opens_nothing_twice(world: World):
    suggested_by_emil(world)
    old = world.slack.channel(CHANNEL).shows("Draft postmortem ready")
    bea, carl = world.slack.user("bea"), world.slack.user("carl")
    assert old
    for _ in range(2):
        bea.clicks_old(old, "Accept", on=DASHBOARD, channel=CHANNEL)
        carl.clicks_old(old, "Accept", on=DASHBOARD, channel=CHANNEL)
        world.settles()

    world.jira.expects_issues(4)
    assert len(world.slack.workspace.posted) == 2, "the announcement and the draft, each once"


def test_whoever_claims_an_item_owns_it_and_its_issue(announced: World):
    emil = announced.slack.user("emil")
    answer = emil.clicks("Claim it", on=ALERT)
    announced.settles()

    assert (answer.status, answer.body) == (200, "")
    claimed = item(announced, ALERT)
    assert (claimed.owner.name, claimed.decision and claimed.decision.by) == (
        "Emil Sørensen",
        "Emil Sørensen",
    )


def test_a_press_starts_the_journey_that_the_decision_needs(announced: World):
    bea = announced.slack.user("bea")
    bea.clicks("Claim it", on=RUNBOOK)
    started = announced.engine.journeys()[-1]

    payload = json.loads(started.payload)
    assert (started.kind, started.name) == ("postmortem", payload["journey"])
    assert payload["incident_id"] == announced.incident_id()
    assert payload["once"] == f"slack-{started.name.removeprefix('de-')}"
    decision = Decision.model_validate(payload["decision"])
    assert (decision.item_id, decision.verdict, decision.owner_id, decision.where) == (
        item(announced, RUNBOOK).id,
        None,
        f"slack:{bea.user['id']}",
        "Slack",
    )


@pytest.mark.parametrize(("button", "verdict"), [("Accept", "accepted"), ("Drop", "dropped")])
def test_accepting_and_dropping_are_verdicts(announced: World, button: str, verdict: str):
    suggests(announced, RUNBOOK)
    announced.slack.user("carl").clicks(button, on="Suggested: ")
    announced.settles()

    (decision,) = decisions(announced)
    assert (decision.verdict, decision.by.partition(" ")[0]) == (verdict, "carl")
    assert item(announced, RUNBOOK).is_dropped is (verdict == "dropped")


def test_drop_asks_again_first(announced: World):
    suggests(announced, RUNBOOK)
    announced.slack.user("carl").clicks("Drop", on="Suggested: ", sure=False)
    announced.settles()

    assert decisions(announced) == ()


def test_the_same_press_delivered_again_acts_once(announced: World):
    emil = announced.slack.user("emil")
    emil.clicks("Claim it", on=ALERT)
    emil.sends_again()
    announced.settles()
    emil.sends_again()
    announced.settles()

    assert len(decisions(announced)) == 1
    announced.jira.expects_issues(3)


def test_two_people_who_press_at_once_end_with_the_later_and_with_one_issue(announced: World):
    announced.slack.user("emil").clicks("Claim it", on=ALERT)
    announced.slack.user("carl").clicks("Claim it", on=ALERT)
    announced.settles()

    assert item(announced, ALERT).owner.name == "Carl Brandt"
    announced.jira.expects_issues(3)


def test_an_old_button_that_is_pressed_again_and_after_the_item_was_dropped_makes_nothing_twice(announced: World):
    """facts of peers: an old button left in the channel created a second post-mortem."""
    suggests(announced, RUNBOOK)
    old = announced.slack.channel(CHANNEL).shows("Suggested: ")
    bea = announced.slack.user("bea")
    assert old
    bea.clicks("Drop", on="Suggested: ")
    announced.settles()
    bea.clicks_old(old, "Drop", on="Suggested: ", channel=CHANNEL)
    bea.clicks_old(old, "Edit", on="Suggested: ", channel=CHANNEL)
    announced.settles()

    assert item(announced, RUNBOOK).is_dropped
    assert bea.is_told("This action item was dropped by Bea Lindqvist")
    assert announced.slack.workspace.views == {}
    announced.jira.expects_issues(3)
    assert len([name for name in announced.drafts() if name.endswith(".md")]) == 1


def test_the_edit_form_changes_words_day_and_owner(announced: World):
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on=ALERT)
    assert carl.form()["title"]["text"] == "Edit action item"
    answer = carl.submits(text="Add two alerts", due="2026-12-01", owner=carl.user["id"])
    announced.settles()

    edited = item(announced, "Add two alerts")
    assert json.loads(answer.body) == {"response_action": "clear"}
    assert (edited.due_on, edited.owner.name) == (date(2026, 12, 1), "Carl Brandt")
    assert announced.slack.workspace.views == {}


def test_a_field_that_cannot_be_meant_is_answered_at_the_field_and_the_form_stays(announced: World):
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on=ALERT)
    answer = carl.submits(text="   ", due="2026-11-01")
    announced.settles()

    assert answer.errors == {"text": "Say what is to be done.", "due": "This day is past: choose one to come."}
    assert carl.form()
    assert decisions(announced) == ()
    assert carl.submits(text="Add two alerts", due="2026-12-01").errors == {}


def test_a_form_that_is_saved_as_it_was_decides_nothing(announced: World):
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on=ALERT)
    assert carl.submits().status == 200
    announced.settles()

    assert decisions(announced) == ()


def test_a_form_that_is_sent_twice_decides_once(announced: World):
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on=ALERT)
    carl.submits(text="Add two alerts")
    announced.clock.advance(timedelta(seconds=4))
    carl.sends_again()
    announced.settles()

    assert len(decisions(announced)) == 1


def test_a_slow_slack_is_given_up_in_time_and_who_pressed_is_told_where_that_is_possible(announced: World):
    """The clock moves by as much as the calls to Slack may take."""

    def slow(_request: urllib.request.Request, timeout: float) -> Any:
        announced.clock.advance(timedelta(seconds=timeout))
        raise TimeoutError

    budget = Budget(lambda _: None, lambda: announced.clock.now().timestamp(), seconds=0.0)
    api = SlackApi("xoxb-1", budget, base_url="http://127.0.0.1/api/", timeout=FORM_SECONDS, send=slow)
    hears_with(announced, announced.doorway(), Desk(announced.store, announced.house.settings, api))
    answer = announced.slack.user("carl").clicks("Edit", on=ALERT)

    assert (answer.status, answer.seconds) == (200, pytest.approx(2 * FORM_SECONDS, abs=0.01))


def test_who_gets_no_form_is_told_so(announced: World):
    announced.slack.fails_next(r"views\.open", Reply(dropped=True))
    carl = announced.slack.user("carl")
    assert carl.clicks("Edit", on=ALERT).status == 200

    assert carl.is_told(NOT_IN_TIME)
    assert not announced.slack.user("bea").is_told(NOT_IN_TIME)


def test_an_item_that_nobody_says_any_more_is_not_edited(announced: World):
    suggests(announced, RUNBOOK, item_id="slack/C1/1.0#9")
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on="Suggested: ")

    assert carl.is_told(NOT_THERE)


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
    hears_with(announced, Doorway(doorway.secrets, doorway.deliveries, start, doorway.now), announced.desk())
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
