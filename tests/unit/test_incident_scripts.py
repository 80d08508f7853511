"""The incident scripts are what the vendors could really hold: well-formed ids, each once, and times that agree."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from postmortem.moment import moment_from_iso, moment_from_slack_ts
from postmortem.settings import read_settings
from tests.incidents import NAMES, by_name, demo_settings_text
from tests.incidents.script import Script

_PAGERDUTY_ID = re.compile(r"[A-Z0-9]{7,14}|R[A-Z0-9]{25}|01[A-Z0-9]{24}")
_SLACK_ID = re.compile(r"[UCTBAW][A-Z0-9]{10}|USLACKBOT")
_LISTS = ("alerts", "log_entries", "notes", "related_change_events", "users")
_READ_ONLY_ONCE = cache(by_name)


@pytest.fixture(params=NAMES)
def script(request: pytest.FixtureRequest) -> Script:
    return _READ_ONLY_ONCE(request.param)


def _channels(script: Script) -> Iterator[dict[str, Any]]:
    yield from script.slack["channels"]


def _messages(script: Script) -> Iterator[dict[str, Any]]:
    for channel in _channels(script):
        yield from channel["messages"]


def test_a_script_is_the_same_every_time(script: Script):
    assert by_name(script.name) == script


def test_ids_are_well_formed_and_unique(script: Script):
    for name in _LISTS:
        ids = [record["id"] for record in script.pagerduty[name]]
        assert len(set(ids)) == len(ids)
        assert all(_PAGERDUTY_ID.fullmatch(id_) for id_ in ids)
    assert re.fullmatch(r"Q[A-Z0-9]{13}", script.pagerduty["incident"]["id"])
    slack_ids = [user["id"] for user in script.slack["users"]] + [channel["id"] for channel in _channels(script)]
    assert len(set(slack_ids)) == len(slack_ids)
    assert all(_SLACK_ID.fullmatch(id_) for id_ in [*slack_ids, script.slack["team"]["id"]])
    event_ids = [body["event"]["id"] for body in script.webhooks]
    assert len(set(event_ids)) == len(event_ids)


def test_log_entries_come_newest_first_and_within_the_incident(script: Script):
    times = [moment_from_iso(entry["created_at"]).at for entry in script.pagerduty["log_entries"]]
    assert times == sorted(times, reverse=True)
    incident = script.pagerduty["incident"]
    created, resolved = (moment_from_iso(incident[name]).at for name in ("created_at", "resolved_at"))
    assert created < resolved
    assert min(times) == created
    assert incident["status"] == "resolved"


def test_alerts_and_changes_stand_near_the_incident(script: Script):
    incident = script.pagerduty["incident"]
    created, resolved = (moment_from_iso(incident[name]).at for name in ("created_at", "resolved_at"))
    for alert in script.pagerduty["alerts"]:
        at = moment_from_iso(alert["created_at"]).at
        assert (created - at).total_seconds() <= 900
        assert at <= resolved
    for change in script.pagerduty["related_change_events"]:
        assert moment_from_iso(change["timestamp"]).at <= resolved


def test_webhooks_come_oldest_first_and_are_about_the_incident(script: Script):
    times = [moment_from_iso(body["event"]["occurred_at"]).at for body in script.webhooks]
    assert times == sorted(times)
    assert all(script.pagerduty["incident"]["id"] in json.dumps(body) for body in script.webhooks)
    assert script.webhooks[0]["event"]["event_type"] == "incident.triggered"
    assert "incident.resolved" in {body["event"]["event_type"] for body in script.webhooks}


def test_every_message_has_its_own_time(script: Script):
    for channel in _channels(script):
        stamps = [message["ts"] for message in channel["messages"]]
        assert len(set(stamps)) == len(stamps)
        assert all(moment_from_slack_ts(ts) for ts in stamps)
        assert set(channel["pins"]) <= set(stamps)


def test_threads_agree_with_their_replies(script: Script):
    for channel in _channels(script):
        parents = {message["ts"]: message for message in channel["messages"] if "reply_count" in message}
        counts = dict.fromkeys(parents, 0)
        for message in channel["messages"]:
            thread = message.get("thread_ts")
            if thread and thread != message["ts"]:
                counts[thread] += 1
                assert message["ts"] > thread
                assert parents[thread]["latest_reply"] >= message["ts"]
        assert counts == {ts: parent["reply_count"] for ts, parent in parents.items()}


def test_whoever_speaks_or_reacts_is_known(script: Script):
    known = {user["id"] for user in script.slack["users"]} | {"USLACKBOT"}
    for message in _messages(script):
        assert message.get("user", "USLACKBOT") in known
        for reaction in message.get("reactions", []):
            assert set(reaction["users"]) <= known
            assert reaction["count"] == len(reaction["users"])


def test_whoever_acted_in_pagerduty_is_known(script: Script):
    known = {user["id"] for user in script.pagerduty["users"]}
    for entry in script.pagerduty["log_entries"]:
        agent = entry.get("agent") or {}
        assert agent.get("type") != "user_reference" or agent["id"] in known


def test_a_name_may_be_written_with_hyphens():
    assert by_name("checkout-latency").name == "checkout_latency"
    with pytest.raises(KeyError, match="no incident script is called 'nothing'"):
        by_name("nothing")


def test_checkout_latency_is_what_the_demo_tells():
    script = by_name("checkout_latency")
    messages = list(_messages(script))
    texts = [message["text"] for message in messages]
    bea = next(user["id"] for user in script.slack["users"] if user["name"] == "bea")
    assert len(messages) == 45
    assert sum("reply_count" in message for message in messages) == 4
    assert f"ACTION: <@{bea}> raise the connection pool limit by Friday" in texts
    todo = next(message for message in messages if message["text"].startswith("TODO: I'll add an alert"))
    assert todo["thread_ts"] != todo["ts"]
    assert any(reaction["name"] == "ticket" for message in messages for reaction in message.get("reactions", []))
    assert len({alert["alert_key"] for alert in script.pagerduty["alerts"]}) == 2


def test_the_demo_settings_fit_checkout_latency():
    settings = read_settings(demo_settings_text())
    script = by_name("checkout_latency")
    assert settings.routing[0].match.services == (script.pagerduty["incident"]["service"]["summary"],)
    assert {project["key"] for project in script.jira["projects"]} >= {settings.routing[0].project}
    accounts = {user["accountId"] for user in script.jira["users"]}
    assert {person.jira_account_id for person in settings.people} <= accounts
    assert "Gus Ferreira" not in {person.name for person in settings.people}


def test_five_hundred_is_five_hundred():
    messages = list(_messages(by_name("five_hundred")))
    assert len(messages) == 500
    assert sum("reply_count" in message for message in messages) == 40
    assert len({message["user"] for message in messages}) == 12
    assert sum(message["text"].startswith(("ACTION:", "TODO:", "AI:")) for message in messages) == 3
