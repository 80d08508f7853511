"""Small whole incidents, as many as a life needs, each with ids, a channel and action items of its own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tests.incidents.builder import Story
from tests.incidents.moved import latest
from tests.incidents.people import ADA, HANA, IVO
from tests.incidents.script import Script

CAST = (ADA, HANA, IVO)
SERVICES = ("Search", "Billing", "Uploads", "Login", "Reports", "Payouts")
WORK = (
    "delete old snapshots of {} every night",
    "alert on disks of {} over 80 %",
    "write down how to fail {} over",
    "test the restore of {} once a month",
    "raise the connection limit of {}",
    "remove the retired flag from {}",
)
CHAT = """
09:03:00 ivo: {service} answers with errors, about one request in ten
09:10:00 hana: the disk of {service} is full, I make room
09:19:30 hana: errors are at zero
"""


DUE_AFTER = timedelta(days=10)
TEAM_CHANNEL = {"id": "C0TEAM0001", "name": "team-platform"}
SUGGESTED_BY = HANA
SUGGESTIONS = 0.6
"""So many of the incidents have an action item that nobody marked: it waits for somebody who accepts it."""


@dataclass(frozen=True, slots=True)
class Incident:
    """`items` is how many action items its people wrote down; each of them becomes an issue. `suggestion` are words of
    one that becomes one only if somebody accepts it."""

    script: Script
    items: int
    suggestion: str | None = None

    @property
    def issues(self) -> int:
        """How many there are once the suggestion is accepted."""
        return self.items + (self.suggestion is not None)

    @property
    def id(self) -> str:
        return self.script.pagerduty["incident"]["id"]

    @property
    def channel(self) -> str:
        return self.script.slack["channels"][0]["name"]


def incident(name: str, number: int, chance: Random, now: datetime, *, suggests: bool = True) -> Incident:
    """The `number`th of a life that is called `name`, over by `now`."""
    service, items = chance.choice(SERVICES), chance.randint(1, 4)
    story = Story(
        f"{name}-{number}",
        f"{service}: errors over 10 %, case {number}",
        day="2026-11-17",
        number=7000 + number,
        cast=CAST,
        service=service,
        team="Platform",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("09:00:03"), f"[FIRING] ErrorRate {service} > 10 %", key=f"errors-{number}")
    side.triggers(at("09:00:05"), "ivo", priority="P2")
    side.acknowledges(at("09:02:00"), "ivo")
    side.resolves(at("09:20:00"), "ivo", note=f"Made room on the disk of {service}.")
    suggestion = f"{service.lower()} dashboards" if suggests and chance.random() < SUGGESTIONS else None
    unmarked = f"09:30:10 hana: I'll add the {suggestion} to the on-call handbook tomorrow\n" if suggestion else ""
    story.chat(
        CHAT.format(service=service.lower())
        + _said(chance.sample(WORK, items), service, (now + DUE_AFTER).date(), chance)
        + unmarked
    )
    return Incident(latest(story.script(), now), items, suggestion)


def _said(works: list[str], service: str, due_on: date, chance: Random) -> str:
    lines = (
        f"09:{20 + minute}:40 ivo: ACTION: @{chance.choice(CAST).handle} {work.format(service.lower())} by {due_on}\n"
        for minute, work in enumerate(works, start=1)
    )
    return "".join(lines)
