"""Between our nouns and Jira's records. Pure and total: no text and no setting makes these fail."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from connectors.jira.adf import adf_from_paragraphs, is_safe_link, one_line
from postmortem.action_items.item import IssueRequest
from postmortem.noun import Noun

# https://support.atlassian.com/jira-cloud-administration/docs/configure-field-limits/ (2026-11-20)
LONGEST_SUMMARY = 255
LONGEST_LABEL = 255
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/ (2026-11-20)
LONGEST_GLOBAL_ID = 255

PROPERTY = "debrief.action"
"""The entity property that says, in the same write as the issue itself, which action item it is."""

ANCHOR_FIELD = "issuelinks"
ANCHOR_LINK = "Relates"
OPTIONAL = ("assignee", "duedate", "components", "priority", "parent", ANCHOR_FIELD)
"""An issue without these is better than no issue. Its security level is not among them."""
SECURITY = "security"
REALLY = {"parentId": "parent"}
"""How Jira also names a field that it refuses."""

UNASSIGNED = "is unassigned"
_OURS = ("project", "issuetype", "summary", "description", "labels", *OPTIONAL)
_SETTING = {"priority": "routing.priority_map", "components": "routing.components", SECURITY: "routing.security_level"}


class ScreenField(Noun):
    """A field on a create screen. `allowed` are (id, name), read for components, priority and security level only."""

    id: str
    name: str
    required: bool = False
    has_default: bool = False
    allowed: tuple[tuple[str, str], ...] | None = None


class Screen(Noun):
    """What may be said when creating an issue of one type in one project; small, plain, fit to be kept as JSON.

    `lacks_parent`: the issue that the route names as parent is not there.
    """

    project: str
    issue_type_id: str
    issue_type: str
    fields: tuple[ScreenField, ...]
    lacks_parent: bool = False

    def field(self, name: str) -> ScreenField | None:
        """The field by its id, or by its display name where only one bears it."""
        by_id = [field for field in self.fields if field.id == name]
        by_name = [field for field in self.fields if field.name.casefold() == name.casefold()]
        return by_id[0] if by_id else by_name[0] if len(by_name) == 1 else None

    @property
    def title(self) -> str:
        return f"{self.issue_type} in {self.project}"


@dataclass(frozen=True, slots=True)
class Payload:
    """The body of POST /issue, and a sentence about each thing that was left out of it or changed."""

    body: dict[str, Any]
    said: tuple[str, ...]


def screen_from_createmeta(project: str, issue_type: dict[str, Any], fields: Iterable[dict[str, Any]]) -> Screen:
    """The records of createmeta, without the thousands of values that we never look at."""
    return Screen(
        project=project,
        issue_type_id=str(issue_type.get("id", "")),
        issue_type=str(issue_type.get("name", "")),
        fields=tuple(_field_from_createmeta(record) for record in fields),
    )


def payload_from_request(request: IssueRequest, screen: Screen, anchor: str | None = None) -> Payload:
    """What to POST. A field that the create screen does not offer is left out, and said.

    `anchor` is the key of an issue that the new one is linked to in the same write.
    """
    said = list[str]()
    fields = {
        "project": {"key": request.route.project},
        "issuetype": {"id": screen.issue_type_id},
        "summary": one_line(request.summary, LONGEST_SUMMARY) or f"Action item {request.key}",
        "labels": list(_labels(request, said)),
    }
    wanted = {"description": adf_from_paragraphs(request.paragraphs)} | dict(_optional(request, screen, said))
    wanted |= dict(_extra(request, screen, said)) | dict(_secured(request, screen, said))
    fields |= dict(_on_screen(wanted, screen, said))
    ours = {"key": request.key, "incident": request.incident_id, "item": request.action_item_id}
    body: dict[str, Any] = {"fields": fields, "properties": [{"key": PROPERTY, "value": ours}]}
    if anchor is not None and dict(_on_screen({ANCHOR_FIELD: anchor}, screen, said)):
        link = {"add": {"type": {"name": ANCHOR_LINK}, "outwardIssue": {"key": anchor}}}
        body["update"] = {ANCHOR_FIELD: [link]}
    return Payload(body, tuple(said))


def missing_required(screen: Screen, payload: Payload) -> list[str]:
    """Display names of the fields that the screen requires and the payload does not set, with their ids.

    A default of Jira's own counts as set; so does the reporter, who is whoever creates the issue.
    """
    fields = payload.body["fields"]
    return [
        f"{field.name} ({field.id})"
        for field in screen.fields
        if field.required and not field.has_default and field.id != "reporter" and not fields.get(field.id)
    ]


def set_fields(payload: Payload) -> set[str]:
    """Names of everything that the payload sets, the anchor among it."""
    return {*payload.body["fields"], *payload.body.get("update", {})}


def without(payload: Payload, refused: dict[str, str]) -> Payload:
    """The payload without these fields, and a sentence for each with Jira's own words."""
    body = dict(payload.body)
    for part in ("fields", "update"):
        body[part] = {name: value for name, value in payload.body.get(part, {}).items() if name not in refused}
    words = {"assignee": UNASSIGNED, "parent": "has no parent", ANCHOR_FIELD: "is not linked to the anchor issue"}
    said = [
        f"The issue {words.get(name, f'has no {name}')}: Jira refused it ({sentence.rstrip('. ')})."
        for name, sentence in refused.items()
    ]
    if not body["update"]:
        del body["update"]
    return Payload(body, (*payload.said, *said))


def remote_link_body(global_id: str, url: str, title: str) -> dict[str, Any]:
    """The body of POST /issue/{key}/remotelink."""
    return {
        "globalId": global_id[:LONGEST_GLOBAL_ID],
        "application": {"name": "Debrief"},
        "relationship": "postmortem",
        "object": {"url": url, "title": one_line(title, LONGEST_SUMMARY) or "Postmortem"},
    }


def is_secured(payload: Payload) -> bool:
    """Whether only those whom a security level names may read the issue."""
    return bool(payload.body["fields"].get(SECURITY))


def can_be_linked(url: str) -> bool:
    return is_safe_link(url) and not url.startswith("mailto:")


def key_from_issue(issue: dict[str, Any]) -> str | None:
    """The key of the action item that an issue was made for, as its entity property says."""
    value = _dict(_dict(issue.get("properties")).get(PROPERTY))
    key = value.get("key")
    return key if isinstance(key, str) else None


def labels_from_issue(issue: dict[str, Any]) -> tuple[str, ...]:
    labels = _dict(issue.get("fields")).get("labels")
    return tuple(str(label) for label in cast("list[Any]", labels)) if isinstance(labels, list) else ()


def allowed_match(field: ScreenField, name: str) -> tuple[str, str] | None:
    """The (id, name) of the value with this name, written exactly so or, failing that, in other letters' case."""
    values = field.allowed or ()
    exact = [value for value in values if value[1] == name]
    similar = [value for value in values if value[1].casefold() == name.casefold()]
    return next(iter(exact or similar), None)


def _field_from_createmeta(record: dict[str, Any]) -> ScreenField:
    field_id = str(record.get("fieldId") or record.get("key") or "")
    values = record.get("allowedValues")
    keeps = field_id in ("components", "priority", SECURITY) and isinstance(values, list)
    return ScreenField(
        id=field_id,
        name=str(record.get("name") or field_id),
        required=record.get("required") is True,
        has_default=record.get("hasDefaultValue") is True,
        allowed=tuple(_values(cast("list[Any]", values))) if keeps else None,
    )


def _values(values: list[Any]) -> Iterator[tuple[str, str]]:
    for value in values:
        record = _dict(value)
        if "id" in record and "name" in record:
            yield str(record["id"]), str(record["name"])


def _labels(request: IssueRequest, said: list[str]) -> Iterator[str]:
    """The request's key, which finds the issue again, then the route's labels; Jira takes no spaces in them."""
    yield request.key
    for label in dict.fromkeys(request.route.labels):
        clean = re.sub(r"\s+", "-", one_line(label, LONGEST_LABEL))
        if clean != label:
            said.append(f"The label {label!r} is written {clean!r}: Jira takes no spaces in it. Change routing.labels.")
        if clean and clean != request.key:
            yield clean


def _optional(request: IssueRequest, screen: Screen, said: list[str]) -> Iterator[tuple[str, Any]]:
    if request.account_id:
        yield "assignee", {"accountId": request.account_id}
    if request.due_on:
        yield "duedate", request.due_on.isoformat()
    if request.route.parent and screen.lacks_parent:
        said.append(f"The issue is not under {request.route.parent}: Jira shows no such issue. Change routing.parent.")
    elif request.route.parent:
        yield "parent", {"key": request.route.parent}
    if components := list(_allowed("components", request.route.components, screen, said)):
        yield "components", components
    if priority := list(_allowed("priority", filter(None, (request.route.priority,)), screen, said)):
        yield "priority", priority[0]


def _secured(request: IssueRequest, screen: Screen, said: list[str]) -> Iterator[tuple[str, Any]]:
    """The route's security level, for what was said in private, and wherever the project insists on one."""
    field, level = screen.field(SECURITY), request.route.security_level
    if level and (request.is_private or (field is not None and field.required)):
        yield from ((SECURITY, value) for value in _allowed(SECURITY, (level,), screen, said))


def _allowed(field_id: str, names: Iterable[str], screen: Screen, said: list[str]) -> Iterator[dict[str, str]]:
    field = screen.field(field_id)
    for name in names:
        if field is None or field.allowed is None:
            yield {"name": name}
        elif value := allowed_match(field, name):
            yield {"id": value[0]}
        else:
            what = {"components": "component", SECURITY: "security level"}.get(field_id, field_id)
            said.append(f"The issue has no {what} {name}: {screen.title} knows none. Change {_SETTING[field_id]}.")


def _extra(request: IssueRequest, screen: Screen, said: list[str]) -> Iterator[tuple[str, Any]]:
    """The route's own fields, by id or display name."""
    for name, value in request.route.fields.items():
        field = screen.field(name)
        field_id = field.id if field else name
        if field_id in _OURS:
            said.append(f"routing.fields cannot set {name}: it has a setting of its own, or Debrief sets it.")
        else:
            yield field_id, value


def _on_screen(wanted: dict[str, Any], screen: Screen, said: list[str]) -> Iterator[tuple[str, Any]]:
    for field_id, value in wanted.items():
        if any(field.id == field_id for field in screen.fields):
            yield field_id, value
        else:
            said.append(f"The issue has no {field_id}: it is not on the create screen of {screen.title}.")


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
