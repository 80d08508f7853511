"""How a fake Jira shows what it holds: records, pages, and only the fields that were asked for."""

import base64
import copy
from typing import Any

from tests.vendors.jira_projects import SITE, IssueType, Project
from tests.vendors.jira_rules import GONE, Refused
from tests.vendors.wire import Reply, Request


def gone(request: Request) -> Reply:
    raise Refused(410, GONE)


def not_allowed(request: Request, *ids: str) -> Reply:
    raise Refused(405, "Method Not Allowed")


def fields_as_shown(
    given: dict[str, Any], project: Project, kind: IssueType, users: dict[str, dict[str, Any]], at: str
) -> dict[str, Any]:
    """The fields of a new issue as a GET shows them: ids and names became records."""
    fields = {name: copy.deepcopy(value) for name, value in given.items() if name.startswith("customfield_")}
    fields |= {name: given.get(name) for name in ("summary", "description", "duedate")}
    assignee = given.get("assignee") or {}
    priority = values_from(kind.screen, "priority", [given.get("priority") or {"name": "Medium"}])
    return fields | {
        "project": project.record(),
        "issuetype": kind.record(),
        "labels": list(given.get("labels") or ()),
        "assignee": users.get(str(assignee.get("accountId") or assignee.get("id"))),
        "reporter": next(iter(users.values())),
        "components": values_from(kind.screen, "components", given.get("components") or []),
        "priority": next(iter(priority), None),
        "security": next(iter(values_from(kind.screen, "security", [given.get("security") or {}])), None),
        "parent": given.get("parent"),
        "status": project.workflow[0],
        "resolution": None,
        "resolutiondate": None,
        "statuscategorychangedate": at,
        "issuelinks": [],
        "created": at,
        "updated": at,
    }


def upserted(links: list[dict[str, Any]], body: dict[str, Any]) -> tuple[int, bool]:
    """Add a remote link, or replace the one with the same globalId. The link's id, and whether it is new."""
    for link in links:
        if body.get("globalId") and link.get("globalId") == body["globalId"]:
            number = link["id"]
            link.clear()
            link |= copy.deepcopy(body) | {"id": number}
            return number, False
    links.append(copy.deepcopy(body) | {"id": 10001 + len(links)})
    return links[-1]["id"], True


def reference(issue: dict[str, Any]) -> dict[str, Any]:
    return {name: issue[name] for name in ("id", "key", "self")}


def shown(issue: dict[str, Any], fields: list[str], properties: list[str]) -> dict[str, Any]:
    """An issue with the fields and entity properties that were asked for; it always has its id and key."""
    everything = "*all" in fields or "*navigable" in fields
    chosen = {name: value for name, value in issue["fields"].items() if everything or name in fields}
    held = {name: value for name, value in issue["properties"].items() if name in properties or "*all" in properties}
    return reference(issue) | {"fields": chosen} | ({"properties": held} if properties else {})


def search_page(found: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    """A page of search/jql. Without `fields`, and for "id", issues show nothing but their ids."""
    start = int(base64.b64decode(asked["nextPageToken"])) if asked.get("nextPageToken") else 0
    end = start + min(int(asked.get("maxResults") or 50), 5000)
    fields = asked.get("fields") or ["id"]
    chosen = [{"id": issue["id"]} if fields == ["id"] else shown(issue, fields, []) for issue in found[start:end]]
    more = {"nextPageToken": base64.b64encode(str(end).encode()).decode()} if end < len(found) else {}
    return {"issues": chosen, "isLast": not more} | more


def page_of(name: str, records: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    start = int(request.query.get("startAt", ["0"])[0])
    most = min(int(request.query.get("maxResults", ["50"])[0]), 200)
    return {name: records[start : start + most], "startAt": start, "maxResults": most, "total": len(records)}


def values_from(screen: dict[str, dict[str, Any]], field: str, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The allowed values that were given by id or name."""
    allowed = screen.get(field, {}).get("allowedValues", [])
    keys = [one.get("id") or one.get("name") for one in given]
    return [value for value in allowed if value["id"] in keys or value["name"] in keys]


def asked_in_query(request: Request) -> dict[str, Any]:
    asked: dict[str, Any] = {name: values[0] for name, values in request.query.items()}
    return asked | {name: names_in(request, name, []) for name in ("fields", "reconcileIssues")}


def permission(name: str, *, had: bool) -> dict[str, Any]:
    """A permission as Jira shows it to who asks for their own."""
    words = name.replace("_", " ").capitalize()
    shown = {"id": str(sum(name.encode())), "key": name, "name": words, "type": "PROJECT", "description": words}
    return shown | {"havePermission": had}


def link_type(number: int, name: str) -> dict[str, Any]:
    verb = name.lower()
    link = f"{SITE}/rest/api/3/issueLinkType/{number}"
    return {"id": str(number), "name": name, "inward": f"{verb} by", "outward": verb, "self": link}


def names_in(request: Request, name: str, default: list[str]) -> list[str]:
    """A list in the query: repeated, separated by commas, or both."""
    given = [part for value in request.query.get(name, ()) for part in value.split(",") if part]
    return given or default


def is_asked_for(user: dict[str, Any], asked: dict[str, str], *, whole_email: bool = False) -> bool:
    """Part of a name or an e-mail is enough; of an e-mail that its owner hides it takes the whole."""
    if "accountId" in asked:
        return user["accountId"] == asked["accountId"]
    words = asked["query"].casefold()
    email = user["emailAddress"].casefold()
    return words in user["displayName"].casefold() or (words == email if whole_email else words in email)
