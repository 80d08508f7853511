"""How a fake Confluence judges what it is asked to write, in Confluence's own sentences."""

import json
from typing import Any

from tests.vendors.confluence_storage import NotStorage, as_confluence_keeps
from tests.vendors.wire import Reply, Request, json_reply

TITLE_TAKEN = "A page with this title already exists: A page already exists with the same TITLE in this space"
OLD_VERSION = "Version must be incremented on update. Current version is: {}"
LARGEST_REQUEST = 5_000_000
LONGEST_TITLE = 255


class Refused(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(status, title)
        self.status, self.title = status, title

    def reply(self) -> Reply:
        errors = [{"status": self.status, "code": "INVALID_REQUEST_PARAMETER", "title": self.title, "detail": None}]
        return json_reply({"errors": errors}, self.status)


def limited(retry_after: int | None) -> Reply:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return json_reply({"message": "Rate limit exceeded"}, 429, headers)


def json_of(request: Request) -> Any:
    if len(request.body) > LARGEST_REQUEST:
        raise Refused(413, "Request too large")
    try:
        return request.json()
    except (ValueError, json.JSONDecodeError):
        raise Refused(400, "Invalid message") from None


def object_of(request: Request, *required: str) -> dict[str, Any]:
    body = json_of(request)
    if not isinstance(body, dict):
        raise Refused(400, "Invalid message")
    for name in required:
        if body.get(name) in (None, ""):
            raise Refused(400, f"Provided value for '{name}' is missing")
    return body


def check_query(request: Request, *known: str) -> None:
    for name, values in request.query.items():
        if name not in known or len(values) > 1:
            raise Refused(400, f"Unknown or repeated parameter: {name}")


def title_of(body: dict[str, Any]) -> str:
    title = " ".join(str(body["title"]).split())
    if not title or len(title.encode("utf-16-le")) // 2 > LONGEST_TITLE:
        raise Refused(400, f"Title must be between 1 and {LONGEST_TITLE} characters")
    return title


def storage_of(body: dict[str, Any], next_id: Any) -> str:
    """The body as it will be kept. Both shapes that the document allows are taken."""
    written = body.get("body") or {}
    written = written.get("storage", written)
    if written.get("representation") != "storage" or not isinstance(written.get("value"), str):
        raise Refused(400, "Invalid body: representation must be storage")
    try:
        return as_confluence_keeps(written["value"], next_id)
    except NotStorage as error:
        raise Refused(400, f"Error parsing xhtml: {error}") from None
