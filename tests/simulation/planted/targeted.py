"""Small simulations for what random weather meets seldom: each raises `Seen`, or a broken invariant, where it is wrong.

They know no defect: each states what must hold for every Debrief.
"""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.store.observed import kept_events
from tests.incidents.stale_replica import script
from tests.simulation.faults import Fault, Kind, strikes
from tests.simulation.household import Household, household_of
from tests.simulation.invariants import check_always, check_at_rest
from tests.simulation.outside import Call, Killed
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Reply

_HOUR = timedelta(hours=1)
_SOON = timedelta(seconds=30)
_OURS = (Fault(Kind.KILL, 0), Fault(Kind.KILL, 1), Fault(Kind.TIMEOUT_BEFORE), Fault(Kind.TIMEOUT_AFTER))
_CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "random", "urandom", "getenv"}


class Seen(Exception):
    """What does not hold."""


# What 202 promises ------------------------------------------------------------------------------------------------


def promises() -> int:
    """Wherever the machine dies, or the store fails, while a webhook is received: our fault is never told as theirs,
    and what was answered with 202 has its journey on disk."""
    tried = 0
    for place in range(len(script().webhooks)):
        with household_of(script()) as household:
            household.rings(household.scripts[0].webhooks[place])
            calls, starts = len(household.outside.calls), _started(household)
        for number in range(1, calls + 2):
            for fault in _OURS:
                tried += 1
                _promised(place, number, fault, starts)
    return tried


def _promised(place: int, number: int, fault: Fault, starts: list[str]) -> None:
    with household_of(script()) as household:
        household.outside.meets = _at(household, number, fault)
        webhook = household.scripts[0].webhooks[place]
        if _is_heard(household, webhook) is None:
            household.lives(_SOON)
            _is_heard(household, webhook)  # PagerDuty delivers again
        household.comes_back()
        if (comes := _started(household)) != starts:
            told = f"{webhook['event']['event_type']} was answered with 202, and {comes or 'nothing'} comes of it"
            raise Seen(f"{fault} at call {number} of the receiver: {told}, not {starts}")


def _started(household: Household) -> list[str]:
    """The names of its journeys, and the ids of the events it keeps."""
    kept = kept_events(household.store.store, household.incident_id())
    return [*(journey.name for journey in household.engine.journeys()), *(one["event"]["id"] for one in kept)]


def _is_heard(household: Household, webhook: dict[str, Any]) -> int | None:
    """The answer; None where PagerDuty hears nothing, or that it should come again."""
    try:
        status = household.rings(webhook).status
    except Killed:
        household.comes_back()
        return None
    if 400 <= status < 500:
        raise Seen(f"a fault of our own is answered with {status}")
    return status if status < 300 else None


def _at(household: Household, number: int, fault: Fault) -> Callable[[Call, Callable[[], Any]], Any]:
    def meets(call: Call, act: Callable[[], Any]) -> Any:
        return strikes(fault, household, call, act) if call.number == number else act()

    return meets


# What nobody signed -------------------------------------------------------------------------------------------------


def unsigned() -> int:
    """What nobody signed decides nothing: the same headers beside other events, and others beside the same event."""
    with household_of(script()) as household:
        webhooks = household.scripts[0].webhooks
        started = [_answer(household, webhook, "one and the same") for webhook in webhooks]
        again = [_answer(household, webhook, f"another {number}") for number, webhook in enumerate(webhooks)]
        if any("delivered before" in reason for reason in started):
            raise Seen("an event counts as delivered because of a header that another had")
        if any("started" in reason for reason in again):
            raise Seen("an event that was delivered before is new, because of a header")
    return 2 * len(webhooks)


def _answer(household: Household, webhook: dict[str, Any], id_: str) -> str:
    body = body_of(webhook)
    return household.receives(body, sign(body, *household.webhook_secrets) | {"x-webhook-id": id_}).reason


def nobody() -> int:
    """Before any secret is kept nobody is believed, whatever they signed with, and everybody is asked to come again."""
    secrets = ("", "anything", "None")
    with household_of(script()) as household:
        for secret in secrets:
            household.write_secrets(PAGERDUTY_WEBHOOK_SECRET="")
            body = body_of(household.scripts[0].webhooks[-1])
            status = Household.receives(household, body, sign(body, secret)).status
            if status != 503 or household.engine.journeys():
                raise Seen(f"without a secret, what {secret!r} signed was answered with {status}")
    return len(secrets)


# The core -----------------------------------------------------------------------------------------------------------


def pure() -> int:
    """While an incident is lived, nothing inside postmortem/ asks for the time, for chance, or for the environment."""
    core, asked = str(Path.cwd() / "postmortem"), list[str]()

    def watches(frame: Any, event: str, what: Any) -> None:
        if event == "c_call" and what.__name__ in _CLOCKS and frame.f_code.co_filename.startswith(core):
            asked.append(f"{Path(frame.f_code.co_filename).name} line {frame.f_lineno} asks for {what.__name__}")

    with household_of(script()) as household:
        household.resolves()
        sys.setprofile(watches)
        try:
            household.lives(_HOUR)
        finally:
            sys.setprofile(None)
    if asked:
        raise Seen(asked[0])
    return 1


# Two installations --------------------------------------------------------------------------------------------------


def installs() -> int:
    """Test and production share a Jira project, an incident and a lost answer: each has issues of its own."""
    with household_of(script(), settings={"install_id": "production"}) as production:
        production.resolves()
        production.lives(_HOUR)
        with _beside(production, "test") as test:
            test.outside.meets = _once(test, Fault(Kind.TIMEOUT_BEFORE), "POST /rest/api/3/issue")
            test.resolves()
            test.lives(_HOUR)
            ours = [{item.issue_key for item in one.postmortem().action_items} for one in (production, test)]
            if ours[0] & ours[1]:
                raise Seen(f"two installations have the same issue: {sorted(map(str, ours[0] & ours[1]))}")
            test.witness.seen.clear()
            check_always(test)
    return 2


@contextmanager
def _beside(other: Household, install_id: str) -> Generator[Household]:
    """A household with the other's Jira."""

    class Beside(Household):
        def move_in(self) -> None:
            super().move_in()
            self.jira = other.jira
            self.write_settings()

    home = other.machine.home.parent / install_id
    home.mkdir()
    household = Beside(home, script(), settings={"install_id": install_id})
    try:
        yield household.open()
    finally:
        household.close()


def _once(household: Household, fault: Fault, what: str) -> Callable[[Call, Callable[[], Any]], Any]:
    """The first call of this name meets the fault."""
    met = list[Call]()

    def meets(call: Call, act: Callable[[], Any]) -> Any:
        if met or call.what != what:
            return act()
        met.append(call)
        return strikes(fault, household, call, act)

    return meets


# Days of outage -----------------------------------------------------------------------------------------------------


def outage() -> int:
    """No webhook comes, and PagerDuty does not answer for three days: what was resolved is found afterwards."""
    with household_of(script()) as household:
        household.calendar.set_back(_HOUR)
        household.reconciles()
        household.lives(_HOUR)
        household.outside.meets = _pagerduty_is_down
        for _ in range(24):
            household.reconciles()
            household.lives(3 * _HOUR)
        household.outside.meets = lambda _call, act: act()
        household.reconciles()
        household.lives(_HOUR)
        if not household.drafts():
            raise Seen("after three days in which PagerDuty did not answer a resolved incident has no draft")
        check_at_rest(household)
    return 1


def _pagerduty_is_down(call: Call, act: Callable[[], Any]) -> Any:
    return Reply(503) if call.to == "pagerduty" else act()


TARGETED: dict[str, Callable[[], int]] = {
    "promises": promises,
    "unsigned": unsigned,
    "nobody": nobody,
    "pure": pure,
    "installs": installs,
    "outage": outage,
}
"""Each returns in how many cases it held."""
