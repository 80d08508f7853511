"""What each script is there for, and that PagerDuty's side holds against PagerDuty's own document."""

import json
from typing import Any

import pytest

from postmortem.moment import moment_from_iso
from tests.contract.openapi import problems_of_exchange, spec
from tests.incidents import NAMES, by_name
from tests.incidents.builder import Story
from tests.incidents.people import ADA, BEA, DEPLOYBOT
from tests.vendors.wire import Request, json_reply


def _messages(name: str) -> list[dict[str, Any]]:
    return by_name(name).slack["channels"][0]["messages"]


def _event_types(name: str) -> list[str]:
    return [body["event"]["event_type"] for body in by_name(name).webhooks]


def test_expired_certificate_is_small():
    texts = [message["text"].lower() for message in _messages("expired_certificate")]
    assert sum(text.startswith(("action item:", "ai:")) for text in texts) == 2


def test_midnight_migration_goes_over_two_midnights_and_the_end_of_summer_time():
    script = by_name("midnight_migration")
    incident, notes = script.pagerduty["incident"], script.pagerduty["notes"]
    created, resolved = (moment_from_iso(incident[name]).at for name in ("created_at", "resolved_at"))
    assert (resolved.date() - created.date()).days == 2
    assert {note["created_at"][-6:] for note in notes} >= {"+02:00", "+01:00"}


def test_flapping_is_resolved_three_times_and_reopened_twice():
    types = _event_types("flapping_reopened_twice")
    assert types.count("incident.resolved") == 3
    assert types.count("incident.reopened") == 2
    assert by_name("flapping_reopened_twice").pagerduty["incident"]["reopened_at"] == "2026-09-03T12:34:02Z"


def test_the_merged_child_points_to_its_parent():
    child, parent = by_name("merged_into_parent").pagerduty["incident"], by_name("merge_parent").pagerduty["incident"]
    assert child["resolve_reason"]["type"] == "merge_resolve_reason"
    assert child["resolve_reason"]["incident"]["id"] == parent["id"]
    assert parent["resolve_reason"] is None
    last = by_name("merged_into_parent").webhooks[-1]["event"]
    assert last["data"]["resolve_reason"]["incident"]["id"] == parent["id"]


def test_the_archived_channel_is_archived_and_not_joined():
    channel = by_name("archived_channel").slack["channels"][0]
    assert channel["is_archived"]
    assert not channel["is_member"]


def test_long_night_is_large():
    script, messages = by_name("long_night"), _messages("long_night")
    assert len(messages) == 1500
    assert max(message.get("reply_count", 0) for message in messages) == 180
    assert len(script.pagerduty["log_entries"]) > 300
    assert sum(entry["type"] == "notify_log_entry" for entry in script.pagerduty["log_entries"]) == 300
    assert len(script.pagerduty["alerts"]) == 120
    assert sum(message["text"].startswith(("ACTION", "TODO", "follow-up")) for message in messages) == 3


def test_unknown_records_carry_what_is_hard():
    script = by_name("unknown_records_rtl_names")
    text = json.dumps(script.slack) + json.dumps(script.pagerduty)
    assert "\\u0000" in text
    assert "\\ud83d " in text
    assert "telepathy_log_entry" in text
    assert "hologram_shared" in text
    assert "incident.teleported" in _event_types("unknown_records_rtl_names")


def test_a_lone_surrogate_can_be_served():
    reply = json_reply(by_name("unknown_records_rtl_names").pagerduty)
    assert json.loads(reply.body) == by_name("unknown_records_rtl_names").pagerduty


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("unknown")])
def test_pagerduty_could_have_answered_this(name: str):
    if spec("pagerduty-rest.json") is None:
        pytest.skip("pagerduty-rest.json is not in the shared folder")
    side = by_name(name).pagerduty
    page = {"limit": 100, "offset": 0, "more": False, "total": None}
    incident = f"/incidents/{side['incident']['id']}"
    answers = {
        incident: {"incident": side["incident"]},
        f"{incident}/alerts": {"alerts": side["alerts"][:30], **page},
        f"{incident}/log_entries": {"log_entries": side["log_entries"][:60], **page},
        f"{incident}/notes": {"notes": side["notes"]},
        f"{incident}/related_change_events": {"change_events": side["related_change_events"], **page},
        f"/users/{side['users'][0]['id']}": {"user": side["users"][0]},
    }
    for path, answer in answers.items():
        assert problems_of_exchange("pagerduty-rest.json", Request("GET", path), json_reply(answer)) == []


def _story() -> Story:
    return Story("told", "Told", day="2026-03-01", number=1, cast=(ADA, BEA, DEPLOYBOT), service="S")


def test_a_chat_becomes_what_slack_stores():
    story = _story()
    story.chat("""
10:00:00 ada: @bea see #inc-1 & https://a.example/x?y=1, p99 <2 s {:eyes: bea; pinned; edited 10:01:00}
  10:02:00 bea: mail me at bea@acme.example, @nobody {broadcast}
--- 2026-03-02
00:00:05 * bea joins
""")
    first, reply, joined = story.channel.messages
    channel = story.channel.id
    assert first["text"] == f"<@{BEA.slack_id}> see <#{channel}|inc-1> &amp; <https://a.example/x?y=1>, p99 &lt;2 s"
    assert first["reactions"] == [{"name": "eyes", "users": [BEA.slack_id], "count": 1}]
    assert first["edited"] == {"user": ADA.slack_id, "ts": "1772359260.000000"}
    assert story.channel.pins == [first["ts"]]
    assert reply["thread_ts"] == first["ts"] == first["thread_ts"]
    assert (reply["text"], reply["subtype"]) == ("mail me at bea@acme.example, @nobody", "thread_broadcast")
    assert joined["ts"].startswith("1772409605.")
    assert joined["subtype"] == "channel_join"


def test_a_deleted_message_keeps_its_thread():
    story = _story()
    story.chat("10:00:00 ada: secret {deleted}\n  10:00:10 bea: oh")
    parent, reply = story.channel.messages
    assert (parent["subtype"], parent["text"]) == ("tombstone", "This message was deleted.")
    assert reply["thread_ts"] == parent["ts"]


def test_a_story_is_told_in_order():
    story = _story()
    story.pagerduty.triggers(story.at("10:00:00"), "ada", priority=None)
    with pytest.raises(ValueError, match="tell the story in order"):
        story.pagerduty.acknowledges(story.at("09:59:59"), "ada")
    with pytest.raises(ValueError, match="cannot be read"):
        story.chat("ten o'clock ada: hello")
