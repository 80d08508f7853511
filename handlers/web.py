"""What one machine answers over HTTP: PagerDuty's deliveries, the pages of the drafts, and whether it is well."""

import asyncio
import hmac
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.engine.local import LocalEngine
from connectors.engine.start import journey_name
from connectors.errors import ConnectorError
from connectors.store.port import File, Store
from connectors.store.shelf import Shelf, list_postmortems
from handlers import envelope, pages
from handlers.receive import LARGEST_BODY, receive
from handlers.standings import standing_of, standings
from handlers.wiring import Doorway
from postmortem.outputs.html import content_security_policy
from postmortem.outputs.json_document import render_json
from postmortem.outputs.page.prose import open_questions
from postmortem.settings import Settings

LONGEST_BODY_SECONDS = 10.0
LARGEST_FORM = 4 * 1024
SESSION = "debrief_session"
NOT_HERE = "There is no postmortem of this incident here."
FROM_FILES = "This draft was made from saved files: run debrief draft with them to make it again."
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
# A delivery is believed for its signature, and a tunnel or a proxy may name us as it likes: PagerDuty would take a
# refusal for good. Health tells no content. No page of a browser comes from either.
ANY_HOST = frozenset({"/pagerduty", "/healthz"})
_HEADERS = {
    "content-security-policy": pages.content_security_policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
# The page of a draft runs its own script and nothing else.
PAGE_POLICY = f"{content_security_policy(with_forms=True)}; frame-ancestors 'none'"

log = logging.getLogger("debrief")


@dataclass(frozen=True, slots=True)
class Site:
    """What the answers are made of. `key` signs the tokens of forms: they end with the process."""

    store: Store
    engine: LocalEngine
    doorway: Doorway
    settings: Settings
    now: Callable[[], datetime]
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def hosts(self) -> frozenset[str]:
        """The names that a browser or a proxy may know us by."""
        public = urlsplit(self.settings.publish.public_base_url or "").hostname
        return LOOPBACK | ({public} if public else set())

    def shelf(self, incident_id: str) -> Shelf:
        return Shelf(self.store, incident_id, drafts=self.settings.publish.folder)

    def token(self, session: str) -> str:
        return hmac.digest(self.key, session.encode(), "sha256").hex()


def app_of(site: Site) -> Starlette:
    """The whole site, behind its door."""
    return Starlette(
        routes=[
            Route("/", partial(_list, site)),
            Route("/healthz", partial(_health, site)),
            Route("/pagerduty", _Deliveries(site.doorway), methods=["POST"]),
            Route("/postmortems/{incident_id}", partial(_draft, site)),
            Route("/postmortems/{incident_id}/document.md", partial(_markdown, site)),
            Route("/postmortems/{incident_id}/document.json", partial(_json, site)),
            Route("/postmortems/{incident_id}/again", partial(_again, site), methods=["POST"]),
        ],
        middleware=[Middleware(Door, hosts=site.hosts())],
        exception_handlers={HTTPException: _refused, ConnectorError: _out_of_order},
    )


class Door:
    """Shows pages only under its own names, which stops DNS rebinding; the same strict headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = Headers(scope=scope).get("host", "")
        is_ours = scope["path"] in ANY_HOST or _name_in(host) in self._hosts
        app = self._app if is_ours else _wrong_host(host)
        await app(scope, receive, send_with_headers)


def _name_in(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _wrong_host(host: str) -> Response:
    log.warning("refused a request for the host %.80r: publish.public_base_url in debrief.yml can name another", host)
    sentence = (
        "Debrief does not answer to this name: open it at 127.0.0.1, "
        "or set publish.public_base_url in debrief.yml to the address that readers use."
    )
    return HTMLResponse(pages.notice_page("Not here", sentence), 400)


class _Deliveries:
    """POST /pagerduty: the raw bytes, read no further than a delivery can be long."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        request = Request(scope, receive_)
        try:
            async with asyncio.timeout(LONGEST_BODY_SECONDS):
                body = await _body_up_to(LARGEST_BODY, request)
        except TimeoutError:
            answer = envelope.Response(503, "the body did not arrive in time")
        else:
            delivery = envelope.Request({name.lower(): value for name, value in request.headers.items()}, body)
            answer = await run_in_threadpool(
                envelope.answered, lambda delivered: receive(delivered, self._doorway), delivery
            )
        await JSONResponse({"reason": answer.reason}, answer.status)(scope, receive_, send)


async def _body_up_to(most: int, request: Request) -> bytes:
    """The body, or its first bytes where it is longer: one more than `most`, so that it shows."""
    if int(request.headers.get("content-length") or 0) > most:
        return b"\0" * (most + 1)  # said to be too long: not a byte of it is read
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return body[: most + 1]
    return body


def _list(site: Site, _request: Request) -> Response:
    listed = [_listed(site, incident_id, kept) for incident_id, kept in list_postmortems(site.store)]
    return HTMLResponse(pages.list_page(listed, list(standings(site.store, site.engine))))


def _health(site: Site, _request: Request) -> Response:
    return JSONResponse({"status": "ok", "journeys": Counter(each.state for each in site.engine.journeys())})


def _listed(site: Site, incident_id: str, kept: dict[str, Any]) -> pages.Listed:
    """One line of the list, its questions counted in the document as people left it."""
    file = _document(site, incident_id)
    return pages.Listed(
        incident_id=incident_id,
        title=kept["title"],
        priority=kept["priority"],
        status=kept["status"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        questions=open_questions(file.content.decode(errors="replace")) if file else 0,
        items=kept.get("items", 0),
    )


def _draft(site: Site, request: Request) -> Response:
    """The page of the document as it lies there; before there is one, why not. One that was kept in an older shape is
    shown as the Markdown that it is."""
    incident_id = request.path_params["incident_id"]
    file, standing = _document(site, incident_id), standing_of(incident_id, site.store, site.engine)
    postmortem = site.shelf(incident_id).postmortem() if file else None
    session = request.cookies.get(SESSION) or secrets.token_urlsafe(24)
    headers: dict[str, str] = {}
    if file and postmortem:
        draft = pages.Draft(postmortem, file.content.decode(errors="replace"), site.store.location(file.name))
        token = None if _is_from_files(site, incident_id) else site.token(session)
        page = pages.draft_page(draft, standing, token, FROM_FILES)
        headers["content-security-policy"] = PAGE_POLICY
    elif file:
        return RedirectResponse(f"{request.url.path}/document.md")
    elif standing:
        page = pages.waiting_page(standing, site.token(session))
    else:
        raise HTTPException(404, NOT_HERE)
    response = HTMLResponse(page, headers=headers)
    return _with_session(response, session, is_public=request.url.hostname not in LOOPBACK)


def _markdown(site: Site, request: Request) -> Response:
    """The document as it lies there, byte for byte, shown as plain text."""
    file = _document(site, request.path_params["incident_id"])
    if file is None:
        raise HTTPException(404, NOT_HERE)
    return Response(file.content, media_type="text/plain; charset=utf-8")


def _json(site: Site, request: Request) -> Response:
    incident_id = request.path_params["incident_id"]
    postmortem = site.shelf(incident_id).postmortem() if _state(site, incident_id) else None
    if postmortem is None:
        raise HTTPException(404, NOT_HERE)
    return Response(render_json(postmortem), media_type="application/json")


def _document(site: Site, incident_id: str) -> File | None:
    name = _state(site, incident_id).get("document")
    return site.store.load(name) if name else None


async def _again(site: Site, request: Request) -> Response:
    """Start one more journey for an incident: it reads everything again, and what is made stays made once."""
    form = parse_qs((await _body_up_to(LARGEST_FORM, request)).decode(errors="replace"))
    expected = site.token(request.cookies.get(SESSION, ""))
    if SESSION not in request.cookies or not hmac.compare_digest(_one(form, "csrf").encode(), expected.encode()):
        raise HTTPException(403, "This did not come from a page of Debrief: open the draft, and press its button.")
    incident_id = request.path_params["incident_id"]
    await run_in_threadpool(_start_again, site, incident_id)
    return RedirectResponse(request.url.path.removesuffix("/again"), 303)


def _start_again(site: Site, incident_id: str) -> None:
    if not _state(site, incident_id) and not standing_of(incident_id, site.store, site.engine):
        raise HTTPException(404, NOT_HERE)
    if _is_from_files(site, incident_id):
        raise HTTPException(409, FROM_FILES)
    name = journey_name(incident_id, site.now())
    site.engine.start("postmortem", name, {"incident_id": incident_id, "journey": name})
    log.info("a person asked for the draft of %s again: %s", incident_id, name)


def _is_from_files(site: Site, incident_id: str) -> bool:
    """Whether the draft was read from no account, which may not know the incident at all."""
    state = _state(site, incident_id)
    return state.get("from_files", False) or not state.get("incident", {}).get("from_pagerduty", True)


def _state(site: Site, incident_id: str) -> dict[str, Any]:
    try:
        return site.shelf(incident_id).state()
    except ValueError:  # an id that no store could keep is one that we do not have
        return {}


def _one(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _with_session(response: Response, session: str, *, is_public: bool) -> Response:
    """Only a proxy that speaks https has a public name (settings see to it): there the cookie needs https."""
    response.set_cookie(SESSION, session, httponly=True, samesite="strict", secure=is_public)
    return response


async def _refused(_request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    return HTMLResponse(pages.notice_page(f"{status}", detail), status)


async def _out_of_order(_request: Request, error: Exception) -> Response:
    log.error("a page failed: %s", error)
    return HTMLResponse(pages.notice_page("Out of order", str(error)), 503)
