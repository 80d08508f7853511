"""Jira's side of a script: projects with their issue types and what a create asks for beyond the usual."""

from typing import Any

from tests.incidents.cast import Actor

_TYPES = (("10001", "Task"), ("10004", "Bug"))


def project(key: str, name: str, *, components: tuple[str, ...] = (), required: tuple[str, ...] = ()) -> dict[str, Any]:
    """A project with Task and Bug; `required` names fields that a create must fill, beside the usual ones."""
    fields = {field: {"required": True} for field in required}
    types = [{"id": id_, "name": each, "subtask": False, "fields": fields} for id_, each in _TYPES]
    return {"key": key, "name": name, "components": list(components), "issue_types": types}


def jira_side(cast: dict[str, Actor], projects: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    users = [actor.jira_user() for actor in cast.values() if actor.in_jira and not actor.is_bot]
    return {"projects": list(projects), "users": users}
