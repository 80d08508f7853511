"""slack_sdk's client with the mends it needs; `api.py` is the only one who uses it.

What slack_sdk 3.47.0 does by itself (measured 2026-11-20), and what is done here instead:
- a dropped connection is sent again, posts too: no retry handlers;
- every body goes through its debug log, and one that is no JSON into its error log: a silent logger;
- HTTPS_PROXY is used for loopback too, and NO_PROXY is not read: urllib's own proxy rules, none for loopback;
- a redirect is followed with the token: no redirects;
- of a body that is no JSON object it makes an AttributeError, or an error that quotes it: an empty object instead;
- a TLS context with all its certificates is made for each call: one opener for all.
"""

import logging
from collections.abc import Callable
from functools import cached_property
from http.client import HTTPMessage
from typing import IO, Any, override
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from slack_sdk import WebClient

type Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""

type Send = Callable[[Request, float], Answer]
"""Sends one request with a timeout in seconds. Raises what urllib raises."""

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes. A page of 999 messages is under 5 MB; more than this is cut, and then no JSON."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Client(WebClient):
    def __init__(self, token: str, base_url: str, timeout: float, send: Send | None) -> None:
        silent = logging.Logger("slack", level=logging.CRITICAL + 1)
        super().__init__(token, base_url=base_url, retry_handlers=[], logger=silent)
        self._seconds = timeout
        self._send = send if send is not None else self._over_the_network

    def post(self, url: str, content: bytes) -> Answer:
        """Post bytes to an upload address, without the token: it is nobody's business there."""
        headers = {"Content-Type": "application/octet-stream"}
        request = Request(url, content, headers, method="POST")  # noqa: S310 - api.py has checked the address
        return self._send(request, self._seconds)

    @override
    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        status, headers, body = self._send(req, self._seconds)
        text = body.decode("utf-8", "replace")
        return {"status": status, "headers": headers, "body": text if text.lstrip().startswith("{") else "{}"}

    def _over_the_network(self, request: Request, timeout: float) -> Answer:
        try:
            with self._opener.open(request, timeout=timeout) as reply:
                return reply.status, dict(reply.headers.items()), reply.read(LARGEST_ANSWER)
        except HTTPError as refusal:
            with refusal:
                return refusal.code, dict(refusal.headers.items()), refusal.read(LARGEST_ANSWER)

    @cached_property
    def _opener(self) -> OpenerDirector:
        is_near = urlsplit(self.base_url).hostname in _LOOPBACK
        return build_opener(ProxyHandler({} if is_near else None), _NoRedirects())


class _NoRedirects(HTTPRedirectHandler):
    @override
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return None
