"""Whether a route can take issues at all, asked before anything is created and said by name."""

import re
from collections.abc import Iterator

from connectors.errors import NotFound
from connectors.jira.api import JiraApi
from connectors.jira.translate import (
    SECURITY,
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
    """Read the create screen of a route: two calls where nothing is wrong, one more for a parent, or where the project
    is missing.

    Raises a ConnectorError where Jira cannot be asked (NotAllowed, Unreachable, ...), never for what is wrong with
    the route.
    """
    found = read_screen(api, route)
    return _impossible(found) if isinstance(found, str) else check_screen(found, route)


def read_screen(api: JiraApi, route: Route) -> Screen | str:
    """The create screen that the route leads to, or why there is none."""
    if not PROJECT_KEY.fullmatch(route.project):
        return f"{route.project!r} is not a Jira project key like OPS: change routing.project."
    try:
        types = api.list_issue_types(route.project)
    except NotFound:
        types = []
    if not types:
        return _why_nothing(api, route.project)
    exact = [kind for kind in types if route.issue_type in (kind.get("name"), kind.get("id"))]
    similar = [kind for kind in types if str(kind.get("name", "")).casefold() == route.issue_type.casefold()]
    kind = next(iter(exact or similar), None)
    if kind is None or (kind.get("subtask") is True and route.parent is None):
        usable = [str(kind.get("name")) for kind in types if kind.get("subtask") is not True]
        return _no_type(route, usable, is_subtask=kind is not None)
    fields = api.list_fields(route.project, str(kind.get("id")))
    screen = screen_from_createmeta(route.project, kind, fields)
    lacks_parent = route.parent is not None and not _is_there(api, route.parent)
    return screen.model_copy(update={"lacks_parent": lacks_parent})


def _is_there(api: JiraApi, key: str) -> bool:
    try:
        api.get_issue(key, ("issuetype",))
    except NotFound:
        return False
    return True


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
    if route.parent and not screen.lacks_parent and screen.field("parent") is None:
        warnings.append(
            f"Issues have no parent: the field is not on the create screen of {screen.title}. Add it there."
        )
    if route.security_level and screen.field(SECURITY) is None:
        warnings.append(
            f"No issue has the security level {route.security_level}: the field is not on the create screen of "
            f"{screen.title}, so that what is said in private is not opened there. Add it there."
        )
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
    """Of thousands of components keep those that the route names. Security levels are few, and all are kept."""
    wanted = _wanted(route)

    def narrowed(field: ScreenField) -> ScreenField:
        if field.id not in wanted or field.id == SECURITY or field.allowed is None:
            return field
        values = (allowed_match(field, name) for name in wanted[field.id])
        return field.model_copy(update={"allowed": tuple(value for value in values if value)})

    return screen.model_copy(update={"fields": tuple(narrowed(field) for field in screen.fields)})


def _wanted(route: Route) -> dict[str, tuple[str, ...]]:
    named = {"priority": route.priority, SECURITY: route.security_level}
    return {"components": route.components} | {field: (name,) if name else () for field, name in named.items()}


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
