"""Every request we send to Jira, and every answer our fake gives, against Atlassian's own document."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest

from connectors.errors import ConnectorError
from connectors.jira.adf import adf_from_paragraphs
from connectors.jira.open_issue import create, find_labelled, find_linked, find_newest, link
from connectors.jira.routes import check_route
from postmortem.action_items.item import Route, Span
from tests.contract.openapi import problems_of_exchange, spec
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Request, request_from_url

SPEC = "jira-cloud-v3.json"
ROUTE = Route(project="OPS", components=("Checkout",), labels=("postmortem",), priority="High")
REMOTE = ("pagerduty=Q2", "https://acme.example/pm/1", "Postmortem")


@pytest.fixture(autouse=True)
def _needs_the_document() -> None:
    if spec(SPEC) is None:
        pytest.skip("Atlassian's document (../shared/specs or $DEBRIEF_SHARED) is absent")


def _problems(world: JiraWorld) -> list[str]:
    problems = [problem for exchange in world.exchanges for problem in problems_of_exchange(SPEC, *exchange)]
    # The document gives a 204 a schema; there is never a body with it.
    return [problem for problem in problems if not problem.endswith("reply 204: the body is not JSON")]


def test_opening_linking_and_finding_an_issue_is_as_the_document_says():
    world = JiraWorld()
    screen = check_route(world.api, ROUTE).screen
    assert screen is not None
    world.fake.search_lag = 3600
    anchor = create(world.api, request_for(key="pm-anchor", route=ROUTE, account_id="acc-gone"), screen)
    opened = create(world.api, request_for(route=ROUTE), screen, anchor.key)
    link(world.api, opened.key, REMOTE)
    link(world.api, opened.key, REMOTE)
    assert find_linked(world.api, "pm-7f3k2m", anchor.key) is not None
    assert find_newest(world.api, "pm-nothing", "OPS") is None
    world.at += 7200
    assert find_labelled(world.api, "pm-7f3k2m", "OPS") is not None
    assert len(world.api.search('project = "OPS"', ("summary", "labels"), most=1)) == 1
    world.api.get_myself()
    world.api.assignable("OPS", "acc-ada")
    world.api.find_users("ada")
    world.api.get_project("OPS")
    world.fake.hides_email("acc-ada")
    assert "emailAddress" not in world.api.get_user("acc-ada")
    world.api.assign(opened.key, "acc-ada")
    world.api.edit_issue(opened.key, {"summary": "Alert 60 days ahead", "duedate": None})
    world.api.add_comment(opened.key, adf_from_paragraphs(((Span(text="The incident came back."),),)))
    assert len(world.api.list_comments(opened.key)) == 1
    assert _problems(world) == []
    assert len(world.exchanges) == 23


def test_what_jira_refuses_is_as_the_document_says():
    world = JiraWorld()
    screen = world.screen()
    for changes in ({"route": Route(project="NOPE")}, {"summary": "x", "account_id": "acc-gone"}):
        with suppress(ConnectorError):
            create(world.api, request_for(**changes), screen)
    with suppress(ConnectorError):
        world.client(token="stale").create_issue({"fields": {}})
    with suppress(ConnectorError):
        world.api.search("ORDER BY created", ("id",))
    with suppress(ConnectorError):
        world.api.get_issue("OPS-99", ("labels",))
    assert [reply.status for _, reply in world.exchanges if reply.status >= 400] == [400, 400, 401, 400, 404]
    assert _problems(world) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/issue/OPS-1?fields=*all&properties=debrief.action", None, 200),
        ("GET", "/issue/OPS-1/properties/debrief.action", None, 200),
        ("PUT", "/issue/OPS-1/properties/debrief.action", {"key": "x"}, 200),
        ("PUT", "/issue/OPS-1/properties/other", {"key": "x"}, 201),
        ("PUT", "/issue/OPS-1", {"fields": {"duedate": "soon"}}, 400),
        ("PUT", "/issue/OPS-1/assignee", {"accountId": "acc-ada"}, 204),
        ("PUT", "/issue/OPS-1/assignee", {"accountId": "acc-gone"}, 400),
        ("POST", "/issue/OPS-1/comment", {"body": "wiki"}, 400),
        ("GET", "/user?accountId=acc-nobody", None, 404),
        ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": ["ops-1"]}, 200),
        ("POST", "/search/jql", {"jql": "labels in (pm-7f3k2m)", "fields": ["*all"], "maxResults": 1}, 200),
        ("GET", "/serverInfo", None, 200),
        ("GET", "/user/search?accountId=acc-ada", None, 200),
        ("GET", "/issue/createmeta/OPS/issuetypes?startAt=1&maxResults=1", None, 200),
    ],
)
def test_the_rest_of_the_fake_answers_as_the_document_says(method: str, path: str, body: Any, status: int):
    world = JiraWorld()
    create(world.api, request_for(), world.screen())
    world.exchanges.clear()
    reply = world.answer(_asked(world, method, path, body))
    assert reply.status == status
    assert _problems(world) == []


def _asked(world: JiraWorld, method: str, path: str, body: Any) -> Request:
    basic = base64.b64encode(f"{world.fake.email}:{world.fake.token}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    return request_from_url(method, f"http://jira/rest/api/3{path}", headers, content)
