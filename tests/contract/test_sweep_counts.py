"""What a sweep says it did is what it did: a document that it could not bring up to date is left to the next one."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connectors.errors import Unreachable
from tests.simulation.household import Household, household_of
from tests.simulation.outside import Call, fair

READING = "load drafts/"


def swept(household: Household) -> dict[str, Any]:
    """What the sweep of this hour came to."""
    household.sweeps()
    household.lives(timedelta(minutes=5))
    newest = [journey for journey in household.engine.journeys() if journey.kind == "follow_up"][-1]
    return json.loads(newest.result or "{}")["value"]


def test_a_document_that_the_store_does_not_give_is_not_counted_as_shown_and_shown_by_the_next_sweep():
    with household_of("stale-replica", settings={"refresh_after": "20m"}) as household:
        household.resolves()
        household.lives(timedelta(hours=1))

        def fails(call: Call, act: Callable[[], Any]) -> Any:
            if call.to == "store" and call.what.startswith(READING):
                raise Unreachable("Using the store", "it did not answer")
            return act()

        household.outside.meets = fails
        assert swept(household)["shown"] == 0

        household.outside.meets = fair
        household.lives(timedelta(hours=1))
        assert swept(household)["shown"] == 1
        assert "To Do" in household.draft()
