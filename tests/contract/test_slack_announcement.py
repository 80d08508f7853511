"""What Debrief says in the channel: found again after a lost answer, and harmless whatever it quotes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import BadReply, NotAllowed, OutcomeUnknown
from connectors.slack.announcement import (
    MOST_BLOCKS,
    announce,
    blocks_from_lines,
    blocks_from_paragraphs,
    find_announcement,
)
from postmortem.action_items.item import Span
from postmortem.announcement import Line
from tests.vendors.slack_blocks import problems_of_blocks
from tests.vendors.slack_world import SlackWorld, channel, moment, said
from tests.vendors.wire import Reply, json_reply


def a_world() -> SlackWorld:
    return SlackWorld([channel(*(said(number) for number in range(1200)))])


def test_an_announcement_is_posted_with_its_key() -> None:
    world = a_world()
    ts = announce(world.api, "C00INC042", "Draft postmortem ready: A & B", None, "pm-1")
    posted = world.slack.channel("inc-42").expects("Draft postmortem ready: A &amp; B")
    assert posted["ts"] == ts
    assert posted["metadata"] == {"event_type": "debrief", "event_payload": {"key": "pm-1"}}
    assert world.slack.unexpected() == []


def test_an_announcement_whose_answer_was_lost_is_found_by_its_key() -> None:
    world = a_world()
    world.slack.fails_next("chat.postMessage", Reply(dropped=True), after_effect=True)
    with pytest.raises(OutcomeUnknown):
        announce(world.api, "C00INC042", "Draft postmortem ready", None, "pm-1")
    found = find_announcement(world.api, "C00INC042", "pm-1", moment(0))
    assert found == world.slack.workspace.posted[0]["ts"]
    assert find_announcement(world.api, "C00INC042", "pm-2", moment(0)) is None
    assert find_announcement(world.api, "C00INC042", "pm-1", moment(95_000)) is None


def test_pages_of_history_that_lead_back_to_themselves_do_not_prove_that_nothing_was_posted() -> None:
    """Else the announcement would be posted a second time."""
    world = a_world()
    announce(world.api, "C00INC042", "Draft postmortem ready", None, "pm-1")
    again = {"ok": True, "messages": [], "has_more": True, "response_metadata": {"next_cursor": "the same"}}
    world.slack.fails_next("conversations.history", json_reply(again), times=2)
    with pytest.raises(BadReply) as caught:
        find_announcement(world.api, "C00INC042", "pm-1", moment(0))
    assert str(caught.value) == "Looking for what we posted in C00INC042: Slack's pages do not come to an end."


def test_somebody_elses_message_with_our_key_is_not_ours() -> None:
    metadata = {"event_type": "other", "event_payload": {"key": "pm-1"}}
    world = SlackWorld([channel(said(0, metadata=metadata))])
    assert find_announcement(world.api, "C00INC042", "pm-1", moment(-10)) is None


def test_an_archived_channel_says_what_to_do() -> None:
    world = SlackWorld([channel(is_archived=True)])
    with pytest.raises(NotAllowed) as caught:
        announce(world.api, "C00INC042", "hello", None, "k")
    assert "Unarchive the channel" in str(caught.value)


def test_links_are_links_and_text_is_text() -> None:
    blocks = blocks_from_paragraphs([(Span(text="Draft: "), Span(text="open", link="https://a.example/x?b&c"))])
    assert blocks == [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Draft: "},
                        {"type": "link", "url": "https://a.example/x?b&c", "text": "open"},
                        {"type": "text", "text": "\n"},
                    ],
                }
            ],
        }
    ]


def test_what_does_not_fit_into_one_message_is_counted_in_its_last_block() -> None:
    blocks = blocks_from_paragraphs([(Span(text=f"item {number} " + "x" * 80),) for number in range(3000)])
    *listed, last = [section["elements"][0]["text"] for block in blocks for section in block["elements"]]
    assert len(blocks) == MOST_BLOCKS
    assert last == f"… and {3000 - len(listed)} more lines, which do not fit here: they are in the draft."
    assert len(blocks_from_paragraphs([(Span(text="x" * 2999),)] * MOST_BLOCKS)) == MOST_BLOCKS


@given(st.lists(st.tuples(st.text(max_size=40), st.none() | st.text(max_size=20)), max_size=6))
def test_nothing_quoted_becomes_a_mention_or_a_command(spans: list[tuple[str, str | None]]) -> None:
    blocks = blocks_from_paragraphs([tuple(Span(text=text, link=link) for text, link in spans)])
    for block in blocks:
        for section in block["elements"]:
            for element in section["elements"]:
                assert element["type"] in ("text", "link")
                assert element["type"] == "text" or element["url"].startswith(("https://", "http://"))
    json.dumps(blocks).encode()


@given(st.lists(st.tuples(st.text(st.characters(), max_size=400), st.booleans()), max_size=60))
def test_nothing_quoted_above_or_on_a_button_is_more_than_text(said_and_asked: list[tuple[str, bool]]) -> None:
    choices = ("accept", "edit", "drop")
    lines = [
        Line(spans=(Span(text=text),), item_id=f"slack/C1/{place}#1", choices=choices if asked else ())
        for place, (text, asked) in enumerate(said_and_asked)
    ]
    blocks = blocks_from_lines(lines, "Q1")
    assert problems_of_blocks([block for block in blocks if block["type"] == "actions"]) == []
    assert len(blocks) <= MOST_BLOCKS
    assert "mrkdwn" not in json.dumps([block for block in blocks if block["type"] == "actions"])


def test_what_is_asked_beyond_what_a_message_takes_is_counted() -> None:
    lines = [Line(spans=(Span(text=f"item {n}"),), item_id=f"{n}", choices=("accept",)) for n in range(40)]
    blocks = blocks_from_lines(lines, "Q1")
    assert [block["type"] for block in blocks[:-1]] == ["rich_text", "actions"] * 24
    (notice,) = blocks[-1]["elements"]
    assert notice["elements"][0]["text"] == "… and 16 more lines, which do not fit here: they are in the draft."


@pytest.mark.parametrize("text", ["<!channel>", "<@U0000001>", "<https://evil.example|Sign in>", "&lt;!here&gt;"])
def test_the_plain_text_cannot_call_anybody(text: str) -> None:
    world = a_world()
    announce(world.api, "C00INC042", text, None, "k")
    form = world.slack.calls[-1][1]
    assert "<" not in form["text"]
    assert form["parse"] == "none"
