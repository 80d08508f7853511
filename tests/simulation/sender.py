"""PagerDuty as a sender of webhooks, by virtual time: in order, again and again until it is heard, for 48 hours."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from tests.neighbours import WEBHOOK_SECRET
from tests.simulation.household import Household

SUBSCRIPTION = "PSUB0001"
URL = "https://debrief.acme.example/pagerduty"
_EVENTS = ["incident.triggered", "incident.acknowledged", "incident.resolved", "incident.annotated",
           "incident.reopened"]  # fmt: skip
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_NOBODY_THERE = 503


class Sender:
    """`happened` is told what became of a delivery, in words. `listens`: whether anybody does just now. `is_busy` while
    one is under way."""

    def __init__(self, household: Household, happened: Callable[[str], None], listens: Callable[[], bool]) -> None:
        self._household, self._happened, self._listens = household, happened, listens
        self._failures, self.is_busy = 0, False
        self._subscriptions = household.pagerduty.subscriptions
        self._subscriptions.adds(SUBSCRIPTION, URL, WEBHOOK_SECRET, self._delivers, events=_EVENTS)

    def tells(self, webhook: dict[str, Any]) -> None:
        self._trying(partial(self._subscriptions.tells, webhook))

    @property
    def is_waiting(self) -> bool:
        return self._subscriptions.is_waiting

    def _delivers(self, body: bytes, headers: dict[str, str]) -> int:
        if not self._listens():
            return self._heard(_NOBODY_THERE)
        return self._heard(self._household.receives(body, headers).status)

    def _heard(self, status: int) -> int:
        is_heard = 200 <= status < 300
        if is_heard and self._failures:
            self._happened("redelivered after 5xx")
        self._failures = 0 if is_heard else self._failures + 1
        return status

    def _trying(self, act: Callable[[], None]) -> None:
        """One thing after the other: what comes while a delivery is under way waits behind it."""
        if self.is_busy:
            self._household.calendar.at(self._household.clock.now() + _FIRST_WAIT, partial(self._trying, act))
            return
        self.is_busy = True
        try:
            act()
        except BaseException:  # the machine dies over it, and PagerDuty hears nothing
            self._failures += 1
            raise
        finally:
            self.is_busy = False
            if self.is_waiting:
                self._comes_again()

    def _comes_again(self) -> None:
        wait = min(_FIRST_WAIT * 2 ** min(self._failures, 10), _LONGEST_WAIT)
        self._household.calendar.at(self._household.clock.now() + wait, self._again)

    def _again(self) -> None:
        if self.is_waiting:
            self._trying(self._subscriptions.tries_again)
