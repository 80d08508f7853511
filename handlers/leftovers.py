"""What was left half done: writes whose answer was lost and that nobody cleared up, and journeys that failed.

Both are taken up by a new journey, at most every six hours, and shown until they are settled.
"""

from datetime import timedelta
from typing import Any

from connectors.effects import Effect, Ledger
from connectors.logs import bound, log
from connectors.steps import Json, Steps
from connectors.store.intents import Intents
from connectors.store.notices import Notices
from connectors.store.shelf import Shelf
from handlers.house import House
from handlers.start_again import start_again

OLD = timedelta(minutes=30)
"""A journey clears up what is unclear in less, unless jira.search_wait says otherwise."""
TRIED_FOR = timedelta(days=7)
"""After this long, what is still unclear or failed is a person's to look into, and only shown."""
MOST_TIMES = 12
"""Failures of the same work after which it is only shown: three days of trying."""


def take_up_leftovers(steps: Steps, house: House) -> dict[str, Any]:
    """{"old_intents": how many, "taken_up": for how many incidents, "started_again": how many failed journeys}."""
    left = steps.run("which writes are unclear", lambda: _old_intents(house))
    taken_up = steps.run("take up what is unclear", lambda: _take_up(house, left))
    started = steps.run("start again what failed", lambda: _start_failed(house))
    return {"old_intents": sum(one["count"] for one in left.values()), "taken_up": taken_up, "started_again": started}


def _old_intents(house: House) -> dict[str, Any]:
    """By whose they are: how many, whether they are still tried, and what a round said of them."""
    intents, now = Intents(house.store), house.now()
    old, left = max(OLD, 2 * house.settings.jira.search_wait), dict[str, Any]()
    for owner, key in intents.all():
        version = intents.version(owner, key)
        effect = Ledger(house.store, owner).read(key)
        if not _is_unclear(effect):
            intents.strike(owner, key, version)
        elif effect.sent_at and now - effect.sent_at > old:
            one = left.setdefault(owner, {"count": 0, "is_tried": False, "why": None})
            one["count"] += 1
            one["is_tried"] |= now - effect.sent_at < TRIED_FOR
            one["why"] = effect.reason or one["why"]
    return left


def _is_unclear(effect: Effect) -> bool:
    return effect.state == "sent"


def _take_up(house: House, left: dict[str, Any]) -> int:
    titles = {owner: _title(house, owner) for owner in left}
    sentences = {owner: _sentence(titles[owner], one) for owner, one in left.items()}
    owners = {sentence: owner for owner, sentence in sentences.items()}
    for owner in map(owners.__getitem__, Notices(house.store).keep("unclear", sentences, house.now())):
        with bound(incident=owner):  # its title is what somebody wrote: no line of the log holds it
            log.warning("%s", _sentence(owner if titles[owner] else None, left[owner]))
    tried = [owner for owner, one in left.items() if one["is_tried"] and titles[owner]]
    return sum(start_again(house, {"incident_id": owner, "retry": True}) for owner in tried)


def _title(house: House, owner: str) -> str | None:
    """None where the ledger is not an incident's."""
    incident: dict[str, Any] = Shelf(house.store, owner).state().get("incident", {})
    return incident.get("title") or (owner if incident else None)


def _sentence(title: str | None, one: dict[str, Any]) -> str:
    what = "the answer to a write was" if one["count"] == 1 else f"the answers to {one['count']} writes were"
    then = "It is looked for again every six hours." if one["is_tried"] and title else "It is not looked for any more."
    why = f" {one['why']}" if one["why"] else ""
    return f"{title or 'A message about action items'}: {what} lost, and it is unclear whether it was made.{why} {then}"


def _start_failed(house: House) -> Json:
    failures, now = house.failures() if house.failures else (), house.now()
    started = 0
    for failure in failures:
        is_tried = failure.times < MOST_TIMES and now - failure.started_at < TRIED_FOR
        if is_tried and start_again(house, failure.payload):
            log.warning("%s failed and is started again: %s", failure.journey, failure.error)
            started += 1
    return started
