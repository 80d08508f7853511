"""Every incident that is under way or needs somebody, one line each, told from what is kept."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.effects import Ledger
from connectors.store.following import Following
from connectors.store.intents import Intents
from handlers.pages import Standing
from handlers.standings import standings
from handlers.story import Told

_ORDER = ("failed", "unclear", "parked", "running", "waiting")
_WHEN = {"failed": "begun", "running": "begun", "waiting": "until"}


@dataclass(frozen=True, slots=True)
class Row:
    """`state` is one word, `brief` a few, `sentence` says all."""

    incident_id: str
    number: int | None
    title: str
    state: str
    brief: str
    sentence: str

    @property
    def name(self) -> str:
        return f"#{self.number}" if self.number else self.incident_id


def under_way(told: Told) -> list[Row]:
    """What needs somebody comes first. One that is both parked and waiting has a line for each."""
    rows = [*_standing(told), *_parked(told), *_unclear(told)]
    return sorted(rows, key=lambda row: (_ORDER.index(row.state), row.incident_id))


def _standing(told: Told) -> Iterator[Row]:
    for standing in standings(told.store, told.engine):
        if standing.state in _ORDER:
            yield _row_of(told, standing)


def _row_of(told: Told, standing: Standing) -> Row:
    when = f"{_WHEN[standing.state]} {standing.moment:%Y-%m-%d %H:%M} UTC" if standing.moment else ""
    return _row(told, standing.incident_id, standing.state, when, standing.sentence)


def _parked(told: Told) -> Iterator[Row]:
    items = [item for item in Following(told.store).all() if item.standing == "parked" and item.is_open]
    for incident_id, count in Counter(item.incident_id for item in items).items():
        what = "1 item without an issue" if count == 1 else f"{count} items without an issue"
        yield _row(told, incident_id, "parked", what, f"There {'is' if count == 1 else 'are'} {what}.")


def _unclear(told: Told) -> Iterator[Row]:
    lost = Counter(owner for owner, key in Intents(told.store).all() if Ledger(told.store, owner).read(key).reason)
    for owner, count in lost.items():
        if told.shelf(owner).state():
            brief = "1 write unclear" if count == 1 else f"{count} writes unclear"
            yield _row(told, owner, "unclear", brief, f"{brief}: the answer was lost, and it was not found again.")


def _row(told: Told, incident_id: str, state: str, brief: str, sentence: str) -> Row:
    incident: dict[str, Any] = told.shelf(incident_id).state().get("incident", {})
    title = incident.get("title") or f"Incident {incident_id}"
    return Row(incident_id, incident.get("number"), title, state, brief, sentence)
