"""What PagerDuty sends while a few hundred incidents happen: the delivery of every number, made anew whenever asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from tests.incidents.builder import Story
from tests.incidents.people import ADA, HANA, IVO
from tests.incidents.script import Script
from tests.vendors.pagerduty_webhooks import body_of, sign

type Kind = Literal["resolve", "observe", "read later", "unknown", "ping", "forged", "again"]

EVERY = 100
"""One in so many is the resolve of an incident; those before it are about the same incident."""
SMALLEST, LARGEST = 2_000, 55 * 1024
_KINDS: tuple[Kind, ...] = ("observe", "read later", "unknown", "ping", "forged", "again")
_OF_TWENTY = (5, 6, 2, 1, 2, 4)
_PADDING = ("replica 2 lags behind by 20 minutes, searches are stale; " * 1000)[:LARGEST]

_CHAT = """
09:03:00 ivo: replica 2 is 20 minutes behind, results are stale
09:10:00 hana: its disk is full of old snapshots, I delete them
09:20:40 ivo: ACTION: @hana delete old snapshots every night
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`incident_id` is the one whose deliveries keep their order; `event_id` is signed."""

    kind: Kind
    incident_id: str
    event_id: str
    body: bytes
    headers: dict[str, str]


def incident(number: int, day: str) -> Script:
    """A small one of that day: three log entries, three messages, one action item."""
    story = Story(
        f"under_fire_{number}", f"search: replica {number} is stale", day=day, number=6000 + number,
        cast=(ADA, HANA, IVO), service="Search", team="Platform",
    )  # fmt: skip
    side, at = story.pagerduty, story.at
    side.triggers(at("09:00:05"), "ivo", priority="P2")
    side.acknowledges(at("09:02:00"), "ivo")
    side.resolves(at("09:20:00"), "ivo", note="Replica rebuilt.")
    story.chat(_CHAT)
    return story.script()


@dataclass(frozen=True, slots=True)
class Traffic:
    """Pure: the same number is the same delivery. `began` (aware) is when number 0 happened, `rate` is a second's."""

    seed: int
    rate: int
    began: datetime
    incident_ids: Sequence[str]
    secret: str

    def delivery(self, number: int) -> Delivery:
        rng = Random(f"{self.seed}/{number}")
        (chosen,) = rng.choices(_KINDS, _OF_TWENTY)
        kind = "resolve" if number % EVERY == EVERY - 1 else chosen
        if kind == "again" and number % EVERY:
            return self.delivery(rng.randrange(number - number % EVERY, number))
        return self._delivery(kind, number, rng)

    def _delivery(self, kind: Kind, number: int, rng: Random) -> Delivery:
        incident_id = self.incident_ids[number // EVERY]
        event = self._event(kind, number, incident_id)
        size = int(SMALLEST * (LARGEST / SMALLEST) ** rng.random())
        event["data"]["more"] = _PADDING[: max(0, size - len(json.dumps(event)))]
        body = body_of({"event": event})
        return Delivery(kind, incident_id, event["id"], body, sign(body, "forged" if kind == "forged" else self.secret))

    def _event(self, kind: Kind, number: int, incident_id: str) -> dict[str, Any]:
        event_type, about = _SHAPES.get(kind, ("incident.acknowledged", "incident"))
        reference = {"id": incident_id, "type": "incident_reference"}
        data: dict[str, Any] = {"type": about, "id": f"P{number}", "incident": reference, "content": f"Note {number}."}
        if about == "incident":
            data |= {"id": incident_id, "status": "resolved", "resolve_reason": None}
        return {
            "id": f"01FIRE{number:08d}",
            "event_type": event_type,
            "resource_type": "incident",
            "occurred_at": (self.began + timedelta(seconds=number / self.rate)).isoformat(timespec="milliseconds"),
            "agent": None,
            "client": None,
            "data": data,
        }


_SHAPES: dict[Kind, tuple[str, str]] = {
    "resolve": ("incident.resolved", "incident"),
    "observe": ("incident.annotated", "incident_note"),
    "unknown": ("incident.dreamt_of", "incident"),
    "ping": ("pagey.ping", "ping"),
}
