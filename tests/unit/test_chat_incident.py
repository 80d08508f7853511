"""The incident that only a chat tells of."""

from hypothesis import given
from hypothesis import strategies as st

from postmortem.chat_incident import incident_from_chat
from postmortem.evidence import Message
from postmortem.moment import moment_from_slack_ts


def message(ts: int, channel: str = "inc-1", *, deleted: bool = False) -> Message:
    return Message(
        id=f"slack/{channel}/{ts}",
        channel_id=channel,
        channel_name=channel,
        moment=moment_from_slack_ts(f"{ts}.000000"),
        text="" if deleted else "hello",
        is_deleted=deleted,
    )


def test_nobody_wrote_anything_so_there_is_no_incident():
    assert incident_from_chat(()) is None
    assert incident_from_chat((message(1553610120, deleted=True),)) is None


def test_it_begins_with_the_first_message_and_is_named_for_its_channels():
    incident = incident_from_chat((message(1553613720, "testing-ops"), message(1553610120, "sig-testing")))
    assert incident is not None
    assert incident.id == "slack-5f987a4276"
    assert incident.title == "Incident in #sig-testing, #testing-ops on 2019-03-26 (UTC)"
    assert incident.created_at.original == "1553610120.000000"
    assert not incident.from_pagerduty
    assert incident.resolved_at is None


def test_many_channels_are_counted_and_a_title_may_be_given():
    messages = [message(1553610120 + n, f"channel-{n}") for n in range(5)]
    incident = incident_from_chat(messages)
    assert incident is not None
    assert "#channel-2 and 2 more channels" in incident.title
    named = incident_from_chat(messages, "Prow is down")
    assert named is not None
    assert named.title == "Prow is down"


@given(st.lists(st.tuples(st.integers(1, 2_000_000_000), st.text(min_size=1, max_size=80)), min_size=1, max_size=8))
def test_the_order_of_arrival_and_odd_names_change_nothing(told: list[tuple[int, str]]):
    messages = [message(ts, channel) for ts, channel in told]
    incident = incident_from_chat(messages)
    assert incident is not None
    assert incident == incident_from_chat(reversed(messages))
    assert incident.id.isascii()
    assert len(incident.id) <= 60
