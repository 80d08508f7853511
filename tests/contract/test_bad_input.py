"""Bad input through the front door: the right status, one sentence with the remedy, and nothing half-done."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.store.deliveries import Deliveries
from connectors.store.notices import Notices
from connectors.store.observed import keep_event
from handlers.envelope import Request, Response, answered
from handlers.receive import LARGEST_BODY, receive
from handlers.wiring import Doorway
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Reply, json_reply
from tests.world import WEBHOOK_SECRET, World

RESOLVED = "incident.resolved"


def webhook(world: World, kind: str = RESOLVED) -> dict[str, Any]:
    """The script's own webhook of that kind, free to be changed."""
    found = next(one for one in world.scripts[0].webhooks if one["event"]["event_type"] == kind)
    return json.loads(json.dumps(found))


def changed(world: World, **fields: Any) -> dict[str, Any]:
    return {"event": webhook(world)["event"] | fields}


def signed(world: World, body: bytes) -> Response:
    return world.receives(body, sign(body, WEBHOOK_SECRET))


def nothing_happened(world: World) -> None:
    world.settles()
    assert world.engine.journeys() == []
    assert world.drafts() == {}
    assert world.pagerduty.requests == world.jira.requests == world.slack.requests == []


# Who rings


def test_a_forged_webhook_is_refused(world: World):
    body = body_of(webhook(world))
    for headers in ({}, sign(body, "another secret"), {"x-pagerduty-signature": "v1=00"}, sign(body + b" ", "x")):
        assert world.receives(body, headers) == Response(403, "the signature does not match")
    nothing_happened(world)


def test_a_webhook_that_was_cut_short_no_longer_fits_its_signature(world: World):
    body = body_of(webhook(world))
    assert world.receives(body[:-30], sign(body, WEBHOOK_SECRET)).status == 403
    nothing_happened(world)


def test_a_webhook_of_more_than_256_kb_is_refused_unread(world: World):
    answer = signed(world, body_of(changed(world, padding="x" * 256 * 1024)))
    assert answer == Response(413, "the body is larger than PagerDuty ever sends")
    nothing_happened(world)


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=8), "ignored"), (-timedelta(hours=1), "ignored")])
def test_a_replayed_webhook_and_one_from_the_future_are_ignored_with_a_2xx(world: World, age: timedelta, status: str):
    at = world.clock.now() - age
    answer = signed(world, body_of(changed(world, occurred_at=at.isoformat())))
    assert answer == Response(202, f"{status}: it occurred at {at.isoformat()}, too far from now")
    nothing_happened(world)


def test_a_changed_body_under_an_event_that_was_seen_is_ignored_and_raises_an_alarm(
    world: World, caplog: pytest.LogCaptureFixture
):
    assert world.resolves().status == 202
    assert Notices(world.store).all(world.clock.now()) == ()
    again = signed(world, body_of(changed(world, agent=None)))
    assert again == Response(202, "ignored: this event was delivered before, with another body")
    (notice,) = Notices(world.store).all(world.clock.now())
    assert "with another body: once on" in notice.sentence
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [notice.sentence]


# What rings


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "ignored: the body cannot be read as JSON (JSONDecodeError)"),
        (b'{"event": {', "ignored: the body cannot be read as JSON (JSONDecodeError)"),
        (b"\xff\xfe", "ignored: the body cannot be read as JSON (UnicodeDecodeError)"),
        (b"[" * 200_000, "ignored: the body is nested too deeply to read"),
        (b'{"event": {"id": ' + b"9" * 200_000 + b"}}", "ignored: the body cannot be read as JSON (ValueError)"),
        (b"{" + b'"a":1,' * 43_000 + b'"a":1}', "ignored: the body holds no event"),
        (b'{"event": {"event_type": "incident.teleported"}}', None),
        (b'{"event": {"event_type": "pagey.ping"}}', None),
        (b'{"event": {"event_type": "service.updated", "data": {}}}', None),
        (b'{"event": {"event_type": 7}}', None),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_signed_and_unreadable_gets_a_2xx_and_a_reason(world: World, body: bytes, reason: str | None):
    """A 4xx would lose the event and, three times, switch the subscription off."""
    answer = signed(world, body)
    assert answer.status == 202
    assert answer.reason == reason or (reason is None and answer.reason.startswith("ignored: "))
    nothing_happened(world)


def test_lone_surrogates_and_nul_in_a_webhook_are_scrubbed_and_kept(world: World):
    at = (world.clock.now() - timedelta(minutes=9)).isoformat()
    event = webhook(world)["event"] | {"event_type": "incident.annotated", "id": "01SURROGATE", "occurred_at": at}
    event["data"] = {"type": "incident_note", "incident": {"id": world.incident_id()}, "content": "a\ud800b\x00c"}
    assert signed(world, body_of({"event": event})).status == 202
    world.resolves()
    world.settles()
    assert "a\ufffdb\ufffdc" in world.draft()


LARGE: dict[str, dict[str, Any]] = {
    "an umlaut a byte would be six": {"message": "Umleitung über München. " + "ü" * 120_000},
    "as large as PagerDuty sends": {"message": "Umleitung über München. " + "x" * 255_000},
    "countless pieces": {"numbers": [[1]] * 50_000},
    "a number beyond numbers": {"message": "Umleitung über München.", "numbers": "HUGE"},
}


@pytest.mark.parametrize("what", LARGE)
def test_a_signed_event_too_large_to_keep_whole_is_kept_cut_so_that_later_ones_get_through(world: World, what: str):
    at = (world.clock.now() - timedelta(minutes=9)).isoformat()
    kind = "incident.status_update_published"
    data = {"type": "status_update", "incident": {"id": world.incident_id()}} | LARGE[what]
    event = {"id": "01LARGE", "event_type": kind, "occurred_at": at, "agent": None, "data": data}
    body = body_of({"event": event}).replace(b'"HUGE"', b"[1e999, -1e999, NaN]")
    assert len(body) < LARGEST_BODY

    assert signed(world, body).status == 202
    world.resolves()
    world.settles()
    if "message" in LARGE[what]:
        assert "Umleitung über München." in world.draft()
    assert ("… (cut by Debrief)" in world.draft()) == (what != "a number beyond numbers")
    assert [one.error for one in world.engine.journeys() if one.state != "done"] == []


# Our own faults


def role_assigned(world: World) -> dict[str, Any]:
    """A webhook of now."""
    event = next(one["event"] for one in world.scripts[0].webhooks if "role" in one["event"]["event_type"])
    return {"event": event | {"occurred_at": world.clock.now().isoformat()}}


def _ring(world: World, event: dict[str, Any] | None = None, /, **broken: Callable[..., Any]) -> Response:
    body = body_of(event or webhook(world))
    parts: dict[str, Any] = {
        "secrets": world.machine.secrets,
        "deliveries": lambda: Deliveries(world.store, world.clock.now),
        "start": world.engine.start,
        "now": world.clock.now,
        "keep": partial(keep_event, world.store),
    }
    doorway = Doorway(**parts | broken)
    return answered(lambda request: receive(request, doorway), Request(sign(body, WEBHOOK_SECRET), body))


def _down(*_: Any, **__: Any) -> Any:
    raise Unreachable("reading the secret", "no connection", "Check the network.")


def _bug(*_: Any, **__: Any) -> Any:
    raise KeyError("the words of a customer")


@pytest.mark.parametrize("part", ["secrets", "deliveries", "start"])
@pytest.mark.parametrize("fault", [_down, _bug], ids=["down", "a bug"])
def test_a_fault_of_our_own_is_a_503_so_that_pagerduty_rings_again(
    world: World, part: str, fault: Callable[..., Any], caplog: pytest.LogCaptureFixture
):
    assert _ring(world, **{part: fault}) == Response(503, "not accepted, try again later")
    assert "customer" not in caplog.text
    assert _ring(world).reason.startswith("started pm-")


@pytest.mark.parametrize("fault", [_down, _bug], ids=["down", "a bug"])
def test_an_event_that_could_not_be_kept_comes_again_and_is_kept_then(world: World, fault: Callable[..., Any]):
    event = role_assigned(world)
    assert _ring(world, event, keep=fault) == Response(503, "not accepted, try again later")
    assert _ring(world, event) == Response(202, "kept incident.role.assigned")
    assert _ring(world, event).reason == "ignored: this event was delivered before"


def test_a_mark_that_could_not_be_made_leaves_the_event_kept_once(world: World):
    """The receiver dies between the two: what comes again is the same record, and the first one counts."""
    event = role_assigned(world)
    assert world.doorway().keep(world.incident_id(), event["event"]["id"], event["event"])
    kept = list(world.store.list(f"INC#{world.incident_id()}", "OBSERVED#"))

    assert _ring(world, event) == Response(202, "incident.role.assigned was kept before")
    assert list(world.store.list(f"INC#{world.incident_id()}", "OBSERVED#")) == kept


def test_a_secret_that_is_not_set_is_a_503_too(world: World):
    world.machine.secrets_file.write_text("SLACK_TOKEN=x\n")
    assert world.rings(webhook(world)).status == 503
    nothing_happened(world)


# The incident


def journey_of(world: World) -> tuple[str, str]:
    """State and error of the one journey that makes a postmortem."""
    (journey,) = [one for one in world.engine.journeys() if one.kind == "postmortem"]
    return journey.state, journey.error or ""


def test_an_incident_that_does_not_exist_ends_in_one_sentence_and_makes_nothing(world: World):
    event = webhook(world)["event"]
    event["data"] |= {"id": "QNOWHERE0000", "number": 1}
    assert signed(world, body_of({"event": event})).status == 202
    world.settles()
    state, error = journey_of(world)
    assert state == "failed"
    assert "QNOWHERE0000" in error
    assert "Check the id" in error
    assert world.drafts() == {}
    world.jira.expects_issues(0)
    assert world.slack.unexpected() == []


def test_an_incident_that_was_deleted_while_it_was_read_ends_the_same_way(world: World):
    world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", _not_found(), times=99)
    world.resolves()
    world.settles()
    state, error = journey_of(world)
    assert (state, "Check the id" in error) == ("failed", True)
    assert world.drafts() == {}


def _not_found() -> Reply:
    return json_reply({"error": {"message": "Not Found", "code": 2100}}, 404)


def _held(world: World, **fields: Any) -> None:
    told = world.scripts[0].pagerduty
    world.pagerduty.holds(told | {"incident": told["incident"] | fields})


def test_an_incident_that_is_open_again_gets_no_draft_and_the_reason_is_kept(world: World):
    world.resolves()
    _held(world, status="triggered", resolved_at=None)
    world.settles()
    assert world.outcome()["stopped"] == "it is triggered again: a draft is made when it is resolved"
    assert world.drafts() == {}


def test_an_incident_merged_between_the_webhook_and_our_look_gets_none_either(world: World):
    world.resolves()
    parent = {"id": "QPARENT000001", "type": "incident_reference", "summary": "the other", "self": None}
    _held(world, resolve_reason={"type": "merge_resolve_reason", "incident": parent})
    world.settles()
    assert "was merged into QPARENT000001" in world.outcome()["stopped"]
    assert world.drafts() == {}


def test_two_resolves_within_seconds_never_work_on_the_incident_at_once(world: World):
    at = datetime.fromisoformat(webhook(world)["event"]["occurred_at"])
    world.resolves()
    for second in (2, 4):
        twin = changed(world, id=f"01TWIN{second}", occurred_at=(at + timedelta(seconds=second)).isoformat())
        assert signed(world, body_of(twin)).reason.startswith("started pm-")
    world.settles()
    states = [journey.state for journey in world.engine.journeys() if journey.kind == "postmortem"]
    assert states == ["done"] * 3
    world.jira.expects_issues(3)
    assert len(world.drafts()) == 1
    assert len(world.pagerduty.written_notes) == 1
