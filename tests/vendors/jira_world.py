"""A Jira, a client for it, and a clock that only moves when somebody sleeps."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.jira.api import JiraApi
from connectors.jira.translate import Screen, screen_from_createmeta
from connectors.retrying import Budget
from postmortem.action_items.item import IssueRequest, Route, Span
from tests.vendors.jira import FakeJira
from tests.vendors.jira_wire import InProcess
from tests.vendors.wire import Reply, Request

PEOPLE: list[dict[str, Any]] = [
    {"accountId": "acc-ada", "displayName": "Ada Byron", "emailAddress": "ada@acme.example"},
    {"accountId": "acc-gone", "displayName": "Left Long Ago", "active": False},
]


@dataclass
class JiraWorld:
    """`slept` is every wait that was asked for, in seconds; `exchanges` all that was said in process."""

    project: dict[str, Any] = field(default_factory=dict)
    at: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)

    def __post_init__(self) -> None:
        described = {"key": "OPS", "components": ["Checkout", "Search"]} | self.project
        self.fake = FakeJira(now=lambda: self.at).holds({"projects": [described], "users": PEOPLE})
        self.api = self.client()

    def client(self, **more: Any) -> JiraApi:
        given: dict[str, Any] = {"site_url": self.fake.site, "email": self.fake.email, "token": self.fake.token} | more
        given = {"transport": InProcess(self)} | given if "base_url" not in more else given
        return JiraApi(budget=Budget(self.sleep, lambda: self.at), **given)

    def answer(self, request: Request) -> Reply:
        reply = self.fake.answer(request)
        self.exchanges.append((request, reply))
        return reply

    def state(self) -> dict[str, Any]:
        return self.fake.state()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        self.at += seconds

    def screen(self, route: Route | None = None) -> Screen:
        """The create screen of a route; the calls that read it are forgotten."""
        wanted = route or Route(project="OPS")
        [kind] = [kind for kind in self.api.list_issue_types(wanted.project) if kind["name"] == wanted.issue_type]
        screen = screen_from_createmeta(wanted.project, kind, self.api.list_fields(wanted.project, kind["id"]))
        self.fake.requests.clear()
        return screen

    def calls(self) -> list[str]:
        return [f"{request.method} {request.path.removeprefix('/rest/api/3')}" for request in self.fake.requests]


def request_for(**changes: Any) -> IssueRequest:
    given: dict[str, Any] = {
        "key": "pm-7f3k2m",
        "action_item_id": "slack/C1/1553610120.000000#1",
        "incident_id": "Q2CKYRLH85UNN4",
        "route": Route(project="OPS"),
        "summary": "Alert on certificate expiry 30 days ahead",
        "paragraphs": ((Span(text="Said by Ada in "), Span(text="#inc-42", link="https://acme.slack.com/p1")),),
        "account_id": "acc-ada",
        "due_on": date(2026, 12, 1),
    }
    return IssueRequest(**given | changes)
