"""A long rate limit becomes a durable wait, not a sleep that is paid for."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import cast

from connectors.errors import ConnectorError, RateLimited
from connectors.steps import Json, Steps

MOST_WAITS = 20
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(seconds=30)
LONGEST_OUTAGE = timedelta(hours=2)


def patiently[T: Json](
    steps: Steps, name: str, function: Callable[[], T], *, outage: tuple[type[ConnectorError], ...] = ()
) -> T:
    """Run a step; where the vendor says "later", wait that long in the engine and run it again.

    A wait is a second at least, and twice as long after each refusal, up to LONGEST_BACKOFF. The errors of `outage` are
    waited for too, LONGEST_OUTAGE in all. After MOST_WAITS the last step raises what it was told: a journey that is run
    again then asks once more. Every other error of the function goes up as it is.
    """
    for attempt in range(MOST_WAITS):
        suffix = f", attempt {attempt + 1}" if attempt else ""
        waited_for = (RateLimited, *outage) if attempt < MOST_WAITS - 1 else ()
        outcome = steps.run(name + suffix, partial(_value_or_wait, function, waited_for))
        if "value" in outcome:
            return cast("T", outcome["value"])
        steps.wait(f"{name}: asked to wait{suffix}", _at_least(cast("float", outcome["wait"]), attempt))
    # Only where an older release kept a wait of the last attempt.
    raise RateLimited(name, f"asked to slow down {MOST_WAITS} times in a row", "Try again in an hour.")


def _value_or_wait[T: Json](
    function: Callable[[], T], waited_for: tuple[type[ConnectorError], ...]
) -> dict[str, T | float]:
    try:
        return {"value": function()}
    except waited_for as later:
        if not isinstance(later, RateLimited):
            return {"wait": LONGEST_OUTAGE.total_seconds() / MOST_WAITS}
        return {"wait": later.retry_after if later.retry_after is not None else 30.0}


def _at_least(seconds: float, attempt: int) -> timedelta:
    """What was asked for, and longer where the vendor says "at once" again and again: it is not stormed for that."""
    return max(timedelta(seconds=seconds), min(SHORTEST_WAIT * 2**attempt, LONGEST_BACKOFF))
