"""What is wrong with a route is said by name, with the setting to change, before anything is created."""

from typing import Any

import pytest

from connectors.errors import NotAllowed
from connectors.jira.routes import RouteCheck, check_route
from postmortem.action_items.item import Route
from tests.vendors.jira_world import JiraWorld


def _checked(route: Route, **project: Any) -> RouteCheck:
    return check_route(JiraWorld(project).api, route)


def _typed(**fields: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [{"id": "10001", "name": "Task", "fields": fields}]


def test_a_good_route_costs_two_calls_and_has_nothing_to_say():
    world = JiraWorld()
    checked = check_route(world.api, Route(project="OPS", components=("Checkout",), priority="High"))
    assert (checked.problems, checked.warnings) == ((), ())
    assert world.calls() == ["GET /issue/createmeta/OPS/issuetypes", "GET /issue/createmeta/OPS/issuetypes/10001"]


def test_a_check_can_be_kept_as_plain_json():
    checked = _checked(Route(project="OPS", priority="High"))
    assert RouteCheck.model_validate(checked.model_dump(mode="json")) == checked


def test_a_check_stays_small_where_a_project_has_thousands_of_components():
    checked = _checked(
        Route(project="OPS", components=("Part 4999",)), components=[f"Part {number}" for number in range(5000)]
    )
    assert len(checked.model_dump_json()) < 3000
    assert checked.screen is not None
    assert ("24999", "Part 4999") in [value for field in checked.screen.fields for value in field.allowed or ()]


@pytest.mark.parametrize(
    ("project", "route", "problem"),
    [
        (
            {},
            Route(project="NOPE"),
            (
                "Jira knows no project NOPE that the account of JIRA_EMAIL may see: correct routing.project, or give "
                "the account the permission Browse projects there."
            ),
        ),
        (
            {"may_browse": False},
            Route(project="OPS"),
            (
                "Jira knows no project OPS that the account of JIRA_EMAIL may see: correct routing.project, or give "
                "the account the permission Browse projects there."
            ),
        ),
        (
            {"archived": True},
            Route(project="OPS"),
            "The Jira project OPS is archived: restore it, or change routing.project.",
        ),
        (
            {"may_create": False},
            Route(project="OPS"),
            (
                "The account of JIRA_EMAIL may not create issues in the Jira project OPS: give it the permission "
                "Create issues there, or change routing.project."
            ),
        ),
        (
            {},
            Route(project="ops"),
            "'ops' is not a Jira project key like OPS: change routing.project.",
        ),
        (
            {},
            Route(project="OPS", issue_type="Story"),
            "routing.issue_type is Story, which the project does not have: change it to one that OPS has (Task, Bug).",
        ),
        (
            {},
            Route(project="OPS", issue_type="Sub-task"),
            (
                "routing.issue_type is Sub-task, which is a sub-task and needs a parent: change it to one that OPS has "
                "(Task, Bug)."
            ),
        ),
        (
            {"issue_types": _typed(customfield_10010={"name": "Severity", "required": True})},
            Route(project="OPS"),
            "Task in OPS requires Severity (customfield_10010), which nothing sets: add it to routing.fields.",
        ),
        (
            {"issue_types": _typed(labels=None)},
            Route(project="OPS"),
            (
                "The field Labels is not on the create screen of Task in OPS: add it there, because an issue is found "
                "again by its label; or change routing.project."
            ),
        ),
    ],
)
def test_what_makes_a_route_impossible_is_named(project: dict[str, Any], route: Route, problem: str):
    assert _checked(route, **project) == RouteCheck(screen=None, problems=(problem,))


@pytest.mark.parametrize(
    ("project", "route", "warning"),
    [
        (
            {},
            Route(project="OPS", components=("Chekout",)),
            (
                "The issue has no component Chekout: Task in OPS knows none. Change routing.components. | "
                "Components of Task in OPS can be Checkout, Search."
            ),
        ),
        (
            {},
            Route(project="OPS", priority="P1"),
            (
                "The issue has no priority P1: Task in OPS knows none. Change routing.priority_map. | "
                "Priority of Task in OPS can be Highest, High, Medium, Low, Lowest."
            ),
        ),
        (
            {"issue_types": _typed(duedate=None)},
            Route(project="OPS"),
            "Issues have no duedate: the field is not on the create screen of Task in OPS. Add it there.",
        ),
        (
            {"issue_types": _typed(assignee={"required": True})},
            Route(project="OPS"),
            "Task in OPS requires Assignee (assignee): an action item without it cannot be opened there.",
        ),
        (
            {},
            Route(project="OPS", fields={"Severity": "x"}),
            "The issue has no Severity: it is not on the create screen of Task in OPS.",
        ),
    ],
)
def test_what_issues_will_lack_is_a_warning(project: dict[str, Any], route: Route, warning: str):
    checked = _checked(route, **project)
    assert checked.problems == ()
    assert " | ".join(checked.warnings) == warning


def test_an_issue_type_is_found_in_other_letters_and_by_id():
    for issue_type in ("task", "10001"):
        checked = _checked(Route(project="OPS", issue_type=issue_type))
        assert checked.screen is not None
        assert checked.screen.issue_type_id == "10001"


def test_a_required_field_that_the_route_sets_is_no_problem():
    types = _typed(customfield_10010={"name": "Severity", "required": True})
    assert _checked(Route(project="OPS", fields={"Severity": "High"}), issue_types=types).problems == ()


def test_a_wrong_token_is_not_blamed_on_the_route():
    world = JiraWorld()
    with pytest.raises(NotAllowed, match="JIRA_TOKEN"):
        check_route(world.client(token="stale"), Route(project="OPS"))
