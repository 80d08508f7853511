"""The door of the pages: they are shown under our own names only, and under the same strict headers."""

import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers import pages

# A delivery is believed for its signature, and a tunnel or a proxy may name us as it likes: PagerDuty would take a
# refusal for good. Health tells no content. No page of a browser comes from either.
ANY_HOST = frozenset({"/pagerduty", "/slack", "/jira", "/healthz"})
_HEADERS = {
    "content-security-policy": pages.content_security_policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

log = logging.getLogger("debrief")


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
