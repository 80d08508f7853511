"""Where journeys stand, in words that a person can act on: what is at work, what waits until when, what failed."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from connectors.engine.journal import Journey
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.pages import Standing

_WAITS = {
    "settle": "The draft is made after {at}: the resolution note and the last chat come after the resolve.",
    "another journey is at work": (
        "Another journey works on this incident. Once it has ended, this one goes on after {at}."
    ),
    "refresh later": "The draft is made. After {at} everything is read once more, in case people went on talking.",
}


class Journeys(Protocol):
    """Whoever knows them: the engine at work, or a journal that is only read."""

    def journeys(self) -> Sequence[Journey]:
        """Oldest first."""
        ...

    def waits_in(self, name: str) -> str | None:
        """The name of the wait that a waiting journey rests in; None where it waits to be tried again."""
        ...


def standings(store: Store, engine: Journeys) -> Iterator[Standing]:
    """One per incident whose newest journey has something to tell, the newest first."""
    return (
        standing
        for incident_id, journey in _newest(engine)
        if (standing := _standing(journey, incident_id, store, engine))
    )


def standing_of(incident_id: str, store: Store, engine: Journeys) -> Standing | None:
    """Where the newest journey of one incident stands; None where there is nothing to tell."""
    journey = dict(_newest(engine)).get(incident_id)
    return _standing(journey, incident_id, store, engine) if journey else None


def _newest(engine: Journeys) -> Iterator[tuple[str, Journey]]:
    seen: set[str] = set()
    for journey in reversed(engine.journeys()):
        incident_id = _incident_id(journey)
        if incident_id is not None and incident_id not in seen:
            seen.add(incident_id)
            yield incident_id, journey


def _incident_id(journey: Journey) -> str | None:
    """None for journeys of other kinds, and for a decision that was carried out: it hides nobody's waiting."""
    payload = json.loads(journey.payload) if journey.kind == "postmortem" else {}
    is_over = journey.state == "done" and ("decision" in payload or "retry" in payload)
    return None if is_over else payload.get("incident_id")


def _standing(journey: Journey, incident_id: str, store: Store, engine: Journeys) -> Standing | None:
    told = _told(journey, engine)
    if told is None:
        return None
    title = Shelf(store, incident_id).state().get("incident", {}).get("title")
    return Standing(incident_id, title or f"Incident {incident_id}", *told, journey.wake_at or journey.started_at)


def _told(journey: Journey, engine: Journeys) -> tuple[str, str] | None:
    """State and sentence. A journey that ended well has nothing to tell: its draft does."""
    match journey.state:
        case "running":
            return "running", "The incident is being read, or its draft written, at this moment."
        case "waiting":
            return "waiting", _why_it_waits(journey, engine.waits_in(journey.name))
        case "failed":
            return "failed", _sentence(journey)
        case "done":
            reason = json.loads(journey.result or "{}").get("value", {}).get("stopped")
            return ("stopped", f"No draft: {reason}.") if reason else None


def _why_it_waits(journey: Journey, step: str | None) -> str:
    at = _clock(journey.wake_at)
    if step is None:
        tries = "once" if journey.attempts == 1 else f"{journey.attempts} times"
        return f"Tried {tries}, and again after {at}. {_sentence(journey)}"
    # The prefix of a round before it and the number of a try after it tell a person nothing.
    words = re.sub(r", \d+$", "", step.removeprefix("refresh: "))
    told = _WAITS.get(words)
    return told.format(at=at) if told else f"{words[:1].upper()}{words[1:]}; it goes on after {at}."


def _sentence(journey: Journey) -> str:
    """The journey's error without the name of its class, which means nothing to a person."""
    sentence = re.sub(r"^[A-Z]\w+: ", "", journey.error or "No reason was written down.")
    return sentence[:1].upper() + sentence[1:]


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "a while"
