"""One passage through the whole life of a draft, with faults at given calls; and what was wrong with it.

The life: the incident's webhooks, the journey, its refresh, one look of the reconciler, one sweep over open items; and
then as long as it takes until everything has come to rest.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from connectors.engine.journal import Journey
from connectors.engine.local import LocalEngine
from tests.neighbours import WEBHOOK_SECRET
from tests.simulation.broken import Broken
from tests.simulation.endings import Ending, ending_of, is_to_be_the_same, unsaid
from tests.simulation.faults import HAPPENINGS, LATE_BY, Fault, Kind, reaches, strikes
from tests.simulation.happenings import delivers
from tests.simulation.household import Household, household_of
from tests.simulation.invariants import AT_REST_WITHIN, check_always, check_at_rest
from tests.simulation.invariants_journeys import MAY_WAIT_IN
from tests.simulation.outside import Call, Killed
from tests.simulation.scopes import SCOPES
from tests.simulation.states import Ledgers

A_WHILE = timedelta(minutes=10)
"""How long a fault that lasts goes on meeting every call to its endpoint."""
UNTIL_THE_REFRESH_IS_OVER = timedelta(minutes=30)
UNTIL_A_LOOK_IS_OVER = timedelta(minutes=5)
_HOOK = "https://debrief.acme.example/pagerduty"
BEFORE = timedelta(hours=1)
UNTIL_THE_NEXT = timedelta(hours=1)
MOST_BOUTS = 400
CONDITIONAL = (*HAPPENINGS, Kind.PAGES)
"""Kinds that now and then find nothing to do."""


type Address = tuple[str, int]
"""What a call is, and the how manieth of these it is: the same in every passage, whatever else was called."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault at the `at`th call, or the first after it that it can happen to. One that `lasts` meets every call to the
    same endpoint for a while. With `where` it is that call of fair weather and no other, whatever its number is now."""

    at: int
    fault: Fault
    lasts: bool = False
    where: Address | None = None

    def meets(self, call: Call, address: Address) -> bool:
        is_here = call.number >= self.at if self.where is None else address == self.where
        return is_here and reaches(self.fault, call)

    def __str__(self) -> str:
        return f"{self.at}:{self.fault.kind.name}:{self.fault.variant}{'+' if self.lasts else ''}"


@dataclass
class Passed:
    """What became of a passage. `reached` are the calls that were struck; `counted` is how many calls the life had
    before it was looked after."""

    strikes: tuple[Strike, ...]
    reached: list[Address] = field(default_factory=list[Address])
    wrong: str | None = None
    counted: int = 0
    calls: list[Call] = field(default_factory=list[Call])
    trace: list[str] = field(default_factory=list[str])
    states: Counter[str] = field(default_factory=Counter[str])
    ending: Ending | None = None


class Over(BaseException):
    """The passage ends here: something did not hold, or nothing is to be seen any more. Nothing catches it."""


def passes(scope: str, strikes: tuple[Strike, ...] = (), fair: Passed | None = None) -> Passed:
    """Go through it once. Against `fair`, the passage without a fault, it is held that all calls before the first
    strike are the same, and after one passing fault the ending too."""
    passed = Passed(strikes)
    chosen = SCOPES[scope]
    with household_of(chosen.script(), **chosen.options) as household:
        passage = Passage(household, passed, fair)
        try:
            passage.runs()
        except Over:
            pass
        except Broken as broken:
            passed.wrong = str(broken)
        except (Exception, Killed) as error:  # noqa: BLE001 # a passage that breaks is told like one that goes wrong
            frame = traceback.extract_tb(error.__traceback__)[-1]
            passed.wrong = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}: {error}"
        finally:
            household.outside.meets, household.outside.after = _unhindered, lambda _: None
        passed.calls = household.outside.calls
        passed.trace = [str(line) for line in household.trace]
    return passed


def _unhindered(_call: Call, act: Callable[[], Any]) -> Any:
    return act()


class Passage:
    def __init__(self, household: Household, passed: Passed, fair: Passed | None) -> None:
        self._household, self._passed, self._fair = household, passed, fair
        self._coming = list(passed.strikes)
        self._lasting: dict[tuple[str, str], tuple[Fault, datetime]] = {}
        self._times = Counter[str]()
        self._ledgers = Ledgers(household, self._happens)
        self._latest, self._is_checking = household.clock.now(), False

    def runs(self) -> None:
        household = self._household
        self._has_been_there_before()
        household.outside.meets, household.outside.after = self._meets, self._after
        for webhook in household.scripts[0].webhooks:
            self._survives(partial(delivers, household, webhook))
        household.lives(UNTIL_THE_REFRESH_IS_OVER)
        household.reconciles()
        household.lives(UNTIL_A_LOOK_IS_OVER)
        household.sweeps()
        household.lives(UNTIL_A_LOOK_IS_OVER)
        self._comes_to_rest()
        self._passed.counted = len(household.outside.calls)
        self._is_looked_after()
        check_at_rest(household)
        self._check_the_other_machines()
        self._passed.ending = ending_of(household)
        self._check_against_the_fair()

    def _has_been_there_before(self) -> None:
        """The reconciler has looked before the incident: what is resolved from then on, it will find. Not counted."""
        household = self._household
        household.pagerduty.subscriptions.adds("PSUB0001", _HOOK, WEBHOOK_SECRET)
        household.calendar.set_back(BEFORE)
        household.reconciles()
        household.lives(BEFORE)
        household.outside.calls.clear()
        household.outside.ended.clear()
        household.witness.exchanges.clear()

    # The weather

    def _meets(self, call: Call, act: Callable[[], Any]) -> Any:
        act = partial(self._ledgers.sees, call, act)
        self._times[str(call)] += 1
        address = str(call), self._times[str(call)]
        fault = self._fault_for(call, address)
        if fault is None:
            return act()
        self._household.tells(f"{fault}: call {call.number}, {call}")
        met = self._household.outside.met.total()
        try:
            return strikes(fault, self._household, call, act)
        finally:
            happened = fault.kind not in CONDITIONAL or self._household.outside.met.total() > met
            self._was_struck(fault, call, address, happened=happened)

    def _fault_for(self, call: Call, address: Address) -> Fault | None:
        for strike in self._coming:
            if strike.meets(call, address):
                self._coming.remove(strike)
                if strike.lasts:
                    self._lasting[call.to, call.what] = strike.fault, self._household.clock.now() + A_WHILE
                return strike.fault
        fault, until = self._lasting.get((call.to, call.what), (None, self._latest))
        return fault if self._household.clock.now() < until else None

    def _was_struck(self, fault: Fault, call: Call, address: Address, *, happened: bool) -> None:
        late_by = LATE_BY[call.to] if fault.kind is Kind.LATE else timedelta(0)
        self._latest = max(self._latest, self._household.clock.now() + late_by)
        if happened:
            self._passed.reached.append(address)
            self._happens(str(fault.kind))
        elif len(self._passed.strikes) == 1:
            raise Over  # from here on it would be as in fair weather

    def _after(self, _call: Call) -> None:
        if self._is_checking:
            return
        self._is_checking = True
        try:
            check_always(self._household)
        except Broken as broken:
            self._passed.wrong = str(broken)
            raise Over from None
        finally:
            self._is_checking = False

    def _happens(self, state: str) -> None:
        self._passed.states[state] += 1

    # The way to rest

    def _survives(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except Killed:
            self._household.comes_back()

    def _comes_to_rest(self) -> None:
        """Let everything happen that is put down, and then as much time pass as it may take."""
        household = self._household
        for _ in range(MOST_BOUTS):
            coming = household.calendar.next()
            if coming is None and household.clock.now() >= self._rests_by():
                return
            until = max(self._rests_by(), coming or household.clock.now())
            household.lives(until - household.clock.now())
            if coming is not None:
                self._latest = max(self._latest, coming)
        raise Broken(2, "it does not come to rest")

    def _rests_by(self) -> datetime:
        hint = self._household.witness.latest_hint or self._latest
        planned = [one.wake_at for one in self._household.engine.journeys() if self._is_planned(one)]
        return max(self._latest, hint, *filter(None, planned), self._latest) + AT_REST_WITHIN

    def _is_planned(self, journey: Journey) -> bool:
        waits_in = self._household.engine.waits_in(journey.name) if journey.state == "waiting" else None
        return waits_in in MAY_WAIT_IN

    def _check_the_other_machines(self) -> None:
        for machine in self._household.beside:
            for journey in machine.engine.journeys():
                if journey.state not in ("done", "failed"):
                    raise Broken(
                        2, f"{journey.name} of another machine is {journey.state}: {_why(machine.engine, journey)}"
                    )

    def _is_looked_after(self) -> None:
        """The next look and the next sweep, which take up what the ones before left undone. The faults have stopped."""
        household = self._household
        self._coming.clear()
        self._lasting.clear()
        for begins in (household.reconciles, household.sweeps):
            household.lives(UNTIL_THE_NEXT)
            begins()
            self._latest = household.clock.now()
            self._comes_to_rest()

    # What it is compared with

    def _check_against_the_fair(self) -> None:
        if self._fair is None or self._fair.ending is None or self._passed.ending is None:
            return
        first = min(strike.at for strike in self._passed.strikes)
        for ours, theirs in zip(self._household.outside.calls[: first - 1], self._fair.calls, strict=False):
            if ours != theirs:
                raise Broken(13, f"call {ours.number} is {ours}, and was {theirs}: the order of calls is not certain")
        only = self._passed.strikes[0]
        if len(self._passed.strikes) == 1 and not only.lasts and is_to_be_the_same(only.fault):
            difference = unsaid(only.fault, self._fair.ending, self._passed.ending)
            if difference:
                raise Broken(2, difference)


def _why(engine: LocalEngine, journey: Journey) -> str:
    return f"in {engine.waits_in(journey.name)}, {journey.error}"


def addresses(calls: Sequence[Call]) -> dict[Address, int]:
    """The numbers of calls, by their addresses."""
    times = Counter[str]()
    found = dict[Address, int]()
    for call in calls:
        times[str(call)] += 1
        found[str(call), times[str(call)]] = call.number
    return found
