"""Jira, as the ten rules see it."""

import base64
import json
import re
from pathlib import Path
from typing import Any, override

from requests import PreparedRequest, Response

from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable
from connectors.jira.api import MOST_PAGES, JiraApi
from connectors.jira.open_issue import find_newest
from connectors.jira.translate import (
    key_from_issue,
    labels_from_issue,
    payload_from_request,
    remote_link_body,
    screen_from_createmeta,
)
from connectors.jira.webhooks import Wanted, webhook_body, webhook_from_jira
from connectors.retrying import Budget
from postmortem.action_items.item import Span
from tests.contract.rules_kit import CANARY, Connector, Endless, Size, Write
from tests.vendors.jira import FakeJira
from tests.vendors.jira_wire import InProcess
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Reply, Request, Vendor, json_reply

_FAKE = FakeJira()
_LINK = remote_link_body("pagerduty=Q2", "https://acme.example/pm/1", CANARY)
_SCREEN = JiraWorld().screen()
_WEBHOOK = webhook_body(Wanted("Debrief local", "https://debrief.acme.example/jira", ("OPS",)), CANARY)


def _fake() -> FakeJira:
    """With one issue, OPS-1, that is there already and is not ours."""
    world = JiraWorld()
    body = payload_from_request(request_for(key="pm-another"), _SCREEN).body
    world.api.create_issue(body)
    world.api.create_webhook(_WEBHOOK)
    world.fake.requests.clear()
    return world.fake


class _Timed(InProcess):
    def __init__(self, vendor: Vendor, timeouts: list[Any]) -> None:
        super().__init__(vendor)
        self._timeouts = timeouts

    @override
    def send(self, request: PreparedRequest, *rest: Any, **more: Any) -> Response:
        timeout = more.get("timeout")
        self._timeouts += timeout if isinstance(timeout, tuple) else [timeout]
        return super().send(request, *rest, **more)


def _inside(vendor: Vendor, budget: Budget, timeouts: list[Any]) -> JiraApi:
    return JiraApi(_FAKE.site, _FAKE.email, _FAKE.token, budget, transport=_Timed(vendor, timeouts))


def _outside(url: str, budget: Budget, timeout: float) -> JiraApi:
    return JiraApi(_FAKE.site, _FAKE.email, _FAKE.token, budget, base_url=url, timeout=(timeout, timeout))


def _means(status: int, writes: bool) -> type[ConnectorError] | None:
    if 200 <= status < 300:
        return OutcomeUnknown if writes else None
    if status >= 500 or status < 200 or status in (408, 425):
        return OutcomeUnknown if writes else Unreachable
    known: dict[int, type[ConnectorError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 429: RateLimited}
    return known.get(status, Rejected)


def _types(number: int) -> Reply:
    return json_reply({"issueTypes": [{"id": str(number)}], "startAt": number, "total": 10**9})


def _found(number: int) -> Reply:
    return json_reply({"issues": [{"id": str(number)}], "isLast": False, "nextPageToken": f"t{number}"})


def _endpoint(request: Request) -> str:
    path = re.sub(r"/issue/[A-Z]+-\d+", "/issue/{key}", request.path)
    path = re.sub(r"/(project|createmeta)/[A-Z]+", r"/\1/{key}", path)
    path = re.sub(r"/webhook/[0-9]+$", "/webhook/{id}", path)
    return f"| `{request.method} {re.sub(r'/issuetypes/[0-9]+', '/issuetypes/{id}', path)}` |"


def _described(text: str) -> dict[str, Any]:
    request = request_for(summary=text, paragraphs=((Span(text=text), Span(text=text, link="https://a.example")),) * 9)
    return payload_from_request(request, _SCREEN).body["fields"]


def _search(api: JiraApi) -> Any:
    return api.search("project = OPS", ("id",))


JIRA = Connector(
    name="jira",
    api=JiraApi,
    readme=Path("connectors/jira/README.md"),
    reads={
        "get_myself": lambda api: api.get_myself(),
        "get_project": lambda api: api.get_project("OPS"),
        "list_issue_types": lambda api: api.list_issue_types("OPS"),
        "list_fields": lambda api: api.list_fields("OPS", "10001"),
        "get_issue": lambda api: api.get_issue("OPS-1", ("labels",), ("debrief.action",)),
        "bulk_fetch": lambda api: api.bulk_fetch(["OPS-1"], ("labels",), ()),
        "search": _search,
        "assignable": lambda api: api.assignable("OPS", "acc-ada"),
        "assignable_user": lambda api: api.assignable_user("OPS", "acc-ada"),
        "find_users": lambda api: api.find_users("ada"),
        "get_user": lambda api: api.get_user("acc-ada"),
        "list_comments": lambda api: api.list_comments("OPS-1"),
        "assign": lambda api: api.assign("OPS-1", "acc-ada"),
        "edit_issue": lambda api: api.edit_issue("OPS-1", {"summary": CANARY}),
        "upsert_remote_link": lambda api: api.upsert_remote_link("OPS-1", _LINK),
        "list_my_permissions": lambda api: api.list_my_permissions("OPS", ("CREATE_ISSUES",)),
        "list_issue_link_types": lambda api: api.list_issue_link_types(),
        "list_webhooks": lambda api: api.list_webhooks(),
        "update_webhook": lambda api: api.update_webhook("1", _WEBHOOK),
        "delete_webhook": lambda api: api.delete_webhook("7"),
    },
    writes={
        "create_issue": Write(
            call=lambda api: api.create_issue(payload_from_request(request_for(summary=CANARY), _SCREEN).body),
            where="POST .*/issue$",
            find=lambda api: find_newest(api, request_for().key, "OPS"),
        ),
        "add_comment": Write(
            call=lambda api: api.add_comment("OPS-1", _described(CANARY)["description"]),
            where="POST .*/comment$",
            find=lambda api: api.list_comments("OPS-1") or None,
        ),
        "create_webhook": Write(
            call=lambda api: api.create_webhook(_WEBHOOK),
            where="POST .*/webhook$",
            find=lambda api: api.list_webhooks()[1:],
        ),
    },
    fake=_fake,
    inside=_inside,
    outside=_outside,
    secrets=(_FAKE.token, base64.b64encode(f"{_FAKE.email}:{_FAKE.token}".encode()).decode()),
    means=_means,
    limited=lambda wait: json_reply({"errorMessages": []}, 429, {"Retry-After": str(wait)}),
    endless={
        "the same token": Endless(_search, "/search/jql", lambda _: _found(7), 2),
        "tokens for ever": Endless(_search, "/search/jql", _found, MOST_PAGES),
        "a total that is never reached": Endless(
            lambda api: api.list_issue_types("OPS"), "/issuetypes", _types, MOST_PAGES
        ),
    },
    endpoint=_endpoint,
    records={
        "key": (key_from_issue, {"properties": {"debrief.action": {"key": "pm-1"}}}),
        "labels": (labels_from_issue, {"fields": {"labels": ["a"]}}),
        "webhook": (
            webhook_from_jira,
            {"name": "a", "url": "https://a", "events": ["x"], "self": "a/1", "filters": {}},
        ),
        "issue type": (lambda raw: screen_from_createmeta("OPS", raw, []), {"id": "1", "name": "Task"}),
        "field": (
            lambda raw: screen_from_createmeta("OPS", {"id": "1", "name": "Task"}, [raw]),
            {"fieldId": "labels", "name": "Labels", "required": True, "allowedValues": [], "schema": {}},
        ),
    },
    sizes={
        "a description": Size(
            32_767,
            lambda text: len(json.dumps(_described(text)["description"], ensure_ascii=False).encode("utf-16-le")) // 2,
        ),
        "a summary": Size(255, lambda text: len(_described(text)["summary"].encode("utf-16-le")) // 2),
        "the title of a link": Size(255, lambda text: len(_title(text))),
    },
)


def _title(text: str) -> str:
    return remote_link_body("pagerduty=Q2", "https://acme.example/pm/1", text)["object"]["title"]
