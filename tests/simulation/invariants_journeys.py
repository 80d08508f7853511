"""5, 6 and 13: what the receiver accepts, what becomes of it, and that a journey is the same whenever it is run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from connectors.engine.journal import Journey
from connectors.errors import ConnectorError
from connectors.steps import Json, Steps
from connectors.store.looked import Looked
from connectors.store.observed import kept_events
from connectors.store.resolves import TOLERANCE
from handlers.reconcile import LEFT_TO_THE_WEBHOOK
from tests.simulation.broken import Broken
from tests.simulation.household import Household
from tests.simulation.invariants_effects import incidents_of
from tests.simulation.outside import Call
from tests.simulation.witness import Delivery, History

MAY_WAIT_IN = ("refresh later", "settle")
"""Waits of a journey that are meant: what is due before them is done, or nothing was begun yet."""


class NotAsked(BaseException):
    """A journey that is run again asks for what it did not ask for before."""


def check_new(household: Household) -> None:
    """5, of what was delivered since the last look."""
    deliveries, seen = household.witness.deliveries, household.witness.seen
    for one in deliveries[seen.get("deliveries", 0) :]:
        if not one.believed and (one.journeys or one.writes):
            raise Broken(5, f"a delivery that nobody should believe left {one.writes} writes: {one.said}")
    seen["deliveries"] = len(deliveries)


def check_at_rest(household: Household) -> None:
    for journey in household.engine.journeys():
        _check_state(household, journey)
    for delivery in household.witness.deliveries:
        _check_heard(household, delivery)
    for incident_id in incidents_of(household):
        _check_found(household, incident_id)
    for name, history in household.witness.histories.items():
        check_replay(household, name, history)


def _check_state(household: Household, journey: Journey) -> None:
    """6, and the liveness of 2: nothing goes on for ever, or ends without a word."""
    if journey.state == "failed" and not journey.error:
        raise Broken(6, f"{journey.name} failed without a word")
    if journey.state == "done" and journey.kind == "postmortem":
        _check_result(journey)
    if journey.state in ("done", "failed") or household.engine.waits_in(journey.name) in MAY_WAIT_IN:
        return
    where = household.engine.waits_in(journey.name)
    raise Broken(2, f"{journey.name} is {journey.state} until {journey.wake_at} in {where}: {journey.error}")


def _check_result(journey: Journey) -> None:
    result: dict[str, Any] = json.loads(journey.result or "{}").get("value") or {}
    if not (result.get("document") or result.get("stopped")):
        raise Broken(6, f"{journey.name} ended without a document or a reason: {result}")


def _check_heard(household: Household, delivery: Delivery) -> None:
    """6: what was accepted has its journey, here or on another machine, or is kept."""
    words = delivery.said.partition('"reason":"')[2].partition('"')[0]
    if delivery.status is None or not delivery.believed:
        return
    if words.startswith("kept ") or words.endswith("was kept before"):
        _check_kept(household, json.loads(delivery.body)["event"], words)
    name = words.removeprefix("started ") if words.startswith("started ") else words.partition(" was started")[0]
    is_accepted = words.startswith("started ") or words.endswith("was started before")
    engines = [household.engine, *(machine.engine for machine in household.beside)]
    if is_accepted and not any(engine.state(name) for engine in engines):
        raise Broken(6, f"{delivery.status} {words}, and there is no such journey")


def _check_kept(household: Household, event: dict[str, Any], words: str) -> None:
    kept = [one["event"]["id"] for id_ in incidents_of(household) for one in kept_events(household.store.store, id_)]
    if event["id"] not in kept:
        raise Broken(6, f"{words}, and it is not there")


def _check_found(household: Household, incident_id: str) -> None:
    """6: where nobody announced a resolve, who asks PagerDuty every quarter of an hour has found it."""
    resolved_at = household.pagerduty.resolved_at(incident_id)
    cursor = household.store.store.read("RECONCILE", "CURSOR")
    if not resolved_at or cursor is None:
        return
    at, looked = datetime.fromisoformat(resolved_at), Looked(household.store.store).begin(household.clock.now())
    if looked.begun_at <= at <= looked.until - LEFT_TO_THE_WEBHOOK - timedelta(minutes=1):
        known = household.store.store.read(f"INC#{incident_id}", "RESOLVES")
        times = [datetime.fromisoformat(one["at"]) for one in known.value["resolves"]] if known else []
        if not any(abs(time - at) <= TOLERANCE for time in times):
            raise Broken(6, f"{incident_id} was resolved at {at}, and nobody noticed")


def check_replay(household: Household, name: str, history: History) -> None:
    """13. Nothing outside is asked or changed; only what is kept may be read again."""
    if history.result is None or history.act is None:
        return
    outside, met = household.outside, list[Call]()

    def notices(call: Call, act: Callable[[], Any]) -> Any:
        met.append(call)
        return act()

    before, outside.meets = (outside.meets, outside.after), notices
    outside.after = _unseen
    again = Again(history, {})
    try:
        result = json.dumps(history.act(again))
    except NotAsked as other:
        raise Broken(13, f"{name} asks for {other} when it is run again") from None
    finally:
        outside.meets, outside.after = before
        del outside.calls[len(outside.calls) - len(met) :]
    if spoken := [call.what for call in met if call.to != "store" or call.writes]:
        raise Broken(13, f"{name} asks {spoken[0]} outside its steps")
    if again.order != history.order or result != history.result:
        raise Broken(13, f"{name} comes to something else when it is run again: {_difference(again.order, history)}")


def _unseen(_: Call) -> None:
    """A replay is nothing that happened."""


def _difference(order: dict[str, list[str]], history: History) -> str:
    """The first step in which they differ, by scope."""
    for scope in sorted({*order, *history.order}):
        pairs = zip_longest(order.get(scope, ()), history.order.get(scope, ()))
        if found := next((pair for pair in pairs if pair[0] != pair[1]), None):
            return f"{scope}{found[0]!r} for {found[1]!r}"
    return "another result"


@dataclass
class Again:
    """`Steps` that know only what was kept."""

    history: History
    order: dict[str, list[str]]
    scope: str = ""

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        return self._kept(name)

    def wait(self, name: str, duration: timedelta) -> None:
        self._kept(name)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        self._asks(name)
        scopes = [f"{self.scope}{name} > {place} > " for place in range(len(items))]
        scoped = [Again(self.history, self.order, scope) for scope in scopes]
        return json.loads(json.dumps([function(steps, item) for steps, item in zip(scoped, items, strict=True)]))

    def _asks(self, name: str) -> str:
        self.order.setdefault(self.scope, []).append(name)
        return self.scope + name

    def _kept(self, name: str) -> Any:
        key = self._asks(name)
        if key not in self.history.came_to:
            raise NotAsked(key)
        kept = self.history.came_to[key]
        if isinstance(kept, ConnectorError):
            raise kept
        return json.loads(kept)
