"""Whether a route can take issues at all, asked before anything is created and said by name."""

import re
from collections.abc import Iterator

from connectors.errors import NotFound
from connectors.jira.api import JiraApi
from connectors.jira.translate import (
    Payload,
    Screen,
    ScreenField,
    allowed_match,
    missing_required,
    payload_from_request,
    screen_from_createmeta,
)
from postmortem.action_items.item import IssueRequest, Route
from postmortem.noun import Noun

PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
MOST_NAMES = 12
"""Of what there is to choose from, so many are listed."""


class RouteCheck(Noun):
    """What is to be known about a route. `model_dump(mode="json")` is small and fit for a durable step to keep.

    `problems`: why nothing can be opened there. `warnings`: what issues there will lack. Each is a sentence that names
    the setting to change. `screen` is there exactly where there are no problems.
    """

    screen: Screen | None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_route(api: JiraApi, route: Route) -> RouteCheck:
    """Read the create screen of a route: two calls where nothing is wrong, one more where the project is missing.

    Raises a ConnectorError where Jira cannot be asked (NotAllowed, Unreachable, ...), never for what is wrong with
    the route.
    """
    if not PROJECT_KEY.fullmatch(route.project):
        return _impossible(f"{route.project!r} is not a Jira project key like OPS: change routing.project.")
    try:
        types = api.list_issue_types(route.project)
    except NotFound:
        types = []
    if not types:
        return _impossible(_why_nothing(api, route.project))
    exact = [kind for kind in types if route.issue_type in (kind.get("name"), kind.get("id"))]
    similar = [kind for kind in types if str(kind.get("name", "")).casefold() == route.issue_type.casefold()]
    kind = next(iter(exact or similar), None)
    if kind is None or kind.get("subtask") is True:
        usable = [str(kind.get("name")) for kind in types if kind.get("subtask") is not True]
        return _impossible(_no_type(route, usable, is_subtask=kind is not None))
    fields = api.list_fields(route.project, str(kind.get("id")))
    return check_screen(screen_from_createmeta(route.project, kind, fields), route)


def check_screen(screen: Screen, route: Route) -> RouteCheck:
    """Compare a route with the create screen it leads to. Pure."""
    payload = payload_from_request(_barest_request(route), screen)
    problems, warnings = list[str](), list(payload.said)
    if screen.field("labels") is None:
        problems.append(
            f"The field Labels is not on the create screen of {screen.title}: add it there, because an issue "
            "is found again by its label; or change routing.project."
        )
    for name in missing_required(screen, Payload(payload.body, ())):
        if any(name.endswith(f"({field})") for field in ("assignee", "duedate")):
            warnings.append(f"{screen.title} requires {name}: an action item without it cannot be opened there.")
        else:
            problems.append(f"{screen.title} requires {name}, which nothing sets: add it to routing.fields.")
    warnings += [
        f"Issues have no {name}: the field is not on the create screen of {screen.title}. Add it there."
        for name in ("assignee", "duedate")
        if screen.field(name) is None
    ]
    warnings += _choices(screen, route)
    return RouteCheck(
        screen=None if problems else _narrowed(screen, route), problems=tuple(problems), warnings=tuple(warnings)
    )


def _choices(screen: Screen, route: Route) -> Iterator[str]:
    """What there is, where the route names something that is not."""
    for field_id, names in _wanted(route).items():
        field = screen.field(field_id)
        if field is None or field.allowed is None or all(allowed_match(field, name) for name in names):
            continue
        listed = ", ".join(name for _, name in field.allowed[:MOST_NAMES]) or "nothing"
        more = len(field.allowed) - MOST_NAMES
        yield f"{field.name} of {screen.title} can be {listed}{f' and {more} more' if more > 0 else ''}."


def _narrowed(screen: Screen, route: Route) -> Screen:
    """Of thousands of components keep those that the route names."""
    wanted = _wanted(route)

    def narrowed(field: ScreenField) -> ScreenField:
        if field.id not in wanted or field.allowed is None:
            return field
        values = (allowed_match(field, name) for name in wanted[field.id])
        return field.model_copy(update={"allowed": tuple(value for value in values if value)})

    return screen.model_copy(update={"fields": tuple(narrowed(field) for field in screen.fields)})


def _wanted(route: Route) -> dict[str, tuple[str, ...]]:
    return {"components": route.components, "priority": (route.priority,) if route.priority else ()}


def _barest_request(route: Route) -> IssueRequest:
    return IssueRequest(
        key="pm-check",
        action_item_id="check",
        incident_id="check",
        route=route,
        summary="Check",
        paragraphs=(),
        account_id=None,
        due_on=None,
    )


def _why_nothing(api: JiraApi, project: str) -> str:
    try:
        found = api.get_project(project)
    except NotFound:
        return (
            f"Jira knows no project {project} that the account of JIRA_EMAIL may see: correct routing.project, or give "
            "the account the permission Browse projects there."
        )
    if found.get("archived") is True:
        return f"The Jira project {project} is archived: restore it, or change routing.project."
    return (
        f"The account of JIRA_EMAIL may not create issues in the Jira project {project}: give it the permission Create "
        "issues there, or change routing.project."
    )


def _no_type(route: Route, usable: list[str], *, is_subtask: bool) -> str:
    names = ", ".join(usable[:MOST_NAMES]) or "none that can stand alone"
    wrong = "which is a sub-task and needs a parent" if is_subtask else "which the project does not have"
    return f"routing.issue_type is {route.issue_type}, {wrong}: change it to one that {route.project} has ({names})."


def _impossible(problem: str) -> RouteCheck:
    return RouteCheck(screen=None, problems=(problem,))
