"""How a fake Confluence shows what it holds."""

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.vendors.confluence_rules import Refused
from tests.vendors.wire import Reply, Request, json_reply


@dataclass
class KeptPage:
    """A page with all its versions; `bodies[0]` is version 1."""

    id: str
    space_id: str
    title: str
    parent_id: str
    status: str = "current"
    versions: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    properties: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        return self.bodies[-1]


def not_allowed(request: Request, *ids: str) -> Reply:
    raise Refused(405, "Method not allowed")


def results_page(request: Request, site: str, records: list[dict[str, Any]]) -> Reply:
    limit = int(request.query.get("limit", ["25"])[0])
    start = int(base64.b64decode(request.query.get("cursor", ["MA=="])[0]))
    links = {"base": f"{site}/wiki"}
    if start + limit < len(records):
        cursor = base64.b64encode(str(start + limit).encode()).decode()
        links["next"] = f"{request.path}?limit={limit}&cursor={cursor}"
    return json_reply({"results": records[start : start + limit], "_links": links})


def shown(page: KeptPage, site: str, space: str) -> dict[str, Any]:
    address = f"/spaces/{space}/pages/{page.id}"
    return {
        "id": page.id,
        "status": page.status,
        "title": page.title,
        "spaceId": page.space_id,
        "parentId": page.parent_id or None,
        "parentType": "page",
        "position": 1,
        "authorId": page.versions[0]["authorId"],
        "ownerId": page.versions[0]["authorId"],
        "createdAt": page.versions[0]["createdAt"],
        "version": page.versions[-1],
        "_links": {"webui": address, "editui": f"{address}/edit", "base": f"{site}/wiki"},
    }
