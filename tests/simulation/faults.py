"""The sixteen kinds of fault, and what each does to one call (facts: what vendors, networks, machines and people do).

`Fault(kind, variant)` is put down by whoever makes the weather; `strikes` carries it out. A kind that cannot happen
to a call (a truncated answer of the store, say) does not reach it: `reaches` says so beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connectors.errors import OutcomeUnknown, Unreachable
from tests.simulation.outside import VENDORS, Call
from tests.vendors.wire import Reply

if TYPE_CHECKING:
    from tests.simulation.household import Household

TIMEOUT = timedelta(seconds=20)
LATE_BY = timedelta(seconds=45)
PAUSE = timedelta(minutes=25)
"""Longer than a lease lasts."""


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class Kind(StrEnum):
    TIMEOUT_BEFORE = "timeout before the effect"
    TIMEOUT_AFTER = "timeout after the effect"
    LATE = "late effect"
    RESET = "reset"
    SERVER_ERROR = "5xx"
    SLOW_DOWN = "429"
    TRUNCATED = "truncated JSON"
    HTML = "HTML instead of JSON"
    PAGES = "pages that lie"
    WEBHOOKS = "webhooks again, out of order, replayed, forged"
    SKEW = "clocks apart"
    KILL = "kill"
    PAUSE = "pause longer than the lease"
    REOPENED = "reopened"
    PERSON = "a person at work meanwhile"
    CONCURRENT = "another execution, a rotation, a deploy"


VARIANTS: dict[Kind, int] = dict.fromkeys(Kind, 1) | {
    Kind.RESET: 2,  # before, after the effect
    Kind.SERVER_ERROR: 4,  # 500 and 503, before and after the effect
    Kind.SLOW_DOWN: 5,  # seconds, date, absent, 0, huge
    Kind.KILL: 2,  # before, after the effect
}
"""How many different ones there are of a kind."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    variant: int = 0

    def __str__(self) -> str:
        return f"{self.kind} ({self.variant})" if VARIANTS[self.kind] > 1 else str(self.kind)


def reaches(fault: Fault, call: Call) -> bool:
    """Whether this fault can happen to this call."""
    match fault.kind:
        case Kind.TIMEOUT_BEFORE | Kind.TIMEOUT_AFTER | Kind.RESET:
            return call.to != "engine"
        case Kind.LATE:
            return call.to in VENDORS and call.writes
        case Kind.SERVER_ERROR | Kind.SLOW_DOWN | Kind.TRUNCATED | Kind.HTML:
            return call.to in VENDORS
        case Kind.PAGES:
            return False
        case Kind.KILL | Kind.PAUSE:
            return True
        case _:
            return False


def strikes(fault: Fault, household: "Household", call: Call, act: Callable[[], Any]) -> Any:
    """Carry the call out as the fault has it."""
    match fault.kind:
        case Kind.KILL:
            return _killed(fault.variant, act)
        case Kind.PAUSE:
            household.clock.advance(PAUSE)
            return act()
        case _ if call.to == "store":
            return _store_fails(fault, call, act)
        case _:
            return _answered(fault, household, act)


def _killed(variant: int, act: Callable[[], Any]) -> Any:
    if variant == 1:
        act()
    raise Killed


def _store_fails(fault: Fault, call: Call, act: Callable[[], Any]) -> Any:
    if fault.kind is Kind.TIMEOUT_AFTER or (fault.kind is Kind.RESET and fault.variant == 1):
        act()
        kind = OutcomeUnknown if call.writes else Unreachable
        raise kind("Using the store", "the answer was lost")
    raise Unreachable("Using the store", "it did not answer")


def _answered(fault: Fault, household: "Household", act: Callable[[], Reply]) -> Reply:
    match fault.kind:
        case Kind.TIMEOUT_BEFORE:
            household.clock.advance(TIMEOUT)
            return Reply(hung=True)
        case Kind.TIMEOUT_AFTER:
            act()
            household.clock.advance(TIMEOUT)
            return Reply(hung=True)
        case Kind.LATE:
            household.calendar.at(household.clock.now() + TIMEOUT + LATE_BY, act)
            household.clock.advance(TIMEOUT)
            return Reply(hung=True)
        case Kind.RESET:
            _maybe(act, fault.variant == 1)
            return Reply(dropped=True)
        case Kind.SERVER_ERROR:
            _maybe(act, fault.variant % 2 == 1)
            return Reply((500, 503)[fault.variant // 2], {"content-type": "text/plain"}, b"upstream error")
        case Kind.SLOW_DOWN:
            return Reply(429, _slow_down(fault.variant, household))
        case Kind.TRUNCATED:
            whole = act()
            return Reply(whole.status, whole.headers, whole.body[: len(whole.body) // 2])
        case _:
            act()
            return Reply(200, {"content-type": "text/html"}, b"<!doctype html><title>Sign in</title>")


def _maybe(act: Callable[[], Any], does: bool) -> None:
    if does:
        act()


def _slow_down(variant: int, household: "Household") -> dict[str, str]:
    in_a_while = format_datetime(household.clock.now() + timedelta(seconds=40), usegmt=True)
    hints = ({"retry-after": "7"}, {"retry-after": in_a_while}, {}, {"retry-after": "0"}, {"retry-after": "3000"})
    return hints[variant]
