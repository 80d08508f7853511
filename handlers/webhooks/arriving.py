"""Waiting for a ping to come through the whole path: PagerDuty, the network, the receiver, its secrets, the store."""

from connectors.store.arrivals import Arrival, Kind
from handlers.webhooks.bench import Bench

PATIENCE = 30
"""Seconds: PagerDuty delivers a ping within a few."""


def arrived(bench: Bench, id_: str, before: dict[Kind, Arrival | None]) -> Kind | None:
    """Wait until something of this subscription came that was not there `before`; None where nothing did in time."""
    for second in range(PATIENCE + 1):
        for kind, last in before.items():
            if bench.arrivals.last(id_, kind) != last:
                return kind
        if second and second % 10 == 0:
            bench.say(f"Waiting for the ping of {id_}: {second} of {PATIENCE} seconds.")
        if second < PATIENCE:
            bench.sleep(1.0)
    return None


def last(bench: Bench, id_: str) -> dict[Kind, Arrival | None]:
    """Before a ping: an accepted one comes first, where both came."""
    kinds: tuple[Kind, ...] = ("ping", "refused")
    return {kind: bench.arrivals.last(id_, kind) for kind in kinds}


def was_accepted(bench: Bench, id_: str) -> bool:
    """Whether anything of it was ever accepted: its secret is known to the receiver then."""
    return any(bench.arrivals.last(id_, kind) for kind in ("ping", "delivery"))
