"""What happens in the world while a call is under way: webhooks, clocks, a reopening, other machines, people.

Each variant is a function that is given the household and the call; False where it cannot happen at this moment.
"""

import copy
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.neighbours import WEBHOOK_SECRET
from tests.simulation.beside import Beside
from tests.simulation.outside import VENDORS, Call, Killed, Meets, Side
from tests.simulation.people import DEEDS, an_item
from tests.vendors.pagerduty_webhooks import body_of, sign

if TYPE_CHECKING:
    from tests.simulation.household import Household

NEW_SECRET = "whsec-fake-current-0002"
SKEW = timedelta(minutes=15)
BACK_AFTER = timedelta(minutes=10)
TRIED_AGAIN_AFTER = timedelta(minutes=1)
TRIED_FOR = timedelta(hours=48)
"""https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)"""

MOST_BESIDE = 3

type Happening = Callable[["Household", Call], bool]


# Webhooks ---------------------------------------------------------------------------------------------------------


def delivers(household: "Household", webhook: dict[str, Any], *secrets: str, waited: timedelta = timedelta(0)) -> None:
    """PagerDuty delivers; without an answer, or after a 5xx, it tries again. A death goes on to whoever died of it."""
    body = body_of(webhook)
    is_taken = False
    try:
        is_taken = household.receives(body, sign(body, *(secrets or household.webhook_secrets))).status < 500
    finally:
        if not is_taken and waited < TRIED_FOR:
            after = max(TRIED_AGAIN_AFTER, waited)
            again = household.clock.now() + after
            household.calendar.at(again, lambda: delivers(household, webhook, *secrets, waited=waited + after))


def _again(household: "Household", _call: Call) -> bool:
    delivers(household, _the_resolve(household))
    return True


def _an_older_one(household: "Household", _call: Call) -> bool:
    delivers(household, _altered(household.scripts[0].webhooks[0], id="01OLDER0000000000000000001"))
    return True


def _replayed_after(duration: timedelta) -> Happening:
    def replayed(household: "Household", _call: Call) -> bool:
        webhook = _the_resolve(household)
        household.calendar.at(household.clock.now() + duration, lambda: delivers(household, webhook))
        return True

    return replayed


def _forged(household: "Household", _call: Call) -> bool:
    """A resolve of right now, by somebody without the secret."""
    at = household.clock.now().isoformat()
    body = body_of(_altered(_the_resolve(household), id="01FORGED000000000000000001", occurred_at=at))
    status = household.receives(body, sign(body, "whsec-of-somebody-else")).status
    assert status >= 400, f"a forged webhook was answered with {status}"
    return True


def _same_id_with_another_body(household: "Household", _call: Call) -> bool:
    delivers(household, _altered(_the_resolve(household), client={"name": "another body"}))
    return True


def _the_resolve(household: "Household") -> dict[str, Any]:
    webhooks = household.scripts[0].webhooks
    return next(webhook for webhook in webhooks if webhook["event"]["event_type"] == "incident.resolved")


def _altered(webhook: dict[str, Any], **changes: Any) -> dict[str, Any]:
    altered = copy.deepcopy(webhook)
    altered["event"] |= changes
    return altered


# Clocks -----------------------------------------------------------------------------------------------------------


def _we_are_ahead(household: "Household", _call: Call) -> bool:
    """Our clock jumps; what was to happen meanwhile happens, the vendors' clocks stay where they are."""
    household.calendar.advance(SKEW)
    for side in VENDORS:
        _sets(household, side, -SKEW)
    return True


def _we_are_behind(household: "Household", _call: Call) -> bool:
    household.calendar.set_back(SKEW)
    for side in VENDORS:
        _sets(household, side, SKEW)
    return True


def _we_go_back_and_forth(household: "Household", call: Call) -> bool:
    _we_are_behind(household, call)
    household.calendar.at(household.clock.now() + BACK_AFTER, lambda: _we_are_ahead(household, call))
    return True


def _vendor_apart_by(difference: timedelta) -> Happening:
    def apart(household: "Household", call: Call) -> bool:
        if call.to not in VENDORS:
            return False
        _sets(household, call.to, difference)
        return True

    return apart


def _sets(household: "Household", side: Side, difference: timedelta) -> None:
    """A vendor's clock goes by this much more than before."""
    fake: Any = getattr(household, side)
    was = fake.now
    fake.now = (lambda: was() + difference) if side == "pagerduty" else (lambda: was() + difference.total_seconds())


# Reopened ---------------------------------------------------------------------------------------------------------


def _reopened_for(duration: timedelta) -> Happening:
    def reopened(household: "Household", _call: Call) -> bool:
        incident_id, by = household.incident_id(), household.pagerduty.somebody()
        if household.pagerduty.status_of(incident_id) != "resolved":
            return False

        def resolved() -> None:
            delivers(household, household.pagerduty.person_resolves(incident_id, by=by))

        household.calendar.at(household.clock.now() + duration, resolved)
        delivers(household, household.pagerduty.person_reopens(incident_id, by=by))
        return True

    return reopened


# Other executions, a rotation, a deploy -----------------------------------------------------------------------------


def _the_same_execution(household: "Household", _call: Call) -> bool:
    """The journey that runs here runs there, too, under its name: as an execution that is delivered twice."""
    journeys = [journey.name for journey in household.engine.journeys() if journey.kind == "postmortem"]
    return bool(journeys) and _begins(household, "postmortem", name=journeys[0])


def _a_twin(household: "Household", _call: Call) -> bool:
    """The process was thought dead, and is not: a second goes on with the same journeys, from the same history."""
    if len(household.beside) >= MOST_BESIDE or not household.engine.journeys():
        return False
    home, name = household.machine.home, f"beside-{len(household.beside)}"
    with closing(sqlite3.connect(home / "journal.db")) as ours, closing(sqlite3.connect(home / f"{name}.db")) as copy:
        ours.backup(copy)
    household.beside.append(machine := Beside(household, name))
    machine.works()
    return True


def another_journey(household: "Household", _call: Call) -> bool:
    return _begins(household, "postmortem")


def _a_retry(household: "Household", _call: Call) -> bool:
    return _begins(household, "postmortem", retry=True)


def _a_decision(household: "Household", _call: Call) -> bool:
    item_id = an_item(household)
    if item_id is None:
        return False
    at = household.clock.now().isoformat()
    decision = {"item_id": item_id, "where": "slack", "at": at, "by": "Somebody", "by_id": None, "verdict": "accepted"}
    return _begins(household, "postmortem", decision=decision, once="by-hand")


def _a_draft_by_hand(household: "Household", _call: Call) -> bool:
    return _begins(household, "draft")


def _three_at_once(household: "Household", _call: Call) -> bool:
    return bool([_begins(household, kind) for kind in ("postmortem", "draft", "postmortem")])


def _begins(household: "Household", kind: str, *, name: str = "", **more: Any) -> bool:
    if len(household.beside) >= MOST_BESIDE:
        return False
    machine = Beside(household, f"beside-{len(household.beside)}")
    household.beside.append(machine)
    journey = name or f"beside-{len(household.beside)}"
    machine.starts(kind, journey, {"incident_id": household.incident_id(), "journey": journey} | more)
    return True


def _the_secret_is_rotated(household: "Household", _call: Call) -> bool:
    """A second subscription takes over: for a while both deliver, each signed with its own secret."""
    if household.webhook_secrets == (NEW_SECRET,):
        return False
    household.write_secrets(PAGERDUTY_WEBHOOK_SECRET=NEW_SECRET, PAGERDUTY_WEBHOOK_SECRET_PREVIOUS=WEBHOOK_SECRET)
    household.webhook_secrets = (NEW_SECRET,)
    webhook = _the_resolve(household)
    delivers(household, webhook, WEBHOOK_SECRET)
    delivers(household, webhook, NEW_SECRET)
    return True


def _a_deploy(household: "Household", _call: Call) -> bool:
    """The process ends where its next step would begin, and a new one replays the history."""
    outside, usual = household.outside, household.outside.meets

    def ends(call: Call, act: Callable[[], Any]) -> Any:
        if call.to == "engine" and call.what.startswith("begins"):
            outside.meets = usual
            raise Killed
        return usual(call, act)

    meets: Meets = ends
    outside.meets = meets
    return True


WEBHOOKS: tuple[Happening, ...] = (
    _again,
    _an_older_one,
    _replayed_after(timedelta(days=3)),
    _replayed_after(timedelta(days=40)),
    _forged,
    _same_id_with_another_body,
)
SKEWS: tuple[Happening, ...] = (
    _we_are_ahead,
    _we_are_behind,
    _we_go_back_and_forth,
    _vendor_apart_by(SKEW),
    _vendor_apart_by(-SKEW),
)
REOPENED: tuple[Happening, ...] = (_reopened_for(timedelta(minutes=10)), _reopened_for(timedelta(hours=30)))
PEOPLE: tuple[Happening, ...] = tuple((lambda household, _call, deed=deed: deed(household)) for deed in DEEDS)
CONCURRENT: tuple[Happening, ...] = (
    _the_same_execution,
    another_journey,
    _a_retry,
    _a_decision,
    _a_draft_by_hand,
    _three_at_once,
    _the_secret_is_rotated,
    _a_deploy,
    _a_twin,
)
