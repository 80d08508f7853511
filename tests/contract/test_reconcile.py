"""Resolves that no webhook announced: found by asking PagerDuty, each once, whoever comes first."""

import logging
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.pagerduty.subscriptions import UNFINISHED
from connectors.store.notices import Notices
from connectors.store.resolves import Resolves
from handlers.reconcile import reconcile
from tests.contract.serving import visited
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_setup import PlainSteps
from tests.vendors.wire import Reply
from tests.world import World, world_of

QUARTER = timedelta(minutes=15)
PUBLIC = "https://debrief.acme.example"
SCRIPT = "expired-certificate"


def incident(number: int, created_at: datetime, resolved_at: datetime | None, **fields: Any) -> dict[str, Any]:
    """As PagerDuty shows it. `resolved_at` is to the second there."""
    changed_at = resolved_at or created_at
    return {
        "id": f"Q{number:05}",
        "type": "incident",
        "incident_number": 5000 + number,
        "title": f"Checkout fails, number {number}",
        "status": "resolved" if resolved_at else "triggered",
        "urgency": "high",
        "created_at": f"{created_at:%Y-%m-%dT%H:%M:%SZ}",
        "last_status_change_at": f"{changed_at:%Y-%m-%dT%H:%M:%SZ}",
        "resolved_at": f"{resolved_at:%Y-%m-%dT%H:%M:%SZ}" if resolved_at else None,
        "service": {"id": "PSVC01", "type": "service_reference", "summary": "checkout"},
        "teams": [],
        "assignments": [],
        "acknowledgements": [],
        "resolve_reason": None,
    } | fields


def resolve(world: World, number: int, *, lasted: timedelta = timedelta(hours=1), **fields: Any) -> dict[str, Any]:
    """An incident is resolved now; returns its webhook, which nobody has delivered."""
    at = world.clock.now()
    world.pagerduty.holds({"incident": incident(number, at - lasted, at, **fields)})
    data = {"id": f"Q{number:05}", "type": "incident", "status": "resolved", "resolve_reason": None}
    occurred_at = f"{at:%Y-%m-%dT%H:%M:%S}.358Z"
    event = {"id": f"01EVENT{number:05}{at:%d%H%M%S}", "event_type": "incident.resolved", "resource_type": "incident"}
    return {"event": event | {"occurred_at": occurred_at, "agent": None, "client": None, "data": data}}


def later(webhook: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The same event, as PagerDuty's other clock has it."""
    at = datetime.fromisoformat(webhook["event"]["occurred_at"]) + timedelta(seconds=seconds)
    return {"event": webhook["event"] | {"occurred_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}}


def live(world: World, duration: timedelta) -> None:
    """Every quarter of an hour the machine looks, as `debrief serve` does."""
    until = world.clock.now() + duration
    while world.clock.now() < until:
        world.reconciles()
        world.passes(QUARTER)


def journeys(world: World, kind: str = "postmortem") -> list[str]:
    return [journey.name for journey in world.engine.journeys() if journey.kind == kind]


def drafted(world: World) -> list[str]:
    """The incidents that a journey was started for, once for every journey."""
    return sorted(name.split("-")[1] for name in journeys(world))


def notices(world: World) -> list[str]:
    return [notice.sentence for notice in Notices(world.store).all(world.clock.now())]


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """A house that has begun to look, with an incident of before it was there, and no webhook that works."""
    settings = {"publish": {"public_base_url": PUBLIC}, "refresh_after": "24h"}
    with world_of(tmp_path, SCRIPT, settings=settings) as opened:
        opened.pagerduty.subscriptions.adds("PSUB01", f"{PUBLIC}/pagerduty")
        opened.clock.advance(timedelta(minutes=1))
        live(opened, QUARTER)
        yield opened


def test_what_was_resolved_before_debrief_was_there_gets_no_draft(world: World):
    live(world, timedelta(hours=2))
    assert journeys(world) == []


def test_after_seven_days_away_every_resolve_is_found_within_half_an_hour_and_once(world: World):
    world.stop()
    for number in range(14):
        world.clock.advance(timedelta(hours=12))
        resolve(world, number)
    world.start()
    live(world, timedelta(minutes=30))

    assert drafted(world) == [f"Q{number:05}" for number in range(14)]
    live(world, timedelta(hours=3))
    assert len(journeys(world)) == 14
    assert len(world.drafts()) == 14
    assert any("found by asking PagerDuty" in notice for notice in notices(world))


def test_with_webhooks_off_a_resolve_is_found_within_half_an_hour(world: World):
    for number in range(8):
        resolve(world, number)
        live(world, timedelta(minutes=30))
        assert drafted(world)[-1] == f"Q{number:05}"
    assert len(journeys(world)) == 8


def test_what_a_webhook_announced_is_not_started_again(world: World):
    assert world.rings(resolve(world, 1)).reason.startswith("started")
    live(world, timedelta(days=2, hours=2))
    assert len(journeys(world)) == 1
    assert not [notice for notice in notices(world) if "no webhook" in notice]


@pytest.mark.parametrize("seconds", [-20, -1.2, 0, 0.9, 4, 25])
def test_a_webhook_that_comes_after_the_resolve_was_found_starts_nothing(world: World, seconds: float):
    webhook = later(resolve(world, 1), seconds)
    live(world, timedelta(minutes=30))
    assert len(journeys(world)) == 1

    answer = world.rings(webhook)
    assert (answer.status, "was started before" in answer.reason) == (202, True)
    live(world, timedelta(hours=1))
    assert len(journeys(world)) == 1


@pytest.mark.parametrize("seconds", [-20, 4, 25])
def test_a_webhook_whose_time_is_not_quite_that_of_pagerdutys_list_is_known(world: World, seconds: float):
    world.rings(later(resolve(world, 1), seconds))
    live(world, timedelta(hours=1))
    assert len(journeys(world)) == 1


def test_a_later_resolve_of_the_same_incident_is_another(world: World):
    resolve(world, 1)
    live(world, timedelta(hours=1))
    webhook = resolve(world, 1, lasted=timedelta(hours=2))
    live(world, timedelta(hours=1))
    world.rings(webhook)
    live(world, timedelta(hours=1))
    assert drafted(world) == ["Q00001", "Q00001"]
    assert len(world.drafts()) == 1


def test_webhook_and_reconciler_at_the_same_moment_start_one_journey(world: World):
    for number in range(12):
        webhook = resolve(world, number)
        world.clock.advance(timedelta(minutes=6))
        with ThreadPoolExecutor(3) as pool:
            ended = [pool.submit(reconcile, PlainSteps(), {}, world.house) for _ in range(2)]
            ended.append(pool.submit(world.rings, later(webhook, 1)))  # pyright: ignore[reportArgumentType]
            for one in ended:
                one.result()
    assert drafted(world) == [f"Q{number:05}" for number in range(12)]


def test_an_incident_that_was_open_for_29_days_is_found(world: World):
    resolve(world, 1, lasted=timedelta(days=29))
    live(world, timedelta(minutes=30))
    assert drafted(world) == ["Q00001"]


def test_what_was_merged_into_another_gets_no_journey(world: World):
    resolve(world, 1, resolve_reason={"type": "merge_resolve_reason", "incident": {"id": "Q2"}})
    live(world, timedelta(hours=1))
    assert journeys(world) == []


def test_a_webhook_that_was_claimed_and_never_started_is_started(world: World):
    """The receiver died between the two, and PagerDuty gave the delivery up."""
    resolve(world, 1)
    Resolves(world.store, "Q00001").announced(world.clock.now(), "pm-Q00001-1")
    live(world, timedelta(minutes=30))
    assert journeys(world) == ["pm-Q00001-1"]


def test_while_pagerduty_is_down_the_cursor_stays(world: World):
    live(world, timedelta(days=3))
    resolve(world, 1)
    world.pagerduty.fails_next("GET /incidents$", Reply(503), times=10**6)
    live(world, timedelta(days=3))
    assert journeys(world) == []
    assert any("could not be asked" in notice for notice in notices(world))

    world.pagerduty._faults.clear()
    live(world, timedelta(minutes=30))
    assert drafted(world) == ["Q00001"]
    assert not any("could not be asked" in notice for notice in notices(world))


def test_nothing_counts_as_looked_at_before_it_was_started(world: World):
    live(world, timedelta(days=3))
    resolve(world, 1)
    world.pagerduty.holds({"incident": incident(2, world.clock.now(), world.clock.now())})
    world.clock.advance(QUARTER)
    refused = [True] * 3
    start = world.starts

    def starts(kind: str, name: str, payload: dict[str, Any]) -> bool:
        if kind == "postmortem" and refused:
            refused.pop()
            raise AssertionError("killed")
        return start(kind, name, payload)

    world.starts = starts  # type: ignore[method-assign]
    world.stop()
    world.start()
    live(world, timedelta(hours=1))
    assert drafted(world) == ["Q00001", "Q00002"]


def test_three_thousand_incidents_are_read_page_by_page(world: World):
    now = world.clock.now()
    for number in range(3000):
        created_at = now - timedelta(minutes=10 * number)
        world.pagerduty.holds({"incident": incident(number, created_at, now)})
    world.clock.advance(QUARTER)
    before = len(world.pagerduty.requests)
    world.reconciles()
    world.engine.run_due()

    read = [request for request in world.pagerduty.requests[before:] if request.path == "/incidents"]
    assert len(read) == 31, "thirty full pages, and the one on which the incident of before stands"
    assert len(set(drafted(world))) == len(journeys(world)) == 3000


def test_more_than_ten_thousand_incidents_of_a_month_are_asked_about_in_parts(world: World):
    now = world.clock.now()
    for number in range(10_500):
        created_at = now - timedelta(minutes=4 * number)
        resolved_at = now if number % 1000 == 0 else created_at - timedelta(days=1)
        world.pagerduty.holds({"incident": incident(number, created_at, resolved_at)})
    world.clock.advance(QUARTER)
    world.reconciles()
    world.engine.run_due()
    assert len(journeys(world)) == 11


def test_a_subscription_that_pagerduty_disabled_is_enabled_again_and_that_is_said(
    world: World, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "debrief")
    answers = [403]

    def delivers(body: bytes, headers: dict[str, str]) -> int:
        return answers[0] if answers[0] != 202 else world.receives(body, headers).status

    subscriptions = world.pagerduty.subscriptions
    subscriptions.adds("PSUB01", f"{PUBLIC}/pagerduty", WEBHOOK_SECRET, delivers)
    for number in range(5):
        subscriptions.tells(resolve(world, number))
        world.clock.advance(timedelta(minutes=1))
    assert subscriptions.is_disabled("PSUB01")

    answers[0] = 202
    live(world, timedelta(minutes=45))
    assert not subscriptions.is_disabled("PSUB01")
    assert drafted(world) == [f"Q{number:05}" for number in range(5)]
    assert "PagerDuty had disabled the webhook subscription PSUB01" in caplog.text
    with visited(world) as visitor:
        assert "PagerDuty had disabled the webhook subscription PSUB01" in visitor.gets("/").text

    subscriptions.tells(resolve(world, 7))
    assert "Q00007" in drafted(world), "webhooks come again"
    world.passes(timedelta(days=8))
    live(world, QUARTER)
    assert not any("disabled" in notice for notice in notices(world)), "it is news for a week"


@pytest.mark.parametrize(
    ("subscription", "told"),
    [
        ({"url": "https://other.example/pagerduty"}, "No webhook subscription of PagerDuty delivers to"),
        ({"active": False}, "is switched off in PagerDuty"),
        ({"events": ["incident.triggered"]}, "does not send incident.resolved"),
    ],
)
def test_what_is_wrong_with_the_subscription_is_said_until_it_is_mended(
    world: World, subscription: dict[str, Any], told: str
):
    given = dict(subscription)
    world.pagerduty.subscriptions.adds("PSUB01", given.pop("url", f"{PUBLIC}/pagerduty"), **given)
    live(world, timedelta(hours=1))
    assert len([notice for notice in notices(world) if told in notice]) == 1

    world.pagerduty.subscriptions.adds("PSUB01", f"{PUBLIC}/pagerduty")
    live(world, QUARTER)
    assert notices(world) == []


def test_a_subscription_whose_id_is_kept_beside_its_secret_is_found_at_any_address(tmp_path: Path):
    """As on AWS, where no setting tells the address."""
    with world_of(tmp_path, SCRIPT) as world:
        world.write_secrets(PAGERDUTY_WEBHOOK_SUBSCRIPTION="PSUB01")
        world.stop()
        world.start()
        for id_ in ("PSUB01", "PSUB02"):
            world.pagerduty.subscriptions.adds(id_, "https://abc.execute-api.example/pagerduty")
            world.pagerduty.subscriptions.disables(id_)
        live(world, QUARTER)
        assert [world.pagerduty.subscriptions.is_disabled(id_) for id_ in ("PSUB01", "PSUB02")] == [False, True]


def test_a_rotation_under_way_is_nothing_to_be_told_of(world: World):
    world.pagerduty.subscriptions.adds("PSUB02", f"{PUBLIC}/pagerduty", description=UNFINISHED, active=False)
    live(world, QUARTER)
    assert notices(world) == []


def test_a_token_that_may_not_see_subscriptions_ends_nothing(world: World):
    world.pagerduty.fails_next("/webhook_subscriptions", Reply(403), times=10**6)
    resolve(world, 1)
    live(world, timedelta(minutes=30))
    assert drafted(world) == ["Q00001"]
    assert any("webhook_subscriptions.read" in notice for notice in notices(world))
