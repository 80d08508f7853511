"""The fake Slack is as strict as Slack, and every exchange fits Slack's own document where that is present."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.contract.openapi import problems_of_exchange, spec
from tests.vendors.slack import ALL_SCOPES, FAKE_TOKEN, FakeSlack
from tests.vendors.slack_world import A_VIEW, CALLS, TRIGGER, a_world, channel, person, said, ts
from tests.vendors.wire import Request

SPEC = "slack-web.json"

# Slack's document is of 2021 and knows no message metadata (https://docs.slack.dev/messaging/message-metadata) and no
# app_id on a message (https://docs.slack.dev/reference/events/message), both read 2026-11-20.
_NEWER = ("include_all_metadata is not known", "('app_id', 'metadata' were unexpected)", "('app_id' was unexpected)")
_CHAT = ("chat.postMessage", "chat.postEphemeral", "chat.update")
_LATER_METHODS = ("files.getUploadURLExternal", "files.completeUploadExternal", "upload/v1")


def asked(slack: FakeSlack, method: str, token: str = FAKE_TOKEN, verb: str = "POST", **arguments: str) -> Any:
    headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Bearer {token}"}
    return json.loads(slack.answer(Request(verb, f"/api/{method}", {}, headers, urlencode(arguments).encode())).body)


def a_slack(**more: Any) -> FakeSlack:
    private = {"id": "G0SECRET", "name": "secret", "is_private": True, "messages": [said(0)]}
    hidden = {"id": "G0HIDDEN", "name": "hidden", "is_private": True, "is_member": False}
    strange = {"id": "C0OTHER1", "name": "other", "is_member": False}
    old = {"id": "C0OLD001", "name": "old", "is_member": False, "is_archived": True}
    inc = channel(said(0), said(5, thread_ts=ts(0)), said(6, thread_ts=ts(0)), said(10))
    return FakeSlack(**more).holds({"channels": [inc, private, hidden, strange, old], "users": [person(1)]})


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.history", {"channel": "C0NOPE01"}, "channel_not_found"),
        ("conversations.history", {}, "channel_not_found"),
        ("conversations.history", {"channel": "G0HIDDEN"}, "channel_not_found"),
        ("conversations.history", {"channel": "C0OTHER1"}, "not_in_channel"),
        ("conversations.history", {"channel": "C00INC042", "limit": "1000"}, "invalid_limit"),
        ("conversations.history", {"channel": "C00INC042", "limit": "0"}, "invalid_limit"),
        ("conversations.history", {"channel": "C00INC042", "cursor": "%%%"}, "invalid_cursor"),
        ("conversations.history", {"channel": "C00INC042", "oldest": "yesterday"}, "invalid_ts_oldest"),
        ("conversations.history", {"channel": "C00INC042", "latest": "1.1234567"}, "invalid_ts_latest"),
        ("conversations.replies", {"channel": "C00INC042", "ts": ts(99)}, "thread_not_found"),
        ("conversations.join", {"channel": "C0OLD001"}, "is_archived"),
        ("conversations.join", {"channel": "G0SECRET"}, "method_not_supported_for_channel_type"),
        ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
        ("users.info", {"user": "U9"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
        ("chat.postMessage", {"channel": "C00INC042"}, "no_text"),
        ("chat.postMessage", {"channel": "C00INC042", "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "C00INC042", "text": "x", "blocks": "[{}]"}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C00INC042", "text": "x", "blocks": "["}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C00INC042", "text": "x", "metadata": "{}"}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": "C0OTHER1", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0OLD001", "text": "x"}, "is_archived"),
        ("files.completeUploadExternal", {"files": '[{"id": "F1"}]'}, "file_not_found"),
        ("chat.update", {"channel": "C00INC042", "ts": ts(0), "text": "x"}, "cant_update_message"),
        ("chat.update", {"channel": "C00INC042", "ts": ts(99), "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": "C00INC042", "user": "U9", "text": "x"}, "user_not_in_channel"),
        ("conversations.open", {"users": "U9"}, "user_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": "{}"}, "invalid_trigger_id"),
        ("bots.info", {"bot": "B9"}, "bot_not_found"),
        ("reactions.get", {"channel": "C00INC042", "timestamp": ts(99)}, "message_not_found"),
        ("chat.shout", {}, "unknown_method"),
    ],
)
def test_the_fake_refuses_in_slacks_words(method: str, arguments: dict[str, str], error: str) -> None:
    answer = asked(a_slack(), method, **arguments)
    assert (answer["ok"], answer["error"]) == (False, error)


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def a_button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("Accept")} | more


@pytest.mark.parametrize(
    "block",
    [
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": [a_button(action_id=f"a{number}") for number in range(26)]},
        {"type": "actions", "elements": [a_button(), a_button()]},
        {"type": "actions", "elements": [a_button(value="x" * 2001)]},
        {"type": "actions", "elements": [a_button(action_id="x" * 256)]},
        {"type": "actions", "elements": [a_button(text=plain("x" * 76))]},
        {"type": "actions", "elements": [a_button(text=plain(""))]},
        {"type": "actions", "elements": [a_button(text={"type": "mrkdwn", "text": "Accept"})]},
        {"type": "actions", "elements": [a_button(accessibility_label="x" * 76)]},
        {"type": "actions", "elements": [a_button(confirm={"title": plain("x" * 101)})]},
        {"type": "section", "text": plain("x" * 3001)},
        {"type": "section"},
        {"type": "input", "label": plain("Due"), "element": {"type": "datepicker"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]},
        {"type": "divider", "block_id": "x" * 256},
    ],
)
def test_the_fake_takes_no_block_that_slack_would_not_take(block: dict[str, Any]) -> None:
    answer = asked(a_slack(), "chat.postMessage", channel="C00INC042", text="x", blocks=json.dumps([block]))
    assert answer["error"] == "invalid_blocks"


def test_a_trigger_opens_one_form_within_three_seconds_of_its_press() -> None:
    world = a_world()
    view = json.dumps(A_VIEW)
    world.slack.workspace.triggers["late"] = {"at": world.seconds - 3.1, "user": "U0000001", "used": False}
    assert asked(world.slack, "views.open", trigger_id="late", view=view)["error"] == "expired_trigger_id"
    assert asked(world.slack, "views.open", trigger_id=TRIGGER, view="{}")["error"] == "invalid_arguments"
    assert asked(world.slack, "views.open", trigger_id=TRIGGER, view=view)["view"]["id"] == "V00000001"
    assert asked(world.slack, "views.open", trigger_id=TRIGGER, view=view)["error"] == "exchanged_trigger_id"


def test_an_update_keeps_the_metadata_and_loses_the_blocks_that_are_not_given_again() -> None:
    slack = a_slack()
    metadata = json.dumps({"event_type": "debrief", "event_payload": {"key": "k"}})
    blocks = json.dumps([{"type": "divider"}])
    posted = asked(slack, "chat.postMessage", channel="C00INC042", text="x", metadata=metadata, blocks=blocks)
    shown = asked(slack, "chat.update", channel="C00INC042", ts=posted["ts"], text="y")["message"]
    assert (shown["text"], shown["metadata"]["event_payload"]) == ("y", {"key": "k"})
    assert "blocks" not in shown


def test_a_direct_message_is_one_channel_per_person_and_takes_messages() -> None:
    slack = a_slack()
    first, again = (asked(slack, "conversations.open", users="U0000001")["channel"]["id"] for _ in range(2))
    assert first == again == "D0000001"
    assert asked(slack, "chat.postMessage", channel=first, text="Your action items")["ok"]
    assert slack.user("p1").expects("Your action items")


def test_the_fake_checks_token_verb_and_scope() -> None:
    slack = a_slack(scopes=ALL_SCOPES - {"groups:history"})
    assert asked(slack, "auth.test", token="xoxb-other")["error"] == "invalid_auth"
    assert asked(slack, "auth.test", verb="GET")["error"] == "invalid_post_type"
    answer = asked(slack, "conversations.history", channel="G0SECRET")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")
    assert "groups:history" not in answer["provided"]


def test_history_is_newest_first_and_holds_parents_only() -> None:
    answer = asked(a_slack(), "conversations.history", channel="C00INC042")
    assert [message["ts"] for message in answer["messages"]] == [ts(10), ts(0)]
    assert (answer["messages"][1]["reply_count"], answer["messages"][1]["latest_reply"]) == (2, ts(6))


def test_replies_show_the_parent_first_on_every_page() -> None:
    slack = a_slack()
    first = asked(slack, "conversations.replies", channel="C00INC042", ts=ts(0), limit="1")
    cursor = first["response_metadata"]["next_cursor"]
    second = asked(slack, "conversations.replies", channel="C00INC042", ts=ts(0), limit="1", cursor=cursor)
    pages = [[message["ts"] for message in page["messages"]] for page in (first, second)]
    assert pages == [[ts(0), ts(5)], [ts(0), ts(6)]]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_bounds_are_excluded_unless_inclusive_is_asked_for() -> None:
    slack = a_slack()
    bounds = {"channel": "C00INC042", "oldest": ts(0), "latest": ts(10)}
    assert asked(slack, "conversations.history", **bounds)["messages"] == []
    assert len(asked(slack, "conversations.history", inclusive="1", **bounds)["messages"]) == 2


def test_an_email_is_shown_only_with_its_scope() -> None:
    slack = a_slack(scopes=ALL_SCOPES - {"users:read.email"})
    assert "email" not in asked(slack, "users.info", user="U0000001")["user"]["profile"]


def test_metadata_is_shown_only_to_who_asks_for_it() -> None:
    slack = a_slack()
    metadata = json.dumps({"event_type": "debrief", "event_payload": {"key": "k"}})
    asked(slack, "chat.postMessage", channel="C00INC042", text="x", metadata=metadata)
    assert "metadata" not in asked(slack, "conversations.history", channel="C00INC042")["messages"][0]
    full = asked(slack, "conversations.history", channel="C00INC042", include_all_metadata="1")
    assert full["messages"][0]["metadata"]["event_payload"] == {"key": "k"}


def test_a_limit_on_demand_answers_429_with_the_wait() -> None:
    slack = FakeSlack(now=lambda: 1000.0)
    slack.limits("auth", calls=1, seconds=30)
    request = Request("POST", "/api/auth.test", {}, {"authorization": f"Bearer {FAKE_TOKEN}"})
    assert slack.answer(request).status == 200
    reply = slack.answer(request)
    assert (reply.status, reply.headers["retry-after"]) == (429, "30")


def test_what_was_posted_and_not_expected_is_listed() -> None:
    slack = a_slack()
    asked(slack, "chat.postMessage", channel="C00INC042", text="Draft postmortem ready")
    asked(slack, "chat.postMessage", channel="C00INC042", text="surprise")
    slack.channel("inc-42").expects("Draft postmortem ready")
    assert [message["text"] for message in slack.unexpected()] == ["surprise"]
    assert slack.state()["channels"]["inc-42"]["messages"] == 6


@pytest.mark.parametrize("method", CALLS)
def test_every_exchange_fits_slacks_own_document(method: str) -> None:
    if spec(SPEC) is None:
        pytest.skip("the vendors' documents are not here (../shared/specs)")
    world = a_world()
    CALLS[method](world.api)
    problems: list[str] = []
    for request in world.slack.requests:
        if not any(later in request.path for later in _LATER_METHODS):
            problems += _problems(request, a_world().slack.answer(request))
    assert [problem for problem in problems if not any(newer in problem for newer in _NEWER)] == []


def _problems(request: Request, reply: Any) -> list[str]:
    """Slack's document lists readings as GET; slack_sdk posts everything, and Slack takes that."""
    verb = "post" if request.path.endswith(("conversations.join", "conversations.open", *_CHAT)) else "get"
    return problems_of_exchange(SPEC, request, reply, base_path="/api", method=verb)
