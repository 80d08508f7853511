"""PagerDuty's REST API v2 through its official client: one short method per endpoint, in PagerDuty's words.

How a request is sent, and what the client does wrong by default, stands in `client.py`. One object may be used from
many threads.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors.errors import NotAllowed, NotFound, Rejected
from connectors.pagerduty.client import Clients, Wire
from connectors.pagerduty.replies import LARGEST_PAGE, Page, field
from connectors.retrying import Budget, endpoint_of

if TYPE_CHECKING:
    import httpx2

# The EU has its own: https://api.eu.pagerduty.com (https://developer.pagerduty.com, read 2026-11-20).
US_BASE_URL = "https://api.pagerduty.com"
# Everything that comes free with the one call. `users` and the others make whole people of references.
MOST_PAST = 5
"""PagerDuty's own default; the list goes to 999 (PD-OAS past_incidents_limit, read 2026-11-21)."""

_NOBODYS = "QDEBRIEFCHECK0"
"""No incident has such an id."""

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
_READS, _WRITES = "webhook_subscriptions.read", "webhook_subscriptions.write"


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
        transport: "httpx2.BaseTransport | None" = None,
    ) -> None:
        self._has_user_token = user_token is not None
        self._clients = Clients(
            token,
            base_url=base_url,
            user_token=user_token,
            sender=sender,
            timeout=timeout,
            auth_type=auth_type,
            transport=transport,
        )
        self._wire, self._budget = Wire(self._clients, budget), budget

    def close(self) -> None:
        """Let go of the connections. The next call opens new ones."""
        self._clients.close()

    @property
    def clock(self) -> datetime | None:
        """What time it was at PagerDuty when it last answered, to the second; None where it has not said."""
        try:
            return parsedate_to_datetime(self._wire.answered)
        except ValueError:
            return None

    def get_incident(self, incident_id: str) -> dict[str, Any]:
        """The incident object, by id or number, with whole people, priority, conference bridge and custom fields."""
        tried = f"reading the PagerDuty incident {incident_id}"
        value = self._wire.get(tried, f"/incidents/{_id(incident_id)}", {"include[]": _INCIDENT_INCLUDES})
        return field(tried, value, "incident", dict)

    def list_alerts(self, incident_id: str, offset: int = 0) -> Page:
        """A page of up to 100 alert objects."""
        return self._wire.page("alerts", f"/incidents/{_id(incident_id)}/alerts", offset)

    def list_log_entries(self, incident_id: str, offset: int = 0) -> Page:
        """A page of up to 100 log entries with their channels, newest first."""
        path = f"/incidents/{_id(incident_id)}/log_entries"
        return self._wire.page("log_entries", path, offset, {"include[]": ["channels"]})

    def list_notes(self, incident_id: str) -> Page:
        """All notes: PagerDuty does not page them (at most 2,000 an incident)."""
        tried = "reading PagerDuty notes"
        value = self._wire.get(tried, f"/incidents/{_id(incident_id)}/notes", {})
        return Page(tuple(field(tried, value, "notes", list)), None)

    def list_related_change_events(self, incident_id: str) -> Page:
        """The change events PagerDuty relates to the incident, one page: this list takes a limit and no offset."""
        tried = "reading PagerDuty change events"
        value = self._wire.get(tried, f"/incidents/{_id(incident_id)}/related_change_events", {"limit": LARGEST_PAGE})
        return Page(tuple(field(tried, value, "change_events", list)), None)

    def list_past_incidents(self, incident_id: str) -> Page:
        """Resolved incidents of the same service that PagerDuty holds to be like this one, likest first."""
        tried = "reading PagerDuty past incidents"
        value = self._wire.get(tried, f"/incidents/{_id(incident_id)}/past_incidents", {"limit": MOST_PAST})
        return Page(tuple(field(tried, value, "past_incidents", list)), None)

    def list_related_incidents(self, incident_id: str) -> Page:
        """Incidents of other services at about the same time, with why PagerDuty relates them (at most 20)."""
        tried = "reading PagerDuty related incidents"
        value = self._wire.get(tried, f"/incidents/{_id(incident_id)}/related_incidents", {})
        return Page(tuple(field(tried, value, "related_incidents", list)), None)

    def list_incidents(self, since: str, until: str, statuses: tuple[str, ...] = (), offset: int = 0) -> Page:
        """A page of incidents created between two ISO 8601 times, at most 6 months apart."""
        query: dict[str, Any] = {"since": since, "until": until}
        return self._wire.page(
            "incidents", "/incidents", offset, query | ({"statuses[]": list(statuses)} if statuses else {})
        )

    def list_webhook_subscriptions(self, offset: int = 0) -> Page:
        """A page of up to 100 webhook subscriptions of the account."""
        return self._wire.page("webhook_subscriptions", "/webhook_subscriptions", offset, scope=_READS)

    def create_webhook_subscription(self, subscription: Mapping[str, Any]) -> dict[str, Any]:
        """Make a subscription and return it: its delivery_method.secret is shown here and never again. Raises
        OutcomeUnknown where the answer is lost: look with `list_webhook_subscriptions`."""
        tried, path = "creating a PagerDuty webhook subscription", "/webhook_subscriptions"
        body = {"webhook_subscription": dict(subscription)}

        def once() -> dict[str, Any]:
            send = partial(self._clients.rest().post, path, json=body)
            value = self._wire.once(tried, endpoint_of("POST", path), send, scope=_WRITES, writes=True)
            return field(tried, value, "webhook_subscription", dict, writes=True)

        return self._budget.writing(once)

    def update_webhook_subscription(self, subscription_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change these fields of a subscription; returns it. `delivery_method` cannot be changed (PD-OAS, read
        2026-11-21). The same again is safe to repeat."""
        path, body = f"/webhook_subscriptions/{_id(subscription_id)}", {"webhook_subscription": dict(changes)}
        value = self._repeatable(f"changing the PagerDuty webhook subscription {subscription_id}", "PUT", path, body)
        return field("changing a PagerDuty webhook subscription", value, "webhook_subscription", dict)

    def enable_webhook_subscription(self, subscription_id: str) -> dict[str, Any]:
        """Enable a subscription that PagerDuty disabled for a time; returns it. The same again is safe to repeat."""
        path = f"/webhook_subscriptions/{_id(subscription_id)}/enable"
        value = self._repeatable(f"enabling the PagerDuty webhook subscription {subscription_id}", "POST", path)
        return field("enabling a PagerDuty webhook subscription", value, "webhook_subscription", dict)

    def ping_webhook_subscription(self, subscription_id: str) -> None:
        """Let PagerDuty send a `pagey.ping` to where the subscription delivers."""
        path = f"/webhook_subscriptions/{_id(subscription_id)}/ping"
        self._repeatable(f"pinging the PagerDuty webhook subscription {subscription_id}", "POST", path)

    def delete_webhook_subscription(self, subscription_id: str) -> None:
        """Raises NotFound where it is gone already."""
        path = f"/webhook_subscriptions/{_id(subscription_id)}"
        self._repeatable(f"deleting the PagerDuty webhook subscription {subscription_id}", "DELETE", path)

    def get_user(self, user_id: str) -> dict[str, Any]:
        """The user object, with e-mail and time zone."""
        tried = f"reading the PagerDuty user {user_id}"
        return field(tried, self._wire.get(tried, f"/users/{_id(user_id)}", {}, scope="users.read"), "user", dict)

    def list_abilities(self) -> tuple[str, ...]:
        """The features of the account's plan by name, such as "teams"."""
        tried = "reading the PagerDuty account's abilities"
        names = field(tried, self._wire.get(tried, "/abilities", {}, scope="abilities.read"), "abilities", list)
        return tuple(str(name) for name in names)

    def get_current_user(self) -> dict[str, Any]:
        """The user whose token this is. Raises Rejected where it is an account's."""
        tried = "reading whose PagerDuty token this is"
        return field(tried, self._wire.get(tried, "/users/me", {}, scope="users.read"), "user", dict)

    def list_users(self, query: str, offset: int = 0) -> Page:
        """A page of the users whose name or e-mail matches `query`."""
        return self._wire.page("users", "/users", offset, {"query": query}, scope="users.read")

    def list_priorities(self, offset: int = 0) -> Page:
        """A page of the account's priorities. Raises NotAllowed (402) where it has none."""
        return self._wire.page("priorities", "/priorities", offset, scope="priorities.read")

    def check_may_write(self) -> None:
        """Nothing is written: an empty note on an incident that cannot be. Raises NotAllowed where the token may only
        read, which PagerDuty says of every POST before it looks at anything else."""
        tried, path = "asking whether the PagerDuty token may write", f"/incidents/{_NOBODYS}/notes"
        body = {"note": {"content": ""}}
        with suppress(NotFound, Rejected):
            send = partial(self._clients.rest().post, path, json=body)
            self._wire.read(tried, "POST /incidents/*/notes", send, "incidents.write")

    def list_services(self, query: str, offset: int = 0) -> Page:
        """A page of the services whose name matches `query`, each with a reference to its escalation policy."""
        return self._wire.page("services", "/services", offset, {"query": query}, scope="services.read")

    def list_teams(self, query: str, offset: int = 0) -> Page:
        """A page of the teams whose name matches `query`."""
        return self._wire.page("teams", "/teams", offset, {"query": query}, scope="teams.read")

    def list_oncalls(self, escalation_policy_ids: Sequence[str], offset: int = 0) -> Page:
        """A page of who is on call now by these escalation policies, and at which level of theirs."""
        query = {"escalation_policy_ids[]": list(escalation_policy_ids)}
        return self._wire.page("oncalls", "/oncalls", offset, query, scope="oncalls.read")

    @property
    def has_user_token(self) -> bool:
        """Whether `get_dedicated_channel` can be asked at all."""
        return self._has_user_token

    def get_dedicated_channel(self, incident_id: str) -> dict[str, Any]:
        """The incident's own Slack channel: {"id", "name", "slack_team_id", "link", "deep_link"}.

        Raises NotFound where there is none, NotAllowed without a user's token of an Owner or Global Admin.
        """
        tried = f"reading the Slack channel of the PagerDuty incident {incident_id}"
        if not self._has_user_token:
            remedy = (
                "Set PAGERDUTY_USER_TOKEN to the token of an Owner or Global Admin; account tokens do not open this."
            )
            raise NotAllowed(tried, "no user token is set", remedy)
        path = f"/incidents/{_id(incident_id)}/dedicated_channel"
        needed = "the user token of an Owner or Global Admin"
        value = self._wire.read(tried, endpoint_of("GET", path), lambda: self._clients.slack().get(path), needed)
        return field(tried, value, "channel", dict)

    def create_note(self, incident_id: str, content: str) -> dict[str, Any]:
        """Write a note and return it. Raises OutcomeUnknown where the answer is lost: look with `list_notes`."""
        tried = f"writing a note on the PagerDuty incident {incident_id}"
        path, body = f"/incidents/{_id(incident_id)}/notes", {"note": {"content": content}}

        def once() -> dict[str, Any]:
            send = partial(self._clients.rest().post, path, json=body)
            value = self._wire.once(tried, endpoint_of("POST", path), send, scope="incidents.write", writes=True)
            return field(tried, value, "note", dict, writes=True)

        return self._budget.writing(once)

    def _repeatable(self, tried: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A change of a subscription that may be made twice; {} where PagerDuty answers without a body."""
        options: dict[str, Any] = {} if body is None else {"json": body}
        send = partial(self._clients.rest().request, method, path, **options)
        return self._wire.read(tried, endpoint_of(method, path), send, _WRITES)


def _id(given: str) -> str:
    """An id or a number, safe to stand in a path."""
    return quote(given, safe="")
