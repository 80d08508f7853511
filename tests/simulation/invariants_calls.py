"""14: no storms of requests, and none to what asked to be left alone.

A process that died knows nothing of what the one before it was told, and other machines do not either: each is held to
what it was told itself.
"""

from datetime import datetime, timedelta

from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.simulation.witness import Exchange

MOST_ATTEMPTS = 4
MOST_A_MINUTE = 40
"""Equal requests of one process within a minute of its time. A journey is tried again half a minute after it failed,
so that one reading is made by two tries of a journey at most, four times each; announcing, looking and changing an
issue may make the same reading in ten places."""
_ROUNDING = timedelta(milliseconds=1)


def check(household: Household) -> None:
    witness = household.witness
    new = len(witness.exchanges)
    first = witness.seen.get("exchanges", 0)
    if first == new:
        return
    witness.seen["exchanges"] = new
    for place in range(first, new):
        _check_one(household, place)


def _check_one(household: Household, place: int) -> None:
    one = household.witness.exchanges[place]
    rests = household.witness.seen.setdefault("rests", {})
    endpoint = (one.life, one.to, one.what)
    until: datetime | None = rests.get(endpoint)
    has_come = household.calendar.latest - (one.at - one.began)  # on a clock that was set back it may have come before
    if until is not None and max(one.began, has_come) < until - _ROUNDING:
        raise Broken(14, f"{one.to} asked for quiet until {until:%H:%M:%S} and was sent {one.what} at {one.began}")
    if one.until is not None:
        rests[endpoint] = one.until
    _check_attempts(household, place)
    _check_storm(household, one)


def _check_attempts(household: Household, place: int) -> None:
    """Equal requests in a row, each but the last a failure, with no step between them, are one logical call."""
    exchanges, calls = household.witness.exchanges, household.outside.calls
    last = exchanges[place]
    if place < MOST_ATTEMPTS or exchanges[place - MOST_ATTEMPTS].asked != last.asked:
        return
    row = exchanges[place - MOST_ATTEMPTS : place + 1]
    is_one_call = all(one.asked == last.asked and one.life == last.life for one in row)
    between = calls[row[0].after : last.after - 1]
    if is_one_call and all(one.failed for one in row[:-1]) and not any(call.to == "engine" for call in between):
        raise Broken(14, f"{last.to} was sent {last.what} {len(row)} times for one call")


def _check_storm(household: Household, one: Exchange) -> None:
    recent: dict[tuple[int, int], list[datetime]] = household.witness.seen.setdefault("recent", {})
    times = recent.setdefault((one.life, one.asked), [])
    times.append(one.began)
    if len(times) > MOST_A_MINUTE and times[-1] - times[-1 - MOST_A_MINUTE] < timedelta(minutes=1):
        raise Broken(14, f"{one.to} was sent the same {one.what} more than {MOST_A_MINUTE} times in a minute")
