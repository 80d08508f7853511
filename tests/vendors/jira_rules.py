"""How a fake Jira judges what it is asked to write, in Jira's own sentences."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.vendors.jira_adf import problems_of_adf
from tests.vendors.jira_projects import IssueType, Project
from tests.vendors.wire import Reply, Request, json_reply

NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
UNAUTHENTICATED = "You are not authenticated. Authentication required to perform this operation."
NO_ISSUE = "Issue does not exist or you do not have permission to see it."
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


class Refused(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, *messages)
        self.status, self.messages, self.errors = status, messages, errors or {}

    def reply(self) -> Reply:
        if self.status == 429 and self.messages == ("jira-burst-based",):
            return limited("jira-burst-based", 1)
        if self.status == 429:
            return limited("jira-per-issue-on-write", 2)
        headers = {"x-seraph-loginreason": "AUTHENTICATED_FAILED"} if self.status == 401 else {}
        return json_reply({"errorMessages": list(self.messages), "errors": self.errors}, self.status, headers)


def limited(reason: str, retry_after: int | None) -> Reply:
    headers = {"ratelimit-reason": reason, "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0"}
    headers |= {} if retry_after is None else {"retry-after": str(retry_after)}
    return json_reply({"errorMessages": ["Rate limit exceeded."]}, 429, headers)


def json_of(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(415, "Unsupported Media Type")
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return body


def project_of(fields: dict[str, Any], projects: dict[str, Project]) -> Project:
    given = fields.get("project") if isinstance(fields.get("project"), dict) else {}
    key, id_ = (given or {}).get("key"), (given or {}).get("id")
    found = [
        project for project in projects.values() if project.may_browse and (project.key == key or project.id == id_)
    ]
    if not found:
        raise Refused(400, errors={"project": "Specify a valid project ID or key"})
    if found[0].archived:
        raise Refused(400, errors={"project": "You cannot create issues in an archived project."})
    if not found[0].may_create:
        raise Refused(403, "You do not have permission to create issues in this project.")
    return found[0]


def type_of(fields: dict[str, Any], project: Project) -> IssueType:
    given = fields.get("issuetype")
    if not isinstance(given, dict):
        raise Refused(400, errors={"issuetype": "Specify an issue type"})
    for kind in project.issue_types.values():
        if kind.id == given.get("id") or kind.name == given.get("name"):
            return kind
    raise Refused(400, errors={"issuetype": "The issue type selected is invalid."})


def check_fields(fields: dict[str, Any], project: Project, kind: IssueType, users: dict[str, dict[str, Any]]) -> None:
    """Raise Refused with everything that is wrong at once, as Jira does."""
    errors = {name: NOT_ON_SCREEN.format(name) for name in fields if name not in kind.screen}
    for field_id, record in kind.screen.items():
        given = fields.get(field_id)
        if record["required"] and not record.get("hasDefaultValue") and not given:
            sentence = "You must specify a summary of the issue." if field_id == "summary" else None
            errors[field_id] = sentence or f"{record['name']} is required."
    _check_values(fields, project, kind, users, errors)


def check_edit(fields: dict[str, Any], project: Project, kind: IssueType, users: dict[str, dict[str, Any]]) -> None:
    """Raise Refused for what an edit may not write; what it does not name stays as it is."""
    errors = {name: NOT_ON_SCREEN.format(name) for name in fields if name not in kind.screen}
    if "summary" in fields and not fields["summary"]:
        errors["summary"] = "You must specify a summary of the issue."
    _check_values(fields, project, kind, users, errors)


def _check_values(
    fields: dict[str, Any],
    project: Project,
    kind: IssueType,
    users: dict[str, dict[str, Any]],
    errors: dict[str, str],
) -> None:
    for name, value in fields.items():
        if name not in errors and value is not None:
            problem = next(_problems(name, value, kind.screen[name], project, users), None)
            errors |= {name: problem} if problem else {}
    if errors:
        raise Refused(400, errors=errors)


def check_description(fields: dict[str, Any]) -> None:
    description = fields.get("description")
    if description is None:
        return
    if not isinstance(description, dict):
        raise Refused(400, errors={"description": NOT_A_DOCUMENT})
    if problems_of_adf(description):
        raise Refused(400, "INVALID_INPUT")
    # Java counts UTF-16 units; whether Jira counts the text or the document is disputed: the stricter one here.
    if len(json.dumps(description, ensure_ascii=False).encode("utf-16-le")) // 2 > 32_767:
        raise Refused(400, errors={"description": TOO_LONG})


def document_of(body: Any) -> dict[str, Any]:
    """The body of a comment, which is a document too."""
    if not isinstance(body, dict) or problems_of_adf(body):
        raise Refused(400, errors={"comment": "Comment body is not valid!"})
    check_description({"description": body})
    return body


def check_remote_link(body: dict[str, Any]) -> None:
    target = body.get("object") or {}
    if missing := [name for name in ("url", "title") if not target.get(name)]:
        raise Refused(400, errors={name: f"'{name}' is required." for name in missing})
    if len(body.get("globalId", "")) > 255:
        raise Refused(400, errors={"globalId": "The globalId may have at most 255 characters."})


def check_properties(properties: Any) -> dict[str, Any]:
    held = dict[str, Any]()
    for entry in properties or ():
        if set(entry) != {"key", "value"} or not re.fullmatch(r"\S{1,255}", entry["key"]):
            raise Refused(400, "A property has a key of at most 255 characters and a value.")
        if len(json.dumps(entry["value"])) > 32_768:
            raise Refused(400, "The property value is too long, the maximum length is 32768 characters.")
        held[entry["key"]] = entry["value"]
    return held


def _problems(
    name: str, value: Any, record: dict[str, Any], project: Project, users: dict[str, dict[str, Any]]
) -> Iterator[str]:
    if name == "summary":
        yield from _problems_of_summary(value)
    elif name == "duedate":
        yield from _problems_of_date(value)
    elif name == "labels":
        yield from _problems_of_labels(value)
    elif name == "assignee":
        yield from _problems_of_assignee(value, project, users)
    elif name == "parent":
        yield from (
            () if isinstance(value, dict) and (value.get("key") or value.get("id")) else ["data was not an object"]
        )
    elif name in ("components", "priority", "security") or (
        name.startswith("customfield_") and "allowedValues" in record
    ):
        values = value if isinstance(value, list) else [value]
        if not all(_is_allowed(one, record.get("allowedValues", [])) for one in values):
            yield f"Specify a valid 'id' or 'name' for {record['name']}"


def _problems_of_summary(value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield "Operation value must be a string"
    elif len(value.encode("utf-16-le", "replace")) // 2 > 255:
        yield "Summary must be less than 255 characters."
    elif "\n" in value or "\r" in value:
        yield "The summary is invalid because it contains newline characters."


def _problems_of_date(value: Any) -> Iterator[str]:
    try:
        is_date = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value)
    except ValueError:
        is_date = False
    if not is_date:
        yield f"Error parsing date string: {value}"


def _problems_of_labels(value: Any) -> Iterator[str]:
    for label in value if isinstance(value, list) else [value]:
        if not isinstance(label, str) or re.search(r"\s", label):
            yield f"The label '{label}' contains spaces which is invalid."
        elif len(label) > 255:
            yield f"The label '{label[:20]}…' exceeds the maximum length of 255 characters."


def _problems_of_assignee(value: Any, project: Project, users: dict[str, dict[str, Any]]) -> Iterator[str]:
    account_id = value.get("accountId") or value.get("id") if isinstance(value, dict) else None
    if not isinstance(account_id, str):
        yield "Specify a valid value for assignee"
    elif account_id not in users:
        yield f"Account ID '{account_id}' does not exist."
    elif account_id in project.unassignable or not users[account_id]["active"]:
        yield f"User '{account_id}' cannot be assigned issues."


def _is_allowed(value: Any, allowed: list[dict[str, Any]]) -> bool:
    if not isinstance(value, dict):
        return False
    return any(value.get(name) == one[name] for one in allowed for name in ("id", "name", "value") if name in one)
