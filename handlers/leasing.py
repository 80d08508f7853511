"""One journey at a time works on an incident: the others wait until it has ended, or has been silent for long."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from connectors.errors import NotAllowed, NotFound, Rejected
from handlers.work import LEASE_FOR, Work

ASK_FOR_THE_LEASE_EVERY = timedelta(minutes=1)
"""At the latest."""


def under_the_lease(work: Work, act: Callable[[Work, int], dict[str, Any]]) -> dict[str, Any]:
    """What is refused for good gives the lease back, so that the next journey need not wait."""
    token = take_the_lease(work)
    try:
        return finished(work, act(work, token))
    except (NotAllowed, NotFound, Rejected):
        work.steps.run(work.named("give the lease back"), lambda: work.leases.release(work.incident_id, work.journey))
        raise


def take_the_lease(work: Work, when: str = "") -> int:
    """Wait until no other journey works on this incident; returns the fencing token, the same while it is still held.

    A round that waits for a vendor longer than a lease lasts may be overtaken.
    """
    for attempt in count(1):
        token = work.steps.run(
            work.named(f"{when}take the lease, attempt {attempt}"),
            lambda: work.leases.take(work.incident_id, work.journey, LEASE_FOR),
        )
        if token is not None:
            return token
        work.steps.wait(
            work.named(f"{when}another journey is at work, {attempt}"),
            until_the_lease_is_asked_for(work.journey, attempt),
        )
    raise AssertionError("count() does not end")


def until_the_lease_is_asked_for(journey: str, attempt: int) -> timedelta:
    """About 2 s, then 4, 8, ... : a round takes seconds, and somebody may be waiting for what they decided.

    Up to half as much less, by the journey's name: of several that wait for the same round each asks at its own moment.
    """
    longest = min(timedelta(seconds=2 ** min(attempt, 6)), ASK_FOR_THE_LEASE_EVERY)
    share = hashlib.sha256(f"{journey}/{attempt}".encode()).digest()[0] / 255
    return longest * (1 - share / 2)


def finished(work: Work, outcome: dict[str, Any]) -> dict[str, Any]:
    """Write down what became of it, and let the next journey on."""

    def release() -> None:
        if "announced" in outcome or "stopped" in outcome:
            work.shelf.remember(**{"refresh" if work.seen else "outcome": outcome})
        work.leases.release(work.incident_id, work.journey)

    work.steps.run(work.named("finish"), release)
    return outcome
