"""Slack's records become our nouns, whatever they hold."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.blocks import Reader
from connectors.slack.edits import settled
from connectors.slack.markup import decode, escape, scrub
from connectors.slack.translate import (
    Place,
    message_from_slack,
    messages_from_slack,
    people_in,
    permalink,
    person_from_slack,
)

PLACE = Place("C00INC042", "inc-42", "https://acme.slack.com/")
NAMES = {"U1": "ada", "W2": "Grace Hopper", "C9": "general"}


def read(text: str) -> str:
    return decode(text, NAMES, [])


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("<@U1> hi", "@ada hi"),
        ("<@W2>", "@Grace Hopper"),
        ("<@U7|bob>", "@bob"),
        ("<@U7>", "@U7"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S1|@sre>", "@sre"),
        ("<!subteam^S1>", "@S1"),
        ("<!date^1767600000^{date} at {time}|5 Jan>", "5 Jan"),
        ("<!date^1767600000^{date}^https://x.example>", "2026-01-05 08:00 UTC"),
        ("<!date^99999999999999^{date}>", ""),
        ("<#C9|general> <#C9|> <#C8>", "#general #general #C8"),
        ("<https://a.example/x?b=1&amp;c=2|the page>", "the page (https://a.example/x?b=1&c=2)"),
        ("<https://a.example>", "https://a.example"),
        ("<http://a.example|a.example>", "http://a.example"),
        ("<mailto:ada@acme.example|ada@acme.example>", "ada@acme.example"),
        ("<mailto:ada@acme.example|Ada>", "Ada (ada@acme.example)"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("&lt;@U1&gt;", "<@U1>"),
        ("<>", "<>"),
        ("List<String> x", "List<String> x"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)
def test_markup_reads_as_people_saw_it(raw: str, shown: str) -> None:
    assert read(raw) == shown


def test_brackets_are_parsed_before_escapes_are_undone() -> None:
    assert read("&lt;!channel&gt;") == "<!channel>"


def test_mentions_are_listed_once_in_the_order_of_the_text() -> None:
    message = message_from_slack({"ts": "1.2", "user": "U1", "text": "<@W2> <@U1> <@W2>"}, PLACE, NAMES)
    assert message.mention_ids == ("slack:W2", "slack:U1")


def test_a_plain_message_becomes_one_of_ours() -> None:
    raw = {
        "type": "message",
        "user": "U1",
        "text": "Rolling back &amp; watching",
        "ts": "1767600000.000100",
        "thread_ts": "1767599000.000200",
        "edited": {"user": "U1", "ts": "1767600100.000000"},
        "reactions": [{"name": "eyes", "users": ["W2", "U1"], "count": 2}],
        "files": [{"id": "F1", "name": "graph.png"}, {"id": "F2", "title": "log"}, {"id": "F3"}],
    }
    message = message_from_slack(raw, PLACE, NAMES)
    assert message.id == "slack/C00INC042/1767600000.000100"
    assert message.text == "Rolling back & watching"
    assert message.person_id == "slack:U1"
    assert message.thread_id == "slack/C00INC042/1767599000.000200"
    assert message.edited_at is not None
    assert message.edited_at.original == "1767600100.000000"
    assert [(each.emoji, each.person_ids) for each in message.reactions] == [("eyes", ("slack:W2", "slack:U1"))]
    assert message.files == ("graph.png", "log", "F3")
    assert message.link == (
        "https://acme.slack.com/archives/C00INC042/p1767600000000100?thread_ts=1767599000.000200&cid=C00INC042"
    )


def test_the_parent_of_a_thread_answers_nobody() -> None:
    message = message_from_slack({"ts": "5.000001", "thread_ts": "5.000001", "user": "U1", "text": "x"}, PLACE, NAMES)
    assert message.thread_id is None
    assert message.link == "https://acme.slack.com/archives/C00INC042/p5000001"


def test_without_the_address_of_the_workspace_there_is_no_link() -> None:
    assert permalink(None, "C1", "1.000001") is None


def test_a_deleted_message_keeps_its_place_and_has_no_text() -> None:
    raw = {"ts": "1.2", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
    message = message_from_slack(raw, PLACE, NAMES)
    assert (message.is_deleted, message.text, message.person_id) == (True, "", None)


def test_an_unknown_subtype_survives() -> None:
    message = message_from_slack({"ts": "1.2", "subtype": "hologram", "user": "U1", "text": "hi"}, PLACE, NAMES)
    assert (message.vendor_kind, message.text) == ("hologram", "hi")


def test_an_app_message_has_its_app_as_author_and_its_pagerduty_incidents() -> None:
    raw = {
        "ts": "1.2",
        "bot_id": "B7",
        "app_id": "A1",
        "bot_profile": {"name": "PagerDuty"},
        "text": "",
        "attachments": [{"fallback": "Triggered <https://acme.pagerduty.com/incidents/Q2CKYRLH85UNN4?x=1|#37>"}],
        "blocks": [
            {"type": "actions", "elements": [{"type": "button", "url": "https://acme.eu.pagerduty.com/incidents/QX9"}]}
        ],
    }
    heard = messages_from_slack([raw], PLACE, NAMES)
    message = heard.messages[0]
    assert message.is_bot
    assert message.person_id == "slack:B7"
    assert message.text == "Triggered #37 (https://acme.pagerduty.com/incidents/Q2CKYRLH85UNN4?x=1)"
    assert message.pagerduty_incident_ids == ("QX9", "Q2CKYRLH85UNN4")
    assert [(bot.id, bot.name, bot.is_bot) for bot in heard.bots] == [("slack:B7", "PagerDuty", True)]


def test_a_person_who_pastes_a_pagerduty_link_is_no_copy_of_pagerduty() -> None:
    raw = {"ts": "1.2", "user": "U1", "text": "<https://acme.pagerduty.com/incidents/Q1>"}
    assert message_from_slack(raw, PLACE, NAMES).pagerduty_incident_ids == ()


def test_a_look_alike_host_is_not_pagerduty() -> None:
    raw = {"ts": "1.2", "bot_id": "B1", "text": "https://acme.pagerduty.com.evil.example/incidents/Q1"}
    assert message_from_slack(raw, PLACE, NAMES).pagerduty_incident_ids == ()


def test_a_message_that_only_has_blocks_is_read_from_them() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "SEV1 <now>"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Checkout* &lt;down&gt; <@U1>"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "Lead: <@W2>"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "from"}, {"type": "image", "alt_text": "a graph"}]},
        {"type": "divider"},
        {"type": "hologram", "text": "kept"},
    ]
    message = message_from_slack({"ts": "1.2", "bot_id": "B1", "text": "", "blocks": blocks}, PLACE, NAMES)
    assert message.text == "SEV1 <now>\n*Checkout* <down> @ada\nLead: @Grace Hopper\nfrom a graph\nkept"
    assert message.mention_ids == ("slack:U1", "slack:W2")


def test_rich_text_is_a_tree_of_plain_leaves() -> None:
    leaves: list[Any] = [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://a.example", "text": "page"},
        {"type": "text", "text": " & "},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "eyes"},
        {"type": "broadcast", "range": "here"},
        {"type": "channel", "channel_id": "C9"},
    ]
    bullets = {"type": "rich_text_list", "elements": [{"type": "rich_text_section", "elements": leaves[:1]}]}
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": leaves}, bullets]}]
    assert Reader(NAMES).blocks(blocks) == "see page (https://a.example) & @ada:eyes:@here#general\n• see "


def test_an_apps_composed_blocks_go_before_its_notification_text() -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Checkout error rate 12 %"}}]
    raw = {"ts": "1.2", "bot_id": "B1", "text": "New alert", "blocks": blocks}
    assert message_from_slack(raw, PLACE, NAMES).text == "Checkout error rate 12 %"


def test_an_attachment_without_fallback_is_read_from_its_parts() -> None:
    attachment = {
        "title": "CPU",
        "title_link": "https://g.example",
        "text": "high",
        "fields": [{"title": "h", "value": "1"}],
    }
    raw = {"ts": "1.2", "bot_id": "B1", "attachments": [attachment]}
    assert message_from_slack(raw, PLACE, NAMES).text == "CPU (https://g.example)\nhigh\nh: 1"


def test_what_attachments_say_beyond_the_text_is_read_of_people_and_of_bots() -> None:
    alert = {"fallback": "x", "title": "Pool saturated", "text": "node 7\nPool saturated", "fields": [{"value": "9"}]}
    bot = {"ts": "1.2", "bot_id": "B1", "text": "[FIRING] Pool saturated", "attachments": [alert]}
    assert message_from_slack(bot, PLACE, NAMES).text == "[FIRING] Pool saturated\nnode 7\n9"
    shared = {"is_share": True, "from_url": "https://acme.slack.com/archives/C2/p1", "author_name": "grace"}
    raw = {"ts": "1.2", "user": "U1", "text": "see", "attachments": [shared | {"text": "it is <@U1>\nTODO: drain it"}]}
    assert message_from_slack(raw, PLACE, NAMES).text == "see\n> grace: it is @ada\n> TODO: drain it"


def test_the_preview_of_a_link_in_the_text_is_not_what_was_said() -> None:
    preview = {"from_url": "https://a.example/x?b&amp;c", "service_name": "Example", "title": "A page", "text": "long"}
    raw = {"ts": "1.2", "user": "U1", "text": "<https://a.example/x?b&amp;c>", "attachments": [preview]}
    assert message_from_slack(raw, PLACE, NAMES).text == "https://a.example/x?b&c"


def test_what_debrief_wrote_is_never_evidence() -> None:
    ours: list[Any] = [
        {"ts": "1.1", "user": "U0BOT", "text": "x"},
        {"ts": "1.2", "bot_id": "B0BOT", "text": "x"},
        {"ts": "1.3", "bot_id": "B9", "text": "x", "metadata": {"event_type": "debrief", "event_payload": {}}},
    ]
    place = Place("C1", "c", own_ids=frozenset({"U0BOT", "B0BOT"}))
    heard = messages_from_slack([*ours, {"ts": "1.4", "user": "U1", "text": "kept"}], place, NAMES)
    assert [message.text for message in heard.messages] == ["kept"]


def test_a_message_without_a_readable_ts_is_counted() -> None:
    raws: list[Any] = [{"ts": "yesterday"}, {}, {"ts": None}, {"ts": "1.000000"}]
    heard = messages_from_slack(raws, PLACE, NAMES)
    assert (len(heard.messages), heard.unreadable) == (1, 3)


def test_nul_and_lone_surrogates_are_scrubbed_everywhere() -> None:
    bad = "a\x00b\ud83dc"
    raw: dict[str, Any] = {
        "ts": "1.2", "user": bad, "text": bad, "subtype": bad, "files": [{"name": bad}],
        "reactions": [{"name": bad, "users": [bad]}], "thread_ts": bad, "username": bad,
    }  # fmt: skip
    message = message_from_slack(raw, PLACE, NAMES)
    message.model_dump_json().encode()
    assert message.text == "a\ufffdb\ufffdc"


def test_a_person_has_a_name_a_handle_and_an_email() -> None:
    raw = {
        "id": "U1",
        "name": "ada",
        "tz": "Europe/London",
        "profile": {"real_name": "Ada Lovelace", "display_name": "countess", "email": "ada@acme.example"},
    }
    found = person_from_slack(raw, "https://acme.slack.com/")
    assert (found.id, found.name, found.handle, found.email) == (
        "slack:U1", "Ada Lovelace", "countess", "ada@acme.example",
    )  # fmt: skip
    assert (found.timezone, found.is_bot, found.link) == ("Europe/London", False, "https://acme.slack.com/team/U1")


def test_authors_mentioned_and_reacting_people_are_asked_for_but_not_bots() -> None:
    raws: list[Any] = [
        {"user": "U1", "text": "<@U2>", "reactions": [{"name": "x", "users": ["U3"]}]},
        {"user": "U4", "bot_id": "B1", "text": "<@U5>"},
        {"user": "USLACKBOT", "text": "hi"},
    ]
    assert people_in(raws) == ("U1", "U2", "U3", "U5")


@given(st.text())
def test_no_text_from_outside_can_do_anything_in_a_message_of_ours(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert decode(escaped, {}, []) == scrub(text)


_KEYS = st.sampled_from(["a", "b", "text", "type", "elements", "user"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
KINDS_OF_CHANGE = ["message_changed", "message_deleted"]
_FIELDS = [
    "user", "text", "subtype", "thread_ts", "edited", "reactions", "files", "file", "blocks", "attachments", "bot_id",
    "app_id", "username", "bot_profile", "metadata", "latest_reply", "comment",
    "message", "previous_message", "deleted_ts",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_FIELDS), _JSON), st.none() | st.sampled_from(KINDS_OF_CHANGE))
def test_any_json_translates_without_an_exception(raw: dict[str, Any], kind: str | None) -> None:
    raw |= {"subtype": kind} if kind else {}
    records = settled([raw | {"ts": "1767600000.000100"}, raw])
    heard = messages_from_slack(records, PLACE, NAMES)
    people_in(records)
    for message in heard.messages:
        json.loads(message.model_dump_json())


@pytest.mark.parametrize("piece", ["<", "<@", "<!date^", "&", "<a:|", "https://a.pagerduty.com/incidents/"])
def test_the_longest_hostile_message_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    message_from_slack({"ts": "1.2", "bot_id": "B1", "text": (piece * 40_000)[:80_000]}, PLACE, NAMES)
    assert time.process_time() - started < 0.2


def test_deep_nesting_is_no_crash() -> None:
    block: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(5_000):
        block = {"type": "rich_text_section", "elements": [block]}
    raw = {"ts": "1.2", "bot_id": "B1", "blocks": [{"type": "rich_text", "elements": [block]}]}
    assert message_from_slack(raw, PLACE, NAMES).text == ""
