"""What the verbs of `debrief webhook` work with, and what they find: whose subscriptions there are, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connectors.errors import ConnectorError, NotFound, OutcomeUnknown, Rejected
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.subscriptions import (
    Subscription,
    finish_subscription,
    is_same_address,
    list_subscriptions,
    ours_among,
)
from connectors.reaching import is_safe_address
from connectors.secrets.keeping import SecretKeeper
from connectors.store.arrivals import Arrivals
from connectors.store.port import Store
from handlers.place import Place
from handlers.webhooks.recording import will_change

SECRET = "PAGERDUTY_WEBHOOK_SECRET"  # noqa: S105 (its name)
SUBSCRIPTION = "PAGERDUTY_WEBHOOK_SUBSCRIPTION"
PREVIOUS_SECRET, PREVIOUS_SUBSCRIPTION = f"{SECRET}_PREVIOUS", f"{SUBSCRIPTION}_PREVIOUS"
PATH = "/pagerduty"


@dataclass(frozen=True, slots=True)
class Bench:
    """One installation and the PagerDuty account it listens to. `say` tells a waiting person what is going on; `named`
    are the ids in the setting pagerduty.webhook_subscriptions, `settings_version` is for the records."""

    place: Place
    pagerduty: PagerDutyApi
    keeper: SecretKeeper
    store: Store
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    say: Callable[[str], None] = field(default=lambda _: None)
    named: tuple[str, ...] = ()
    settings_version: str | None = None

    def records(self, did: str, target: str) -> None:
        """What is about to be changed in PagerDuty: "delete", "PABC123". Raises as the store does."""
        will_change(self.store, self.settings_version, "debrief webhook", f"{did} {target}", self.now())

    @property
    def arrivals(self) -> Arrivals:
        return Arrivals(self.store, self.now)


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is. `address` is where PagerDuty should deliver; `current` and `previous` are the ids that are kept
    beside the secrets, "" where none is; `named` are those that the settings name.

    What Debrief made, or keeps the secret of, is ours: it may be replaced and deleted. What a person made and the
    settings name is watched: it is shown, examined and enabled, and never replaced or deleted. What comes of it is not
    recorded (handlers/receive.py), so that a ping could not be seen to arrive.
    """

    every: tuple[Subscription, ...]
    address: str | None
    current: str
    previous: str
    named: tuple[str, ...] = ()

    def by_id(self, id_: str) -> Subscription | None:
        return next((one for one in self.every if one.id == id_), None)

    @property
    def kept(self) -> Subscription | None:
        return self.by_id(self.current)

    @property
    def kept_before(self) -> Subscription | None:
        """That of the previous secret: a rotation is under way."""
        return self.by_id(self.previous)

    @property
    def ours(self) -> tuple[Subscription, ...]:
        return tuple(one for one in self.every if self.is_ours(one))

    @property
    def watched(self) -> tuple[Subscription, ...]:
        return tuple(one for one in self.every if self.is_watched(one))

    @property
    def by_hand(self) -> tuple[Subscription, ...]:
        """Watched, and not ours."""
        return tuple(one for one in self.watched if not self.is_ours(one))

    @property
    def looked_after(self) -> tuple[Subscription, ...]:
        """What reconcile and `debrief check` look at, too: where none is known by its id, all that deliver here."""
        ids = [id_ for id_ in (*self.named, self.current, self.previous) if id_]
        known = ours_among(self.every, ids, self.address) or ours_among(self.every, (), self.address)
        return tuple(one for one in self.every if one in known or self.is_ours(one))

    @property
    def leftovers(self) -> tuple[Subscription, ...]:
        """Made by an earlier attempt that did not come to its end: nobody has their secret."""
        return tuple(one for one in self.ours if one.id not in (self.current, self.previous, *self.named))

    @property
    def foreign(self) -> Subscription | None:
        """One that delivers here and that somebody else made."""
        return next((one for one in self.every if self._delivers_here(one) and not self.is_ours(one)), None)

    def is_ours(self, one: Subscription) -> bool:
        return one.id in (self.current, self.previous) or (one.is_marked and self._delivers_here(one))

    def is_watched(self, one: Subscription) -> bool:
        return self.is_ours(one) or one.id in self.named

    def _delivers_here(self, one: Subscription) -> bool:
        return self.address is not None and is_same_address(one.url, self.address)


def look(bench: Bench, address: str | None = None) -> Seen:
    """`address` where it is not the place's own. Raises what PagerDuty, the keeper and the settings raise."""
    keeper = bench.keeper
    current, previous = keeper.known(SUBSCRIPTION), keeper.known(PREVIOUS_SUBSCRIPTION)
    every = list_subscriptions(bench.pagerduty)
    return Seen(every, address or own_address(bench.place), current, previous, bench.named)


def own_address(place: Place) -> str | None:
    base = place.base_url()
    return f"{base}{PATH}" if base else None


def wanted_address(place: Place, url: str | None) -> str:
    """Where a new subscription delivers to. Raises NotFound where nobody said so, Rejected where PagerDuty must not."""
    address, tried = url or own_address(place), "finding the address that PagerDuty delivers to"
    if address is None:
        remedy = f"Set publish.public_base_url in debrief.yml, or name it: --url https://debrief.example.com{PATH}."
        raise NotFound(tried, f"nobody said where {place.name} is reached from outside", remedy)
    if not is_safe_address(address):
        came_back = "it does not begin with https://, and incidents would travel in the clear"
        raise Rejected(tried, came_back, "Put an https address in front of Debrief, and name that one.")
    return address


def keep(bench: Bench, values: dict[str, str | None]) -> None:
    """Write secrets, also where the answer was lost: then what is kept is read. Raises what the keeper raises."""
    try:
        bench.keeper.keep(values)
    except OutcomeUnknown:
        if any(bench.keeper.known(name) != (value or "") for name, value in values.items()):
            raise


def check_keeper(bench: Bench) -> None:
    """Find out before anything is made whether secrets can be kept: by keeping what is kept already."""
    keep(bench, {name: bench.keeper.known(name) or None for name in (SECRET, SUBSCRIPTION)})


def finish(bench: Bench, one: Subscription) -> Subscription:
    """Switch on what was made, add what is missing; nothing where nothing is to be changed."""
    if one.is_unfinished or one.missing_events:
        bench.records("finish", one.id)
    return finish_subscription(bench.pagerduty, one)


def delete(bench: Bench, id_: str) -> None:
    bench.records("delete", id_)
    try:
        bench.pagerduty.delete_webhook_subscription(id_)
    except NotFound:
        return  # it is gone already


def with_remedy(error: ConnectorError, remedy: str) -> ConnectorError:
    """The same error with one more sentence."""
    return type(error)(error.tried, error.came_back, f"{error.remedy} {remedy}".strip())
