"""`debrief webhook rotate`: another secret, or another address, and no delivery is refused or lost meanwhile.

PagerDuty can change neither of a subscription. So a second one is made, switched off; both secrets and both ids
are kept in one write; the second is switched on, and pinged until the receiver has accepted something of it; then the
first is deleted; then its secret is taken away. What is kept says how far it came: after a stop at any point the same
command goes on.
"""

from connectors.errors import NotFound, Unreachable
from connectors.pagerduty.subscriptions import Subscription
from handlers.webhooks.arriving import arrived, last, was_accepted
from handlers.webhooks.bench import (
    PREVIOUS_SECRET,
    PREVIOUS_SUBSCRIPTION,
    SECRET,
    SUBSCRIPTION,
    Bench,
    Seen,
    delete,
    finish,
    keep,
    look,
    wanted_address,
)
from handlers.webhooks.creating import check_no_stranger, make_and_keep

TRIED = "rotating the webhook's secret"
MOST_PINGS = 3
"""A receiver that has just read the old secret looks again after half a minute (connectors/secrets/kept.py)."""
ON_ITS_WAY = 6.0
"""Seconds: PagerDuty waits 5 for an answer. What was sent before the first was deleted is accepted until then."""


def rotate(bench: Bench, url: str | None = None) -> Subscription:
    """The subscription that is there afterwards, at another address where `url` names one. Raises Rejected where that
    is no address for it, NotFound where there is none of ours, Unreachable where the new
    one's ping does not arrive: then both stay, and both are accepted."""
    seen = _mended(bench, look(bench))
    new = _other(bench, seen, url) if not seen.previous else seen.kept
    if new is None:
        raise NotFound(TRIED, "Debrief has no subscription in this account", "Make one: debrief webhook create.")
    new = finish(bench, new)
    previous = bench.keeper.known(PREVIOUS_SUBSCRIPTION)
    if look(bench).kept_before:
        _wait_for(bench, new)
        bench.say(f"{new.id} is accepted. Deleting {previous}.")
        delete(bench, previous)
    bench.sleep(ON_ITS_WAY)
    keep(bench, {PREVIOUS_SECRET: None, PREVIOUS_SUBSCRIPTION: None})
    return new


def _other(bench: Bench, seen: Seen, url: str | None) -> Subscription | None:
    """A second subscription beside the one that is kept; None where none is."""
    if seen.kept is None:
        return None
    before = {PREVIOUS_SECRET: bench.keeper.known(SECRET) or None, PREVIOUS_SUBSCRIPTION: seen.kept.id}
    address = wanted_address(bench.place, url) if url else seen.kept.url
    beside = look(bench, address)
    check_no_stranger(beside)
    return make_and_keep(bench, beside, (address, seen.kept.scope), before)


def _mended(bench: Bench, seen: Seen) -> Seen:
    """Somebody deleted the new one in PagerDuty: what was before counts again, and the rotation begins anew."""
    if seen.kept or not seen.kept_before:
        return seen
    back = {SECRET: bench.keeper.known(PREVIOUS_SECRET) or None, SUBSCRIPTION: seen.previous}
    keep(bench, back | {PREVIOUS_SECRET: None, PREVIOUS_SUBSCRIPTION: None})
    return look(bench)


def _wait_for(bench: Bench, new: Subscription) -> None:
    """Until something of the new one was accepted: its secret is known to the receiver then."""
    if was_accepted(bench, new.id):
        return
    for _ in range(MOST_PINGS):
        before = last(bench, new.id)
        bench.say(f"Pinging {new.id}.")
        bench.pagerduty.ping_webhook_subscription(new.id)
        if arrived(bench, new.id, {"ping": before["ping"]}):
            return
    remedy = (
        "Both subscriptions stay, and both are accepted: nothing is lost. debrief webhook test says where the ping is "
        "lost; then debrief webhook rotate again."
    )
    raise Unreachable(TRIED, f"no ping of the new subscription {new.id} arrived", remedy)
