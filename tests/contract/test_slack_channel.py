"""The incident's channel is found by a ladder, entered only where that is allowed, and otherwise a Gap says why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.channel import Found, Nowhere, find_channel
from connectors.slack.ladder import Candidate, candidates
from connectors.slack.links import ChannelLink, channel_links
from postmortem.evidence import Gap
from postmortem.incident import CustomField
from tests.vendors.slack import ALL_SCOPES
from tests.vendors.slack_world import SlackWorld, channel
from tests.vendors.wire import Reply, json_reply

BY_ID = Candidate("you named it", channel_id="C00INC042")
BY_NAME = Candidate("you named it", channel_name="inc-42")


# Links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://acme.slack.com/archives/C0123456789", ChannelLink("C0123456789")),
        ("https://acme.enterprise.slack.com/archives/C0123456789/p1767600000000100", ChannelLink("C0123456789")),
        ("see <https://acme.slack.com/archives/G0123456789|#inc>", ChannelLink("G0123456789")),
        (
            "https://slack.com/app_redirect?channel=C0123456789&amp;team=T0123456789",
            ChannelLink("C0123456789", "T0123456789"),
        ),
        (
            "https://slack.com/app_redirect?team=T0123456789&channel=C0123456789.",
            ChannelLink("C0123456789", "T0123456789"),
        ),
        ("https://app.slack.com/client/T0123456789/C0123456789/thread/x", ChannelLink("C0123456789", "T0123456789")),
        ("(slack://channel?team=T0123456789&id=C0123456789)", ChannelLink("C0123456789", "T0123456789")),
    ],
)
def test_every_form_of_a_channels_address_is_known(text: str, found: ChannelLink) -> None:
    assert channel_links(text) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil-slack.com/archives/C0123456789",
        "https://slack.com.evil.example/archives/C0123456789",
        "https://zoom.example/j/1",
        "https://acme.slack.com/archives/D0123456789",
        "https://acme.slack.com/team/U0123456789",
        "https://slack.com/app_redirect?channel=general",
        "slack://user?team=T0123456789&id=U0123456789",
        "https://[::1/archives/C0123456789",
        "",
    ],
)
def test_what_is_no_channels_address_is_none(text: str) -> None:
    assert channel_links(text) == ()


@given(st.text())
def test_any_text_is_searched_without_an_exception(text: str) -> None:
    channel_links(text)
    channel_links("https://" + text)


# The ladder -----------------------------------------------------------------------------------------------------


def test_the_ladder_goes_from_the_surest_to_the_guess() -> None:
    def link(number: int) -> str:
        return f"https://acme.slack.com/archives/C000000000{number}"

    found = candidates(
        explicit="C0000000001",
        dedicated_channel_id="C0000000002",
        conference_url=link(3),
        custom_fields=(CustomField(name="Chat", value=link(4)), CustomField(name="Slack channel", value="#inc-x")),
        notes=(f"we are in <{link(5)}|here>", link(1)),
        alert_texts=(link(6),),
    )
    assert [each.channel_id or each.channel_name for each in found] == [
        "C0000000001", "C0000000002", "C0000000003", "C0000000004", "inc-x", "C0000000005", "C0000000006",
    ]  # fmt: skip
    assert found[0].found_by == "you named it"
    assert found[3].found_by == "the custom field 'Chat' of the incident points to it"


@pytest.mark.parametrize("said", ["#inc-42", "inc-42", "INC-42"])
def test_a_person_may_name_a_channel_in_any_way(said: str) -> None:
    assert candidates(explicit=said)[0].channel_name == "inc-42"


def test_nothing_known_is_no_candidate() -> None:
    assert candidates() == ()


# Finding and entering -------------------------------------------------------------------------------------------


def find(world: SlackWorld, *wanted: Candidate, **more: Any) -> Found | Nowhere | Gap:
    return find_channel(world.api, world.steps, wanted, **more)


def test_a_channel_known_by_id_costs_one_call() -> None:
    world = SlackWorld([channel()])
    assert find(world, BY_ID) == Found("C00INC042", "inc-42", "you named it")
    assert [method for method, _ in world.slack.calls] == ["conversations.info"]


def test_a_public_channel_is_joined_when_needed() -> None:
    world = SlackWorld([channel(is_member=False)])
    assert isinstance(find(world, BY_ID), Found)
    assert world.slack.workspace.channels["C00INC042"].info["is_member"]


def test_a_candidate_that_is_not_there_gives_way_to_the_next() -> None:
    world = SlackWorld([channel()])
    found = find(world, Candidate("a note on the incident links to it", channel_id="C0GONE0001"), BY_ID)
    assert isinstance(found, Found)
    assert found.channel_id == "C00INC042"


def test_a_name_is_looked_up_page_by_page_and_only_as_far_as_needed() -> None:
    many = [{"id": f"C0{number:07d}", "name": f"room-{number}"} for number in range(2500)]
    world = SlackWorld([*many, channel(id="C01INC042")])
    found = find(world, BY_NAME)
    assert isinstance(found, Found)
    assert found.channel_id == "C01INC042"
    assert world.slack.count("conversations.list") == 3
    assert world.steps.largest < 1_000


def test_an_archived_channel_is_read_where_the_app_is_already_in_it() -> None:
    found = find(SlackWorld([channel(is_archived=True)]), BY_ID)
    assert isinstance(found, Found)
    assert found.is_archived


def test_an_archived_channel_that_nobody_joined_in_time_is_a_gap_with_the_remedy() -> None:
    gap = find(SlackWorld([channel(is_archived=True, is_member=False)]), BY_ID)
    assert gap == Gap(
        source="slack",
        what="the Slack channel #inc-42",
        why="It is archived and the app is not in it.",
        remedy="Unarchive it and invite the app with /invite, or pass an export of the channel with --slack-export.",
    )


KINDS: list[dict[str, Any]] = [
    {"is_private": True},
    {"is_ext_shared": True},
    {"is_pending_ext_shared": True},
    {"is_im": True, "is_private": True},
    {"is_mpim": True, "is_private": True},
    {"is_private": None},
]
EVERY_SCOPE = ALL_SCOPES | {"im:read", "mpim:read"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("audience", [None, "", {}, {"C9OTHER99": "the other team"}])
def test_what_is_not_open_is_never_read_without_an_audience(kind: dict[str, Any], audience: Any) -> None:
    world = SlackWorld([channel(**kind)], scopes=EVERY_SCOPE)
    gap = find(world, BY_ID, private_audience=audience)
    assert isinstance(gap, Gap)
    assert "slack.private_channels (C00INC042: who may read it)" in gap.remedy
    assert world.slack.count("conversations.history") == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("audience", ["the payments team", {"C00INC042": "payments"}, {"audience": "payments"}])
def test_what_is_not_open_is_read_for_a_named_audience(kind: dict[str, Any], audience: Any) -> None:
    found = find(SlackWorld([channel(**kind)], scopes=EVERY_SCOPE), BY_ID, private_audience=audience)
    assert isinstance(found, Found)
    assert found.is_private


def test_a_private_channel_known_by_name_is_a_gap_and_not_overlooked() -> None:
    gap = find(SlackWorld([channel(is_private=True)]), BY_NAME)
    assert isinstance(gap, Gap)
    assert "private" in gap.why


def test_without_the_scope_for_private_channels_the_open_ones_are_listed() -> None:
    world = SlackWorld([channel()], scopes=ALL_SCOPES - {"groups:read"})
    assert isinstance(find(world, BY_NAME), Found)


def test_a_refused_scope_is_a_gap_that_names_it() -> None:
    world = SlackWorld([channel(is_member=False)], scopes=ALL_SCOPES - {"channels:join"})
    gap = find(world, BY_ID)
    assert isinstance(gap, Gap)
    assert gap.why == "Slack conversations.join for C00INC042: the Slack app lacks the scope channels:join."
    assert "https://api.slack.com/apps" in gap.remedy


def test_no_candidate_and_no_such_channel_are_nowhere_and_say_so() -> None:
    world = SlackWorld([channel()])
    nothing, gone = find(world), find(world, Candidate("x", channel_name="inc-43"))
    assert isinstance(nothing, Nowhere)
    assert isinstance(gone, Nowhere)
    assert nothing.gap.why == "Nothing on the incident points to a channel, and no name for it is set."
    assert gone.gap.why == "None of these is there for this app: #inc-43."


def test_a_long_rate_limit_is_waited_out_by_the_engine() -> None:
    world = SlackWorld([channel()])
    limited = json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": "120"})
    world.slack.fails_next("conversations.info", limited)
    assert isinstance(find(world, BY_ID), Found)
    assert [wait.total_seconds() for wait in world.steps.waits] == [120.0]


def test_slack_being_down_is_a_gap_and_no_crash() -> None:
    world = SlackWorld([channel()])
    world.slack.fails_next(".", Reply(503), times=99)
    assert isinstance(find(world, BY_ID), Gap)
