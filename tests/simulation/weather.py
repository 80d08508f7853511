"""The weather of a story at the gate: which call meets which fault, and until when the world is disturbed by it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.faults import HAPPENINGS, LATE_BY, Fault, Kind, reaches, strikes
from tests.simulation.household import Household
from tests.simulation.outside import Call, Side
from tests.simulation.story import Story, Struck, in_words

CONDITIONAL = (*HAPPENINGS, Kind.PAGES)
"""Kinds that now and then find nothing to do."""


@dataclass
class _Coming:
    struck: Struck
    left: int
    side: Side | None = None

    def meets(self, call: Call) -> bool:
        is_there = self.side in (None, call.to) and call.number >= self.struck.at and self.struck.near in call.what
        return is_there and self.left > 0 and reaches(self.struck.fault, call)


@dataclass
class Weather:
    """`met` counts the faults that met a call, by kind; `happened` is told of each, in words. `latest` is until when
    the world is disturbed."""

    story: Story
    household: Household
    happened: Callable[[str], None]
    met: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self.latest = self.household.clock.now()
        self.becomes(self.story)

    def becomes(self, story: Story) -> None:
        """From now on it is that of this story."""
        self.story, now = story, self.household.clock.now()
        self.disturbs(now)
        self.calms_at = now + story.calm_after if story.calm_after is not None else None
        self._coming = [_Coming(one, one.times) for one in story.faults]

    def meets(self, call: Call, act: Callable[[], Any]) -> Any:
        fault = self._next(call)
        if fault is None:
            return act()
        self.household.tells(f"{in_words(fault)}: call {call.number}, {call}")
        before = self.household.outside.met.total()
        try:
            answer = strikes(fault, self.household, call, act)
        finally:
            self.disturbs()
            if fault.kind not in CONDITIONAL or self.household.outside.met.total() > before:
                self.counts(fault)
        if fault.kind is Kind.LATE:
            self.disturbs(self.household.clock.now() + max(LATE_BY.values()))
        return answer

    def counts(self, fault: Fault) -> None:
        """It met a call, or somebody."""
        self.met[fault.kind] += 1
        self.happened(in_words(fault))

    def disturbs(self, until: datetime | None = None) -> None:
        """From now on, or from then on, the world has to come to rest."""
        self.latest = max(self.latest, until or self.household.clock.now())

    def _next(self, call: Call) -> Fault | None:
        if self.calms_at is not None and self.household.clock.now() >= self.calms_at:
            return None
        found = next((one for one in self._coming if one.meets(call)), None)
        if found is None:
            return None
        found.left, found.side = found.left - 1, call.to
        return found.struck.fault
