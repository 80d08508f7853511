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
from tests.simulation.happenings import CONCURRENT, PEOPLE, REOPENED, SKEWS, WEBHOOKS, Happening
from tests.simulation.outside import VENDORS, Call, Killed
from tests.simulation.pages import has_pages, lies
from tests.vendors.wire import Reply

if TYPE_CHECKING:
    from tests.simulation.household import Household

TIMEOUT = timedelta(seconds=20)
LATE_BY = dict.fromkeys(VENDORS, timedelta(seconds=45))
"""After the caller gave up: within what the ledger counts on, which is that nothing is done 60 seconds after it was
sent, give or take."""
PAUSE = timedelta(minutes=25)
"""Longer than a lease lasts."""
_OF_OUR_CLOCK = 3
"""The first of the skews are of our own clock: they happen anywhere. The others are of the vendor that is called."""


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


HAPPENINGS: dict[Kind, tuple[Happening, ...]] = {
    Kind.WEBHOOKS: WEBHOOKS,
    Kind.SKEW: SKEWS,
    Kind.REOPENED: REOPENED,
    Kind.PERSON: PEOPLE,
    Kind.CONCURRENT: CONCURRENT,
}
VARIANTS: dict[Kind, int] = (
    dict.fromkeys(Kind, 1)
    | {
        Kind.RESET: 2,  # before, after the effect
        Kind.SERVER_ERROR: 4,  # 500 and 503, before and after the effect
        Kind.SLOW_DOWN: 5,  # seconds, date, absent, 0, huge
        Kind.PAGES: 4,  # empty, cut short, a repeated cursor, a record that moves
        Kind.KILL: 2,  # before, after the effect
    }
    | {kind: len(happenings) for kind, happenings in HAPPENINGS.items()}
)
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
            return call.request is not None and has_pages(call.request)
        case Kind.SKEW:
            return call.to in VENDORS or fault.variant < _OF_OUR_CLOCK
        case _:
            return True


def strikes(fault: Fault, household: "Household", call: Call, act: Callable[[], Any]) -> Any:
    """Carry the call out as the fault has it."""
    match fault.kind:
        case Kind.PAUSE | Kind.SKEW if household.outside.unsent:
            return act()  # whoever waits to send would stand still between its last check and that: see `_paused`
        case Kind.SKEW if call.to in VENDORS and call.writes:
            answer = act()  # a clock that jumps ahead before it was sent is a pause: see `_paused`
            _happens(fault, household, call)
            return answer
        case kind if kind in HAPPENINGS:
            with household.outside.sends_later(call):
                _happens(fault, household, call)
            return act()
        case Kind.PAGES:
            return _page(fault.variant, household, call, act)
        case Kind.KILL:
            return _killed(fault.variant, act)
        case Kind.PAUSE:
            return _paused(household, call, act)
        case _ if call.to == "store":
            return _store_fails(fault, call, act)
        case _:
            return _answered(fault, household, call, act)


def _happens(fault: Fault, household: "Household", call: Call) -> None:
    if HAPPENINGS[fault.kind][fault.variant](household, call):
        household.outside.met[str(fault.kind)] += 1


def _paused(household: "Household", call: Call, act: Callable[[], Any]) -> Any:
    """Before the call. What changes something at a vendor is sent first: that a process freezes between its last check
    and that for so long is the one risk that stays (docs/decisions/0003-exactly-once.md)."""
    household.outside.paused += PAUSE
    if call.to in VENDORS and call.writes:
        answer = act()
        household.clock.advance(PAUSE)
        return answer
    household.clock.advance(PAUSE)
    return act()


def _page(variant: int, household: "Household", call: Call, act: Callable[[], Any]) -> Any:
    assert call.request is not None, f"{call} asks for no pages"
    page = lies(variant, household, call.to, call.request)
    if page is None:
        return act()
    household.outside.met[str(Kind.PAGES)] += 1
    return page


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


def _answered(fault: Fault, household: "Household", call: Call, act: Callable[[], Reply]) -> Reply:
    match fault.kind:
        case Kind.TIMEOUT_BEFORE:
            household.clock.advance(TIMEOUT)
            return Reply(hung=True)
        case Kind.TIMEOUT_AFTER:
            act()
            household.clock.advance(TIMEOUT)
            return Reply(hung=True)
        case Kind.LATE:
            household.calendar.at(household.clock.now() + TIMEOUT + LATE_BY[call.to], act)
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
    """A server that has a clock dates its answers: https://www.rfc-editor.org/rfc/rfc9110#name-date (2026-11-21)"""
    now = household.clock.now()
    in_a_while = format_datetime(now + timedelta(seconds=40), usegmt=True)
    hints = ({"retry-after": "7"}, {"retry-after": in_a_while}, {}, {"retry-after": "0"}, {"retry-after": "3000"})
    return hints[variant] | {"date": format_datetime(now, usegmt=True)}
