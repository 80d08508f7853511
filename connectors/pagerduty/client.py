"""The official client with the mends it needs; `api.py` is the only one who uses it.

What pagerduty 7.2.0 does by default (measured 2026-11-20): it repeats a 429 for ever and a network error three times,
writes too, and accepts https only. Here a request is sent once; repeating is decided in `connectors/retrying.py`.

Threads: one object may be used from many threads. A client is built once under a lock; httpx2's client and its
connection pool are made for threads; the client's only other state that a call touches is its counters, unused here.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from pagerduty import Error as ClientError
from pagerduty import HttpError, RestApiV2Client, SlackIntegrationApiClient
from pagerduty.rest_api_v2_base_client import RestApiV2BaseClient

from connectors.calls import sending
from connectors.errors import BadReply, OutcomeUnknown, RateLimited, Unreachable
from connectors.pagerduty.replies import LARGEST_PAGE, Page, judge, page
from connectors.retrying import Budget, Quiet, endpoint_of

_SILENT = logging.getLogger("connectors.pagerduty.client")
_SILENT.disabled = True  # each failure is said once, by our own error; the client would log every URL


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
        with self._lock:
            if self._rest is None:
                options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
                client = _Rest(self._token, self._sender, self._auth_type, base_url=self._base_url, **options)
                self._rest = _sending_once(client, self._timeout)
            return self._rest

    def slack(self) -> SlackIntegrationApiClient:
        with self._lock:
            if self._slack is None:
                client = _SlackIntegration(self._user_token or "", self._base_url, self._transport)
                self._slack = _sending_once(client, self._timeout)
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
        with sending("PagerDuty", endpoint, self._budget.now) as sent:
            try:
                response = send()
            except HttpError as error:  # the client raises 3xx and 401 itself
                response = cast("httpx2.Response", error.response)
            except (ClientError, httpx2.RequestError) as error:
                raise _network_error(tried, error, writes=writes) from None
            sent.status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.answered = headers.get("date", "")
        return judge(tried, response.status_code, headers, response.content, scope=scope, writes=writes)


class _AnyRegion(RestApiV2BaseClient):
    """The client insists on https; a fake on this machine has none. `_safe` has looked at the URL before."""

    @property
    def url(self) -> str:
        return self._url or ""

    @url.setter
    def url(self, new_base_url: str) -> None:
        self._url = new_base_url

    def postprocess(self, response: httpx2.Response, suffix: str | None = None) -> None:
        """Nothing. The client would compare the address with every path it knows, for counts that nobody reads and a
        log that is silent (measured 2026-11-21: a fifth of the time that a request took)."""


class _Rest(_AnyRegion, RestApiV2Client):
    pass


class _SlackIntegration(_AnyRegion, SlackIntegrationApiClient):
    """The client knows the US only and takes no transport; both are given here."""

    def __init__(self, user_token: str, base_url: str, transport: httpx2.BaseTransport | None) -> None:
        options: dict[str, Any] = {"transport": transport} if transport else {}
        RestApiV2BaseClient.__init__(self, user_token, base_url=f"{base_url}/integration-slack", **options)
        self.headers.update({"Accept": "application/json"})


def _sending_once[C: RestApiV2BaseClient](client: C, timeout: float) -> C:
    client.timeout = timeout
    client.max_network_attempts = 0
    # Below zero is "no attempt left": the 429 is returned at once. Zero would mean the default, which is for ever.
    client.retry[429] = -2
    client.log = _SILENT
    return client


def _network_error(tried: str, error: Exception, *, writes: bool) -> Exception:
    """Where no answer came: surely nothing happened before the connection stood, anything may have after it."""
    cause = error if isinstance(error, httpx2.RequestError) else error.__cause__
    came_back = f"no answer ({type(cause).__name__})"
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return Unreachable(tried, came_back, "Check the network and the base URL of PagerDuty.")
    if writes:
        return OutcomeUnknown(tried, came_back, "It may have happened: look before doing it again.")
    if isinstance(cause, httpx2.TransportError):
        return Unreachable(tried, came_back, "Check the network and https://status.pagerduty.com.")
    return BadReply(tried, came_back, "Check the base URL: something else may be answering for PagerDuty.")


def _safe(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return base_url.rstrip("/")
    raise ValueError("the PagerDuty base URL must begin with https://, or a token would travel in the clear")
