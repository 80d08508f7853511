"""What Slack sends when somebody presses a button: believed only when signed, and harmless whatever it holds."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Ignored
from connectors.slack.clicks import ItemRef, choice_from_action_id, item_buttons, item_from_value, snooze_from_value
from connectors.slack.markup import scrub
from connectors.slack.webhook import Click, Submission, looks_signed, parse, verify
from tests.contract.openapi_document import shared_folder
from tests.vendors.slack_blocks import problems_of_blocks
from tests.vendors.slack_hands import signed

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
# The example of https://docs.slack.dev/authentication/verifying-requests-from-slack (read 2026-11-21).
THEIR_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
THEIR_HEADERS = {
    "X-Slack-Request-Timestamp": "1531420618",
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}
THEIR_NOW = datetime.fromtimestamp(1531420618, UTC)


def test_slacks_own_example_is_believed():
    assert verify(THEIR_HEADERS, THEIR_BODY, [SECRET], THEIR_NOW)


def test_the_previous_secret_is_believed_while_it_is_changed():
    headers = signed(b"payload=1", "old", NOW.timestamp())
    assert verify(headers, b"payload=1", ["new", "old"], NOW)
    assert not verify(headers, b"payload=1", ["new"], NOW)


@pytest.mark.parametrize("age", [timedelta(minutes=5, seconds=1), timedelta(minutes=-6)])
def test_a_signature_that_is_older_or_newer_than_five_minutes_is_refused(age: timedelta):
    assert not verify(THEIR_HEADERS, THEIR_BODY, [SECRET], THEIR_NOW + age)


@pytest.mark.parametrize("secrets", [[], [""], ["another"]])
def test_without_the_right_secret_nothing_is_believed(secrets: list[str]):
    assert not verify(signed(b"x", "", NOW.timestamp()), b"x", secrets, NOW)


def test_another_body_or_another_moment_is_not_what_was_signed():
    later = {**THEIR_HEADERS, "X-Slack-Request-Timestamp": "1531420619"}
    assert not verify(THEIR_HEADERS, THEIR_BODY + b" ", [SECRET], THEIR_NOW)
    assert not verify(later, THEIR_BODY, [SECRET], THEIR_NOW)


@given(st.dictionaries(st.sampled_from(["x-slack-signature", "X-Slack-Request-Timestamp"]), st.text(max_size=80)))
def test_no_header_makes_it_fail(headers: dict[str, str]):
    assert not verify(headers, b"", [SECRET], NOW)
    looks_signed(headers)


def a_click(**more: Any) -> dict[str, Any]:
    button = {"type": "button", "action_id": "debrief.accept", "block_id": "b1", "value": '["Q1", "slack/C1/1.2#1"]'}
    return {
        "type": "block_actions",
        "user": {"id": "U0BEA", "name": "bea", "team_id": "T1"},
        "team": {"id": "T1", "domain": "acme"},
        "enterprise": None,
        "container": {"type": "message", "message_ts": "1794926727.300000", "channel_id": "C1"},
        "channel": {"id": "C1", "name": "inc-1"},
        "trigger_id": "1.2.abc",
        "actions": [button | {"action_ts": "1794926800.500000"}],
    } | more


def a_form(**more: Any) -> dict[str, Any]:
    values = {"text": {"text": {"type": "plain_text_input", "value": "Add two alerts"}}}
    view = {"id": "V1", "callback_id": "debrief.edit", "private_metadata": '["Q1", "slack/C1/1.2#1"]', "blocks": []}
    return a_click(type="view_submission", view=view | {"state": {"values": values}}) | more


def body_of(payload: Any) -> bytes:
    return f"payload={quote_plus(json.dumps(payload))}".encode()


def clicked(**more: Any) -> Click:
    click = parse(body_of(a_click(**more)))
    assert isinstance(click, Click)
    return click


def test_a_press_says_which_item_who_and_when():
    click = clicked()
    assert (click.choice, click.item, click.person.by) == ("accept", ItemRef("Q1", "slack/C1/1.2#1"), "bea (U0BEA)")
    assert (click.at.isoformat(), click.channel_id) == ("2026-11-17T14:46:40.500000+00:00", "C1")


def test_the_same_press_is_the_same_and_any_other_is_another():
    others = [
        clicked(user={"id": "U0CARL", "name": "carl"}),
        clicked(container={"message_ts": "1.0", "channel_id": "C1"}),
        clicked(actions=[a_click()["actions"][0] | {"action_ts": "1794926801.500000"}]),
        clicked(actions=[a_click()["actions"][0] | {"action_id": "debrief.drop"}]),
        clicked(actions=[a_click()["actions"][0] | {"value": '["Q1", "slack/C1/1.2#2"]'}]),
    ]
    assert clicked(trigger_id="9.9.xyz").digest == clicked().digest
    assert len({click.digest for click in [clicked(), *others]}) == 6


@pytest.mark.parametrize(
    ("user", "enterprise", "is_stranger"),
    [
        ({"id": "U0BEA", "team_id": "T1"}, None, False),
        ({"id": "U0BEA"}, None, False),
        ({"id": "U0EVE", "team_id": "T2"}, None, True),
        ({"id": "W0BEA", "team_id": "T2"}, {"id": "E1"}, False),
    ],
)
def test_who_comes_from_another_organisation_is_told_apart(user: Any, enterprise: Any, is_stranger: bool):
    assert clicked(user=user, enterprise=enterprise).person.is_stranger is is_stranger


def test_a_name_is_one_short_line_that_cannot_turn_the_direction_of_reading():
    person = clicked(user={"id": "U0EVE", "name": "eve\u202e\n<!channel>" + "x" * 500}).person
    assert person.by.startswith("eve<!channel>xxx")
    assert len(person.name) == 80


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (a_click(type="shortcut"), "'shortcut' is not a kind of interaction Debrief knows"),
        (a_click(user={}), "the payload names no usable user"),
        (a_click(actions=[]), "the button is not one of Debrief's"),
        (a_click(actions=[{"action_id": "other.app"}]), "the button is not one of Debrief's"),
        (
            a_click(actions=[{"action_id": "debrief.drop", "value": "17"}]),
            "the drop button carries nothing that Debrief wrote",
        ),
        (
            a_click(actions=[{"action_id": "debrief.snooze", "value": '["Q1", "x"]'}]),
            "the snooze button carries nothing that Debrief wrote",
        ),
        (
            a_click(actions=[{"action_id": "debrief.drop", "value": '["Q1", "x#1"]', "action_ts": "now"}]),
            "the press of drop carries no readable action_ts",
        ),
        (a_form(view={"callback_id": "other"}), "the form is not one of Debrief's"),
        (a_form(view={"callback_id": "debrief.edit"}), "the form does not say which action item it is about"),
        ([], "the payload is no object"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_its_reason(payload: Any, reason: str):
    assert parse(body_of(payload)) == Ignored(reason)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload",
        b"payload=",
        b"payload=%ff",
        b"payload=%7B",
        b"payload=" + b"[" * 100_000,
        b"payload=" + b"9" * 10_000,
        b"&".join([b"payload=1"] * 100),
        b"\xff\xfe",
        b'{"type": "block_actions"}',
        b"other=1",
    ],
)
def test_a_body_that_is_no_form_with_a_payload_is_ignored(body: bytes):
    assert isinstance(parse(body), Ignored)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(payload=st.sampled_from([a_click(), a_form()]), data=st.data())
def test_no_payload_makes_it_fail(payload: dict[str, Any], data: st.DataObject):
    """Anything may stand in any place, one level down as well."""
    changed = json.loads(json.dumps(payload))
    for key in data.draw(st.sets(st.sampled_from(list(changed)), max_size=4)):
        inside = changed[key]
        if isinstance(inside, dict) and inside and data.draw(st.booleans()):
            inside[data.draw(st.sampled_from(list(inside)))] = data.draw(_ANY)
        else:
            changed[key] = data.draw(_ANY)
    assert isinstance(parse(body_of(changed)), Click | Submission | Ignored)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(body: bytes):
    assert isinstance(parse(body), Ignored)
    assert isinstance(parse(b"payload=" + body), Ignored)


def test_payloads_that_slack_libraries_test_with_are_read_or_ignored():
    found = shared_folder() / "data" / "slack-payloads" / "slack_go_literals.json"
    if not found.exists():
        pytest.skip("the real data (../shared/data) is not here")
    literals = [entry["json"] for entry in json.loads(found.read_text())]
    assert {type(parse(body_of(literal))) for literal in literals} == {Ignored}


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_a_button_carries_its_item_there_and_back(incident_id: str, item_id: str):
    ref = ItemRef(scrub(incident_id), scrub(item_id))  # no store keeps what is scrubbed
    row = item_buttons(("accept", "edit", "drop"), ref, "words")
    if row is None:
        assert len(json.dumps([ref.incident_id, ref.item_id])) > 2000
        return
    assert problems_of_blocks([row]) == []
    read = {item_from_value(element["value"]) for element in row["elements"]}
    assert read == {ref}
    assert [choice_from_action_id(element["action_id"]) for element in row["elements"]] == ["accept", "edit", "drop"]


def test_an_item_whose_id_no_button_can_carry_gets_none():
    assert item_buttons(("accept",), ItemRef("Q1", "x" * 2000), "words") is None


@pytest.mark.parametrize("value", ["0", "-5", "1e9", "true", "99999999999", '"3"', "[]", "", "NaN", None])
def test_a_snooze_of_no_length_is_none(value: Any):
    assert snooze_from_value(value) is None
