"""What a fake Jira knows before anybody writes: projects with their create screens, and people.

A script may describe as little as {"key": "OPS"}; everything else gets Jira Cloud's own defaults. In an issue type's
"fields" a field that is described is laid over the default one, and None takes it off the screen.
"""

from dataclasses import dataclass, field
from typing import Any

SITE = "https://acme.atlassian.net"

_PRIORITIES = [
    {"id": str(number), "name": name, "self": f"{SITE}/rest/api/3/priority/{number}"}
    for number, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), start=1)
]
_WORKFLOW = (("To Do", "new"), ("In Progress", "indeterminate"), ("Done", "done"))
_CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
_TYPES: list[dict[str, Any]] = [
    {"id": "10001", "name": "Task"},
    {"id": "10002", "name": "Bug"},
    {"id": "10003", "name": "Sub-task", "subtask": True},
]


@dataclass
class IssueType:
    """`screen` is createmeta's record of each field, by its id."""

    id: str
    name: str
    subtask: bool
    screen: dict[str, dict[str, Any]]

    def record(self) -> dict[str, Any]:
        link = f"{SITE}/rest/api/3/issuetype/{self.id}"
        level = -1 if self.subtask else 0
        return {
            "self": link,
            "id": self.id,
            "name": self.name,
            "description": "",
            "subtask": self.subtask,
            "hierarchyLevel": level,
        }


@dataclass
class Project:
    """`may_browse` and `may_create` are what the token's account is allowed, and `denied` the names of what else it is
    not; `unassignable` are account ids.

    `workflow` are its statuses in their order. `drops_assignees` are the ways (POST, PUT) in which an assignee that is
    written here is silently forgotten.
    """

    id: str
    key: str
    name: str
    issue_types: dict[str, IssueType]
    archived: bool = False
    may_browse: bool = True
    may_create: bool = True
    unassignable: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    drops_assignees: set[str] = field(default_factory=set)
    workflow: list[dict[str, Any]] = field(default_factory=list)
    last_number: int = 0

    def record(self) -> dict[str, Any]:
        return {"self": f"{SITE}/rest/api/3/project/{self.id}", "id": self.id, "key": self.key, "name": self.name}


def project_from_script(described: dict[str, Any], number: int) -> Project:
    """A project as `Script.jira` describes it. Beside key, name and issue_types it may say components and
    security_levels (names), archived, may_browse, may_create, unassignable (account ids), last_number, and workflow:
    its statuses, each (name, "new" | "indeterminate" | "done")."""
    project = Project(
        id=described.get("id", str(10000 + number)),
        key=described["key"],
        name=described.get("name", described["key"].title()),
        issue_types={},
        archived=described.get("archived", False),
        may_browse=described.get("may_browse", True),
        may_create=described.get("may_create", True),
        unassignable=set(described.get("unassignable", ())),
        last_number=described.get("last_number", 0),
        workflow=[status(name, category) for name, category in described.get("workflow", _WORKFLOW)],
    )
    components = [
        {"id": str(20000 + 100 * number + place), "name": name}
        for place, name in enumerate(described.get("components", ()))
    ]
    levels = [
        {"id": str(30000 + 100 * number + place), "name": name, "description": ""}
        for place, name in enumerate(described.get("security_levels", ()))
    ]
    for kind in described.get("issue_types") or _TYPES:
        issue_type = IssueType(str(kind["id"]), kind["name"], kind.get("subtask", False), {})
        issue_type.screen = _screen(project, issue_type, [components, levels], kind.get("fields") or {})
        project.issue_types[issue_type.id] = issue_type
    return project


def status(name: str, category: str) -> dict[str, Any]:
    number, shown = _CATEGORIES[category]
    return {"name": name, "statusCategory": {"id": number, "key": category, "name": shown}}


def user_from_script(described: dict[str, Any]) -> dict[str, Any]:
    account_id = described["accountId"]
    return {
        "self": f"{SITE}/rest/api/3/user?accountId={account_id}",
        "accountId": account_id,
        "accountType": described.get("accountType", "atlassian"),
        "displayName": described.get("displayName", account_id),
        "emailAddress": described.get("emailAddress", ""),
        "active": described.get("active", True),
        "timeZone": described.get("timeZone", "Etc/UTC"),
    }


def _screen(
    project: Project, kind: IssueType, values: list[list[dict[str, Any]]], described: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    screen = {record["fieldId"]: record for record in _default_fields(project, kind, *values)}
    for field_id, over in described.items():
        if over is None:
            screen.pop(field_id, None)
        else:
            screen[field_id] = screen.get(field_id, _field(field_id, field_id, "string")) | over
    return screen


def _default_fields(
    project: Project, kind: IssueType, components: list[dict[str, Any]], levels: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Where a project has security levels, their field is on its screens."""
    fields = [
        _field("summary", "Summary", "string", required=True),
        _field("issuetype", "Issue Type", "issuetype", required=True, allowedValues=[kind.record()]),
        _field("project", "Project", "project", required=True, allowedValues=[project.record()]),
        _field("reporter", "Reporter", "user", required=True, hasDefaultValue=True),
        _field("description", "Description", "string"),
        _field("assignee", "Assignee", "user"),
        _field("priority", "Priority", "priority", hasDefaultValue=True, allowedValues=_PRIORITIES),
        _field("labels", "Labels", "array", items="string"),
        _field("components", "Components", "array", items="component", allowedValues=components),
        _field("duedate", "Due date", "date"),
        _field("issuelinks", "Linked Issues", "array", items="issuelinks"),
    ]
    secured = [_field("security", "Security Level", "securitylevel", allowedValues=levels)] if levels else []
    return [*fields, *secured, _field("parent", "Parent", "issuelink", required=kind.subtask)]


def _field(field_id: str, name: str, kind: str, *, items: str | None = None, **more: Any) -> dict[str, Any]:
    schema = {"type": kind, "system": field_id} | ({"items": items} if items else {})
    if field_id.startswith("customfield_"):
        schema = {"type": kind, "custom": "com.atlassian.jira", "customId": int(field_id.rpartition("_")[2])}
    record = {"fieldId": field_id, "key": field_id, "name": name, "required": False, "hasDefaultValue": False}
    return record | {"operations": ["set"], "schema": schema} | more
