"""PagerDuty's REST API v2 through its official client: one short method per endpoint, in PagerDuty's words.

What the client does by default and what mends it (measured with pagerduty 7.2.0, 2026-11-20): it repeats a 429 for
ever and a network error three times, writes too, and accepts https only. Here a request is sent once; repeating is
decided in `connectors/retrying.py`.

Threads: one object may be used from many threads. The client is built once under a lock; httpx2's client and its
connection pool are made for threads; the client's only other state that a call touches is its counters, unused here.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpx2
from pagerduty import Error as ClientError
from pagerduty import HttpError, RestApiV2Client, SlackIntegrationApiClient
from pagerduty.rest_api_v2_base_client import RestApiV2BaseClient

from connectors.calls import sending
from connectors.errors import BadReply, NotAllowed, OutcomeUnknown, RateLimited, Unreachable
from connectors.pagerduty.replies import LARGEST_PAGE, Page, field, judge, page
from connectors.retrying import Budget, Quiet, endpoint_of

# The EU has its own: https://api.eu.pagerduty.com (https://developer.pagerduty.com, read 2026-11-20).
US_BASE_URL = "https://api.pagerduty.com"
# Everything that comes free with the one call. `users` and the others make whole people of references.
MOST_PAST = 5
"""PagerDuty's own default; the list goes to 999 (PD-OAS past_incidents_limit, read 2026-11-21)."""

_INCIDENT_INCLUDES = [
    "acknowledgers",
    "agents",
    "assignees",
    "conference_bridge",
    "custom_fields",
    "priorities",
    "teams",
    "users",
]
_SILENT = logging.getLogger("connectors.pagerduty.client")
_SILENT.disabled = True  # each failure is said once, by our own error; the client would log every URL


class PagerDutyApi:
    """`token` reads and writes; `user_token` (of an Owner or Global Admin) opens the dedicated Slack channel only.

    `sender` is the From e-mail that writes with an account token need. `timeout` is in seconds, for connecting and
    for each read. `auth_type` is "token", or "bearer" for an OAuth app. Construction does no I/O. Raises ValueError
    for a base URL that would send a token in the clear to another machine.
    """

    def __init__(
        self,
        token: str,
        budget: Budget,
        *,
        base_url: str = US_BASE_URL,
        user_token: str | None = None,
        sender: str | None = None,
        timeout: float = 10.0,
        auth_type: str = "token",
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._base_url = _safe(base_url)
        self._token, self._user_token, self._sender, self._auth_type = token, user_token, sender, auth_type
        self._budget, self._timeout, self._transport = budget, timeout, transport
        self._quiet, self._lock = Quiet(budget.now), threading.Lock()
        self._rest: RestApiV2Client | None = None
        self._slack: SlackIntegrationApiClient | None = None

    def close(self) -> None:
        """Let go of the connections. The next call opens new ones."""
        with self._lock:
            for client in (self._rest, self._slack):
                if client is not None:
                    client.close()
            self._rest = self._slack = None

    def get_incident(self, incident_id: str) -> dict[str, Any]:
        """The incident object, by id or number, with whole people, priority, conference bridge and custom fields."""
        tried = f"reading the PagerDuty incident {incident_id}"
        value = self._get(tried, f"/incidents/{_id(incident_id)}", {"include[]": _INCIDENT_INCLUDES})
        return field(tried, value, "incident", dict)

    def list_alerts(self, incident_id: str, offset: int = 0) -> Page:
        """A page of up to 100 alert objects."""
        return self._page("alerts", f"/incidents/{_id(incident_id)}/alerts", offset)

    def list_log_entries(self, incident_id: str, offset: int = 0) -> Page:
        """A page of up to 100 log entries with their channels, newest first."""
        path = f"/incidents/{_id(incident_id)}/log_entries"
        return self._page("log_entries", path, offset, {"include[]": ["channels"]})

    def list_notes(self, incident_id: str) -> Page:
        """All notes: PagerDuty does not page them (at most 2,000 an incident)."""
        tried = "reading PagerDuty notes"
        value = self._get(tried, f"/incidents/{_id(incident_id)}/notes", {})
        return Page(tuple(field(tried, value, "notes", list)), None)

    def list_related_change_events(self, incident_id: str) -> Page:
        """The change events PagerDuty relates to the incident, one page: this list takes a limit and no offset."""
        tried = "reading PagerDuty change events"
        value = self._get(tried, f"/incidents/{_id(incident_id)}/related_change_events", {"limit": LARGEST_PAGE})
        return Page(tuple(field(tried, value, "change_events", list)), None)

    def list_past_incidents(self, incident_id: str) -> Page:
        """Resolved incidents of the same service that PagerDuty holds to be like this one, likest first."""
        tried = "reading PagerDuty past incidents"
        value = self._get(tried, f"/incidents/{_id(incident_id)}/past_incidents", {"limit": MOST_PAST})
        return Page(tuple(field(tried, value, "past_incidents", list)), None)

    def list_related_incidents(self, incident_id: str) -> Page:
        """Incidents of other services at about the same time, with why PagerDuty relates them (at most 20)."""
        tried = "reading PagerDuty related incidents"
        value = self._get(tried, f"/incidents/{_id(incident_id)}/related_incidents", {})
        return Page(tuple(field(tried, value, "related_incidents", list)), None)

    def list_incidents(self, since: str, until: str, statuses: tuple[str, ...] = (), offset: int = 0) -> Page:
        """A page of incidents created between two ISO 8601 times, at most 6 months apart."""
        query: dict[str, Any] = {"since": since, "until": until}
        return self._page(
            "incidents", "/incidents", offset, query | ({"statuses[]": list(statuses)} if statuses else {})
        )

    def list_webhook_subscriptions(self, offset: int = 0) -> Page:
        """A page of up to 100 webhook subscriptions of the account."""
        scope = "webhook_subscriptions.read"
        return self._page("webhook_subscriptions", "/webhook_subscriptions", offset, scope=scope)

    def enable_webhook_subscription(self, subscription_id: str) -> dict[str, Any]:
        """Enable a subscription that PagerDuty disabled for a time; returns it. The same again is safe to repeat."""
        tried = f"enabling the PagerDuty webhook subscription {subscription_id}"
        path = f"/webhook_subscriptions/{_id(subscription_id)}/enable"
        value = self._read(
            tried, endpoint_of("POST", path), lambda: self._client().post(path), "webhook_subscriptions.write"
        )
        return field(tried, value, "webhook_subscription", dict)

    def get_user(self, user_id: str) -> dict[str, Any]:
        """The user object, with e-mail and time zone."""
        tried = f"reading the PagerDuty user {user_id}"
        return field(tried, self._get(tried, f"/users/{_id(user_id)}", {}, scope="users.read"), "user", dict)

    def list_services(self, query: str, offset: int = 0) -> Page:
        """A page of the services whose name matches `query`, each with a reference to its escalation policy."""
        return self._page("services", "/services", offset, {"query": query}, scope="services.read")

    def list_oncalls(self, escalation_policy_ids: Sequence[str], offset: int = 0) -> Page:
        """A page of who is on call now by these escalation policies, and at which level of theirs."""
        query = {"escalation_policy_ids[]": list(escalation_policy_ids)}
        return self._page("oncalls", "/oncalls", offset, query, scope="oncalls.read")

    @property
    def has_user_token(self) -> bool:
        """Whether `get_dedicated_channel` can be asked at all."""
        return self._user_token is not None

    def get_dedicated_channel(self, incident_id: str) -> dict[str, Any]:
        """The incident's own Slack channel: {"id", "name", "slack_team_id", "link", "deep_link"}.

        Raises NotFound where there is none, NotAllowed without a user's token of an Owner or Global Admin.
        """
        tried = f"reading the Slack channel of the PagerDuty incident {incident_id}"
        if self._user_token is None:
            remedy = (
                "Set PAGERDUTY_USER_TOKEN to the token of an Owner or Global Admin; account tokens do not open this."
            )
            raise NotAllowed(tried, "no user token is set", remedy)
        path = f"/incidents/{_id(incident_id)}/dedicated_channel"
        needed = "the user token of an Owner or Global Admin"
        value = self._read(tried, endpoint_of("GET", path), lambda: self._slack_client().get(path), needed)
        return field(tried, value, "channel", dict)

    def create_note(self, incident_id: str, content: str) -> dict[str, Any]:
        """Write a note and return it. Raises OutcomeUnknown where the answer is lost: look with `list_notes`."""
        tried = f"writing a note on the PagerDuty incident {incident_id}"
        path, body = f"/incidents/{_id(incident_id)}/notes", {"note": {"content": content}}

        def once() -> dict[str, Any]:
            send = partial(self._client().post, path, json=body)
            value = self._once(tried, endpoint_of("POST", path), send, scope="incidents.write", writes=True)
            return field(tried, value, "note", dict, writes=True)

        return self._budget.writing(once)

    def _page(
        self, name: str, path: str, offset: int, query: dict[str, Any] | None = None, scope: str = "incidents.read"
    ) -> Page:
        tried = f"reading PagerDuty {name.replace('_', ' ')} from {offset}"
        value = self._get(tried, path, {"limit": LARGEST_PAGE, "offset": offset} | (query or {}), scope)
        return page(tried, value, name, offset)

    def _get(self, tried: str, path: str, query: dict[str, Any], scope: str = "incidents.read") -> dict[str, Any]:
        return self._read(
            tried, endpoint_of("GET", path), lambda: self._client().get(path, params=query or None), scope
        )

    def _read(self, tried: str, endpoint: str, send: Callable[[], httpx2.Response], scope: str) -> dict[str, Any]:
        return self._budget.reading(lambda: self._once(tried, endpoint, send, scope=scope, writes=False))

    def _once(
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
        return judge(tried, response.status_code, headers, response.content, scope=scope, writes=writes)

    def _client(self) -> RestApiV2Client:
        with self._lock:
            if self._rest is None:
                options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
                client = _Rest(self._token, self._sender, self._auth_type, base_url=self._base_url, **options)
                self._rest = _sending_once(client, self._timeout)
            return self._rest

    def _slack_client(self) -> SlackIntegrationApiClient:
        with self._lock:
            if self._slack is None:
                client = _SlackIntegration(self._user_token or "", self._base_url, self._transport)
                self._slack = _sending_once(client, self._timeout)
            return self._slack


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


def _id(given: str) -> str:
    """An id or a number, safe to stand in a path."""
    return quote(given, safe="")


def _safe(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return base_url.rstrip("/")
    raise ValueError("the PagerDuty base URL must begin with https://, or a token would travel in the clear")
