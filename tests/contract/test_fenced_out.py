"""A journey that waited for a vendor longer than its lease lasts, while a short round went by, still ends its work."""

from datetime import timedelta
from pathlib import Path

from connectors.store.leases import Leases
from tests.world import world_of


def test_a_note_that_waited_while_another_round_had_the_lease_is_written_once(tmp_path: Path):
    with world_of(tmp_path, "stale-replica", settings={"refresh_after": "24h"}) as world:
        world.pagerduty.limits_next("POST .*/notes", reset=3000)
        world.resolves()
        world.passes(timedelta(minutes=30))
        assert not world.pagerduty.written_notes

        leases = Leases(world.store, world.clock.now)
        assert leases.take(world.incident_id(), "a sweep", timedelta(minutes=1)) == 2
        leases.release(world.incident_id(), "a sweep")
        world.passes(timedelta(hours=1))

        assert len(world.pagerduty.written_notes) == 1
        announced = [one for one in world.slack.workspace.posted if not one.get("files")]
        assert len(announced) == 1
