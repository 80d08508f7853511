"""Whatever arrives at the doorbell: nothing raises, nothing false is believed."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import Ignored
from connectors.pagerduty import webhook
from connectors.pagerduty.webhook import Bell, looks_signed, parse, verify
from tests.contract.test_pagerduty_webhook import NEW, OLD, PING, PING_NEW, _event, _signed
from tests.vendors.pagerduty_webhooks import body_of


def test_every_single_bit_flip_of_a_body_and_of_its_signature_is_refused():
    header = _signed(f"v1={PING_NEW}")
    for position in range(len(PING) * 8):
        flipped = bytearray(PING)
        flipped[position // 8] ^= 1 << position % 8
        assert not verify(header, bytes(flipped), [NEW])
    for position in range(len(PING_NEW) * 7):
        digits = list(PING_NEW)
        digits[position // 7] = chr(ord(digits[position // 7]) ^ 1 << position % 7)
        assert not verify(_signed("v1=" + "".join(digits)), PING, [NEW])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=30), st.text(max_size=200)), st.text(max_size=300), st.binary(max_size=200))
def test_no_header_raises_and_none_is_believed(headers: dict[str, str], value: str, body: bytes):
    headers["x-pagerduty-signature"] = value
    assert not verify(headers, body, [NEW, OLD])
    looks_signed(headers)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_parse_raise(body: bytes):
    assert isinstance(parse(body), Ignored)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


_FIELDS = st.sampled_from(["id", "event_type", "occurred_at", "data", "agent"])


_DATA_FIELDS = st.sampled_from(["id", "type", "incident", "resolve_reason", "incident_role_assignments"])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_FIELDS, _JSON), st.dictionaries(_DATA_FIELDS, _JSON), st.sampled_from(sorted(webhook.OBSERVED)))
def test_no_shape_of_a_signed_event_makes_parse_raise(odd: dict[str, Any], data: dict[str, Any], kind: str):
    event = _event(kind)["event"]
    for changed in (event | odd, event | {"data": event["data"] | data}, event | {"data": data}):
        assert isinstance(parse(json.dumps({"event": changed}).encode()), (Bell, Ignored))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (body_of(_event())[:-20], "the body cannot be read as JSON (JSONDecodeError)"),
        (b"\xff\xfe{}", "the body cannot be read as JSON (UnicodeDecodeError)"),
        (b"", "the body cannot be read as JSON (JSONDecodeError)"),
        (b"[" * 200_000, "the body is nested too deeply to read"),
        (b'{"event":' + b"[" * 500 + b"]" * 500 + b"}", "the body is nested too deeply to read"),
        (b'{"event":{"id":' + b"9" * 200_000 + b"}}", "the body cannot be read as JSON (ValueError)"),
        (b"[1]", "the body holds no event"),
        (b'{"event":null}', "the body holds no event"),
        (b'{"event":{}}', "the event names no event_type"),
        (body_of(_event(data=None)), "incident.resolved carries no data"),
        (body_of(_event(data={"type": "incident"})), "incident.resolved names no incident"),
        (body_of(_event(data={"type": "incident", "id": "../x"})), "incident.resolved names no incident"),
        (body_of(_event(id=None)), "incident.resolved carries no usable event id"),
        (
            body_of(_event(occurred_at="2026-01-05T03:49:36")),
            "incident.resolved of Q2CKYRLH85UNN4 carries no readable occurred_at",
        ),
    ],
)
def test_what_is_signed_but_unreadable_is_ignored_with_its_reason(body: bytes, reason: str):
    start = time.perf_counter()
    judged = parse(body)
    assert isinstance(judged, Ignored)
    assert judged.reason == reason
    assert time.perf_counter() - start < 0.5


def test_surrogates_and_nul_are_scrubbed():
    text = b'{"event":{"event_type":"incident.annotated","id":"E1","occurred_at":"2026-01-05T10:00:00Z","data":'
    text += b'{"type":"incident_note","incident":{"id":"Q1"},"content":"a\\ud800b\\u0000c \\ud83d\\ude00"}}}'
    bell = parse(text)
    assert isinstance(bell, Bell)
    assert bell.event["data"]["content"] == "a�b�c 😀"


def _least_cpu(act: Callable[[], object]) -> float:
    """Seconds, of five tries: others are at work on this machine."""
    took: list[float] = []
    for _ in range(5):
        began = time.process_time()
        act()
        took.append(time.process_time() - began)
    return min(took)


NESTED = b"[" * 30 + b"]" * 30


def _countless(piece: bytes) -> bytes:
    pieces = b",".join([piece] * (240_000 // (len(piece) + 1)))
    event = json.dumps(_event("incident.annotated", data={"incident": {"id": "Q1"}, "x": 1})).encode()
    return event.replace(b'"x": 1', b'"x":[' + pieces + b"]")


@pytest.mark.parametrize("piece", [b"[]", b'{"a":{}}', NESTED, b"9" * 4299, b'"\\ud800"', b"1e999"])
def test_an_event_of_countless_pieces_is_judged_before_anybody_notices(piece: bytes):
    """In CPU of json.loads alone for the worst of them, on the same machine: 2.7 times at most where measured."""
    body = _countless(piece)
    bell = parse(body)
    assert _least_cpu(lambda: parse(body)) < 5 * _least_cpu(lambda: json.loads(_countless(NESTED)))
    assert isinstance(bell, Bell)
    assert len(json.dumps(bell.event)) <= 150_000


def test_brackets_inside_texts_are_no_nesting():
    bell = parse(body_of(_event(more='[{"\\' * 500, also="]" * 500, quote='\\"[' * 99)))
    assert isinstance(bell, Bell)


def test_sixty_four_deep_is_read_and_deeper_is_not():
    assert isinstance(parse(b'{"event":' + b"[" * 63 + b"]" * 63 + b"}"), Ignored)
    for depth, is_read in ((61, True), (63, False)):
        body = json.dumps(_event("incident.annotated", data={"incident": {"id": "Q1"}, "x": 1})).encode()
        bell = parse(body.replace(b'"x": 1', b'"x":' + b"[" * depth + b"]" * depth + b',"y":[' + b"[]," * 70 + b"1]"))
        assert isinstance(bell, Bell) is is_read
