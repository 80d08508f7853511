"""One journey at a time works on an incident: the others wait until it has ended, or has been silent for long."""

import hashlib
from datetime import timedelta
from itertools import count

from handlers.work import LEASE_FOR, Work

ASK_FOR_THE_LEASE_EVERY = timedelta(minutes=1)
"""At the latest."""


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
