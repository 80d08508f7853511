"""A fake Jira Cloud with memory: REST v3, as strict as the real one.

    fake = FakeJira().holds(script.jira)
    with served(fake) as url:
        JiraApi(fake.site, fake.email, fake.token, budget, base_url=url)

What it does on demand: `fails_next`, `limits_next`, `search_lag`, `hides_from_searches`. What it remembers:
`requests`, `issues`, `remote_links`, `refusals`. Its answers are checked against Atlassian's document.
"""

import base64
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from tests.vendors import jira_search
from tests.vendors.jira_directory import Directory
from tests.vendors.jira_faults import Fault, next_fault
from tests.vendors.jira_projects import SITE, Project
from tests.vendors.jira_rules import (
    NO_ISSUE,
    UNAUTHENTICATED,
    Refused,
    check_description,
    check_fields,
    check_properties,
    check_remote_link,
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
    status,
    upserted,
)
from tests.vendors.wire import Reply, Request, json_reply

_API = "/rest/api/3"
# Writes to one issue: 20 in 2 s, 100 in 30 s. https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
# (read 2026-11-20)
_WRITES_PER_ISSUE = ((20, 2.0), (100, 30.0))


@dataclass
class FakeJira:
    """`now` is a Unix time. `search_lag` is how long, in seconds, the index is behind a write, and
    `hides_from_searches` from how many searches it hides a new issue."""

    email: str = "debrief@acme.example"
    token: str = "jira-token-0001"
    site: str = SITE
    now: Callable[[], float] = time.time
    search_lag: float = 0.0
    hides_from_searches: int = 0
    requests: list[Request] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    remote_links: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._directory = Directory(self.email)
        self._last_id = 10000
        self._faults: list[Fault] = []
        self._writes: dict[str, list[float]] = {}
        self._searches = 0
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

    def refuses_to_assign(self, project: str) -> None:
        """From now on nobody can be assigned issues of this project."""
        self._directory.projects[project].unassignable.update(self._directory.users)

    def expects_issues(self, count: int) -> list[dict[str, Any]]:
        """The issues, of which there are exactly so many."""
        keys = [issue["key"] for issue in self.issues]
        assert len(keys) == count, f"expected {count} issues, Jira has {keys}"
        return self.issues

    def issue(self, key: str) -> dict[str, Any]:
        """An issue by key or id."""
        return next(issue for issue in self.issues if key in (issue["key"], issue["id"]))

    def closes(self, key: str) -> None:
        """A person moves the issue to Done."""
        with self._lock:
            fields = self.issue(key)["fields"]
            fields["status"] = status("Done", "done")
            fields["updated"] = self._time()

    def deletes(self, key: str) -> None:
        """A person deletes the issue."""
        with self._lock:
            self.issues.remove(self.issue(key))

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            fault = next_fault(self._faults, request)
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
            if request.path != f"{_API}/serverInfo":
                self._check_token(request)
            methods, ids = self._route(request.path)
            return methods.get(request.method, not_allowed)(request, *ids)
        except Refused as refusal:
            why = "; ".join([*refusal.messages, *refusal.errors.values()])
            self.refusals.append(f"{request.method} {request.path}: {refusal.status} {why}")
            return refusal.reply()

    def _check_token(self, request: Request) -> None:
        expected = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise Refused(401, UNAUTHENTICATED)

    def _route(self, path: str) -> tuple[dict[str, Callable[..., Reply]], tuple[str, ...]]:
        for pattern, methods in self._routes():
            match = re.fullmatch(_API + pattern, path)
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
            (one, {"GET": self._issue}),
            (one + "/assignee", {"PUT": self._assign}),
            (one + "/remotelink", {"GET": self._links, "POST": self._link}),
            (one + "/properties/([^/]+)", {"GET": self._property, "PUT": self._set_property}),
            ("/search/jql", {"GET": self._search, "POST": self._search}),
            ("/search", {"GET": gone, "POST": gone}),
            ("/project/([^/]+)", {"GET": self._directory.project}),
            ("/serverInfo", {"GET": self._server_info}),
            ("/myself", {"GET": self._directory.myself}),
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
        properties = check_properties(body.get("properties"))
        issue = self._new_issue(project, fields_as_shown(fields, project, kind, self._directory.users, self._time()))
        issue["properties"] = properties
        for other in links:
            other["fields"]["issuelinks"].append({"id": f"3{issue['id']}", "inwardIssue": reference(issue)})
            issue["fields"]["issuelinks"].append({"id": f"3{issue['id']}", "outwardIssue": reference(other)})
        return json_reply(reference(issue), 201)

    def _new_issue(self, project: Project, fields: dict[str, Any]) -> dict[str, Any]:
        project.last_number += 1
        self._last_id += 1
        issue: dict[str, Any] = {
            "id": str(self._last_id),
            "key": f"{project.key}-{project.last_number}",
            "self": f"{self.site}{_API}/issue/{self._last_id}",
            "fields": fields,
            "hidden": (self.now() + self.search_lag, self._searches + self.hides_from_searches),
        }
        self.issues.append(issue)
        return issue

    def _links_in(self, update: dict[str, Any]) -> list[dict[str, Any]]:
        if unknown := set(update) - {"issuelinks"}:
            raise Refused(400, errors={name: f"Field '{name}' cannot be set." for name in unknown})
        return [self._one(entry["add"]["outwardIssue"]["key"]) for entry in update.get("issuelinks", ())]

    def _issue(self, request: Request, key: str) -> Reply:
        fields, properties = names_in(request, "fields", ["*all"]), names_in(request, "properties", [])
        return json_reply(shown(self._one(key), fields, properties))

    def _bulk_fetch(self, request: Request) -> Reply:
        body = json_of(request)
        keys = body.get("issueIdsOrKeys") or []
        if not 1 <= len(keys) <= 100:
            raise Refused(400, "The number of issues must be between 1 and 100.")
        found = [issue for issue in self.issues if issue["key"] in keys or issue["id"] in keys]
        fields, properties = body.get("fields", ["*all"]), body.get("properties", [])
        return json_reply({"issues": [shown(issue, fields, properties) for issue in found], "issueErrors": []})

    def _search(self, request: Request) -> Reply:
        asked = json_of(request) if request.method == "POST" else asked_in_query(request)
        if len(asked.get("reconcileIssues") or ()) > 50:
            raise Refused(400, "reconcileIssues takes at most 50 ids.")
        self._searches += 1
        seen = [issue for issue in self.issues if self._is_indexed(issue, asked)]
        found = jira_search.found_by(str(asked.get("jql") or ""), seen, self.now())
        return json_reply(search_page(found, asked))

    def _is_indexed(self, issue: dict[str, Any], asked: dict[str, Any]) -> bool:
        at, searches = issue["hidden"]
        is_reconciled = issue["id"] in {str(id_) for id_ in asked.get("reconcileIssues") or ()}
        return is_reconciled or (self.now() >= at and self._searches > searches)

    def _link(self, request: Request, key: str) -> Reply:
        issue, body = self._writable(key), json_of(request)
        check_remote_link(body)
        links = self.remote_links.setdefault(issue["key"], [])
        number, is_new = upserted(links, body)
        address = f"{self.site}{_API}/issue/{issue['key']}/remotelink/{number}"
        return json_reply({"id": number, "self": address}, 201 if is_new else 200)

    def _links(self, request: Request, key: str) -> Reply:
        return json_reply(self.remote_links.get(self._one(key)["key"], []))

    def _property(self, request: Request, key: str, name: str) -> Reply:
        properties = self._one(key)["properties"]
        if name not in properties:
            raise Refused(404, f"The property {name} does not exist.")
        return json_reply({"key": name, "value": properties[name]})

    def _set_property(self, request: Request, key: str, name: str) -> Reply:
        properties = self._writable(key)["properties"]
        is_new = name not in properties
        properties |= check_properties([{"key": name, "value": request.json()}])
        return json_reply({}, 201 if is_new else 200)

    def _assign(self, request: Request, key: str) -> Reply:
        issue, account_id = self._writable(key), json_of(request).get("accountId") or ""
        project = self._directory.projects[issue["fields"]["project"]["key"]]
        if account_id and not self._directory.may_have(account_id, project):
            raise Refused(400, errors={"assignee": f"User '{account_id}' cannot be assigned issues."})
        issue["fields"]["assignee"] = self._directory.users.get(account_id)
        return Reply(204)

    def _server_info(self, request: Request) -> Reply:
        return json_reply({"baseUrl": self.site, "version": "1001.0.0-SNAPSHOT", "deploymentType": "Cloud"})

    def _one(self, key: str) -> dict[str, Any]:
        for issue in self.issues:
            if key in (issue["key"], issue["id"]):
                return issue
        raise Refused(404, NO_ISSUE)

    def _writable(self, key: str) -> dict[str, Any]:
        issue = self._one(key)
        times = self._writes.setdefault(issue["id"], [])
        if any(sum(at > self.now() - span for at in times) >= most for most, span in _WRITES_PER_ISSUE):
            raise Refused(429, "Rate limit exceeded.")
        times.append(self.now())
        return issue

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
