"""The official client with the mends it needs (`official.py`); `api.py` is the only one who uses it.

Threads: one object may be used from many threads. A client is built once under a lock; httpx2's client and its
connection pool are made for threads; the client's only other state that a call touches is its counters, unused here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from connectors.calls import sending
from connectors.errors import RateLimited
from connectors.pagerduty.replies import LARGEST_PAGE, Page, judge, page
from connectors.retrying import Budget, Quiet, endpoint_of

if TYPE_CHECKING:
    import httpx2
    from pagerduty import RestApiV2Client, SlackIntegrationApiClient


class Clients:
    """The client of the REST API, and that of the Slack integration, each made at its first use.

    Raises ValueError for a base URL that would send a token in the clear to another machine.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        user_token: str | None,
        sender: str | None,
        timeout: float,
        auth_type: str,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._base_url = _safe(base_url)
        self._token, self._user_token, self._sender, self._auth_type = token, user_token, sender, auth_type
        self._timeout, self._transport, self._lock = timeout, transport, threading.Lock()
        self._rest: RestApiV2Client | None = None
        self._slack: SlackIntegrationApiClient | None = None

    def close(self) -> None:
        with self._lock:
            for client in (self._rest, self._slack):
                if client is not None:
                    client.close()
            self._rest = self._slack = None

    def rest(self) -> RestApiV2Client:
        from connectors.pagerduty import official

        with self._lock:
            if self._rest is None:
                options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
                client = official.Rest(self._token, self._sender, self._auth_type, base_url=self._base_url, **options)
                self._rest = official.sending_once(client, self._timeout)
            return self._rest

    def slack(self) -> SlackIntegrationApiClient:
        from connectors.pagerduty import official

        with self._lock:
            if self._slack is None:
                client = official.SlackIntegration(self._user_token or "", self._base_url, self._transport)
                self._slack = official.sending_once(client, self._timeout)
            return self._slack


class Wire:
    """Sends requests and judges their answers. `answered` is the Date of the last answer."""

    def __init__(self, clients: Clients, budget: Budget) -> None:
        self._clients, self._budget, self._quiet = clients, budget, Quiet(budget.now)
        self.answered = ""

    def page(
        self, name: str, path: str, offset: int, query: dict[str, Any] | None = None, scope: str = "incidents.read"
    ) -> Page:
        tried = f"reading PagerDuty {name.replace('_', ' ')} from {offset}"
        value = self.get(tried, path, {"limit": LARGEST_PAGE, "offset": offset} | (query or {}), scope)
        return page(tried, value, name, offset)

    def get(self, tried: str, path: str, query: dict[str, Any], scope: str = "incidents.read") -> dict[str, Any]:
        return self.read(
            tried, endpoint_of("GET", path), lambda: self._clients.rest().get(path, params=query or None), scope
        )

    def read(self, tried: str, endpoint: str, send: Callable[[], httpx2.Response], scope: str) -> dict[str, Any]:
        return self._budget.reading(lambda: self.once(tried, endpoint, send, scope=scope, writes=False))

    def once(
        self, tried: str, endpoint: str, send: Callable[[], httpx2.Response], *, scope: str, writes: bool
    ) -> dict[str, Any]:
        """One request, or none while PagerDuty wants none of this kind."""
        self._quiet.check(endpoint, tried)
        try:
            return self._judged(tried, endpoint, send, scope=scope, writes=writes)
        except RateLimited as limit:
            self._quiet.keep(endpoint, limit.retry_after)
            raise

    def _judged(
        self, tried: str, endpoint: str, send: Callable[[], httpx2.Response], *, scope: str, writes: bool
    ) -> dict[str, Any]:
        from connectors.pagerduty import official

        with sending("PagerDuty", endpoint, self._budget.now) as sent:
            try:
                response = send()
            except official.REFUSED as error:
                response = cast("httpx2.Response", error.response)
            except official.NO_ANSWER as error:
                raise official.network_error(tried, error, writes=writes) from None
            sent.status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.answered = headers.get("date", "")
        return judge(tried, response.status_code, headers, response.content, scope=scope, writes=writes)


def _safe(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return base_url.rstrip("/")
    raise ValueError("the PagerDuty base URL must begin with https://, or a token would travel in the clear")
