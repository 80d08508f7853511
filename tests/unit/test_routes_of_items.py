"""An action item goes where the service or component that it names is looked after; else where its incident belongs."""

import pytest

from postmortem.action_items.issues import NO_ROUTE, with_outcomes
from postmortem.action_items.item import ActionItem
from postmortem.compose import compose
from postmortem.incident import Incident, Reference
from postmortem.settings import read_settings, route_for_item
from tests.unit.given import COLLECTED, at, evidence, said

SETTINGS = read_settings("""
routing:
  - {match: {services: [checkout]}, project: CHK, components: [Basket]}
  - {match: {services: [checkout worker]}, project: WRK, components: [API]}
  - {match: {services: [Search], priorities: [P1]}, project: URGENT}
  - {match: {services: [Search, search-index]}, project: SRC, components: [API, Ranking]}
  - {match: {teams: [Payments]}, project: PAY, components: [Ledger]}
default_route: {project: OPS, components: [Runbooks]}
""")
INCIDENT = Incident(
    id="Q1", title="t", status="resolved", created_at=at(0), service=Reference(id="P1", name="checkout")
)


@pytest.mark.parametrize(
    ("words", "project"),
    [
        ("Alert on slow queries", "CHK"),
        ("Give the search-index more memory", "SRC"),
        ("Scale out Checkout   worker", "WRK"),
        ("Retry checkout calls", "CHK"),
        ("Show errors of search in the dashboard", "SRC"),
        ("Search the logs for the first error", "CHK"),
        ("search: raise the pool", "SRC"),
        ("Document research methods", "CHK"),
        ("Fix the Ledger export", "PAY"),
        ("Write it into the Runbooks", "OPS"),
        ("Version the API", "CHK"),
        ("Version the API of search-index", "SRC"),
        ("Let checkout and ledger agree", "CHK"),
        ("Split checkout worker from checkout", "CHK"),
    ],
)
def test_the_named_service_or_component_decides_where_it_is_clear(words: str, project: str):
    route = route_for_item(SETTINGS, INCIDENT, words)
    assert route is not None
    assert route.project == project


def test_a_rule_for_another_priority_is_not_meant():
    route = route_for_item(SETTINGS, INCIDENT.model_copy(update={"priority": "P1"}), "Cache search answers")
    assert route is not None
    assert route.project == "URGENT"


def test_a_marked_item_goes_to_the_backlog_of_what_it_names():
    told = evidence(
        said("m1", 60, "Action: raise the pool of search"),
        said("m2", 90, "Action: page earlier"),
        service=Reference(id="P1", name="checkout"),
    )
    items: tuple[ActionItem, ...] = compose(told, SETTINGS, composed_at=COLLECTED).action_items
    assert [item.route.project if item.route else None for item in items] == ["SRC", "CHK"]


def test_what_was_said_of_an_item_stays_where_no_route_takes_it():
    told = evidence(said("m1", 60, "Action: raise the pool of search"), service=Reference(id="P1", name="checkout"))
    drafted = compose(told, read_settings(""), composed_at=COLLECTED)
    (item,) = drafted.action_items
    assert item.route is None
    known = drafted.model_copy(update={"action_items": (item.model_copy(update={"said": ("Read twice.",)}),)})
    (shown,) = with_outcomes(with_outcomes(known, {}), {}).action_items
    assert shown.said == ("Read twice.", NO_ROUTE)
