"""A fake Jira Cloud with memory: REST v3, as strict as the real one.

    fake = FakeJira().holds(script.jira)
    with served(fake) as url:
        JiraApi(fake.site, fake.email, fake.token, budget, base_url=url)

What it does on demand: `fails_next`, `limits_next`, `is_down`, `search_lag`, `hides_from_searches`. What people do in
it by hand: `jira_hands.py`. Its administrators' webhooks: `jira_admin_webhooks.py`. What it remembers: `requests`,
`issues`, `remote_links`, `refusals`, and in `made` the id and the request of every issue that was created over REST,
also of those that were deleted. Its answers are checked against Atlassian's document.
"""

import base64
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from tests.vendors import jira_search
from tests.vendors.jira_admin_webhooks import AdminWebhooks
from tests.vendors.jira_faults import Fault, next_fault
from tests.vendors.jira_hands import Hands
from tests.vendors.jira_issues import API
from tests.vendors.jira_rules import (
    UNAUTHENTICATED,
    Refused,
    check_description,
    check_edit,
    check_fields,
    check_properties,
    json_of,
    limited,
    project_of,
    type_of,
)
from tests.vendors.jira_shapes import (
    asked_in_query,
    fields_as_shown,
    gone,
    names_in,
    not_allowed,
    reference,
    search_page,
    shown,
)
from tests.vendors.wire import Reply, Request, json_reply

# Requests a second by method, of one endpoint. https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
# (read 2026-11-20)
_BURSTS = {"GET": 100, "POST": 100, "PUT": 50, "DELETE": 50}


@dataclass(kw_only=True)
class FakeJira(Hands):
    """With `limits_bursts` too many requests a second to one endpoint are refused."""

    token: str = "jira-token-0001"
    limits_bursts: bool = False
    is_down: bool = False
    requests: list[Request] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.webhooks = AdminWebhooks(self.site, self.now)
        self._faults: list[Fault] = []
        self._asked: dict[str, list[float]] = {}
        self._lock = threading.RLock()

    def holds(self, jira: dict[str, Any]) -> Self:
        """Remember projects and people (the shape of `Script.jira`); several scripts may be held side by side."""
        with self._lock:
            self._directory.learn(jira)
        return self

    def fails_next(self, where: str, reply: Reply, times: int = 1, *, after_effect: bool = False) -> None:
        """Answer so the next `times` requests whose "POST /path" the regular expression `where` finds.

        With `after_effect` the request is carried out first: the answer is lost, not the work.
        """
        self._faults.append(Fault(re.compile(where), reply, times, after_effect))

    def limits_next(self, where: str = "", times: int = 1, *, retry_after: int | None = 3) -> None:
        """Refuse as too fast, with the headers of Jira's burst limit."""
        self.fails_next(where, limited("jira-burst-based", retry_after), times)

    def expects_issues(self, count: int) -> list[dict[str, Any]]:
        """The issues, of which there are exactly so many."""
        keys = [issue["key"] for issue in self.issues]
        assert len(keys) == count, f"expected {count} issues, Jira has {keys}"
        return self.issues

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            fault = Fault(re.compile(""), Reply(502), 1, False) if self.is_down else next_fault(self._faults, request)
            if fault is not None and not fault.after_effect:
                return fault.reply
            reply = self._answer(request)
            return fault.reply if fault is not None else reply

    def state(self) -> dict[str, Any]:
        with self._lock:
            calls = [f"{request.method} {request.path}" for request in self.requests]
            shown = ("summary", "assignee", "duedate", "labels", "status")
            return {
                "issues": {
                    issue["key"]: {name: issue["fields"].get(name) for name in shown}
                    | {"remote_links": self.remote_links.get(issue["key"], [])}
                    for issue in self.issues
                },
                "refusals": list(self.refusals),
                "requests": {call: calls.count(call) for call in dict.fromkeys(calls)},
            }

    def _answer(self, request: Request) -> Reply:
        try:
            if request.path != f"{API}/serverInfo":
                self._check_token(request)
            if self.webhooks.handles(request.path):
                return self.webhooks.answer(request)
            methods, ids = self._route(request.path)
            self._check_speed(request)
            return methods.get(request.method, not_allowed)(request, *ids)
        except Refused as refusal:
            why = "; ".join([*refusal.messages, *refusal.errors.values()])
            self.refusals.append(f"{request.method} {request.path}: {refusal.status} {why}")
            return refusal.reply()

    def _check_token(self, request: Request) -> None:
        expected = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise Refused(401, UNAUTHENTICATED)

    def _check_speed(self, request: Request) -> None:
        if not self.limits_bursts:
            return
        endpoint = re.sub(r"[A-Z]+-\d+", "{key}", f"{request.method} {request.path}")
        recent = [at for at in self._asked.get(endpoint, ()) if at > self.now() - 1]
        if len(recent) >= _BURSTS[request.method]:
            raise Refused(429, "jira-burst-based")
        self._asked[endpoint] = [*recent, self.now()]

    def _route(self, path: str) -> tuple[dict[str, Callable[..., Reply]], tuple[str, ...]]:
        for pattern, methods in self._routes():
            match = re.fullmatch(API + pattern, path)
            if match:
                return methods, match.groups()
        raise Refused(404, f"No such path: {path}")

    def _routes(self) -> list[tuple[str, dict[str, Callable[..., Reply]]]]:
        one, meta = "/issue/([^/]+)", "/issue/createmeta/([^/]+)/issuetypes"
        return [
            ("/issue", {"POST": self._create}),
            ("/issue/bulkfetch", {"POST": self._bulk_fetch}),
            (meta, {"GET": self._directory.issue_types}),
            (meta + "/([^/]+)", {"GET": self._directory.fields}),
            (one, {"GET": self._issue, "PUT": self._edit}),
            (one + "/assignee", {"PUT": self._assign}),
            (one + "/comment", {"GET": self._comments, "POST": self._add_comment}),
            (one + "/remotelink", {"GET": self._links, "POST": self._link}),
            (one + "/properties/([^/]+)", {"GET": self._property, "PUT": self._set_property}),
            ("/search/jql", {"GET": self._search, "POST": self._search}),
            ("/search", {"GET": gone, "POST": gone}),
            ("/project/([^/]+)", {"GET": self._directory.project}),
            ("/serverInfo", {"GET": self._server_info}),
            ("/myself", {"GET": self._directory.myself}),
            ("/mypermissions", {"GET": self._directory.permissions}),
            ("/issueLinkType", {"GET": self._directory.link_types}),
            ("/user", {"GET": self._directory.user}),
            ("/user/search", {"GET": self._directory.find_users}),
            ("/user/assignable/search", {"GET": self._directory.assignable}),
        ]

    def _create(self, request: Request) -> Reply:
        body = json_of(request)
        fields = body.get("fields")
        if not isinstance(fields, dict):
            raise Refused(400, "Field 'fields' is required.")
        project = project_of(fields, self._directory.projects)
        kind = type_of(fields, project)
        links = self._links_in(body.get("update") or {})
        check_fields(fields, project, kind, self._directory.users)
        check_description(fields)
        self._check_parent(fields.get("parent"))
        properties = check_properties(body.get("properties"))
        if "POST" in project.drops_assignees:
            fields = fields | {"assignee": None}
        issue = self._new_issue(project, fields_as_shown(fields, project, kind, self._directory.users, self._time()))
        issue["properties"] = properties
        self.made.append((issue["id"], body))
        for other in links:
            other["fields"]["issuelinks"].append({"id": f"3{issue['id']}", "inwardIssue": reference(issue)})
            issue["fields"]["issuelinks"].append({"id": f"3{issue['id']}", "outwardIssue": reference(other)})
        self._tell("jira:issue_created", issue, [])
        return json_reply(reference(issue), 201)

    def _check_parent(self, parent: Any) -> None:
        if parent is not None and self._found(str(parent.get("key") or parent.get("id"))) is None:
            raise Refused(400, errors={"parent": "Could not find issue by id or key."})

    def _links_in(self, update: dict[str, Any]) -> list[dict[str, Any]]:
        if unknown := set(update) - {"issuelinks"}:
            raise Refused(400, errors={name: f"Field '{name}' cannot be set." for name in unknown})
        return [self._one(entry["add"]["outwardIssue"]["key"]) for entry in update.get("issuelinks", ())]

    def _issue(self, request: Request, key: str) -> Reply:
        fields, properties = names_in(request, "fields", ["*all"]), names_in(request, "properties", [])
        return json_reply(shown(self._one(key), fields, properties))

    def _edit(self, request: Request, key: str) -> Reply:
        """The fields of one issue, each judged as in a create; an assignee may be forgotten without a word."""
        issue, given = self._writable(key), json_of(request).get("fields") or {}
        project = self._project_of(issue)
        kind = project.issue_types[issue["fields"]["issuetype"]["id"]]
        check_edit(given, project, kind, self._directory.users)
        check_description(given)
        if project.drops_assignees:
            given = {name: value for name, value in given.items() if name != "assignee"}
        after = fields_as_shown(issue["fields"] | given, project, kind, self._directory.users, self._time())
        for name in given:
            before = issue["fields"].get(name)
            self._changes(issue, name, after[name], (str(before or ""), str(after[name] or "")))
        return Reply(204)

    def _bulk_fetch(self, request: Request) -> Reply:
        body = json_of(request)
        keys = body.get("issueIdsOrKeys") or []
        if not 1 <= len(keys) <= 100:
            raise Refused(400, "The number of issues must be between 1 and 100.")
        wanted = {issue["id"] for key in keys if (issue := self._found(str(key)))}
        found = [issue for issue in self.issues if issue["id"] in wanted]
        fields, properties = body.get("fields", ["*all"]), body.get("properties", [])
        return json_reply({"issues": [shown(issue, fields, properties) for issue in found], "issueErrors": []})

    def _search(self, request: Request) -> Reply:
        asked = json_of(request) if request.method == "POST" else asked_in_query(request)
        if len(asked.get("reconcileIssues") or ()) > 50:
            raise Refused(400, "reconcileIssues takes at most 50 ids.")
        self._searches += 1
        seen = [issue for issue in self.issues if self._is_indexed(issue, asked)]
        found = jira_search.found_by(str(asked.get("jql") or ""), seen, self.now(), self._found)
        return json_reply(search_page(found, asked))

    def _is_indexed(self, issue: dict[str, Any], asked: dict[str, Any]) -> bool:
        at, searches = issue["hidden"]
        is_reconciled = issue["id"] in {str(id_) for id_ in asked.get("reconcileIssues") or ()}
        return is_reconciled or (self.now() >= at and self._searches > searches)

    def _server_info(self, request: Request) -> Reply:
        return json_reply({"baseUrl": self.site, "version": "1001.0.0-SNAPSHOT", "deploymentType": "Cloud"})
