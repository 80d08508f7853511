"""The issues that a fake Jira holds, and what one of them carries: links, properties, comments, an assignee."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.vendors.jira_directory import Directory
from tests.vendors.jira_projects import SITE, Project
from tests.vendors.jira_rules import NO_ISSUE, Refused, check_properties, check_remote_link, document_of, json_of
from tests.vendors.jira_shapes import page_of, upserted
from tests.vendors.wire import Reply, Request, json_reply

API = "/rest/api/3"
# Writes to one issue: 20 in 2 s, 100 in 30 s. https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
# (read 2026-11-20)
_WRITES_PER_ISSUE = ((20, 2.0), (100, 30.0))

type Issue = dict[str, Any]
type Told = Callable[[str, Issue, list[dict[str, Any]], dict[str, Any]], None]
"""Is told of every change: event ("jira:issue_updated"), the issue after it, changelog items, the user who did it."""


@dataclass(kw_only=True)
class Issues:
    """`now` is a Unix time. `search_lag` is how long, in seconds, the index is behind a write, and
    `hides_from_searches` from how many searches it hides a new issue. `anchors` are issues that were there before, to
    link others to; no search finds them. `listeners` are told of every change."""

    site: str = SITE
    email: str = "debrief@acme.example"
    now: Callable[[], float] = time.time
    search_lag: float = 0.0
    hides_from_searches: int = 0
    issues: list[Issue] = field(default_factory=list)
    anchors: list[Issue] = field(default_factory=list)
    remote_links: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    listeners: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._directory = Directory(self.email)
        self._writes: dict[str, list[float]] = {}
        self._last_id = 10000
        self._searches = 0

    def issue(self, key: str) -> Issue:
        """An issue by its key, its id, or a key that it had before it was moved."""
        found = self._found(key)
        assert found is not None, f"Jira has no issue {key}, only {[one['key'] for one in self.issues]}"
        return found

    def comments(self, key: str) -> list[dict[str, Any]]:
        """The comments of an issue, oldest first."""
        return self.issue(key)["comments"]

    def _new_issue(self, project: Project, fields: dict[str, Any]) -> Issue:
        project.last_number += 1
        self._last_id += 1
        issue = self._issue_of(fields, f"{project.key}-{project.last_number}", str(self._last_id))
        self.issues.append(issue)
        return issue

    def _issue_of(self, fields: dict[str, Any], key: str, id_: str) -> Issue:
        return {
            "id": id_,
            "key": key,
            "self": f"{self.site}{API}/issue/{id_}",
            "fields": fields,
            "properties": {},
            "comments": [],
            "former_keys": [],
            "hidden": (self.now() + self.search_lag, self._searches + self.hides_from_searches),
        }

    def _found(self, key: str) -> Issue | None:
        wanted = key.upper()
        names = ((issue, {issue["key"], issue["id"], *issue["former_keys"]}) for issue in (*self.issues, *self.anchors))
        return next((issue for issue, known in names if wanted in known), None)

    def _one(self, key: str) -> Issue:
        """Keys in other letters, and the keys of before a move, find an issue too, as Jira documents it."""
        issue = self._found(key)
        if issue is None or not self._directory.projects[issue["fields"]["project"]["key"]].may_browse:
            raise Refused(404, NO_ISSUE)
        return issue

    def _writable(self, key: str) -> Issue:
        issue = self._one(key)
        if self._project_of(issue).archived:
            raise Refused(403, "You cannot edit an issue of an archived project.")
        times = self._writes.setdefault(issue["id"], [])
        if any(sum(at > self.now() - span for at in times) >= most for most, span in _WRITES_PER_ISSUE):
            raise Refused(429, "Rate limit exceeded.")
        times.append(self.now())
        return issue

    def _project_of(self, issue: Issue) -> Project:
        return self._directory.projects[issue["fields"]["project"]["key"]]

    def _changes(self, issue: Issue, field_id: str, value: Any, words: tuple[str, str], by: str | None = None) -> None:
        """Write a field, and tell of it. `words` are what the changelog shows of it, before and after."""
        before = issue["fields"].get(field_id)
        issue["fields"][field_id] = value
        item = {"field": field_id, "fieldId": field_id, "fieldtype": "jira"}
        item |= {"from": _id_of(before), "fromString": words[0], "to": _id_of(value), "toString": words[1]}
        self._tell("jira:issue_updated", issue, [item], by)

    def _tell(self, event: str, issue: Issue, items: list[dict[str, Any]], by: str | None = None) -> None:
        issue["fields"]["updated"] = self._time()
        for listener in self.listeners:
            listener(event, issue, items, self._directory.somebody(by))

    def _link(self, request: Request, key: str) -> Reply:
        issue, body = self._writable(key), json_of(request)
        check_remote_link(body)
        links = self.remote_links.setdefault(issue["key"], [])
        number, is_new = upserted(links, body)
        address = f"{self.site}{API}/issue/{issue['key']}/remotelink/{number}"
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
        issue, account_id = self._writable(key), json_of(request).get("accountId")
        project = self._project_of(issue)
        if account_id and not self._directory.may_have(account_id, project):
            raise Refused(400, errors={"assignee": f"User '{account_id}' cannot be assigned issues."})
        if "PUT" not in project.drops_assignees:
            user = self._directory.users.get(account_id or "")
            self._changes(issue, "assignee", user, (_name_of(issue["fields"].get("assignee")), _name_of(user)))
        return Reply(204)

    def _comments(self, request: Request, key: str) -> Reply:
        return json_reply(page_of("comments", self._one(key)["comments"], request))

    def _add_comment(self, request: Request, key: str) -> Reply:
        issue, body = self._writable(key), document_of(json_of(request).get("body"))
        comment = self._new_comment(issue, body, self._directory.somebody(None))
        self._tell("comment_created", issue, [])
        return json_reply(comment, 201)

    def _new_comment(self, issue: Issue, body: dict[str, Any], author: dict[str, Any]) -> dict[str, Any]:
        number = f"{issue['id']}{len(issue['comments']):02}"
        comment = {"id": number, "self": f"{self.site}{API}/issue/{issue['id']}/comment/{number}", "author": author}
        comment |= {"body": copy.deepcopy(body), "created": self._time(), "updated": self._time(), "jsdPublic": True}
        issue["comments"].append(comment)
        return comment

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _id_of(value: Any) -> str | None:
    if isinstance(value, dict):
        return str(value.get("accountId") or value.get("id") or value.get("name") or "")
    return value if isinstance(value, str) else None


def _name_of(user: dict[str, Any] | None) -> str:
    return user["displayName"] if user else ""
