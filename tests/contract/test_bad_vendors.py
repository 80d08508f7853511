"""Vendors that refuse, fail or hold what nobody expects: the draft is made of what could be read, and says so."""

import json
import logging
import re
from contextlib import AbstractContextManager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from postmortem.settings import SettingsError
from tests.vendors.slack import ALL_SCOPES
from tests.vendors.wire import Reply, json_reply
from tests.world import World, world_of

HOSTILE = "a\ud83d \x00 <!channel> <script>alert(1)</script> [x](javascript:alert(1)) ](http://evil.example) \u202e"
CANARIES = ("pool size went", "marmalade", "confidential")


def walks(world: World) -> None:
    """The journey to its end, which is a good one."""
    world.resolves()
    world.settles()
    assert [one.error for one in world.engine.journeys() if one.state != "done"] == []


def announcements(world: World) -> list[str]:
    texts = [str(message.get("text")) for message in world.slack.unexpected()]
    return [text for text in texts if "Draft postmortem ready" in text]


# Hostile text


def test_hostile_text_everywhere_reaches_draft_issue_chat_and_note_harmless(world: World):
    told = json.loads(json.dumps(world.scripts[0].pagerduty))
    told["incident"]["title"] = f"title {HOSTILE}"
    for user in told["users"]:
        user["name"] = f"{user['name']} {HOSTILE}"
    for alert in told["alerts"]:
        alert["summary"] = HOSTILE
        alert["body"] = {"type": "alert_body", "details": {HOSTILE: [HOSTILE, {"x": HOSTILE}]}}
    told["notes"].append({"id": "PNOTE", "user": None, "content": HOSTILE, "created_at": "2026-11-17T14:20:00Z"})
    world.pagerduty.holds(told)
    user = world.scripts[0].slack["users"][0]["id"]
    world.slack.channel("inc-4211").says(user, f"ACTION: mend it {HOSTILE}")
    walks(world)

    issues = [issue for issue in world.jira.expects_issues(4) if "Mend it" in issue["fields"]["summary"]]
    notes = [note for _, note in world.pagerduty.written_notes]
    shown = [world.draft(), json.dumps(issues), *announcements(world), *notes]
    shown.append(json.dumps(world.slack.unexpected()))
    assert len(issues) == len(announcements(world)) == len(notes) == 1
    for text in shown:
        text.encode()
        assert "\x00" not in text
        assert "\\ud83d" not in text
    page = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(world.draft())
    assert "<script" not in page
    assert not re.search('(?:href|src)="javascript', page)
    assert set(re.findall('href="http://evil[^>]*>(.*?)</a>', page)) <= {"http://evil.example"}, "a disguised link"
    assert "<!channel>" not in announcements(world)[0]


def test_a_title_and_names_of_43_000_characters_fit_everywhere(world: World):
    told = json.loads(json.dumps(world.scripts[0].pagerduty))
    told["incident"]["title"] = "marmalade " * 4_300
    world.pagerduty.holds(told)
    user = world.scripts[0].slack["users"][0]["id"]
    world.slack.channel("inc-4211").says(user, "ACTION: @bea " + "mend it " * 4_900)
    walks(world)

    world.jira.expects_issues(4)
    assert len(announcements(world)) == 1
    assert len(world.pagerduty.written_notes) == 1
    assert world.jira.refusals == []


# Tokens and permissions


def test_a_wrong_jira_token_parks_the_items_and_the_draft_is_announced_all_the_same(world: World):
    world.jira.token = "somebody-elses"
    walks(world)

    assert "JIRA_TOKEN" in world.draft()
    assert "JIRA_TOKEN" in announcements(world)[0]
    assert "somebody-elses" not in world.draft()


@pytest.mark.parametrize("scope", ["channels:history", "channels:read", "pins:read", "users:read"])
def test_a_missing_slack_scope_is_named_in_the_draft(world: World, scope: str):
    world.slack.scopes = ALL_SCOPES - {scope}
    walks(world)
    assert f"lacks the scope {scope}" in world.draft()
    assert "install the app again" in world.draft()
    assert "Resolved by Bea Lindqvist" in world.draft()


def test_without_the_scope_to_write_the_announcement_is_parked_and_the_note_is_written(world: World):
    world.slack.scopes = ALL_SCOPES - {"chat:write"}
    walks(world)
    assert "lacks the scope chat:write" in str(world.outcome()["announced"]["slack"])
    assert len(world.pagerduty.written_notes) == 1
    world.jira.expects_issues(3)


def test_a_list_and_people_that_pagerduty_never_gives_are_gaps_in_a_draft_minutes_later(world: World):
    for never in ("GET .*/alerts", "GET /users/"):
        world.pagerduty.fails_next(never, Reply(503), 100_000)
    world.resolves()
    world.passes(timedelta(minutes=20))

    assert "Resolved by Bea Lindqvist" in world.draft()
    for what in ("alerts, from number 1", "e-mail addresses and time zones of people"):
        assert f"{what}: PagerDuty answered status 503" in world.draft()
    assert world.draft().count("e-mail addresses and time zones") == 1


def test_a_sender_whom_pagerduty_does_not_know_is_named_as_the_setting_to_change(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency", settings={"pagerduty": {"sender": "nobody@example.com"}}) as world:
        walks(world)
        assert "Look at pagerduty.sender in debrief.yml first" in str(world.outcome()["announced"]["pagerduty"])
        assert len(announcements(world)) == 1


# Nothing to read, nobody there


def test_an_empty_channel_is_a_gap(tmp_path: Path):
    world = World(tmp_path, "checkout-latency")
    for channel in world.scripts[0].slack["channels"]:
        channel["messages"] = []
    with _opened(world):
        walks(world)
        assert "Nobody wrote anything there" in world.draft()


def _opened(world: World) -> AbstractContextManager[World]:
    return closing(world.open())


@pytest.mark.parametrize(
    "reply", [Reply(503), Reply(500, body=b"<html>"), Reply(dropped=True)], ids=["503", "500", "-"]
)
def test_a_slack_outage_leaves_a_draft_with_a_gap_and_its_issues_and_a_note(world: World, reply: Reply):
    world.slack.fails_next("", reply, times=10**6)
    walks(world)
    assert "**Not read:**" in world.draft()
    assert "status.slack.com" in world.draft()
    assert "Resolved by Bea Lindqvist" in world.draft()
    assert len(world.pagerduty.written_notes) == 1


def test_slack_going_down_before_the_announcement_is_waited_for_and_said_once(world: World):
    world.slack.fails_next(r"chat\.postMessage", Reply(503), times=5)
    walks(world)
    assert len(announcements(world)) == 1


# Jira


@pytest.mark.parametrize("reply", [Reply(503), Reply(dropped=True)], ids=["503", "dropped"])
@pytest.mark.parametrize(
    "where",
    ["createmeta", "POST .*/issue$", "POST|search|/issue/[A-Z]", ""],
    ids=["route", "create", "create and look", "all"],
)
def test_jira_down_for_an_hour_holds_no_draft_up_and_ends_in_every_issue_once(world: World, where: str, reply: Reply):
    world.jira.fails_next(where, reply, times=10**6)
    world.resolves()
    world.passes(timedelta(minutes=10))
    assert len(world.drafts()) == 1, "the draft does not wait for Jira"

    world.passes(timedelta(minutes=50))
    world.jira._faults.clear()
    world.settles()
    world.jira.expects_issues(3)
    assert len({issue["fields"]["summary"] for issue in world.jira.issues}) == len(world.jira.issues)
    assert len(announcements(world)) == 1


def test_a_field_that_jira_refuses_is_left_out_and_said(world: World):
    refusal = {"errorMessages": [], "errors": {"duedate": "Field 'duedate' cannot be set."}}
    world.jira.fails_next("POST .*/issue$", json_reply(refusal, 400), times=1)
    walks(world)
    world.jira.expects_issues(3)
    assert "Field 'duedate' cannot be set" in world.draft()


def test_a_field_that_an_issue_needs_parks_the_item_with_jiras_sentence(world: World):
    refusal = {"errorMessages": [], "errors": {"summary": "The summary is not to Jira's liking."}}
    world.jira.fails_next("POST .*/issue$", json_reply(refusal, 400), times=1)
    world.resolves()
    world.passes(timedelta(minutes=5))
    world.jira.expects_issues(2)
    assert "Not opened:" in world.draft()
    assert "not to Jira's liking" in world.draft()


def test_a_required_field_that_no_setting_fills_is_named_before_anything_is_created(tmp_path: Path):
    world = World(tmp_path, "checkout-latency")
    for project in world.scripts[0].jira["projects"]:
        for kind in project["issue_types"]:
            field = {
                "name": "Customer impact",
                "required": True,
                "schema": {"type": "string"},
                "hasDefaultValue": False,
            }
            kind["fields"]["customfield_10077"] = field | {"key": "customfield_10077", "fieldId": "customfield_10077"}
    with _opened(world):
        walks(world)
        world.jira.expects_issues(0)
        assert [one for one in world.jira.requests if one.method == "POST"] == []
        assert "requires Customer impact (customfield_10077)" in world.draft()
        assert "routing.fields" in world.draft()


# Settings


def test_a_settings_file_with_five_mistakes_says_all_five_and_starts_nothing(world: World):
    world.machine.settings_file.write_text(FIVE_MISTAKES)
    with pytest.raises(SettingsError) as refusal:
        world.machine.settings()
    said = str(refusal.value)
    for key in ("quiet_periode", "region", "refresh_after", "site", "due"):
        assert key in said
    assert len([line for line in said.splitlines() if "line " in line]) >= 5


FIVE_MISTAKES = """
quiet_periode: 90s
refresh_after: soon
pagerduty: {region: mars}
jira: {site: "http://acme.atlassian.net"}
due: {P1: yesterday}
"""


# What nobody may read in a log


def test_nothing_that_people_wrote_and_no_token_reaches_the_logs(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with world_of(tmp_path, "checkout-latency") as world:
        user = world.scripts[0].slack["users"][0]["id"]
        world.slack.channel("inc-4211").says(user, "ACTION: confidential marmalade")
        world.jira.fails_next("POST .*/issue$", Reply(dropped=True), after_effect=True)
        world.pagerduty.fails_next("/notes", Reply(500), times=3)
        world.slack.fails_next("users.info", Reply(503), times=2)
        walks(world)
        tokens = (world.pagerduty.token, world.slack.token, world.jira.token, "whsec-fake-current-0001")
        people = [person["name"] for person in world.scripts[0].pagerduty["users"]]
    for secret in (*tokens, *people, *CANARIES):
        assert secret.casefold() not in caplog.text.casefold(), secret


def test_jira_that_never_comes_back_leaves_every_item_visibly_parked(world: World):
    world.jira.fails_next("", Reply(503), times=10**9)
    walks(world)
    assert world.draft().count("| not opened |") == 3
    assert "Jira failed with 503" in announcements(world)[0]
