"""Confluence before the ten rules."""

import base64
import re
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response

from connectors.confluence.api import MOST_PAGES, ConfluenceApi
from connectors.confluence.replies import page_of_results
from connectors.confluence.translate import (
    LARGEST_BODY,
    fitting_title,
    id_from_record,
    key_from_properties,
    page_from_record,
)
from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable
from connectors.retrying import Budget
from postmortem.compose import compose
from postmortem.outputs.markdown import render_body
from postmortem.outputs.storage import render_storage, size_in_request
from postmortem.settings import Settings
from tests.contract.rules_kit import CANARY, Connector, Endless, Size, Write
from tests.unit.given import at, evidence, said
from tests.vendors.confluence import FakeConfluence
from tests.vendors.jira_wire import InProcess
from tests.vendors.wire import Reply, Request, Vendor, json_reply

_FAKE = FakeConfluence()
_PAGE = "1002"


def _fake() -> FakeConfluence:
    fake = FakeConfluence()
    assert fake.writes("By hand").id == _PAGE
    return fake


class _Timed(InProcess):
    def __init__(self, vendor: Vendor, timeouts: list[Any]) -> None:
        super().__init__(vendor)
        self._timeouts = timeouts

    def send(self, request: PreparedRequest, *rest: Any, **more: Any) -> Response:
        timeout = more.get("timeout")
        self._timeouts += timeout if isinstance(timeout, tuple) else [timeout]
        return super().send(request, *rest, **more)


def _inside(vendor: Vendor, budget: Budget, timeouts: list[Any]) -> ConfluenceApi:
    return ConfluenceApi(_FAKE.site, _FAKE.email, _FAKE.token, budget, transport=_Timed(vendor, timeouts))


def _outside(url: str, budget: Budget, timeout: float) -> ConfluenceApi:
    return ConfluenceApi(_FAKE.site, _FAKE.email, _FAKE.token, budget, base_url=url, timeout=(timeout, timeout))


def _means(status: int, writes: bool) -> type[ConnectorError] | None:
    if 200 <= status < 300:
        return OutcomeUnknown if writes else None
    if status >= 500 or status < 200 or status in (408, 425):
        return OutcomeUnknown if writes else Unreachable
    known: dict[int, type[ConnectorError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 429: RateLimited}
    return known.get(status, Rejected)


def _body(text: str) -> dict[str, Any]:
    return {"representation": "storage", "value": f"<p>{text}</p>"}


def _create(api: ConfluenceApi) -> Any:
    return api.create_page({"spaceId": "98304", "status": "current", "title": CANARY, "body": _body(CANARY)})


def _update(api: ConfluenceApi) -> Any:
    written = {"id": _PAGE, "status": "current", "title": "By hand", "body": _body(CANARY), "version": {"number": 2}}
    return api.update_page(_PAGE, written)


def _list(api: ConfluenceApi) -> Any:
    return api.list_pages("98304", CANARY)


def _found(cursor: str) -> Reply:
    links = {"next": f"https://elsewhere.example/wiki/api/v2/pages?cursor={cursor}"}
    return json_reply({"results": [{"id": "1"}], "_links": links})


def _endpoint(request: Request) -> str:
    path = re.sub(r"/(pages|content|spaces)/\d+", r"/\1/{id}", request.path)
    return f"| `{request.method} {path}` |"


def _page_of(text: str) -> int:
    told = evidence(said("1", 0, text), said("2", 60, f"ACTION: {text}"))
    postmortem = compose(told, Settings(), composed_at=at(7200).at)
    most = LARGEST_BODY // 100
    page = render_storage(render_body(postmortem), postmortem, whole="The rest is in the draft.", most=most)
    return size_in_request(page.body) * 100


CONFLUENCE = Connector(
    name="confluence",
    api=ConfluenceApi,
    readme=Path("connectors/confluence/README.md"),
    reads={
        "get_page": lambda api: api.get_page(_PAGE),
        "list_spaces": lambda api: api.list_spaces("OPS"),
        "list_space_operations": lambda api: api.list_space_operations("98304"),
        "list_pages": _list,
        "list_properties": lambda api: api.list_properties(_PAGE, "debrief"),
        "add_labels": lambda api: api.add_labels(_PAGE, ("postmortem",)),
    },
    writes={
        "create_page": Write(_create, "POST .*/pages$", _list),
        "update_page": Write(_update, "PUT", lambda api: page_from_record(api.get_page(_PAGE)).version > 1),
        "create_property": Write(
            lambda api: api.create_property(_PAGE, "debrief", {"install_id": CANARY}),
            "POST .*/properties$",
            lambda api: api.list_properties(_PAGE, "debrief"),
        ),
    },
    fake=_fake,
    inside=_inside,
    outside=_outside,
    secrets=(_FAKE.token, base64.b64encode(f"{_FAKE.email}:{_FAKE.token}".encode()).decode()),
    means=_means,
    limited=lambda wait: json_reply({"message": CANARY}, 429, {"Retry-After": str(wait)}),
    endless={
        "the same cursor": Endless(_list, "/pages", lambda _: _found("7"), 2),
        "cursors for ever": Endless(_list, "/pages", lambda number: _found(str(number)), MOST_PAGES),
    },
    endpoint=_endpoint,
    records={
        "page": (
            page_from_record,
            {
                "id": "1",
                "title": "T",
                "status": "current",
                "version": {"number": 1},
                "body": {"storage": {"value": ""}},
            },
        ),
        "id": (id_from_record, {"id": "1"}),
        "property": (
            lambda raw: key_from_properties([raw]),
            {"key": "debrief", "value": {"install_id": "a", "incident_id": "b"}},
        ),
        "links": (
            lambda raw: page_of_results("Reading", {"results": [raw], "_links": raw}),
            {"next": "/wiki/api/v2/pages?cursor=a"},
        ),
    },
    sizes={
        "a title": Size(255, lambda text: len(fitting_title("Postmortem: ", text, " (Q2)").encode("utf-16-le")) // 2),
        "a page": Size(LARGEST_BODY, _page_of),
    },
)
