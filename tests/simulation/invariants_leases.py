"""16: one journey at a time works on an incident: nobody takes a lease that still counts, only its holder ends it."""

from collections import Counter
from datetime import datetime
from typing import Any

from tests.simulation.broken import Broken
from tests.simulation.household import Household

_ENDS = ("finish", "give the lease back", "show it at once", "look at the issue at once")
"""The last is a round of a sweep, whole in one step."""


def check_new(household: Household) -> None:
    """What was written over each incident's lease since the last look."""
    seen, calls = household.witness.seen, household.outside.ended
    first = seen.get("leases", 0)
    seen["leases"] = len(calls)
    seen["latest"] = latest = max(seen.get("latest", household.clock.now()), household.clock.now())
    for call in calls[first:]:
        if call.writes and call.what.endswith(" LEASE"):
            _check_one(household, call.what.split(" ")[1], latest)


def _check_one(household: Household, partition: str, latest: datetime) -> None:
    held: dict[str, dict[str, Any]] = household.witness.seen.setdefault("held", {})
    record = household.store.store.read(partition, "LEASE")
    before, now = held.get(partition), record.value if record else None
    if now is None:
        return
    held[partition] = now
    if before is None or before["holder"] is None or before["holder"] == now["holder"]:
        return
    if now["token"] < before["token"] or (now["holder"] and now["token"] == before["token"]):
        raise Broken(16, f"the token of {partition} does not grow: {before} and then {now}")
    if datetime.fromisoformat(before["until"]) > latest:
        _check_end(household, before, now)


def _check_end(household: Household, before: dict[str, Any], now: dict[str, Any]) -> None:
    """A lease that still counts is ended by its holder alone, in the last step of a round."""
    if now["holder"] is not None:
        raise Broken(16, f"{now['holder']} takes the lease of {before['holder']}, who has it until {before['until']}")
    begun, over = (_steps(household, f"{word} {before['holder']} > ") for word in ("begins", "ends"))
    under_way = Counter(begun) - Counter(over)  # a twin of the journey may have begun another meanwhile
    if not any(step.endswith(_ENDS) for step in (*begun[-1:], *under_way)):
        raise Broken(16, f"somebody ends the lease of {before['holder']}, who is at {begun[-1:]}")


def _steps(household: Household, mine: str) -> list[str]:
    return [call.what.removeprefix(mine) for call in household.outside.calls if call.what.startswith(mine)]
