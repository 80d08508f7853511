"""One life: a folder, and a process over it that is killed and started again: an evening of incidents, then Mondays.

On a Monday, on a clock that is ahead, owners are reminded, the digest is due, and an incident of which no webhook told
is found by asking.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event

from handlers.wiring import utc_now
from tests.e2e.serving import DidNotStart
from tests.e2e.town import Town
from tests.simulation.kills.held import wrong_at_rest
from tests.simulation.kills.incidents import DUE_AFTER, TEAM_CHANNEL, Incident, incident
from tests.simulation.kills.moments import draw
from tests.simulation.kills.mondays import wrong_on_monday
from tests.simulation.kills.mortal import Mortal
from tests.simulation.kills.people import People
from tests.simulation.kills.sender import Sender
from tests.simulation.kills.told import Told
from tests.simulation.kills.weather import Weather

QUICK = {
    "quiet_period": "0.3s",
    "refresh_after": "1s",
    "jira": {"unclear_wait": "1.5s", "search_wait": "3s"},
    "slack": {"unclear_wait": "1.5s"},
    "pagerduty": {"unclear_wait": "1.5s"},
    "default_route": {"project": "OPS", "digest_channel": TEAM_CHANNEL["id"]},
}
"""An unclear write rests longer than the fakes ever take, which the report tells as `slowest_vendor_seconds`."""

OPEN_AT_ONCE = 3
"""Incidents that are not over yet: as soon as there are fewer, the next one is announced."""
MONDAYS, KILLS_A_MONDAY = 2, 3
MONDAY, HOUR = 0, 10
LONGEST_TO_REST = 180.0
LOOKS, LOOK_EVERY = 3, 0.2
"""It rests when so many looks in a row found nothing to do: the process starts what is due just after it listens."""


class Life:
    """`run` returns what became of it; nothing is left running, whatever happens. Raises Stopped."""

    def __init__(self, seed: int, kills: int, home: Path, stop: Event, on_kill: Callable[[], None]) -> None:
        self.told, self._kills = Told(seed), kills
        self._chance, self._name = Random(seed), f"life-{seed}"
        self._weather, self._sender = Weather(Random(seed + 1)), Sender(Random(seed + 2))
        self._incidents: list[Incident] = []
        self._coming = self._next_incident()
        self._town = Town(home, [self._coming.script], settings=QUICK, around=self._weather.around)
        self._people = People(self._town, Random(seed + 3))
        self._mortal = Mortal(self._town, self._sender, self._people, self.told, stop, on_kill)

    def run(self) -> Told:
        self._town.move_in()
        self._town.slack.holds({"channels": [TEAM_CHANNEL]})
        try:
            self._evening()
            for number in range(MONDAYS):
                self._monday(number)
        except DidNotStart as error:
            self.told.violations.append(str(error))
        finally:
            self._sender.stop()
            self._people.stop()
            self._town.move_out()
        self._tell_figures()
        return self.told

    def log(self) -> list[str]:
        return self._mortal.log()

    def _evening(self) -> None:
        while self._is_well() and self.told.number_of_kills() < self._kills - MONDAYS * KILLS_A_MONDAY:
            self._announce_more()
            self._mortal.lives_until(draw(self._chance))
        self._comes_to_rest()
        self.told.violations += self._sender.refused

    def _monday(self, number: int) -> None:
        """`number` weeks after the first Monday on which what was promised is overdue."""
        kills, day = self.told.number_of_kills(), (utc_now() + DUE_AFTER + timedelta(days=1)).date()
        morning = utc_now().replace(hour=HOUR, minute=0, second=0, microsecond=0)
        days = (day - utc_now().date()).days + (MONDAY - day.weekday()) % 7 + 7 * number
        self._town.ahead = morning + timedelta(days=days) - utc_now()
        self._coming = self._next_incident()
        self._hold(self._coming)
        self._incidents.append(self._coming)
        while self._is_well() and self.told.number_of_kills() < min(kills + KILLS_A_MONDAY, self._kills):
            self._mortal.lives_until(draw(self._chance, has_webhooks=False))
        self._comes_to_rest()
        if self._is_well():
            self.told.figures["Mondays"] += 1
            self.told.violations += wrong_on_monday(self._town)

    def _is_well(self) -> bool:
        return not self.told.violations

    def _next_incident(self) -> Incident:
        """Of one that is found by asking nobody accepts a suggestion."""
        now = self._town.now() if self._incidents else utc_now()
        return incident(self._name, len(self._incidents) + 1, self._chance, now, suggests=not self._is_monday())

    def _is_monday(self) -> bool:
        return bool(self._incidents) and self._town.ahead > timedelta(0)

    def _hold(self, coming: Incident) -> None:
        self._town.pagerduty.holds(coming.script.pagerduty)
        self._town.slack.holds(coming.script.slack)

    def _announce_more(self) -> None:
        noted = {incident_id for incident_id, _ in self._town.pagerduty.written_notes}
        while sum(one.id not in noted for one in self._incidents) < OPEN_AT_ONCE:
            self._incidents.append(self._coming)
            self._sender.sends(*self._coming.script.webhooks)
            if self._coming.suggestion:
                self._people.decides(self._coming)
            self._coming = self._next_incident()
            self._hold(self._coming)

    def _comes_to_rest(self) -> None:
        """Start it once more, let it do all that is left, and count."""
        if not self._is_well():
            return
        served = self._mortal.starts()
        if not self._rests(served.journeys):
            at_work = f"{served.journeys()}, the sender {self._sender.is_idle()}, people {self._people.is_idle()}"
            self.told.violations.append(f"not at rest within {LONGEST_TO_REST:.0f} s: {at_work}")
        code, said = served.stops()
        if code != 0:
            self.told.violations.append(f"told to stop, it ended with exit code {code}: {said}")
        self.told.violations += wrong_at_rest(self._town, self._incidents, self._sender.answered_so_far())

    def _rests(self, journeys: Callable[[], dict[str, int]]) -> bool:
        deadline, calm = time.monotonic() + LONGEST_TO_REST, 0
        while calm < LOOKS and time.monotonic() < deadline:
            self._mortal.waits(LOOK_EVERY)
            is_calm = self._sender.is_idle() and self._people.is_idle() and set(journeys()) == {"done"}
            calm = calm + 1 if is_calm else 0
        return calm == LOOKS

    def _tell_figures(self) -> None:
        held = {"incidents": len(self._incidents), "issues": len(self._town.jira.issues)}
        lost = {"answers lost": self._weather.lost, "accepted": len(self._sender.answered_so_far())}
        self.told.figures.update(held | lost)
        self.told.figures.update(self._sender.figures + self._people.figures)
        self.told.slowest_vendor = self._weather.worst
