"""Jira's side of a script: projects with their issue types and the fields that each asks for."""

from typing import Any

from tests.incidents.cast import Actor

_SCHEMAS = {
    "summary": ("Summary", "string"),
    "description": ("Description", "string"),
    "project": ("Project", "project"),
    "issuetype": ("Issue Type", "issuetype"),
    "assignee": ("Assignee", "user"),
    "priority": ("Priority", "priority"),
    "labels": ("Labels", "array"),
    "components": ("Components", "array"),
    "duedate": ("Due date", "date"),
}
_REQUIRED = ("summary", "project", "issuetype")


def project(key: str, name: str, *, components: tuple[str, ...] = (), required: tuple[str, ...] = ()) -> dict[str, Any]:
    """A project with Task and Bug; `required` names further fields that a create must fill."""
    fields = {field: _field(field, required=field in _REQUIRED or field in required) for field in _SCHEMAS}
    fields["components"]["allowedValues"] = [{"id": str(20000 + i), "name": each} for i, each in enumerate(components)]
    levels = ("Highest", "High", "Medium", "Low", "Lowest")
    fields["priority"]["allowedValues"] = [{"id": str(i), "name": each} for i, each in enumerate(levels, 1)]
    fields |= {field: _field(field, required=True) for field in required if field not in _SCHEMAS}
    types = [{"id": id_, "name": each, "subtask": False, "fields": fields} for id_, each in _TYPES]
    return {"key": key, "name": name, "issue_types": types}


_TYPES = (("10001", "Task"), ("10004", "Bug"))


def _field(key: str, *, required: bool) -> dict[str, Any]:
    name, kind = _SCHEMAS.get(key, (key, "string"))
    schema = {"type": kind, "system": key} if key in _SCHEMAS else {"type": kind, "custom": "textfield"}
    field: dict[str, Any] = {"fieldId": key, "key": key, "name": name, "required": required, "schema": schema}
    return field | {"hasDefaultValue": False, "operations": ["set"]}


def jira_side(cast: dict[str, Actor], projects: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    users = [actor.jira_user() for actor in cast.values() if actor.in_jira and not actor.is_bot]
    return {"projects": list(projects), "users": users}
