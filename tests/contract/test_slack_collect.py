"""A channel is read whole, with as few calls as there can be, and what cannot be read is said aloud."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from connectors.slack.api import SlackApi
from connectors.slack.people import People
from connectors.slack.translate import person_from_slack
from postmortem.evidence import Part
from tests.vendors.slack import ALL_SCOPES
from tests.vendors.slack_memory import BOT_USER_ID, Raw
from tests.vendors.slack_world import START, Killed, SlackWorld, channel, moment, person, said, ts
from tests.vendors.wire import Reply, json_reply

PEOPLE = [person(number) for number in range(1, 13)]


def counted(world: SlackWorld) -> Counter[str]:
    return Counter(method for method, _ in world.slack.calls)


def texts(part: Part) -> list[str]:
    return [message.text for message in part.messages]


def a_long_incident(parents: int, threads: int, replies: int = 3) -> list[Raw]:
    messages: list[Raw] = []
    for number in range(parents):
        at = number * 40
        messages.append(said(at, f"message {number} <@U{number % 9 + 1:07d}>", f"U{number % 12 + 1:07d}"))
        if number < threads:
            messages += [said(at + 1 + each, "reply", "U0000002", thread_ts=ts(at)) for each in range(replies)]
    return messages


def test_messages_threads_pins_reactions_and_people_come_home() -> None:
    parent = said(10, "it is <@U0000002>'s deploy", reactions=[{"name": "eyes", "users": ["U0000003"], "count": 1}])
    world = SlackWorld([channel(parent, said(20, "yes", "U0000002", thread_ts=ts(10)), pins=[ts(10)])], PEOPLE)
    part = world.collects()
    assert texts(part) == ["it is @p2's deploy", "yes"]
    first, reply = part.messages
    assert first.is_pinned
    assert first.reactions[0].person_ids == ("slack:U0000003",)
    assert reply.thread_id == first.id
    assert first.link == f"https://acme.slack.com/archives/C00INC042/p{ts(10).replace('.', '')}"
    assert {each.id for each in part.people} == {"slack:U0000001", "slack:U0000002", "slack:U0000003"}
    assert [(reading.count, reading.what) for reading in part.readings] == [
        (2, "messages of #inc-42 (you named it)"),
        (1, "threads of #inc-42, begun up to 24 hours before"),
    ]
    assert part.gaps == ()


@pytest.mark.parametrize("at_once", [1, 25])
def test_no_more_calls_than_there_must_be(at_once: int) -> None:
    world = SlackWorld([channel(*a_long_incident(1500, 120))], PEOPLE)
    part = world.collects(at_once=at_once)
    assert len(part.messages) == part.readings[0].count == 1500 + 360
    assert counted(world) == {
        "auth.test": 1, "pins.list": 1, "conversations.history": 2, "conversations.replies": 120, "users.info": 12,
    }  # fmt: skip
    assert world.steps.largest < 200_000


def test_people_who_are_known_are_not_asked_for_again() -> None:
    world = SlackWorld([channel(said(0), said(5, user="U0000002"))], PEOPLE)
    part = world.collects(known_people=[person_from_slack(person(1))])
    assert world.slack.count("users.info") == 1
    assert len(part.people) == 2


def test_the_workspace_is_not_asked_for_where_it_is_known() -> None:
    world = SlackWorld([channel(said(0))], PEOPLE)
    part = world.collects(team_url="https://other.slack.com/", own_ids=["U0BOT"])
    assert world.slack.count("auth.test") == 0
    assert (part.messages[0].link or "").startswith("https://other.slack.com/archives/")


def test_what_debrief_wrote_is_left_out() -> None:
    world = SlackWorld([channel(said(0))], PEOPLE)
    world.seconds = START + 50.0
    world.api.chat_post_message("C00INC042", "Draft postmortem ready", key="k")
    part = world.collects()
    assert texts(part) == ["hello"]
    assert all(BOT_USER_ID not in each.id for each in part.people)


def test_only_what_lies_in_the_window_is_read() -> None:
    world = SlackWorld([channel(said(-50, "before"), said(0, "first"), said(100, "last"), said(101, "after"))], PEOPLE)
    assert texts(world.collects(since=moment(0.0001), until=moment(100.0001))) == ["first", "last"]


def test_a_thread_begun_before_the_window_and_answered_in_it_is_read() -> None:
    messages = [
        said(-3_000, "parent"),
        said(-2_000, "too early", thread_ts=ts(-3_000)),
        said(50, "now", thread_ts=ts(-3_000)),
    ]
    old = [said(-90_000, "older"), said(60, "unseen", thread_ts=ts(-90_000))]
    world = SlackWorld([channel(*messages, *old, said(-4_000, "quiet"))], PEOPLE)
    assert texts(world.collects()) == ["parent", "now"]
    world = SlackWorld([channel(*messages, *old)], PEOPLE)
    assert "unseen" in texts(world.collects(look_back=timedelta(days=2)))


def test_a_reply_sent_to_the_channel_leads_to_its_thread_however_old() -> None:
    broadcast = said(60, "told all", subtype="thread_broadcast", thread_ts=ts(-200_000))
    world = SlackWorld([channel(said(-200_000, "ancient"), broadcast)], PEOPLE)
    part = world.collects()
    assert texts(part) == ["ancient", "told all"]
    assert part.messages[1].thread_id == part.messages[0].id


def test_a_long_thread_is_read_to_its_end() -> None:
    replies = [said(1 + number, f"reply {number}", thread_ts=ts(0)) for number in range(2500)]
    world = SlackWorld([channel(said(0), *replies)], PEOPLE)
    part = world.collects()
    assert len(part.messages) == 2501
    assert world.slack.count("conversations.replies") == 3


def test_an_empty_channel_is_a_gap() -> None:
    part = SlackWorld([channel()]).collects()
    assert [gap.why for gap in part.gaps] == ["Nobody wrote anything there in this time."]


def test_a_message_with_an_unreadable_ts_is_counted_into_a_gap() -> None:
    world = SlackWorld([channel(said(0))], PEOPLE)
    page = {"ok": True, "messages": [{"ts": "soon", "text": "x"}, said(5, "kept")], "has_more": False}
    world.slack.fails_next("conversations.history", json_reply(page))
    part = world.collects()
    assert texts(part) == ["kept"]
    assert [gap.what for gap in part.gaps] == ["1 message of #inc-42"]


# What is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "what"),
    [("pins:read", "what is pinned in #inc-42"), ("users:read", "the names of people in Slack")],
)
def test_a_missing_scope_costs_only_what_it_guards(scope: str, what: str) -> None:
    world = SlackWorld([channel(*a_long_incident(5, 1))], PEOPLE, scopes=ALL_SCOPES - {scope})
    part = world.collects()
    assert len(part.messages) == 8
    assert [gap.what for gap in part.gaps] == [what]
    assert f"lacks the scope {scope}" in part.gaps[0].why
    assert world.slack.count("users.info") <= 12


def test_a_channel_that_may_not_be_read_is_one_gap() -> None:
    part = SlackWorld([channel(said(0))], PEOPLE, scopes=ALL_SCOPES - {"channels:history"}).collects()
    assert [gap.what for gap in part.gaps] == ["the messages of #inc-42"]
    assert part.messages == ()


def test_a_thread_that_cannot_be_read_costs_only_itself() -> None:
    world = SlackWorld([channel(*a_long_incident(4, 2))], PEOPLE)
    world.slack.fails_next("conversations.replies", json_reply({"ok": False, "error": "thread_not_found"}))
    part = world.collects()
    assert len(part.messages) == 7
    assert [gap.what for gap in part.gaps] == ["a thread of #inc-42"]


def test_hidden_people_are_named_in_a_gap() -> None:
    part = SlackWorld([channel(said(0, user="U0000099"))], PEOPLE).collects()
    assert [gap.what for gap in part.gaps] == ["who U0000099 is"]


@pytest.mark.parametrize(
    "user", [{"id": None, "name": "x"}, {"id": 7, "profile": ["x"], "tz": 1}, {"id": "U0OTHER99"}, None, [], "x"]
)
def test_no_answer_about_a_person_fails_the_reading(user: Any) -> None:
    world = SlackWorld([channel(said(0), said(5, user="U0000002"))], PEOPLE)
    world.slack.fails_next("users.info", json_reply({"ok": True, "user": user}))
    part = world.collects(at_once=25)
    assert len(part.messages) == 2
    assert {each.id for each in part.people} <= {"slack:U0000001", "slack:U0000002"}


def test_something_unforeseen_leaves_nobody_waiting() -> None:
    def breaks(*_: object) -> tuple[int, dict[str, str], bytes]:
        raise ZeroDivisionError

    world = SlackWorld([channel()], PEOPLE)
    people = People(SlackApi(world.slack.token, world.budget, send=breaks), [], at_once=1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            people.read(["U0000001", "U0000002"])
    with pytest.raises(ZeroDivisionError):
        people.read(["U0000002"])


def test_a_guest_is_known_by_the_profile_in_the_message() -> None:
    guest = said(0, user="U0000099", user_profile={"real_name": "Gus Guest", "display_name": "gus"})
    part = SlackWorld([channel(guest)], PEOPLE).collects()
    assert [(each.id, each.name, each.handle) for each in part.people] == [("slack:U0000099", "Gus Guest", "gus")]
    assert part.gaps == ()


def test_slack_being_down_is_a_gap_and_no_crash() -> None:
    world = SlackWorld([channel(said(0))], PEOPLE)
    world.slack.fails_next(".", Reply(503), times=999)
    assert [gap.what for gap in world.collects().gaps] == ["the messages of #inc-42"]


def test_the_same_cursor_again_ends_the_reading() -> None:
    world = SlackWorld([channel(said(0))], PEOPLE)
    page = {"ok": True, "messages": [said(5)], "has_more": True, "response_metadata": {"next_cursor": "bmV4dDo1"}}
    world.slack.fails_next("conversations.history", json_reply(page), times=99)
    world.collects()
    assert world.slack.count("conversations.history") == 2


def test_the_same_cursor_in_a_thread_is_a_gap() -> None:
    world = SlackWorld([channel(said(0), said(1, thread_ts=ts(0)))], PEOPLE)
    page = {"ok": True, "messages": [said(0)], "has_more": True, "response_metadata": {"next_cursor": "bmV4dDo1"}}
    world.slack.fails_next("conversations.replies", json_reply(page), times=99)
    part = world.collects()
    assert [gap.what for gap in part.gaps] == ["a thread of #inc-42"]


# Rate limits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [1, 25])
def test_rate_limits_become_waits_and_nothing_is_lost(at_once: int) -> None:
    world = SlackWorld([channel(*a_long_incident(300, 160))], PEOPLE)
    world.slack.limits("conversations.replies", calls=50)
    world.slack.limits("users.info", calls=10)
    part = world.collects(at_once=at_once)
    assert len(part.messages) == 300 + 480
    assert part.gaps == ()
    assert {person.name for person in part.people} >= {f"Person {number}" for number in range(1, 13)}
    assert world.steps.waits


def test_nothing_is_sent_inside_a_retry_after() -> None:
    world = SlackWorld([channel(*a_long_incident(100, 80))], PEOPLE)
    world.slack.limits("conversations.replies", calls=20)
    world.collects()
    refused = world.slack.count("conversations.replies") - 80
    assert refused <= 4


def small(world: SlackWorld) -> Part:
    """Slack's limit for apps that are sold to many: 15 a page, one call a minute."""
    world.slack.limits("conversations.(history|replies)", calls=1)
    return world.collects()


def test_the_small_mode_is_waited_out_where_that_is_bearable() -> None:
    part = small(SlackWorld([channel(*a_long_incident(40, 3))], PEOPLE, small_pages=True))
    assert len(part.messages) == 49
    assert part.gaps == ()


def test_the_small_mode_is_said_aloud_where_it_cuts_something_off() -> None:
    world = SlackWorld([channel(*a_long_incident(1200, 70, 1))], PEOPLE, small_pages=True)
    part = small(world)
    assert [gap.what for gap in part.gaps] == ["the older messages of #inc-42"]
    assert "manifest in connectors/slack/README.md" in part.gaps[0].remedy
    assert len([message for message in part.messages if not message.thread_id]) == 900


def test_names_of_steps_are_unique_and_results_small() -> None:
    world = SlackWorld([channel(*a_long_incident(2100, 300, 1))], PEOPLE)
    part = world.collects(until=moment(90_000))
    assert len(part.messages) == 2400
    assert len(world.steps.names) == len(set(world.steps.names))
    assert world.steps.largest < 200_000
    assert {name for name in world.kept if not all(sign.isalnum() or sign in "._-/" for sign in name)} == set()


def test_a_reading_that_was_killed_at_any_step_goes_on_where_it_was() -> None:
    messages: list[Any] = a_long_incident(1100, 160, 1)
    whole_run = SlackWorld([channel(*messages)], PEOPLE)
    expected = whole_run.collects()
    for boundary in range(1, len(whole_run.steps.names)):
        world = SlackWorld([channel(*messages)], PEOPLE)
        world.steps.dies_after(boundary)
        with pytest.raises(Killed):
            world.collects()
        world.steps.starts_again()
        part = world.collects(at_once=25)
        assert part.messages == expected.messages
        assert {each.id for each in part.people} == {each.id for each in expected.people}
        assert (part.readings, part.gaps) == (expected.readings, expected.gaps)
        assert world.slack.count("conversations.history") == whole_run.slack.count("conversations.history")


def test_a_crowd_is_read_to_the_end_by_a_process_that_forgets_at_every_wait() -> None:
    crowd = [said(number, user=f"U{number % 250:07d}") for number in range(500)]
    world = SlackWorld([channel(*crowd)], [person(number) for number in range(250)])
    world.slack.limits("users.info", calls=40)
    world.steps.suspends = True
    part = None
    while part is None:
        try:
            part = world.collects(at_once=25)
        except Killed:
            world.steps.starts_again()
    assert len(part.messages) == 500
    assert len(part.people) == 250
    assert part.gaps == ()
    assert world.steps.largest < 200_000
    answered = 250
    assert world.slack.count("users.info") - answered <= len(world.steps.waits) * 25


def test_people_are_asked_for_once_by_readers_side_by_side() -> None:
    world = SlackWorld([channel(*a_long_incident(20, 0))], PEOPLE)
    people = People(world.api, [], at_once=4)
    wanted = [f"U{number:07d}" for number in range(1, 13)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(people.read, [wanted] * 8))
    assert world.slack.count("users.info") == 12
    assert all(len(group) == 12 for group in found)
