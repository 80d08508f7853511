"""`debrief webhook list`, `enable` and `delete`: how the subscriptions stand, and what a person does about them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.pagerduty.subscriptions import Subscription
from handlers.webhooks.bench import (
    PREVIOUS_SECRET,
    PREVIOUS_SUBSCRIPTION,
    SECRET,
    SUBSCRIPTION,
    Bench,
    delete,
    keep,
    look,
)

State = Literal["on", "disabled", "off", "unfinished"]


@dataclass(frozen=True, slots=True)
class Row:
    """`last_at` is when something of it was last accepted here, to within five minutes; None where nothing was, or
    where it is not ours. One that the settings name is ours here, too, made by hand, and of
    those nothing is recorded."""

    subscription: Subscription
    is_ours: bool
    state: State
    last_at: datetime | None
    is_by_hand: bool = False


def rows(bench: Bench) -> tuple[Row, ...]:
    """Every subscription of the account, ours first."""
    seen = look(bench)
    found = [
        Row(one, seen.is_watched(one), state_of(one), last_accepted(bench, one), one in seen.by_hand)
        for one in seen.every
    ]
    return tuple(sorted(found, key=lambda row: (not row.is_ours, row.subscription.id)))


def state_of(one: Subscription) -> State:
    if one.is_unfinished:
        return "unfinished"
    if not one.is_active:
        return "off"
    return "disabled" if one.is_disabled else "on"


def last_accepted(bench: Bench, one: Subscription) -> datetime | None:
    arrivals = (bench.arrivals.last(one.id, "ping"), bench.arrivals.last(one.id, "delivery"))
    return max((arrival.at for arrival in arrivals if arrival), default=None)


def enable(bench: Bench) -> tuple[str, ...]:
    """Enable those that PagerDuty disabled, a person's own as well, as reconcile does; their ids."""
    disabled = [one.id for one in look(bench).looked_after if state_of(one) == "disabled"]
    for id_ in disabled:
        bench.records("enable", id_)
        bench.pagerduty.enable_webhook_subscription(id_)
    return tuple(disabled)


def delete_ours(bench: Bench) -> tuple[str, ...]:
    """Delete ours, then take their secrets away; ids of those that were there. The same again ends what was begun.

    What a person made stays, also where the settings name it: Debrief could not make it again as it was.
    """
    seen = look(bench)
    for one in seen.ours:
        bench.say(f"Deleting {one.id}.")
        delete(bench, one.id)
    if seen.current or seen.previous:
        keep(bench, dict.fromkeys((SECRET, SUBSCRIPTION, PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION)))
    return tuple(one.id for one in seen.ours)
