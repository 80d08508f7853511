"""A life: the webhooks, the weather and all that happens beside them, and what was seen of it."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from connectors.engine.journal import Journey
from connectors.store.looked import Looked
from tests.simulation.faults import HAPPENINGS, Fault, Kind
from tests.simulation.household import Household
from tests.simulation.invariants import Broken, check_always, check_at_rest
from tests.simulation.outside import Call, Killed
from tests.simulation.sender import SUBSCRIPTION, Sender
from tests.simulation.states import Ledgers, states_at_rest
from tests.simulation.story import LONGEST, Story, in_words
from tests.simulation.weather import Weather

SETTLES_WITHIN = timedelta(minutes=15)
LONGEST_SETTLING = timedelta(days=3)
PLANNED = ("settle", "refresh later", "look 1", "look 2", "look 3")
"""Waits that are meant: what follows them has its own quarter of an hour, unless it is a day away."""
QUARTER = timedelta(minutes=15)
SET_UP_BEFORE = timedelta(days=7)
_OFF_FOR = (timedelta(0), timedelta(minutes=1), timedelta(minutes=12), timedelta(hours=1))
_NO_CALL = Call(0, "engine", "nothing is under way", writes=False)


class Home(Household):
    """A household whose machine may stay off for a while after it died: so long, the next time. `log` is its trace with
    every call in it."""

    off_for = timedelta(0)
    is_off = False

    def open(self) -> Self:
        self.log = list[tuple[datetime, Call | str]]()
        return super().open()

    def is_listening(self) -> bool:
        return not self.is_off

    def tells(self, what: str) -> None:
        super().tells(what)
        self.log.append((self.clock.now(), what))

    def comes_back(self) -> None:
        self.is_off = True
        off_for, self.off_for = self.off_for, timedelta(0)
        with suppress(Killed):  # it is dead already
            self.clock.advance(off_for)
        self.is_off = False
        super().comes_back()


class Over(BaseException):
    """The life ends here: something did not hold. Nothing catches it."""


@dataclass
class Lived:
    """What became of a story. `met` are the faults by kind that met a call; `wrong` is what did not hold, `number` that
    of the invariant. `trace` tells what was met, `log` every call, too."""

    story: Story
    wrong: str | None = None
    number: int | None = None
    met: Counter[str] = field(default_factory=Counter[str])
    states: Counter[str] = field(default_factory=Counter[str])
    calls: int = 0
    checks: int = 0
    lived_for: timedelta = timedelta(0)
    digest: str = ""
    trace: list[str] = field(default_factory=list[str])
    log: list[tuple[datetime, Call | str]] = field(default_factory=list[tuple[datetime, Call | str]])


class Life:
    """One life of a story."""

    def __init__(self, story: Story, household: Home, lived: Lived) -> None:
        self.story, self.household, self.lived = story, household, lived
        self.began = household.clock.now()
        self.sender = Sender(household, self.happens, household.is_listening)
        self.weather = Weather(story, household, self.happens)
        self._ledgers, self._is_checking = Ledgers(household, self.happens), False
        self.first = 0

    def happens(self, state: str) -> None:
        """A state was reached that must be reached now and then."""
        self.lived.states[state] += 1

    def begins(self) -> None:
        """PagerDuty sends its webhooks."""
        household = self.household
        household.outside.meets, household.outside.after = self._meets, self._after
        if self.story.is_unheard:
            self._is_unheard()
        for webhook, after in zip(household.scripts[0].webhooks, self.story.webhooks_after, strict=False):
            household.calendar.at(self.began + after, partial(self.sender.tells, webhook))
            self.weather.disturbs(self.began + after)

    def goes_on(self, story: Story, lived: Lived) -> None:
        """With a new process, and from now on with what this story draws."""
        household = self.household
        self.story, self.lived = story, lived
        self.began, self.first = household.clock.now(), len(household.outside.calls)
        self.weather.becomes(story)
        household.tells(f"a new process, {story.begins}")
        household.is_drawn_from(story.seed)
        household.start()
        household.outside.meets, household.outside.after = self._meets, self._after

    def is_lived(self) -> None:
        household, calendar = self.household, self.household.calendar
        for deed in self.story.deeds:
            calendar.at(self.began + deed.after, partial(self._does, deed.what))
        if self.story.is_looked_after:
            Looked(household.store.store).begin(self.began - SET_UP_BEFORE)
            self._looks()
        if self.story.shut_for is not None:
            self._shuts_jira_for(self.story.shut_for)
        if self.story.locked_out_for is not None:
            self._locks_out_for(self.story.locked_out_for)
        household.lives(self.story.lasts)
        if self.story.mode == "liveness":
            self._comes_to_rest()
        self._holds(check_always)
        self.lived.states += states_at_rest(household)

    def _meets(self, call: Call, act: Callable[[], Any]) -> Any:
        self.household.log.append((self.household.clock.now(), call))
        return self.weather.meets(call, partial(self._ledgers.sees, call, act))

    def _after(self, call: Call) -> None:
        """A step's beginning and end, and a read of the store, change nothing; what happened meanwhile was looked at in
        its own calls."""
        if self._is_checking or (call.to in ("store", "engine") and not call.writes):
            return
        self._is_checking = True
        try:
            self._holds(check_always)
        finally:
            self._is_checking = False

    def _holds(self, check: Callable[[Household], None]) -> None:
        self.lived.checks += 1
        try:
            check(self.household)
        except Broken as broken:
            self.lived.wrong, self.lived.number = str(broken), broken.number
            self.household.tells(f"WRONG: {broken}")
            raise Over from None

    def _does(self, what: Fault) -> None:
        """Something happens, if it can happen now, whatever is under way."""
        self.household.tells(f"{in_words(what)}, beside all calls")
        self.weather.disturbs()
        if what.kind is Kind.KILL:
            self.weather.counts(what)
            self.household.off_for = _OFF_FOR[what.variant % len(_OFF_FOR)]
            self.weather.disturbs(self.household.clock.now() + self.household.off_for)
            raise Killed
        if HAPPENINGS[what.kind][what.variant](self.household, _NO_CALL):
            self.weather.counts(what)

    def _is_unheard(self) -> None:
        """PagerDuty had disabled the subscription and lost its queue: the second look from now finds the resolve."""
        self.household.pagerduty.subscriptions.disables(SUBSCRIPTION)
        self.weather.disturbs((self.weather.calms_at or self.began) + 2 * QUARTER)

    def _shuts_jira_for(self, duration: timedelta) -> None:
        """Somebody has archived the project, and restores it."""
        jira = self.household.jira
        jira.archives("OPS")
        self.household.calendar.at(self.began + duration, partial(jira.archives, "OPS", is_archived=False))

    def _locks_out_for(self, duration: timedelta) -> None:
        """Somebody has taken our token back, and gives it to us again."""
        pagerduty = self.household.pagerduty
        usual, pagerduty.token = pagerduty.token, "another"
        self.household.calendar.at(self.began + duration, partial(setattr, pagerduty, "token", usual))

    def _looks(self) -> None:
        """As the machine does every quarter of an hour, and every hour at what is followed."""
        household = self.household
        if household.clock.now() < max(self.began + self.story.lasts, self.weather.latest):
            household.calendar.at(household.clock.now() + QUARTER, self._looks)
            household.reconciles()
            household.sweeps()

    def _comes_to_rest(self) -> None:
        """Within a quarter of an hour from the last disturbance, and from the end of what is waited for on purpose."""
        household, longest = self.household, self.household.clock.now() + LONGEST_SETTLING
        while (until := self._rests_at()) > household.clock.now() and household.clock.now() < longest:
            household.lives(until - household.clock.now())
        self._holds(check_at_rest)

    def _rests_at(self) -> datetime:
        household, witness = self.household, self.household.witness
        planned = [journey.wake_at for journey in household.engine.journeys() if self._is_planned(journey)]
        heard = [delivery.at for delivery in witness.deliveries if delivery.journeys]
        waiting = [household.clock.now()] if self.sender.is_waiting else []
        for moment in (*filter(None, planned), *heard, *waiting, *filter(None, [witness.latest_hint])):
            self.weather.disturbs(moment)
        return self.weather.latest + SETTLES_WITHIN

    def _is_planned(self, journey: Journey) -> bool:
        if journey.wake_at is None or journey.wake_at > self.household.clock.now() + LONGEST:
            return False
        return journey.state == "waiting" and self.household.engine.waits_in(journey.name) in PLANNED
