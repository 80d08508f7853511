"""One life: a folder, and a process over it that is killed and started again, until nothing more is to be killed."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

from handlers.wiring import utc_now
from tests.e2e.holding import Hold
from tests.e2e.serving import DidNotStart, Served
from tests.e2e.town import Town
from tests.simulation.kills.held import forgotten, torn, wrong_at_rest
from tests.simulation.kills.incidents import Incident, incident
from tests.simulation.kills.moments import Kill, Kind, draw
from tests.simulation.kills.people import People
from tests.simulation.kills.sender import Sender
from tests.simulation.kills.weather import Weather

QUICK = {
    "quiet_period": "0.3s",
    "refresh_after": "1s",
    "jira": {"unclear_wait": "1.5s", "search_wait": "3s"},
    "slack": {"unclear_wait": "1.5s"},
    "pagerduty": {"unclear_wait": "1.5s"},
}
"""An unclear write rests longer than the fakes ever take, which the report tells as `slowest_vendor_seconds`."""

OPEN_AT_ONCE = 3
"""Incidents that are not over yet: as soon as there are fewer, the next one is announced."""
LONGEST_FOR_A_MOMENT = 2.0
DELAY = 1.5
AFTER_AN_ANSWER = 0.03
AFTER_A_WEBHOOK = 0.02
LONGEST_TO_REST = 90.0

_STEP = re.compile(r"^[\d:]{8} (?:pm|ob|fu|rc)-\S+?: (.+?) (?:done|waiting until|failed)\b")


class Stopped(Exception):
    """Ctrl-C: the life is left as it is."""


@dataclass
class Told:
    """What became of a life. `violations` is empty where everything was as it should be."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter[str])
    after_steps: Counter[str] = field(default_factory=Counter[str])
    at_requests: Counter[str] = field(default_factory=Counter[str])
    figures: Counter[str] = field(default_factory=Counter[str])
    violations: list[str] = field(default_factory=list[str])
    slowest_vendor: float = 0.0

    def number_of_kills(self) -> int:
        return sum(self.kills.values())


class Life:
    """`run` returns what became of it; nothing is left running, whatever happens. Raises Stopped."""

    def __init__(self, seed: int, kills: int, home: Path, stop: Event, on_kill: Callable[[], None]) -> None:
        self.told, self._wanted, self._stop, self._on_kill = Told(seed), kills, stop, on_kill
        self._chance, self._name = Random(seed), f"life-{seed}"
        self._weather, self._sender = Weather(Random(seed + 1)), Sender(Random(seed + 2))
        self._announced: list[Incident] = []
        self._coming = self._next_incident()
        self._town = Town(home, [self._coming.script], settings=QUICK, around=self._weather.around)
        self._people = People(self._town, Random(seed + 3))
        self._start_takes = 1.0

    def run(self) -> Told:
        self._town.move_in()
        try:
            while self.told.number_of_kills() < self._wanted and not self.told.violations:
                self._announce_more()
                self._one_process(draw(self._chance))
            self._comes_to_rest()
        except DidNotStart as error:
            self.told.violations.append(str(error))
        finally:
            self._sender.stop()
            self._people.stop()
            self._town.move_out()
        self._tell_figures()
        return self.told

    def log(self) -> list[str]:
        return self._town.log.read_text().splitlines() if self._town.log.exists() else []

    def _next_incident(self) -> Incident:
        return incident(self._name, len(self._announced) + 1, self._chance, utc_now())

    def _announce_more(self) -> None:
        noted = {incident_id for incident_id, _ in self._town.pagerduty.written_notes}
        while sum(one.id not in noted for one in self._announced) < OPEN_AT_ONCE:
            self._announced.append(self._coming)
            self._sender.sends(*self._coming.script.webhooks)
            if self._coming.suggestion:
                self._people.decides(self._coming)
            self._coming = self._next_incident()
            for vendor, holds in ((self._town.pagerduty, "pagerduty"), (self._town.slack, "slack")):
                vendor.holds(getattr(self._coming.script, holds))

    def _one_process(self, kill: Kill) -> None:
        """Start it, and kill it at this moment, or a while later where the moment does not come."""
        moment, since = kill.moment(), len(self.log())
        hold = self._town.holding.waits_for(moment) if moment else None
        served = self._starts()
        if kill.kind is Kind.START_UP:
            self._waits(kill.share * self._start_takes)
        else:
            self._listens(served)
            self._waits_for(kill, served, hold)
        self._kills(served, kill, hold, since)

    def _starts(self) -> Served:
        self.told.figures["starts"] += 1
        return self._town.serves(waits=False)

    def _listens(self, served: Served) -> None:
        began = time.monotonic()
        self._sender.address = self._people.address = served.listens()
        self._start_takes = time.monotonic() - began

    def _waits_for(self, kill: Kill, served: Served, hold: Hold | None) -> None:
        if hold is not None:
            came = self._waits_on(hold.came)
            self._waits(kill.share * AFTER_AN_ANSWER if came and hold.moment.is_answered else 0)
            return
        if kill.kind is Kind.WEBHOOK:
            self._sender.is_sending.clear()
            self._sender.repeats_one()
            self._waits_on(self._sender.is_sending)
            self._waits(kill.share * AFTER_A_WEBHOOK)
            return
        self._waits(kill.share * DELAY)
        if kill.kind is Kind.SHUT_DOWN:
            served.process.terminate()
            self._waits(kill.share * kill.number / 40 * DELAY)

    def _kills(self, served: Served, kill: Kill, hold: Hold | None, since: int) -> None:
        has_ended = served.process.poll()
        served.kills()
        self._sender.address = self._people.address = None
        if hold is not None:
            hold.over.set()
        if has_ended is not None:
            self._ended_by_itself(kill, has_ended)
            return
        self.told.kills[kill.kind if hold is None or hold.what else Kind.DELAY] += 1
        if hold is not None and hold.what:
            self.told.at_requests[_kind_of(hold.what)] += 1
        self.told.after_steps[_last_step(self.log()[since:])] += 1
        self._on_kill()
        self._looks_into_the_folder()

    def _ended_by_itself(self, kill: Kill, code: int) -> None:
        if kill.kind is Kind.SHUT_DOWN and code == 0:
            self.told.figures["ended before the kill"] += 1
        else:
            self.told.violations.append(f"it ended by itself, with exit code {code}")

    def _looks_into_the_folder(self) -> None:
        home, accepted = self._town.machine.home, self._sender.answered_so_far()
        if home.exists():
            self.told.violations += [*torn(home), *forgotten(home, accepted)]

    def _comes_to_rest(self) -> None:
        """Start it once more, let it do all that is left, and count."""
        if self.told.violations:
            return
        served = self._starts()
        self._listens(served)
        if not self._rests(served):
            self.told.violations.append(f"not at rest within {LONGEST_TO_REST:.0f} s: {served.journeys()}")
        code, said = served.stops()
        if code != 0:
            self.told.violations.append(f"told to stop, it ended with exit code {code}: {said}")
        self.told.violations += self._sender.refused
        self.told.violations += forgotten(self._town.machine.home, self._sender.answered_so_far())
        self.told.violations += wrong_at_rest(self._town, self._announced)

    def _rests(self, served: Served) -> bool:
        deadline = time.monotonic() + LONGEST_TO_REST
        while not (self._sender.is_idle() and self._people.is_idle() and set(served.journeys()) == {"done"}):
            if time.monotonic() > deadline:
                return False
            self._waits(0.1)
        return True

    def _waits(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def _waits_on(self, event: Event) -> bool:
        """Until it is set, but not for ever."""
        came = event.wait(LONGEST_FOR_A_MOMENT)
        self._waits(0)
        return came

    def _tell_figures(self) -> None:
        held = {"incidents": len(self._announced), "issues": len(self._town.jira.issues)}
        lost = {"answers_lost": self._weather.lost, "accepted": len(self._sender.answered_so_far())}
        self.told.figures.update(held | lost)
        self.told.figures.update(self._sender.figures + self._people.figures)
        self.told.slowest_vendor = self._weather.worst


def _kind_of(request: str) -> str:
    """ "GET /incidents/*/alerts": a request without the ids in it."""
    return re.sub(r"(?<=/)(?=[A-Z0-9-]*\d)[A-Z0-9-]{4,}(?=/|$)", "*", request)


def _last_step(lines: list[str]) -> str:
    """The last step of which this run of the process told, without its numbers."""
    steps = [found[1] for line in lines if (found := _STEP.match(line))]
    return re.sub(r"C[A-Z0-9]{10}|\d+", "n", steps[-1]) if steps else "nothing yet"
