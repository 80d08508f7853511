"""A process that is started, killed at a moment that was drawn, and started again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from tests.e2e.holding import Hold
from tests.e2e.serving import Served
from tests.e2e.town import Town
from tests.simulation.kills.held import forgotten, torn
from tests.simulation.kills.moments import Kill, Kind
from tests.simulation.kills.people import People
from tests.simulation.kills.sender import Sender
from tests.simulation.kills.told import Told, kind_of, last_step

LONGEST_FOR_A_MOMENT = 2.0
DELAY = 1.5
AFTER_AN_ANSWER = 0.03
AFTER_A_WEBHOOK = 0.02
LATER = "tests.simulation.kills.later"


class Stopped(Exception):
    """Ctrl-C: everything is left as it is."""


@dataclass
class Mortal:
    """Whatever happens to it is told in `told`. Raises Stopped once `stop` is set; DidNotStart."""

    town: Town
    sender: Sender
    people: People
    told: Told
    stop: Event
    on_kill: Callable[[], None]
    start_takes: float = 1.0

    def lives_until(self, kill: Kill) -> None:
        """Start it, and kill it at this moment, or a while later where the moment does not come."""
        moment, since = kill.moment(), len(self.log())
        hold = self.town.holding.waits_for(moment) if moment else None
        served = self._begins()
        if kill.kind is Kind.START_UP:
            self.waits(kill.share * self.start_takes)
        else:
            self._listens(served)
            self._waits_for(kill, served, hold)
        self._kills(served, kill, hold, since)

    def starts(self) -> Served:
        """Start it to let it live."""
        served = self._begins()
        self._listens(served)
        return served

    def waits(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped

    def log(self) -> list[str]:
        return self.town.log.read_text().splitlines() if self.town.log.exists() else []

    def _begins(self) -> Served:
        self.told.figures["starts"] += 1
        ahead = self.town.ahead.total_seconds()
        return self.town.serves(waits=False, module=(LATER, str(ahead)) if ahead else ())

    def _listens(self, served: Served) -> None:
        began = time.monotonic()
        self.sender.address = self.people.address = served.listens()
        self.start_takes = time.monotonic() - began

    def _waits_for(self, kill: Kill, served: Served, hold: Hold | None) -> None:
        if hold is not None:
            came = self._waits_on(hold.came)
            self.waits(kill.share * AFTER_AN_ANSWER if came and hold.moment.is_answered else 0)
        elif kill.kind is Kind.WEBHOOK:
            self.sender.is_sending.clear()
            self.sender.repeats_one()
            self._waits_on(self.sender.is_sending)
            self.waits(kill.share * AFTER_A_WEBHOOK)
        else:
            self.waits(kill.share * DELAY)
        if kill.kind is Kind.SHUT_DOWN:
            served.process.terminate()
            self.waits(kill.share * kill.number / 40 * DELAY)

    def _waits_on(self, event: Event) -> bool:
        """Until it is set, but not for ever."""
        came = event.wait(LONGEST_FOR_A_MOMENT)
        self.waits(0)
        return came

    def _kills(self, served: Served, kill: Kill, hold: Hold | None, since: int) -> None:
        has_ended = served.process.poll()
        served.kills()
        self.sender.address = self.people.address = None
        if hold is not None:
            hold.over.set()
        if has_ended is not None:
            self._ended_by_itself(kill, has_ended)
            return
        self.told.kills[kill.kind if hold is None or hold.what else Kind.DELAY] += 1
        if hold is not None and hold.what:
            self.told.at_requests[kind_of(hold.what)] += 1
        self.told.after_steps[last_step(self.log()[since:])] += 1
        self.on_kill()
        self._looks_into_the_folder()

    def _ended_by_itself(self, kill: Kill, code: int) -> None:
        if kill.kind is Kind.SHUT_DOWN and code == 0:
            self.told.figures["ended before the kill"] += 1
        else:
            self.told.violations.append(f"it ended by itself, with exit code {code}")

    def _looks_into_the_folder(self) -> None:
        home, accepted = self.town.machine.home, self.sender.answered_so_far()
        if home.exists():
            self.told.violations += [*torn(home), *forgotten(home, accepted)]
