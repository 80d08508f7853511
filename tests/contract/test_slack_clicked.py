"""What people decide with the buttons of the announcement: done once, and shown where it was asked."""

import json

import pytest

from postmortem.action_items.decision import Decision
from tests.contract.clicking import ALERT, CHANNEL, DASHBOARD, RUNBOOK, decisions, item, suggested_by_emil, suggests
from tests.world import World

pytest_plugins = ["tests.contract.clicking"]


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
        "in Slack",
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
