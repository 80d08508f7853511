"""That something of a subscription came is kept, cheaply, and never a reason to refuse it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.store.arrivals import Arrivals, Kind
from handlers.envelope import Response
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.world import World, world_of

OURS = "PSUBOURS"


@pytest.fixture
def kept(world: World) -> World:
    """The id of its subscription stands beside the secret."""
    world.write_secrets(PAGERDUTY_WEBHOOK_SUBSCRIPTION=OURS)
    return world


def ping(world: World) -> dict[str, Any]:
    at = world.clock.now().isoformat()
    return {"event": {"id": "01PING", "event_type": "pagey.ping", "occurred_at": at, "data": {"type": "ping"}}}


def delivers(world: World, webhook: dict[str, Any], subscription: str = OURS, secret: str = WEBHOOK_SECRET) -> Response:
    body = body_of(webhook)
    return world.receives(body, sign(body, secret) | {"x-webhook-subscription": subscription})


def counts(world: World, subscription: str = OURS) -> dict[str, int]:
    kinds: tuple[Kind, ...] = ("ping", "delivery", "refused")
    found = {kind: world.arrivals.last(subscription, kind) for kind in kinds}
    return {kind: one.count for kind, one in found.items() if one}


def test_a_ping_is_recorded_each_time_and_starts_nothing(kept: World):
    assert [delivers(kept, ping(kept)).status for _ in range(2)] == [202, 202]
    assert counts(kept) == {"ping": 2}
    assert kept.engine.journeys() == []


def test_a_day_of_deliveries_is_a_record_in_five_minutes(kept: World):
    for webhook in kept.scripts[0].webhooks:
        assert delivers(kept, webhook).status == 202
    assert counts(kept) == {"delivery": 1}
    kept.clock.advance(timedelta(minutes=6))
    assert delivers(kept, kept.scripts[0].webhooks[-1]).status == 202
    assert counts(kept) == {"delivery": 2}


def test_a_flood_of_wrong_signatures_is_a_record_in_half_a_minute(kept: World):
    for _ in range(50):
        assert delivers(kept, ping(kept), secret="whsec-wrong").status in (403, 503)
    assert counts(kept) == {"refused": 1}


def test_what_names_no_subscription_of_ours_writes_nothing(kept: World):
    delivers(kept, ping(kept), subscription="PSTRANGER")
    delivers(kept, ping(kept), subscription="PSTRANGER", secret="whsec-wrong")
    assert counts(kept, "PSTRANGER") == {}


def test_where_no_id_is_kept_nothing_is_written(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        delivers(world, ping(world))
        assert counts(world) == {}


def test_a_record_that_cannot_be_written_never_hinders_a_delivery(kept: World):
    class Broken(Arrivals):
        def note(self, subscription: str, kind: Kind) -> None:
            raise Unreachable("writing", "no room")

    kept.arrivals = Broken(kept.store, kept.clock.now)
    assert delivers(kept, ping(kept)).status == 202
    assert delivers(kept, kept.scripts[0].webhooks[-1]).reason.startswith("kept")
    assert delivers(kept, ping(kept), secret="whsec-wrong").status == 403


def test_an_accepted_delivery_costs_one_writing_more_and_the_next_ones_nothing(kept: World):
    writes: Any = Counted(kept.store)
    kept.arrivals = Arrivals(writes, kept.clock.now)
    for webhook in kept.scripts[0].webhooks:
        delivers(kept, webhook)
    assert writes.calls == ["write"]


class Counted:
    """A store, and what was asked of it."""

    def __init__(self, store: Any) -> None:
        self._store, self.calls = store, list[str]()

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._store, name)
