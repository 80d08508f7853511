"""`debrief webhook create`: a subscription, and its secret where the receivers read it. The same again changes nothing.

It is made switched off, so that nothing is delivered before its secret is kept; then its secret and its id are kept in
one write; then it is switched on. Whatever stops this in between, the next run finds it and goes on.
"""

from dataclasses import dataclass
from typing import Literal

from connectors.errors import ConnectorError, NotAllowed, OutcomeUnknown, Rejected
from connectors.pagerduty.subscriptions import (
    MOST_OF_A_SCOPE,
    Scope,
    Subscription,
    is_same_address,
    make_subscription,
    shown_address,
)
from connectors.secrets.port import Secret
from handlers.webhooks.bench import (
    PREVIOUS_SECRET,
    PREVIOUS_SUBSCRIPTION,
    SECRET,
    SUBSCRIPTION,
    Bench,
    Seen,
    check_keeper,
    delete,
    finish,
    keep,
    look,
    wanted_address,
    with_remedy,
)

TRIED = "making a webhook subscription"
MOST_TRIES = 2


@dataclass(frozen=True, slots=True)
class Created:
    """`how`: made anew, finished where an earlier run had stopped or mended where events were missing, or there
    already. `replaced` are ids of unfinished earlier attempts that were deleted."""

    subscription: Subscription
    how: Literal["made", "finished", "mended", "there"]
    replaced: tuple[str, ...] = ()


def create(bench: Bench, scope: Scope | None = None, url: str | None = None) -> Created:
    """For the account, where no scope is given. Raises what PagerDuty and the keeper raise, and Rejected where what is
    there already is in the way."""
    address = wanted_address(bench.place, url)
    seen = look(bench, address)
    _check_nothing_is_in_the_way(seen)
    if seen.kept:
        return _finished(bench, _as_asked(seen.kept, scope, address))
    secret = bench.keeper.known(SECRET)
    before = {PREVIOUS_SECRET: None if seen.current else secret or None, PREVIOUS_SUBSCRIPTION: None}
    made = make_and_keep(bench, seen, (address, scope or Scope()), before)
    return Created(made, "made", tuple(one.id for one in seen.leftovers))


def make_and_keep(bench: Bench, seen: Seen, wanted: tuple[str, Scope], before: dict[str, str | None]) -> Subscription:
    """Make one, keep its secret beside what counted `before`, switch it on. Earlier attempts are taken away first."""
    address, scope = wanted
    _check_room(seen, scope)
    check_keeper(bench)
    for leftover in seen.leftovers:
        bench.say(f"Deleting {leftover.id}, which an earlier run left unfinished.")
        delete(bench, leftover.id)
    bench.say(f"Making a subscription for {scope.in_words()}.")
    made, secret = _make(bench, address, scope)
    bench.say(f"Keeping its secret in {bench.keeper.place(SECRET)}.")
    try:
        keep(bench, {SECRET: secret, SUBSCRIPTION: made.id} | before)
    except ConnectorError as error:
        raise _undone(bench, made, error) from error
    return finish(bench, made)


def _check_nothing_is_in_the_way(seen: Seen) -> None:
    if seen.previous:
        remedy = "End it first: debrief webhook rotate."
        raise Rejected(TRIED, "a rotation of its secret is under way", remedy)
    if not seen.kept:
        check_no_stranger(seen)


def check_no_stranger(seen: Seen) -> None:
    """Raises Rejected where somebody else's subscription delivers to the address."""
    if seen.foreign:
        remedy = (
            f"Delete it in PagerDuty, or keep it: write its id as {SUBSCRIPTION} and its secret as {SECRET} among the "
            "secrets."
        )
        came_back = f"{seen.foreign.id} delivers to this address already, and debrief webhook did not make it"
        raise Rejected(TRIED, came_back, remedy)


def _as_asked(kept: Subscription, scope: Scope | None, address: str) -> Subscription:
    """The one that is there, where it is what was asked for."""
    if scope is not None and scope != kept.scope:
        came_back = f"{kept.id} is there already, for {kept.scope.in_words()}"
        raise Rejected(TRIED, came_back, "Take it away first: debrief webhook delete.")
    if not is_same_address(kept.url, address):
        came_back = f"{kept.id} is there already and delivers to another address"
        remedy = f"Move it, and nothing is lost: debrief webhook rotate --url {shown_address(address, whole=True)}"
        raise Rejected(TRIED, came_back, remedy)
    return kept


def _finished(bench: Bench, kept: Subscription) -> Created:
    finished = finish(bench, kept)
    if kept.is_unfinished:
        return Created(finished, "finished")
    return Created(finished, "mended" if kept.missing_events else "there")


def _check_room(seen: Seen, scope: Scope) -> None:
    taken = [one.id for one in seen.every if one.scope == scope and one not in seen.leftovers]
    if len(taken) >= MOST_OF_A_SCOPE:
        came_back = f"PagerDuty takes {MOST_OF_A_SCOPE} subscriptions for {scope.in_words()}, and has them"
        raise Rejected(TRIED, came_back, "Delete one that nobody needs: debrief webhook list shows them.")


def _make(bench: Bench, address: str, scope: Scope) -> tuple[Subscription, Secret]:
    """Where the answer is lost, its secret is too: what was made without it is deleted before another is made."""
    for _ in range(MOST_TRIES - 1):
        try:
            return _made(bench, address, scope)
        except OutcomeUnknown:
            bench.say("PagerDuty's answer was lost. Looking for what it made.")
            for lost in look(bench, address).leftovers:
                delete(bench, lost.id)
    return _made(bench, address, scope)


def _made(bench: Bench, address: str, scope: Scope) -> tuple[Subscription, Secret]:
    bench.records("create for", scope.in_words())
    try:
        made, secret = make_subscription(bench.pagerduty, address, scope)
    except Rejected as error:
        remedy = f"Does {scope.in_words()} exist, and does PagerDuty take {shown_address(address, whole=True)}?"
        raise Rejected(error.tried, error.came_back, remedy) from error
    return made, Secret(secret)


def _undone(bench: Bench, made: Subscription, error: ConnectorError) -> ConnectorError:
    """The keeper refused: what was made is of no use to anybody."""
    try:
        delete(bench, made.id)
    except ConnectorError:
        return with_remedy(error, f"The subscription {made.id}, which is switched off, stays until the next run.")
    undone = with_remedy(error, f"The subscription {made.id} that was made for it is deleted again.")
    return undone if not isinstance(error, OutcomeUnknown) else NotAllowed(error.tried, error.came_back, undone.remedy)
