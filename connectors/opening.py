"""Opening one Jira issue per accepted action item, exactly once, and saying aloud what could not be."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from connectors.effects import Ledger, Maker, Waits, make_once
from connectors.errors import BadReply, ConnectorError, Unreachable
from connectors.jira.api import JiraApi
from connectors.jira.open_issue import create, find, link
from connectors.jira.routes import RouteCheck, check_route
from connectors.jira.translate import Screen
from connectors.patience import patiently
from connectors.steps import Steps
from postmortem.action_items.item import IssueRequest

OUTAGE = (Unreachable, BadReply)
"""Jira is not well: that is waited for, and then said, but never fails a journey whose draft is made."""


def open_issues(
    steps: Steps,
    jira: JiraApi,
    requests: tuple[IssueRequest, ...],
    *,
    prefix: str = "",
    ledger: Ledger,
    token: int,
    holds_lease: Callable[[], bool],
    now: Callable[[], datetime],
    waits: Waits,
    anchor: str | None,
) -> list[dict[str, Any]]:
    """Open an issue for every request, side by side; all of them go to one route. Results in the order of requests.

    Each result is {"key", "link", "said"} of the issue, or {"parked": reason}: never nothing.
    """
    if not requests:
        return []
    try:
        route = patiently(steps, f"{prefix}read the route", lambda: _checked(jira, requests[0]), outage=OUTAGE)
    except ConnectorError as refused:
        return [{"parked": str(refused)} for _ in requests]
    checked = RouteCheck.model_validate(route)
    screen = checked.screen
    if screen is None:
        return [{"parked": " ".join(checked.problems)} for _ in requests]

    def open_one(child: Steps, place: int) -> dict[str, Any]:
        request = requests[place]
        maker = Maker(
            create=partial(_create, jira, request, screen, anchor),
            look=partial(_find, jira, request, anchor),
            holds_lease=holds_lease,
            now=now,
        )
        outcome = make_once(child, "open the issue", ledger, request.key, maker, token=token, waits=waits)
        if "made" not in outcome:
            return outcome
        return outcome["made"] | {"said": [*outcome["made"]["said"], *_linked(child, jira, request, outcome["made"])]}

    return steps.each(f"{prefix}open issues", list(range(len(requests))), open_one)


def _checked(jira: JiraApi, request: IssueRequest) -> dict[str, Any]:
    return check_route(jira, request.route).model_dump(mode="json")


def _create(jira: JiraApi, request: IssueRequest, screen: Screen, anchor: str | None) -> dict[str, Any]:
    return create(jira, request, screen, anchor).model_dump(mode="json")


def _find(jira: JiraApi, request: IssueRequest, anchor: str | None) -> dict[str, Any] | None:
    found = find(jira, request.key, request.route.project, anchor)
    return found.model_dump(mode="json") if found else None


def _linked(steps: Steps, jira: JiraApi, request: IssueRequest, issue: dict[str, Any]) -> list[str]:
    """Link the issue to the postmortem; an issue without its link is still an issue, so a refusal is only said."""
    remote_link = request.remote_link
    if remote_link is None:
        return []
    try:
        patiently(steps, "link the issue", lambda: link(jira, issue["key"], remote_link))
    except ConnectorError as error:
        return [f"{issue['key']} has no link to the postmortem: {error}"]
    return []
