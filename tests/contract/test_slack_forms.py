"""The form of the Edit button: within Slack's three seconds, or a sentence why not; only what was changed."""

import json
import urllib.request
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.retrying import Budget
from connectors.slack.api import SlackApi
from handlers.desk import FORM_SECONDS, Desk
from handlers.slack_form import NOT_IN_TIME, NOT_THERE
from tests.contract.clicking import ALERT, DASHBOARD, RUNBOOK, decisions, hears_with, item, suggested_by_emil, suggests
from tests.vendors.wire import Reply
from tests.world import World

pytest_plugins = ["tests.contract.clicking"]


def test_a_suggestion_is_edited_and_accepted_in_one_form(world: World):
    suggested_by_emil(world)
    bea = world.slack.user("bea")
    bea.clicks("Edit", on=DASHBOARD)
    bea.submits(text="Add a dashboard of pool use per tenant", due="2026-12-04")
    world.settles()

    world.jira.expects_issues(4)
    edited = item(world, "per tenant")
    assert (edited.accepted, edited.due_on, edited.issue_key) == (True, date(2026, 12, 4), "CHK-4")


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


def test_the_form_shows_an_issue_as_people_left_it_in_jira_and_what_was_said_first_is_a_change(announced: World):
    said = item(announced, ALERT)
    assert said.issue_key
    announced.jira.person_reschedules(said.issue_key, "2026-12-31")
    for _ in range(25):
        announced.sweeps()
        announced.passes(timedelta(hours=1))
    carl = announced.slack.user("carl")
    carl.clicks("Edit", on=ALERT)
    assert '"initial_date": "2026-12-31"' in json.dumps(carl.form())
    carl.submits(due="2026-11-27")
    announced.settles()

    (decision,) = decisions(announced)
    assert decision.due_on == said.due_on == date(2026, 11, 27)


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
