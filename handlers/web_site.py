"""What every page shares: the site, what is kept of an incident, and forms that are believed."""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectors.engine.local import LocalEngine
from connectors.store.port import File, Store
from connectors.store.shelf import Shelf
from handlers.desk import Desk
from handlers.wiring import Doorway
from postmortem.settings import Settings

LARGEST_FORM = 16 * 1024
SESSION = "debrief_session"
NOT_HERE = "There is no postmortem of this incident here."
NOT_OURS = "This did not come from a page of Debrief: open the draft, and press its button."
_A_SESSION = re.compile(r"[A-Za-z0-9_-]{32}")
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Site:
    """What the answers are made of. `key` signs the tokens of forms: they end with the process."""

    store: Store
    engine: LocalEngine
    doorway: Doorway
    desk: Callable[[], Desk]
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


def state_of(site: Site, incident_id: str) -> dict[str, Any]:
    """What is remembered of an incident; nothing where there is none."""
    try:
        return site.shelf(incident_id).state()
    except ValueError:  # an id that no store could keep is one that we do not have
        return {}


def document_of(site: Site, incident_id: str) -> File | None:
    name = state_of(site, incident_id).get("document")
    return site.store.load(name) if name else None


def is_from_files(site: Site, incident_id: str) -> bool:
    """Whether the draft was read from no account, which may not know the incident at all."""
    state = state_of(site, incident_id)
    return state.get("from_files", False) or not state.get("incident", {}).get("from_pagerduty", True)


def session_of(request: Request) -> str:
    """The browser's own, or a new one where it has none that could be ours."""
    theirs = request.cookies.get(SESSION, "")
    return theirs if _A_SESSION.fullmatch(theirs) else secrets.token_urlsafe(24)


def is_from_elsewhere(site: Site, request: Request) -> bool:
    """Whether a browser says that another site's page sent this, also where it knows the token of a session that it
    chose itself. Our own forms have the origin "null": our pages send no referrer.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    """
    origin, place = request.headers.get("origin", "null"), request.headers.get("sec-fetch-site", "none")
    return place not in ("same-origin", "none") or (origin != "null" and _host_of(origin) not in site.hosts())


def with_session(response: Response, session: str, request: Request) -> Response:
    """Only a proxy that speaks https has a public name (settings see to it): there the cookie needs https."""
    is_public = request.url.hostname not in LOOPBACK
    response.set_cookie(SESSION, session, httponly=True, samesite="strict", secure=is_public)
    return response


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


async def believed_form(site: Site, request: Request) -> dict[str, str]:
    """The fields of a form that came from a page of ours, each once. Raises HTTPException."""
    form = parse_qs((await body_up_to(LARGEST_FORM, request)).decode(errors="replace"))
    fields = {name: values[0] for name, values in form.items()}
    session = request.cookies.get(SESSION, "")
    is_signed = hmac.compare_digest(fields.get("csrf", "").encode(), site.token(session).encode())
    if not session or not is_signed or is_from_elsewhere(site, request):
        raise HTTPException(403, NOT_OURS)
    return fields


async def body_up_to(most: int, request: Request) -> bytes:
    """The body, or its first bytes where it is longer: one more than `most`, so that it shows."""
    if int(request.headers.get("content-length") or 0) > most:
        return b"\0" * (most + 1)  # said to be too long: not a byte of it is read
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return body[: most + 1]
    return body
