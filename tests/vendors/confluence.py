"""A fake Confluence Cloud with memory: REST v2 (and v1 for labels), as strict as the real one.

    fake = FakeConfluence()
    with served(fake) as url:
        ConfluenceApi(fake.site, fake.email, fake.token, budget, base_url=url)

What it does on demand: `fails_next`, `limits_next`, `before_next`. What people do: `writes`, `edits`, `renames`,
`deletes`, `archives`. What it remembers: `requests`, `pages`, `refusals`, and in `made` the pages that were created
over REST. Its answers are checked against Atlassian's document.
"""

import base64
import itertools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.vendors.confluence_rules import (
    OLD_VERSION,
    TITLE_TAKEN,
    Refused,
    check_query,
    json_of,
    limited,
    object_of,
    storage_of,
    title_of,
)
from tests.vendors.confluence_shapes import KeptPage, not_allowed, results_page, shown
from tests.vendors.confluence_storage import as_confluence_keeps
from tests.vendors.jira_faults import Fault, next_fault
from tests.vendors.wire import Reply, Request, json_reply

_V2 = "/wiki/api/v2"
OURS = "acc-debrief"


@dataclass
class FakeConfluence:
    """`now` is a Unix time. There is one space, of the key `space`."""

    email: str = "debrief@acme.example"
    token: str = "confluence-token-0001"
    site: str = "https://acme.atlassian.net"
    space: str = "OPS"
    now: Callable[[], float] = time.time
    may_add_pages: bool = True
    requests: list[Request] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    pages: list[KeptPage] = field(default_factory=list)
    made: list[KeptPage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids, self._local_ids = itertools.count(1001), itertools.count(1)
        self._faults: list[Fault] = []
        self._before: list[tuple[str, Callable[[], None]]] = []
        self._lock = threading.RLock()
        self._space_id = "98304"
        self.home = self._add("Operations", "<p>Home.</p>", "", "acc-admin")

    def fails_next(self, where: str, reply: Reply, times: int = 1, *, after_effect: bool = False) -> None:
        """Answer so the next `times` requests whose "POST /path" the regular expression `where` finds.

        With `after_effect` the request is carried out first: the answer is lost, not the work.
        """
        self._faults.append(Fault(re.compile(where), reply, times, after_effect))

    def before_next(self, method: str, act: Callable[[], None]) -> None:
        """Somebody does something just before the next request of this method; each waits for a request of its own."""
        self._before.append((method, act))

    def limits_next(self, where: str = "", times: int = 1, *, retry_after: int | None = 3) -> None:
        self.fails_next(where, limited(retry_after), times)

    def writes(self, title: str, body: str = "<p>By hand.</p>", author: str = "acc-bea") -> KeptPage:
        """A person makes a page."""
        with self._lock:
            return self._add(title, body, self.home.id, author)

    def edits(self, page: KeptPage, change: Callable[[str], str], author: str = "acc-bea") -> None:
        """A person changes a page in the editor, which must change something."""
        with self._lock:
            changed = change(page.body)
            assert changed != page.body, "the edit changed nothing"
            self._add_version(page, as_confluence_keeps(changed, lambda: next(self._local_ids)), "", author)

    def renames(self, page: KeptPage, title: str) -> None:
        with self._lock:
            page.title = title
            self._add_version(page, page.body, "", "acc-bea")

    def deletes(self, page: KeptPage) -> None:
        """A person moves the page to the trash."""
        page.status = "trashed"

    def archives(self, page: KeptPage) -> None:
        page.status = "archived"

    def ours(self) -> list[KeptPage]:
        """The pages that Debrief made."""
        return [page for page in self.pages if page.versions[0]["authorId"] == OURS]

    def the_page(self) -> KeptPage:
        """The one page that Debrief made."""
        (page,) = self.ours()
        return page

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            if self._before and self._before[0][0] == request.method:
                self._before.pop(0)[1]()
            fault = next_fault(self._faults, request)
            if fault is not None and not fault.after_effect:
                return fault.reply
            reply = self._answer(request)
            return fault.reply if fault is not None else reply

    def state(self) -> dict[str, Any]:
        with self._lock:
            calls = [f"{request.method} {request.path}" for request in self.requests]
            return {
                "pages": {
                    page.id: {
                        "title": page.title,
                        "status": page.status,
                        "versions": page.versions,
                        "properties": page.properties,
                        "labels": page.labels,
                        "body": page.body,
                    }
                    for page in self.pages
                },
                "refusals": list(self.refusals),
                "requests": {call: calls.count(call) for call in dict.fromkeys(calls)},
            }

    def _answer(self, request: Request) -> Reply:
        try:
            self._check_token(request)
            methods, ids = self._route(request.path)
            return methods.get(request.method, not_allowed)(request, *ids)
        except Refused as refusal:
            self.refusals.append(f"{request.method} {request.path}: {refusal.status} {refusal.title}")
            return refusal.reply()

    def _check_token(self, request: Request) -> None:
        expected = base64.b64encode(f"{self.email}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            raise Refused(401, "Unauthorized; scope does not match")

    def _route(self, path: str) -> tuple[dict[str, Callable[..., Reply]], tuple[str, ...]]:
        one = f"{_V2}/pages/([0-9]+)"
        routes: list[tuple[str, dict[str, Callable[..., Reply]]]] = [
            (f"{_V2}/spaces", {"GET": self._spaces}),
            (f"{_V2}/spaces/([0-9]+)/operations", {"GET": self._operations}),
            (f"{_V2}/pages", {"GET": self._find, "POST": self._create}),
            (one, {"GET": self._get, "PUT": self._update}),
            (f"{one}/properties", {"GET": self._properties, "POST": self._add_property}),
            ("/wiki/rest/api/content/([0-9]+)/label", {"POST": self._label}),
        ]
        for pattern, methods in routes:
            if match := re.fullmatch(pattern, path):
                return methods, match.groups()
        raise Refused(404, "Not Found")

    def _spaces(self, request: Request) -> Reply:
        check_query(request, "keys", "limit", "cursor")
        key = request.query.get("keys", [self.space])[0]
        space = {
            "id": self._space_id,
            "key": self.space,
            "name": "Operations",
            "type": "global",
            "status": "current",
            "homepageId": self.home.id,
            "_links": {"webui": f"/spaces/{self.space}"},
        }
        return results_page(request, self.site, [space] if key == self.space else [])

    def _operations(self, request: Request, space_id: str) -> Reply:
        check_query(request)
        if space_id != self._space_id:
            raise Refused(404, "Not Found")
        permitted = [("read", "space"), *([("create", "page"), ("delete", "page")] if self.may_add_pages else [])]
        return json_reply({"operations": [{"operation": name, "targetType": of} for name, of in permitted]})

    def _find(self, request: Request) -> Reply:
        check_query(request, "space-id", "title", "limit", "cursor")
        wanted = request.query.get("title", [None])[0]
        space_id = request.query.get("space-id", [self._space_id])[0]
        found = [
            page
            for page in self.pages
            if page.status in ("current", "archived") and wanted in (None, page.title) and page.space_id == space_id
        ]
        return results_page(request, self.site, [shown(page, self.site, self.space) for page in found])

    def _get(self, request: Request, page_id: str) -> Reply:
        check_query(request, "body-format", "version")
        page = self._one(page_id)
        number = int(request.query.get("version", [str(len(page.bodies))])[0])
        if not 1 <= number <= len(page.bodies):
            raise Refused(404, "Not Found")
        body_format = request.query.get("body-format", [""])[0]
        body = {"storage": {"representation": "storage", "value": page.bodies[number - 1]}}
        record = shown(page, self.site, self.space) | {"version": page.versions[number - 1]}
        return json_reply(record | ({"body": body} if body_format == "storage" else {}))

    def _create(self, request: Request) -> Reply:
        body = object_of(request, "spaceId", "title")
        title = title_of(body)
        if body["spaceId"] != self._space_id:
            raise Refused(404, "Space not found")
        parent_id = str(body.get("parentId") or self.home.id)
        self._one(parent_id)
        self._check_free(title)
        if body.get("status", "current") != "current":
            raise Refused(400, "Only current pages are made here")
        kept = storage_of(body, lambda: next(self._local_ids))
        page = KeptPage(str(next(self._ids)), self._space_id, title, parent_id)
        self.pages.append(page)
        self.made.append(page)
        self._add_version(page, kept, "", OURS)
        return json_reply(shown(page, self.site, self.space))

    def _update(self, request: Request, page_id: str) -> Reply:
        body = object_of(request, "id", "status", "title", "body", "version")
        page, title = self._one(page_id), title_of(body)
        if body["id"] != page_id or page.status == "archived":
            raise Refused(400, "The page cannot be updated")
        if body["version"].get("number") != len(page.bodies) + 1:
            raise Refused(409, OLD_VERSION.format(len(page.bodies)))
        if title.casefold() != page.title.casefold():
            self._check_free(title)
        kept = storage_of(body, lambda: next(self._local_ids))
        page.title = title
        self._add_version(page, kept, str(body["version"].get("message") or ""), OURS)
        return json_reply(shown(page, self.site, self.space))

    def _properties(self, request: Request, page_id: str) -> Reply:
        check_query(request, "key", "limit", "cursor")
        key = request.query.get("key", [None])[0]
        return results_page(
            request, self.site, [one for one in self._one(page_id).properties if key in (None, one["key"])]
        )

    def _add_property(self, request: Request, page_id: str) -> Reply:
        body, page = object_of(request, "key"), self._one(page_id)
        if any(one["key"] == body["key"] for one in page.properties):
            raise Refused(409, f"Property with key {body['key']} already exists")
        version = {"number": 1, "message": "", "minorEdit": False, "authorId": OURS, "createdAt": self._time()}
        made = {"id": str(next(self._ids)), "key": body["key"], "value": body.get("value"), "version": version}
        page.properties.append(made)
        return json_reply(made)

    def _label(self, request: Request, page_id: str) -> Reply:
        page = self._one(page_id)
        for label in json_of(request):
            if label.get("prefix") != "global" or not re.fullmatch(r"[^\sA-Z]{1,255}", str(label.get("name"))):
                raise Refused(400, "Invalid label")
            if label["name"] not in page.labels:
                page.labels.append(label["name"])
        found = [{"prefix": "global", "name": name, "id": name} for name in page.labels]
        return json_reply({"results": found, "start": 0, "limit": 200, "size": len(found)})

    def _check_free(self, title: str) -> None:
        taken = [page for page in self.pages if page.status != "trashed" and page.title.casefold() == title.casefold()]
        if taken:
            raise Refused(400, TITLE_TAKEN)

    def _one(self, page_id: str) -> KeptPage:
        for page in self.pages:
            if page.id == page_id and page.status != "trashed":
                return page
        raise Refused(404, "Not Found")

    def _add(self, title: str, body: str, parent_id: str, author: str) -> KeptPage:
        page = KeptPage(str(next(self._ids)), self._space_id, title, parent_id)
        self.pages.append(page)
        self._add_version(page, as_confluence_keeps(body, lambda: next(self._local_ids)), "", author)
        return page

    def _add_version(self, page: KeptPage, body: str, message: str, author: str) -> None:
        page.bodies.append(body)
        number = len(page.bodies)
        page.versions.append(
            {
                "number": number,
                "message": message,
                "minorEdit": False,
                "authorId": author,
                "createdAt": self._time(),
            }
        )

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
