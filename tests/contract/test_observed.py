"""What the receiver keeps of PagerDuty's events, and how it is told later: in every store, by every Debrief."""

from pathlib import Path
from typing import Any

from connectors.observing import observations_of
from connectors.pagerduty.observe import observation_from_event
from connectors.store.observed import keep_event
from connectors.store.port import Store
from tests.incidents import by_name
from tests.world import world_of

pytest_plugins = ["tests.contract.store_fixtures"]

EVENTS: dict[str, dict[str, Any]] = {
    webhook["event"]["event_type"]: webhook["event"] for webhook in by_name("checkout_latency").webhooks
}
ROLE = EVENTS["incident.role.assigned"]


def test_an_event_is_kept_as_it_came_and_told_when_it_is_read(store: Store):
    assert keep_event(store, "Q1", ROLE["id"], ROLE)

    (record,) = store.list("INC#Q1", "OBSERVED#")
    assert (record.sort, record.value) == (f"OBSERVED#pagerduty/event/{ROLE['id']}", {"event": ROLE})
    assert observations_of(store, "Q1") == observation_from_event(ROLE)
    assert observations_of(store, "Q2").observations == ()


def test_the_first_event_of_an_id_counts(store: Store):
    assert keep_event(store, "Q1", "01E", ROLE)
    assert not keep_event(store, "Q1", "01E", ROLE | {"agent": None})

    assert [record.value for record in store.list("INC#Q1")] == [{"event": ROLE}]


def test_what_an_older_debrief_kept_is_read_and_not_kept_a_second_time(store: Store):
    """It kept the observation in place of the event, under the same name."""
    told = observation_from_event(ROLE)
    older = told.model_dump(mode="json", exclude_defaults=True)
    store.write("INC#Q1", f"OBSERVED#pagerduty/event/{ROLE['id']}", older)

    assert not keep_event(store, "Q1", ROLE["id"], ROLE)
    assert observations_of(store, "Q1") == told


def test_an_event_that_cannot_be_told_is_a_gap_and_the_others_are_told(store: Store):
    keep_event(store, "Q1", "01ODD", {"id": "01ODD", "event_type": "incident.annotated", "occurred_at": "yesterday"})
    keep_event(store, "Q1", ROLE["id"], ROLE)

    part = observations_of(store, "Q1")
    assert [gap.what for gap in part.gaps] == ["an event that PagerDuty sent"]
    assert part.observations == observation_from_event(ROLE).observations


def test_what_happens_while_it_burns_starts_no_journey_and_stands_in_the_draft(tmp_path: Path):
    with world_of(tmp_path, "checkout_latency") as world:
        reasons = [world.rings(webhook).reason for webhook in world.scripts[0].webhooks]
        journeys = [journey.kind for journey in world.engine.journeys()]
        world.settles()

        assert sum(reason.startswith("kept ") for reason in reasons) == 7
        assert sorted(journeys) == ["observe", "postmortem"]
        assert {record.sort for record in world.store.list(f"INC#{world.incident_id()}", "OBSERVED#")} == {
            f"OBSERVED#pagerduty/event/{webhook['event']['id']}"
            for webhook, reason in zip(world.scripts[0].webhooks, reasons, strict=True)
            if reason.startswith("kept ")
        }
        assert "took the role" in world.draft()
