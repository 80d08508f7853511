"""Lists of action items that go over several messages, that stand in tables, or that are boxes to tick."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.extract import extract_action_items
from postmortem.action_items.headings import read_heading
from postmortem.action_items.marked import find_marked_items
from postmortem.evidence import Message
from postmortem.identities import Identities
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, bot_said, evidence, said


def tasks(*messages: Message) -> list[str]:
    found = evidence(*messages)
    items = extract_action_items(found, Identities(found.people, ()), Settings(), None)
    return [item.text for item in items if item.accepted]


def chat(*lines: tuple[str, str] | str, **more: Any) -> list[Message]:
    """Messages a minute apart: by Bea, or by whom the pair says."""
    spoken = [(BEA.id, line) if isinstance(line, str) else line for line in lines]
    return [said(f"{n}", 60 * n, text, person_id=who, **more) for n, (who, text) in enumerate(spoken, start=1)]


@pytest.mark.parametrize(
    "heading",
    [
        "Action items:",
        "*Action items*",
        "## Action items",
        "Follow-ups:",
        "post-incident actions:",
        "Actions from this incident:",
        "TODO:",
        "Topic: Actions",
        "ok, that was it\n*Action items:*",
        "Action points :muscle:\n\n**Actions:**",
    ],
)
def test_what_a_writer_sends_below_their_heading_is_a_list(heading: str):
    messages = chat(heading, "Bea to raise the limit", "alert on the queue depth", "1. rehearse the failover")

    assert tasks(*messages) == ["Raise the limit", "Alert on the queue depth", "Rehearse the failover"]


@pytest.mark.parametrize(
    "line",
    [
        "Review of action items:",
        "Previous action items:",
        "Topic: Action item review",
        "Actions speak louder than words",
        "Action items were fine last time:",
        "the todo list app is down:",
        "Next steps:",
        "Decisions:",
        "follow up with the vendor",
        "Action items.",
        "",
        "actions " * 50,
    ],
)
def test_what_is_no_heading_of_new_items_begins_no_list(line: str):
    assert read_heading(line) is None


def test_bare_words_head_only_what_is_written_as_a_list():
    assert tasks(*chat("Action items", "are we good?", "nice work everybody")) == []
    assert tasks(*chat("Action items", "- raise the limit", "@carl add an alert")) == [
        "Raise the limit",
        "Add an alert",
    ]


def test_thanks_questions_and_bare_links_are_no_items_of_a_list():
    said_below = ("raise the limit", "https://acme.example/board", "thanks all!", "alert on the queue depth")

    assert tasks(*chat("Action items:", *said_below)) == ["Raise the limit"], "after the thanks, they chat again"


def test_what_others_say_is_no_item_and_from_then_on_only_what_is_written_as_one():
    messages = chat(
        "Action items:",
        "raise the limit",
        (CARL.id, "to which value?"),
        "to ninety I would say",
        "- alert on the queue depth",
        "Carl to rehearse the failover",
    )

    assert tasks(*messages) == ["Raise the limit", "Alert on the queue depth", "Rehearse the failover"]


def test_a_list_that_somebody_else_answers_first_is_none():
    assert tasks(*chat("Action items:", (CARL.id, "one second"), "let me restart the pod first")) == []


def test_a_list_ends_with_the_next_heading_a_bot_or_a_long_pause():
    ended_by_heading = chat("Action items:", "raise the limit", "*Decisions*", "keep the vendor for now")
    ended_by_bot = [
        *chat("Action items:", "raise the limit"),
        bot_said("9", 150, "CPU is high"),
        said("10", 180, "- no"),
    ]
    late = [*chat("Action items:", "raise the limit"), said("9", 60 * 40, "restarting the pods again")]

    assert tasks(*ended_by_heading) == tasks(*ended_by_bot) == tasks(*late) == ["Raise the limit"]


def test_a_list_goes_on_in_the_thread_of_its_heading_and_nowhere_else():
    heading = said("1", 0, "Action items:")
    below = said("2", 60, "raise the limit", thread_id=heading.id)
    elsewhere = said("3", 120, "restarting the pods again", thread_id="slack/C1/0")

    assert tasks(heading, below, elsewhere) == ["Raise the limit"]


def test_who_speaks_below_a_bots_heading_lists_what_is_written_as_a_list():
    messages = [bot_said("0", 0, "Topic: Actions"), *chat("that went well", "Carl to raise the limit")]

    assert tasks(*messages) == ["Raise the limit"]


def test_a_list_begun_in_its_headings_message_goes_on_in_the_next():
    assert tasks(*chat("Action items:\n- raise the limit", "- alert on the queue depth", "lunch now")) == [
        "Raise the limit",
        "Alert on the queue depth",
    ]


def test_what_is_ticked_off_is_no_item_and_does_not_end_the_list():
    below = ("✅ restarted the pods", "[x] told the customers", "[ ] raise the limit", "alert on the queue depth")

    assert tasks(*chat("Action items:", *below)) == ["Raise the limit", "Alert on the queue depth"]


def test_each_item_of_a_list_cites_the_message_that_says_it():
    found = evidence(*chat("Action items:", "raise the limit", "alert on the queue depth"))
    items = extract_action_items(found, Identities(found.people, ()), Settings(), None)

    assert [(item.id, item.quote) for item in items] == [
        ("slack/C1/2#1", "raise the limit"),
        ("slack/C1/3#1", "alert on the queue depth"),
    ]


@given(st.permutations(chat("Action items:", "raise the limit", "- add an alert", (CARL.id, "ok"), "- rehearse it")))
def test_the_order_in_which_messages_came_in_changes_nothing(messages: list[Message]):
    assert tasks(*messages) == ["Raise the limit", "Add an alert", "Rehearse it"]


def marked(text: str) -> list[tuple[str, str | None]]:
    return [(item.task, item.named) for item in find_marked_items(text, ("bea",))]


TABLE = """| Owner | Action | Due | Status |
|:------|--------|-----|--------|
| Bea Lindqvist | raise the limit | 2026-12-01 | open |
| @bea | alert on a \\| b | | |
| TBD | rehearse the failover | next Friday | in progress |
| Carl | restart the pods | | done |
| Carl | | | |"""


def test_each_open_row_of_a_table_is_an_item_with_its_owner_and_date():
    assert marked(TABLE) == [
        ("raise the limit, due 2026-12-01", "Bea Lindqvist"),
        ("alert on a | b", "bea"),
        ("rehearse the failover, due next Friday", None),
    ]


@pytest.mark.parametrize(
    "table",
    [
        "| Time | What |\n|---|---|\n| 14:02 | deploy of 4.2 |",
        "| Service | Owner |\n|---|---|\n| checkout | Bea |",
        "| Action | Owner |\n| raise the limit | Bea |",
        "```\n| Action | Owner |\n|---|---|\n| raise the limit | Bea |\n```",
        "> | Action | Owner |\n> |---|---|\n> | raise the limit | Bea |",
    ],
)
def test_another_table_holds_no_items(table: str):
    assert marked(table) == []


def test_a_table_below_a_heading_needs_no_owner():
    assert marked("## Action items\n\n| Item |\n|---|\n| raise the limit |\n\n- not in the table") == [
        ("raise the limit", None),
        ("not in the table", None),
    ]


def test_a_box_to_tick_is_an_item_where_it_is_somebodys():
    text = "- [ ] @bea raise the limit\n- [ ] check the pods\n- [x] @bea restart them\n[ ] alert on it (@bea)"

    assert marked(text) == [("raise the limit", "bea"), ("alert on it", "bea")]


@pytest.mark.parametrize("text", ["~ACTION: raise the limit~", "~~TODO: raise the limit~~ not needed"])
def test_what_was_struck_out_is_no_item(text: str):
    assert marked(text) == []


def test_an_approximate_number_strikes_nothing_out():
    assert marked("we lost ~5 orders. ACTION: find the other ~10 orders") == [("find the other ~10 orders", None)]
