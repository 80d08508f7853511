"""A slice of `python -m tests.simulation.boundaries`: every call to the outside fails once, and a defect is noticed."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from tests.simulation.boundaries import Tally, drawn, every_fault, fair_passage, goes_through, pairs, singles
from tests.simulation.faults import Fault, Kind
from tests.simulation.outside import Call
from tests.simulation.passage import CONDITIONAL, Strike, addresses

AT_ONCE = 6
"""Faults in one passage, so that every call is struck within seconds."""
OF_A_CALL = [kind for kind in Kind if kind not in CONDITIONAL]
"""Those that always find something to do; the others come in pairs, and one by one."""
PAIRS = 15
SINGLES_EVERY = 1500


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def struck_apart(calls: list[Call]) -> Iterator[tuple[Strike, ...]]:
    """Every call once, with a fault that is drawn by its number; several of one passage lie far apart."""
    faults, apart = every_fault(OF_A_CALL), -(-len(calls) // AT_ONCE)
    named = list(addresses(calls))
    for first in range(1, apart + 1):
        numbers = range(first, len(calls) + 1, apart)
        strikes = [drawn(number, calls, faults, Random(number)) for number in numbers]
        yield tuple(replace(strike, where=named[strike.at - 1]) for strike in strikes)


def test_every_call_to_the_outside_may_fail():
    fair = fair_passage("plain")
    counted = Tally("plain", fair.calls)
    for strikes in struck_apart(fair.calls):
        counted.counts(goes_through("plain", strikes))
    for call in counted.left_out:  # one before it changed the way: there nothing was met, or another call
        counted.counts(goes_through("plain", (Strike(call.number, Fault(Kind.KILL)),)))

    assert [(list(map(str, passed.strikes)), passed.wrong) for passed in counted.wrong] == []
    assert counted.left_out == []


def test_two_faults_at_once_leave_everything_once():
    fair = fair_passage("plain")
    drawn_pairs = islice(pairs(fair.calls, every_fault(), seed=7), PAIRS)
    wrong = [passed for strikes in drawn_pairs if (passed := goes_through("plain", strikes)).wrong]
    assert [(list(map(str, passed.strikes)), passed.wrong) for passed in wrong] == []


def test_one_fault_ends_as_fair_weather_does_or_the_draft_says_why():
    fair = fair_passage("plain")
    some = islice(singles(fair.calls, every_fault()), 0, None, SINGLES_EVERY)
    wrong = [passed for strikes in some if (passed := goes_through("plain", strikes)).wrong]
    assert [(list(map(str, passed.strikes)), passed.wrong) for passed in wrong] == []


@pytest.mark.parametrize(("scope", "seen"), [("plain", None), ("hasty", "there are two issues")])
def test_a_wait_that_is_shorter_than_a_late_effect_is_noticed(scope: str, seen: str | None):
    """A planted defect: jira.unclear_wait is 30 seconds in the hasty one."""
    create = next(call for call in fair_passage(scope).calls if call.what == "POST /rest/api/3/issue")
    wrong = goes_through(scope, (Strike(create.number, Fault(Kind.LATE)),)).wrong
    assert seen in wrong if seen and wrong else wrong is seen


def test_who_somebody_is_is_asked_four_times_at_most_where_slack_says_to_ask_again_at_once():
    """A page's people were asked for beside its threads, and again right after that was refused."""
    names = next(call for call in fair_passage("plain").calls if "users.info" in call.what)
    at_once = Fault(Kind.SLOW_DOWN, 3)
    assert goes_through("plain", (Strike(names.number, at_once, lasts=True),)).wrong is None
