"""Two households that live the same life: one with the local engine, one with AWS's durable executions.

What meets them is the same too: a fault strikes the n-th call of its kind ("POST /rest/api/3/issue" the second time),
not the n-th of all, because on durable executions children run side by side.
"""

import re
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any

from connectors.engine.failed import failures_among
from connectors.engine.local import LocalEngine
from connectors.steps import Json, Steps
from connectors.store.sqlite import SqliteStore
from handlers.house import House
from handlers.vendors import Wires
from handlers.wiring import bound, build_house
from tests.simulation.durable.service import InvocationDied, OrderlyCalendar, Service
from tests.simulation.faults import Fault, reaches, strikes
from tests.simulation.outside import Call, GatedSteps, GatedStore, GatedVendor, Killed, Outside, Side
from tests.vendors.jira_wire import InProcess as JiraWire
from tests.vendors.pagerduty_wire import InProcess as PagerDutyWire
from tests.vendors.slack_wire import in_process
from tests.vendors.wire import Request, Vendor
from tests.world import KINDS, World

_MEMORY = Path("/dev/shm")  # noqa: S108 # a disk in memory, where there is one
_KEY = re.compile(r"(?<=/)[A-Z][A-Z0-9]*-\d+")
MOST_DEATHS = 200

type Place = tuple[str, str, int]
"""Which call: to whom, what, and the how manyth of these, from 1."""


@dataclass
class Weather:
    """Which fault meets which call, once. `reached` are those that were met; `seen` counts every call by what it is."""

    faults: Mapping[Place, Fault] = field(default_factory=dict[Place, Fault])
    seen: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    calls: list[tuple[Place, Call]] = field(default_factory=list[tuple[Place, Call]])
    reached: list[Fault] = field(default_factory=list[Fault])
    is_fair: bool = False

    def fault_at(self, call: Call, what: str) -> Fault | None:
        if self.is_fair:
            return None
        self.seen[call.to, what] += 1
        place = (call.to, what, self.seen[call.to, what])
        self.calls.append((place, call))
        fault = self.faults.get(place)
        return fault if fault and reaches(fault, call) else None


class OneByOne(Outside):
    """A gate through which one call goes at a time, whoever runs side by side."""

    def __init__(self, meets: Callable[[Call, Callable[[], Any]], Any]) -> None:
        super().__init__(meets)
        self._lock = RLock()

    def passes(self, to: Side, what: str, writes: bool, act: Callable[[], Any], request: Request | None = None) -> Any:
        with self._lock:
            return super().passes(to, what, writes, act, request)


class InOrder(Random):
    """No order but the given one: so the two engines differ in nothing but what they are."""

    def shuffle(self, x: Any) -> None:
        """As it is."""


class Twin(World):
    """A world in one process without sockets, behind the gate. Its machine may die at any call, and is started again.

    `width`: how many children of a durable execution run side by side; `every`: how often its journal is written."""

    def __init__(
        self,
        home: Path,
        *names: Any,
        weather: Weather,
        width: int = 32,
        every: timedelta = timedelta(0),
        **options: Any,
    ) -> None:
        super().__init__(home, *names, **options)
        self.weather, self.width, self.every, self.deaths = weather, width, every, 0
        self.outside = OneByOne(self._meets)

    def clock_from(self, now: datetime) -> OrderlyCalendar:
        self.calendar = OrderlyCalendar(now)
        return self.calendar

    def start(self) -> None:
        self.machine.home.mkdir(exist_ok=True)
        self.store = GatedStore(self.machine.store(), self.outside)
        self.house = self._house()
        self.engine = self.engine_of_its_own()

    def engine_of_its_own(self) -> Any:
        return LocalEngine(self.machine.home / "journal.db", self.kinds(), self.clock, ordered=InOrder())

    def kinds(self) -> dict[str, Callable[[Steps, Any], Json]]:
        return {kind: partial(self._gated, journey) for kind, journey in bound(KINDS, self.house).items()}

    def lives(self, duration: timedelta) -> None:
        """Let so much time pass; do what falls due within it, and come back to life after each death."""
        until = self.clock.now() + duration
        while not self._has_reached(until):
            pass

    def survives(self, act: Callable[[], Any]) -> Any:
        """Do it, however often the machine dies in it."""
        while True:
            try:
                return act()
            except (Killed, InvocationDied):
                self.comes_back()

    def comes_back(self) -> None:
        self.deaths += 1
        assert self.deaths <= MOST_DEATHS, "it dies for ever"
        self.stop()
        self.start()

    def _has_reached(self, until: datetime) -> bool:
        try:
            if self.engine.run_due():
                return False
            wakes = [moment for moment in (self.engine.next_wake(), self.calendar.next(), until) if moment]
            self.clock.advance(max(timedelta(0), min(*wakes, until) - self.clock.now()))
            wake = self.engine.next_wake()
            return self.clock.now() >= until and (wake is None or wake > until)
        except Killed:
            self.comes_back()
            return False

    def _house(self) -> House:
        return build_house(
            self.machine.settings(),
            self.machine.secrets(),
            self.store,
            now=self.clock.now,
            sleep=lambda seconds: self.clock.advance(timedelta(seconds=seconds)),
            start=self.starts,
            failures=lambda: failures_among(self.engine.journeys(), "postmortem"),
            wires=Wires(
                pagerduty=PagerDutyWire(self._behind("pagerduty", self.pagerduty)),
                slack=in_process(self._behind("slack", self.slack)),
                jira=JiraWire(self._behind("jira", self.jira)),
                confluence=JiraWire(self._behind("confluence", self.confluence)),
            ),
        )

    def _behind(self, side: Side, vendor: Vendor) -> GatedVendor:
        return GatedVendor(vendor, side, self.outside)

    def _gated(self, journey: Callable[[Steps, Any], Json], steps: Steps, bell: Any) -> Json:
        return journey(GatedSteps(steps, self.outside, bell.get("journey", "")), bell)

    def _meets(self, call: Call, act: Callable[[], Any]) -> Any:
        fault = self.weather.fault_at(call, self._known_as(call))
        if fault is None:
            return act()
        self.weather.reached.append(fault)
        return self._struck(fault, call, act)

    def _known_as(self, call: Call) -> str:
        """What the call is, whoever came first: an issue by its summary, which has this key here and another there."""
        if call.to != "jira" or call.request is None:
            return call.what
        if call.what == "POST /rest/api/3/issue":
            return f"{call.what} <{call.request.json()['fields']['summary']}>"
        names = {issue["key"]: issue["fields"]["summary"] for issue in self.jira.issues}
        return _KEY.sub(lambda found: f"<{names.get(found[0], found[0])}>", call.what)

    def _struck(self, fault: Fault, call: Call, act: Callable[[], Any]) -> Any:
        return strikes(fault, self, call, act)  # pyright: ignore[reportArgumentType] # a clock and a calendar are all

    def _served(self, vendor: Vendor) -> str:
        fakes = (self.pagerduty, self.slack, self.jira, self.confluence)
        return f"http://127.0.0.1:{1 + next(n for n, fake in enumerate(fakes) if fake is vendor)}"


class DurableTwin(Twin):
    """The same, whose journeys are durable executions. They outlive the death of whoever started them."""

    service: Service | None = None

    def engine_of_its_own(self) -> Any:
        if self.service is None:
            journals = SqliteStore(self.machine.home / "journals", self.clock.now)
            self.service = Service(self.kinds(), self.clock, journals, width=self.width, every=self.every)
        return self.service

    def stop(self) -> None:
        """The store stays open: invocations may be at work on it."""

    def start(self) -> None:
        if self.service is None:
            super().start()

    def close(self) -> None:
        self.engine.close()
        self.house.close()
        self.move_out()

    def _struck(self, fault: Fault, call: Call, act: Callable[[], Any]) -> Any:
        try:
            return super()._struck(fault, call, act)
        except Killed:
            self.deaths += 1
            raise InvocationDied from None


@contextmanager
def twin_of(kind: type[Twin], *names: Any, **options: Any) -> Generator[Twin]:
    """One of the two in a folder of its own, on a disk in memory where there is one; gone afterwards."""
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        twin = kind(Path(folder), *names, **options)
        try:
            yield twin.open()
        finally:
            twin.close()
