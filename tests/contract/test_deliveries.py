"""Which webhook deliveries were dealt with: on both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.store.deliveries import METRIC, Deliveries
from connectors.store.metrics import Metrics
from connectors.store.notices import Notices
from connectors.store.port import Store
from tests.contract.stores import Clock

pytest_plugins = ["tests.contract.store_fixtures"]

JOURNEY = "pm-PINC1-1772366400"
ODD_IDS = ["", "a" * 5_000, "\0", "\ud800", "a/../b", "EVT#1", "é", "sha256:0", "01BZ\n"]


@pytest.fixture
def deliveries(store: Store, clock: Clock) -> Deliveries:
    return Deliveries(store, clock)


def test_a_delivery_is_new_until_its_journey_has_started(deliveries: Deliveries) -> None:
    assert deliveries.seen("01BZTEST", "hash") == "new"
    assert deliveries.seen("01BZTEST", "hash") == "new"
    deliveries.mark("01BZTEST", "hash", JOURNEY)
    assert deliveries.seen("01BZTEST", "hash") == "seen"


def test_the_same_event_with_another_body_is_told_apart(deliveries: Deliveries) -> None:
    deliveries.mark("01BZTEST", "hash", JOURNEY)
    assert deliveries.seen("01BZTEST", "another hash") == "changed"


def test_a_changed_body_is_shown_for_a_week_and_counted_by_the_day(
    deliveries: Deliveries, store: Store, clock: Clock
) -> None:
    deliveries.alarm("01BZTEST")
    told = deliveries.alarm("01BZTEST")
    assert told.startswith("A signed webhook carried an event that was delivered before, 01BZTEST, with another body: ")
    assert "2 times" in told
    assert [notice.sentence for notice in Notices(store).all(clock())] == [told]
    assert [*Metrics(store).of(METRIC).values()] == [{"deliveries": 2}]
    assert "<script>" not in deliveries.alarm("<script>")
    clock.moves(timedelta(days=8))
    assert Notices(store).all(clock()) == ()


def test_the_first_mark_stands(deliveries: Deliveries, store: Store) -> None:
    deliveries.mark("01BZTEST", "hash", JOURNEY)
    deliveries.mark("01BZTEST", "another hash", "pm-PINC2-1772366400")
    assert deliveries.seen("01BZTEST", "hash") == "seen"
    assert [record.value for record in store.list("EVT#01BZTEST")] == [{"body_hash": "hash", "journey": JOURNEY}]


def test_a_delivery_is_remembered_for_thirty_days(deliveries: Deliveries, clock: Clock) -> None:
    deliveries.mark("01BZTEST", "hash", JOURNEY)
    clock.moves(timedelta(days=29, hours=23))
    assert deliveries.seen("01BZTEST", "hash") == "seen"
    clock.moves(timedelta(hours=1))
    assert deliveries.seen("01BZTEST", "hash") == "new"
    deliveries.mark("01BZTEST", "hash", JOURNEY)
    assert deliveries.seen("01BZTEST", "hash") == "seen"


def test_any_event_id_is_remembered_and_none_is_mistaken_for_another(deliveries: Deliveries) -> None:
    for number, event_id in enumerate(ODD_IDS):
        assert deliveries.seen(event_id, str(number)) == "new"
        deliveries.mark(event_id, str(number), JOURNEY)
    assert [deliveries.seen(event_id, str(number)) for number, event_id in enumerate(ODD_IDS)] == ["seen"] * len(
        ODD_IDS
    )


def test_twins_marked_at_once_do_no_harm(deliveries: Deliveries) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(deliveries.mark, ["01BZTEST"] * 10, ["hash"] * 10, [JOURNEY] * 10))
    assert deliveries.seen("01BZTEST", "hash") == "seen"
