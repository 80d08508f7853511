"""What was left half done is taken up again, and shown until it is settled; doubles are counted and shown."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.effects import Effect, Ledger
from connectors.store.intents import Intents
from connectors.store.metrics import Metrics
from connectors.store.notices import Notices
from tests.vendors.wire import Reply
from tests.world import World, world_of

QUARTER = timedelta(minutes=15)


@pytest.fixture
def drafted(tmp_path: Path) -> Generator[World]:
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        yield world


def live(world: World, duration: timedelta) -> None:
    until = world.clock.now() + duration
    while world.clock.now() < until:
        world.reconciles()
        world.passes(QUARTER)


def notices(world: World) -> list[str]:
    return [notice.sentence for notice in Notices(world.store).all(world.clock.now())]


def lost_write(world: World, owner: str) -> Ledger:
    """A write whose answer was lost, and whose journey is gone."""
    ledger = Ledger(world.store, owner)
    assert ledger.write("pm-lost", Effect("sent", token=1, sent_at=world.clock.now()))
    return ledger


def states(world: World) -> dict[str, str]:
    return {journey.name: journey.state for journey in world.engine.journeys() if journey.kind == "postmortem"}


def test_a_journey_that_went_well_leaves_nothing(drafted: World):
    assert list(Intents(drafted.store).all()) == []
    live(drafted, timedelta(hours=1))
    assert notices(drafted) == []
    assert len(states(drafted)) == 1


def test_a_write_that_stays_unclear_is_shown_and_taken_up_every_six_hours(drafted: World):
    ledger = lost_write(drafted, drafted.incident_id())
    live(drafted, timedelta(minutes=30))
    assert notices(drafted) == [], "its journey may still be at it"

    live(drafted, timedelta(hours=13))
    assert [notice for notice in notices(drafted) if "it is unclear whether it was made" in notice]
    assert len([name for name in states(drafted) if name.startswith("rt-")]) in (2, 3)

    ledger.write("pm-lost", Effect("done", token=1, made={"key": "CHK-9"}, version=1))
    live(drafted, QUARTER)
    assert notices(drafted) == []


def test_an_unclear_write_is_tried_for_a_week_and_then_only_shown(drafted: World):
    lost_write(drafted, drafted.incident_id())
    drafted.clock.advance(timedelta(days=8))
    live(drafted, timedelta(hours=7))
    assert "It is not looked for any more." in " ".join(notices(drafted))
    assert len(states(drafted)) == 1


def test_an_unclear_message_of_no_incident_is_shown(drafted: World):
    lost_write(drafted, "digest:C1")
    live(drafted, timedelta(hours=1))
    assert "A message about action items" in " ".join(notices(drafted))
    assert len(states(drafted)) == 1


def test_a_named_intent_that_was_settled_is_forgotten(drafted: World):
    Intents(drafted.store).name(drafted.incident_id(), "pm-never-written")
    live(drafted, QUARTER)
    assert list(Intents(drafted.store).all()) == []
    assert notices(drafted) == []


def test_a_journey_that_failed_is_started_again_until_it_ends_well(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        told = world.scripts[0].webhooks
        webhook = next(webhook for webhook in told if webhook["event"]["event_type"] == "incident.resolved")
        world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", Reply(403), times=2)
        world.rings(webhook)
        world.settles()
        assert list(states(world).values()) == ["failed"]

        live(world, timedelta(hours=1))
        assert list(states(world).values()) == ["failed", "failed"], "once in six hours"
        live(world, timedelta(hours=60))
        assert list(states(world).values()) == ["failed", "failed", "done"]
        world.jira.expects_issues(3)


def test_what_failed_long_ago_is_left_alone(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", Reply(403), times=10)
        world.resolves()
        world.settles()
        world.clock.advance(timedelta(days=8))
        live(world, timedelta(hours=7))
        assert list(states(world).values()) == ["failed"]


def test_looks_that_ended_are_forgotten_and_drafts_are_not(drafted: World):
    live(drafted, timedelta(hours=2))
    assert drafted.engine.forget("reconcile", drafted.clock.now() - timedelta(hours=1)) == 4
    left = [journey.kind for journey in drafted.engine.journeys()]
    assert left.count("reconcile") == 4
    assert "postmortem" in left


def test_a_copy_that_a_person_made_is_no_double(drafted: World):
    drafted.jira.person_copies("CHK-1")
    drafted.clock.advance(timedelta(days=1))
    live(drafted, timedelta(minutes=30))
    assert list(Metrics(drafted.store).of("doubles").values())[-1] == {"doubles": 0, "keys": 3}
    assert notices(drafted) == []


def test_two_issues_for_one_item_are_counted_and_shown_and_nothing_is_deleted(drafted: World):
    payload: dict[str, Any] = next(r for r in drafted.jira.requests if r.path.endswith("/issue")).json()
    assert drafted.house.jira is not None
    second = drafted.house.jira.create_issue(payload)["key"]
    drafted.clock.advance(timedelta(days=1))
    live(drafted, timedelta(minutes=30))
    assert list(Metrics(drafted.store).of("doubles").values())[-1] == {"doubles": 1, "keys": 3}
    (told,) = notices(drafted)
    assert second in told
    assert drafted.jira.issue(second)

    drafted.jira.person_deletes(second)
    drafted.clock.advance(timedelta(days=1))
    live(drafted, timedelta(minutes=30))
    assert notices(drafted) == []
