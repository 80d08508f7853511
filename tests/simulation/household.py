"""A world in one process without sockets, whose machine may die at any call and is started again.

Real handlers, real connectors with the vendors' own clients, the local engine on a calendar, the real store of one
machine on a disk in memory; the fakes stand behind the gate of `outside.py`.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from connectors.engine.failed import failures_among
from connectors.engine.local import LocalEngine
from connectors.steps import Json, Steps
from connectors.store.port import Store
from handlers.envelope import Response
from handlers.house import House
from handlers.journey import make_draft
from handlers.vendors import Wires
from handlers.wiring import bound, build_house
from postmortem.settings import Settings, read_settings
from tests.neighbours import WEBHOOK_SECRET
from tests.simulation.beside import Beside
from tests.simulation.calendar import Calendar
from tests.simulation.faults import Killed
from tests.simulation.outside import GatedSteps, GatedStore, GatedVendor, Outside, Side, Told
from tests.simulation.witness import Overheard, Witness
from tests.vendors.jira_wire import InProcess as JiraWire
from tests.vendors.pagerduty_wire import InProcess as PagerDutyWire
from tests.vendors.slack_wire import in_process
from tests.vendors.wire import Vendor
from tests.world import KINDS, World

_MEMORY = Path("/dev/shm")  # noqa: S108 # a disk in memory, where there is one
MOST_DEATHS = 200

_settings = cache(read_settings)
_KINDS = KINDS | {"draft": make_draft}


class Household(World):
    """One run's world. `outside` is the gate; `deaths` counts how often the machine died."""

    def __init__(self, home: Path, *names: Any, seed: int = 0, **options: Any) -> None:
        super().__init__(home, *names, **options)
        self.chance, self.outside = Random(), Outside()
        self.is_drawn_from(seed)
        self.deaths, self.trace = 0, list[Told]()
        self.beside = list[Beside]()
        self._bound = dict[str, Mapping[str, Callable[[Steps, Any], Json]]]()
        self.webhook_secrets: tuple[str, ...] = (WEBHOOK_SECRET,)
        self.witness = Witness(self.clock.now, self.outside, self._webhook_secrets)
        self._lives = 0

    def is_drawn_from(self, seed: int) -> None:
        """What is left to chance, from now on."""
        random.seed(seed)  # tenacity draws its waits from it
        self.chance.seed(seed)

    def clock_from(self, now: datetime) -> Calendar:
        self.calendar = Calendar(now)
        return self.calendar

    def start(self) -> None:
        """The process begins, on what the last one left behind."""
        self.machine.home.mkdir(exist_ok=True)
        self.store = GatedStore(self.machine.store(), self.outside)
        self.house = self.house_on(self.store)
        self.engine = self.engine_over("journal.db", self.house)

    def house_on(self, store: Store) -> House:
        """The house of one machine, on its own connection to the store that all share. One call after the other."""
        house = build_house(
            self.settings(),
            self.machine.secrets(),
            store,
            now=self.clock.now,
            sleep=lambda seconds: self.clock.advance(timedelta(seconds=seconds)),
            start=self.starts,
            failures=lambda: failures_among(self.engine.journeys(), "postmortem"),
            wires=self._wires(),
        )
        return replace(house, at_once=1)

    def settings(self) -> Settings:
        return _settings(self.machine.settings_file.read_text())

    def engine_over(self, journal: str, house: House) -> LocalEngine:
        """An engine on a journal of this name: another name is another machine that shares the store."""
        self._bound[journal] = bound(_KINDS, house)
        kinds = {kind: partial(self._gated, journal, kind) for kind in _KINDS}
        return LocalEngine(self.machine.home / journal, kinds, self.clock, ordered=self.chance)

    def lives(self, duration: timedelta) -> None:
        """Let so much time pass; do what falls due within it, and come back to life after each death."""
        until = self.clock.now() + duration
        while not self.has_reached(until):
            pass

    def has_reached(self, until: datetime) -> bool:
        """One bout of what is due, or the way to the next; False where there is more before that moment."""
        try:
            if self.engine.run_due():
                return False
            wakes = [moment for moment in (self.engine.next_wake(), self.calendar.next(), until) if moment]
            self.clock.advance(max(timedelta(0), min(*wakes, until) - self.clock.now()))
            return self.clock.now() >= until and not self._is_due()
        except Killed:
            self.comes_back()
            return False

    def comes_back(self) -> None:
        """A new process on what the dead one left behind."""
        self.deaths += 1
        assert self.deaths <= MOST_DEATHS, "it dies for ever"
        self.stop()
        self.start()

    def close(self) -> None:
        for machine in self.beside:
            machine.close()
        super().close()

    def tells(self, what: str) -> None:
        self.trace.append(Told(self.clock.now(), what))

    def _is_due(self) -> bool:
        wake_at = self.engine.next_wake()
        return wake_at is not None and wake_at <= self.clock.now()

    def receives(self, body: bytes, headers: dict[str, str]) -> Response:
        with self.witness.hears(body, headers, lambda: len(self.engine.journeys())) as answers:
            answers.append(super().receives(body, headers))
        return answers[0]

    def _webhook_secrets(self) -> list[str]:
        lines = self.machine.secrets_file.read_text().splitlines()
        return [line.partition("=")[2] for line in lines if line.startswith("PAGERDUTY_WEBHOOK_SECRET")]

    def _gated(self, journal: str, kind: str, steps: Steps, bell: Any) -> Json:
        """Remembered as what it would be in the house of today: that of the day may be closed by then."""
        name = bell.get("journey", "")
        gated = GatedSteps(steps, self.outside, name)
        known_as = f"{journal}: {name or bell['event']['id']}"
        return self.witness.remembers(gated, known_as, partial(self._runs, journal, kind, bell))

    def _runs(self, journal: str, kind: str, bell: Any, steps: Steps) -> Json:
        return self._bound[journal][kind](steps, bell)

    def _wires(self) -> Wires:
        life = self._lives = self._lives + 1
        return Wires(
            pagerduty=PagerDutyWire(self._behind_the_gate("pagerduty", self.pagerduty, life)),
            slack=in_process(self._behind_the_gate("slack", self.slack, life)),
            jira=JiraWire(self._behind_the_gate("jira", self.jira, life)),
            confluence=JiraWire(self._behind_the_gate("confluence", self.confluence, life)),
        )

    def _behind_the_gate(self, side: Side, vendor: Vendor, life: int) -> Overheard:
        return Overheard(GatedVendor(vendor, side, self.outside), self.witness, life)

    def _served(self, vendor: Vendor) -> str:
        """Nobody listens there: requests do not go so far."""
        fakes = (self.pagerduty, self.slack, self.jira, self.confluence)
        return f"http://127.0.0.1:{1 + next(n for n, fake in enumerate(fakes) if fake is vendor)}"


@contextmanager
def household_of(*names: Any, **options: Any):
    """A household in a folder of its own, on a disk in memory where there is one; gone afterwards."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        household = Household(Path(folder), *names, **options)
        try:
            yield household.open()
        finally:
            household.close()
