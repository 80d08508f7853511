"""The official client and its library, which is loaded with the first request: of those who could ask PagerDuty, many
never do. `client.py` is the only one who uses it.

What pagerduty 7.2.0 does by default (measured 2026-11-20): it repeats a 429 for ever and a network error three times,
writes too, and accepts https only. Here a request is sent once; repeating is decided in `connectors/retrying.py`.
"""

import logging
from typing import Any

import httpx2
from pagerduty import Error as ClientError
from pagerduty import HttpError, RestApiV2Client, SlackIntegrationApiClient
from pagerduty.rest_api_v2_base_client import RestApiV2BaseClient

from connectors.errors import BadReply, OutcomeUnknown, Unreachable

REFUSED = HttpError
"""What the client raises itself of an answer: 3xx and 401."""
NO_ANSWER = (ClientError, httpx2.RequestError)

_SILENT = logging.getLogger("connectors.pagerduty.client")
_SILENT.disabled = True  # each failure is said once, by our own error; the client would log every URL


class _AnyRegion(RestApiV2BaseClient):
    """The client insists on https; a fake on this machine has none. `client.py` has looked at the URL before."""

    @property
    def url(self) -> str:
        return self._url or ""

    @url.setter
    def url(self, new_base_url: str) -> None:
        self._url = new_base_url

    def postprocess(self, response: httpx2.Response, suffix: str | None = None) -> None:
        """Nothing. The client would compare the address with every path it knows, for counts that nobody reads and a
        log that is silent (measured 2026-11-21: a fifth of the time that a request took)."""


class Rest(_AnyRegion, RestApiV2Client):
    pass


class SlackIntegration(_AnyRegion, SlackIntegrationApiClient):
    """The client knows the US only and takes no transport; both are given here."""

    def __init__(self, user_token: str, base_url: str, transport: httpx2.BaseTransport | None) -> None:
        options: dict[str, Any] = {"transport": transport} if transport else {}
        RestApiV2BaseClient.__init__(self, user_token, base_url=f"{base_url}/integration-slack", **options)
        self.headers.update({"Accept": "application/json"})


def sending_once[C: RestApiV2BaseClient](client: C, timeout: float) -> C:
    client.timeout = timeout
    client.max_network_attempts = 0
    # Below zero is "no attempt left": the 429 is returned at once. Zero would mean the default, which is for ever.
    client.retry[429] = -2
    client.log = _SILENT
    return client


def network_error(tried: str, error: Exception, *, writes: bool) -> Exception:
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
