"""The protocol that makes an issue once, through every interleaving of small worlds: a slice of
`python -m tests.simulation.schedules`, and the mistakes that it would notice."""

from dataclasses import replace

import pytest

from tests.simulation.schedules import SCOPES, Explored, explore, run
from tests.simulation.small_jira import Defect, Scope

TWO = Scope(faults=1)
LATE = Scope(faults=1, clocks=1)


@pytest.mark.parametrize("scope", [TWO, LATE, replace(TWO, anchored=False), replace(TWO, then="park")], ids=str)
def test_no_order_of_events_makes_two_issues_or_loses_one(scope: Scope):
    found = explore(scope)
    assert found.violations == {}
    assert found.schedules > found.walked > 100


def test_a_slice_of_every_scope_holds():
    found = run([*SCOPES.values()], most=300)
    assert (found.walked, found.violations) == (300 * len(SCOPES), {})


def test_a_wait_that_is_shorter_than_a_create_can_take_is_noticed():
    assert "two issues with one key" in explore(replace(LATE, wait=65)).violations
    assert explore(replace(LATE, wait=75)).violations == {}


@pytest.mark.parametrize(
    ("defect", "scope", "violation"),
    [
        ("no fencing", TWO, "a worker creates that had lost its lease before it asked"),
        ("search decides absence", replace(TWO, anchored=False), "two issues with one key"),
        ("lost answers are taken for refusals", TWO, "an issue was sent, and the ledger knows nothing of it"),
    ],
)
def test_a_planted_defect_is_noticed_with_a_short_trace(defect: Defect, scope: Scope, violation: str):
    found: Explored = explore(replace(scope, defect=defect))
    assert violation in found.violations
    assert len(found.shortest[violation]) < 30
