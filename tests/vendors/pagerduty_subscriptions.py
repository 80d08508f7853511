"""PagerDuty's webhook subscriptions: they deliver in order, give up on a 4xx, and are disabled after three of those."""

import copy
import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.vendors.pagerduty_rules import Refused, page_of
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Reply, Request

# https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)
DROPS_UNTIL_DISABLED = 3
RETRIED_FOR = timedelta(hours=48)
# https://support.pagerduty.com/main/docs/webhooks (read 2026-11-21): for each service, each team, and the account.
MOST_OF_A_SCOPE = 10
_SCOPES = ("account_reference", "service_reference", "team_reference")
_CHANGEABLE = {"description", "events", "filter", "active", "type"}
"""PUT "does not support updating the delivery_method" (PD-OAS, read 2026-11-21)."""

type Deliver = Callable[[bytes, dict[str, str]], int]
"""Sends one delivery and returns the status that the receiver answered; 0 where it could not be reached."""


@dataclass
class _Held:
    shown: dict[str, Any]
    secret: str
    deliver: Deliver
    queue: list[tuple[datetime, bytes]] = field(default_factory=list)
    drops: int = 0


@dataclass
class Subscriptions:
    """Those of one account. `now` says how long a delivery has waited.

    `deliver_to` gives what delivers to an address of a subscription that is made by the API. `may_manage`: whether the
    token's user has a role that may. `answered`: id of the subscription, status, for every delivery.
    """

    now: Callable[[], datetime]
    deliver_to: Callable[[str], Deliver] = lambda _url: lambda _body, _headers: 202
    may_manage: bool = True
    answered: list[tuple[str, int]] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self._held: dict[str, _Held] = {}

    def routes(self) -> list[tuple[str, dict[str, Callable[..., Any]]]]:
        """Path, as a regular expression, to what answers each method."""
        every = r"/webhook_subscriptions"
        one = rf"{every}/([^/]+)"
        return [
            (every, {"GET": self.listed, "POST": self.created}),
            (one, {"GET": self.read, "PUT": self.changed, "DELETE": self.deleted}),
            (rf"{one}/enable", {"POST": self.enabled}),
            (rf"{one}/ping", {"POST": self.pinged}),
        ]

    def adds(
        self, id_: str, url: str, secret: str = "", deliver: Deliver = lambda _body, _headers: 202, **fields: Any
    ) -> None:
        method = {"id": f"D{id_}", "type": "http_delivery_method", "url": url, "temporarily_disabled": False}
        shown = {
            "id": id_,
            "type": "webhook_subscription",
            "active": True,
            "description": "Debrief",
            "events": ["incident.triggered", "incident.resolved", "incident.annotated"],
            "filter": {"type": "account_reference"},
            "delivery_method": method | {"secret": None, "custom_headers": []},
        }
        self._held[id_] = _Held(shown | fields, secret, deliver)

    def tells(self, webhook: dict[str, Any]) -> None:
        """Something happened: every subscription that wants it delivers it, behind what waits already."""
        for held in self._held.values():
            if (
                held.shown["active"]
                and not _is_disabled(held)
                and webhook["event"]["event_type"] in held.shown["events"]
            ):
                held.queue.append((self.now(), body_of(webhook)))
        self.tries_again()

    def tries_again(self) -> None:
        """Deliver what waits, in order; what has waited for 48 hours is given up."""
        for held in list(self._held.values()):
            held.queue = [(at, body) for at, body in held.queue if self.now() - at < RETRIED_FOR]
            while held.queue and self._is_taken(held, held.queue[0][1]):
                held.queue = held.queue[1:]

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be delivered."""
        return any(held.queue for held in self._held.values())

    @property
    def ids(self) -> list[str]:
        return list(self._held)

    def shown(self, id_: str) -> dict[str, Any]:
        return self._held[id_].shown

    def secret_of(self, id_: str) -> str:
        return self._held[id_].secret

    def delivers_by(self, id_: str, deliver: Deliver) -> None:
        """From now on."""
        self._held[id_].deliver = deliver

    def is_disabled(self, id_: str) -> bool:
        return _is_disabled(self._held[id_])

    def disables(self, id_: str) -> None:
        """As after three refused deliveries: what waits is lost."""
        held = self._held[id_]
        held.shown["delivery_method"]["temporarily_disabled"] = True
        held.queue, held.drops = [], 0

    def switches_off(self, id_: str) -> None:
        """A person does."""
        self._held[id_].shown["active"] = False

    def listed(self, request: Request, _by_user: bool) -> dict[str, Any]:
        return page_of("webhook_subscriptions", [copy.deepcopy(held.shown) for held in self._held.values()], request)

    def created(self, request: Request, _by_user: bool) -> dict[str, Any]:
        """The secret is in this answer and in no other."""
        self._check_role()
        given = _given(request)
        self._check(given, needed=("type", "delivery_method", "events", "filter"))
        url = str(given["delivery_method"].get("url", ""))
        if given["delivery_method"].get("type") != "http_delivery_method" or not _is_address(url):
            raise _invalid("Delivery method URL is invalid")
        if len([one for one in self._held.values() if one.shown["filter"] == given["filter"]]) >= MOST_OF_A_SCOPE:
            raise _invalid("Webhook subscription limit exceeded for the selected scope")
        self.made += 1
        id_, secret = f"PMADE{self.made:02}", f"whsec-fake-made-{self.made:04}"
        self.adds(id_, url, secret, self.deliver_to(url))
        shown = self._held[id_].shown
        shown |= {name: given[name] for name in _CHANGEABLE & given.keys()}
        answer = copy.deepcopy(shown)
        answer["delivery_method"]["secret"] = secret
        return {"webhook_subscription": answer}

    def read(self, _request: Request, _by_user: bool, id_: str) -> dict[str, Any]:
        return {"webhook_subscription": copy.deepcopy(self._known(id_).shown)}

    def changed(self, request: Request, _by_user: bool, id_: str) -> dict[str, Any]:
        self._check_role()
        held, given = self._known(id_), _given(request)
        if given.keys() - _CHANGEABLE:
            raise _invalid("delivery_method cannot be updated")
        self._check(given)
        held.shown |= given
        return {"webhook_subscription": copy.deepcopy(held.shown)}

    def deleted(self, _request: Request, _by_user: bool, id_: str) -> Reply:
        self._check_role()
        self._known(id_)
        del self._held[id_]
        return Reply(204)

    def enabled(self, _request: Request, _by_user: bool, id_: str) -> dict[str, Any]:
        self._check_role()
        self._known(id_).shown["delivery_method"]["temporarily_disabled"] = False
        return {"webhook_subscription": copy.deepcopy(self._held[id_].shown)}

    def pinged(self, _request: Request, _by_user: bool, id_: str) -> Reply:
        """Delivered like any other event; where the subscription is off or disabled, nothing is (nobody says so)."""
        self._check_role()
        held = self._known(id_)
        if held.shown["active"] and not _is_disabled(held):
            held.queue.append((self.now(), body_of(_ping(f"01PING{self.made:04}{len(self.answered):04}", self.now()))))
            self.tries_again()
        return Reply(202)

    def _known(self, id_: str) -> _Held:
        if id_ not in self._held:
            raise Refused(404, "Not Found", 2100)
        return self._held[id_]

    def _check_role(self) -> None:
        if not self.may_manage:
            raise Refused(403, "Access Denied", 2010)

    def _check(self, given: dict[str, Any], needed: tuple[str, ...] = ()) -> None:
        if any(name not in given for name in needed):
            raise _invalid(f"{', '.join(needed)} are required")
        events = given.get("events", ["incident.resolved"])
        if not events or len(set(events)) != len(events):
            raise _invalid("Events must be unique, and one at least")
        scope = given.get("filter", {"type": "account_reference"})
        if scope.get("type") not in _SCOPES or (scope["type"] == "account_reference") == ("id" in scope):
            raise _invalid("Filter is invalid")

    def _is_taken(self, held: _Held, body: bytes) -> bool:
        """Whether this delivery is over: accepted, or given up for good."""
        id_ = held.shown["id"]
        status = held.deliver(body, sign(body, held.secret) | {"x-webhook-subscription": id_})
        self.answered.append((id_, status))
        if 200 <= status < 300:
            held.drops = 0
            return True
        if status == 429 or not 400 <= status < 500:
            return False
        held.drops += 1
        if held.drops == DROPS_UNTIL_DISABLED:
            self.disables(id_)
        return True


def by_http(url: str) -> Deliver:
    """Delivers over HTTP to an address of this machine, as PagerDuty does to one of the world's: it waits 5 s."""
    parts = urlsplit(url)

    def deliver(body: bytes, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        try:
            connection.request("POST", parts.path or "/", body, headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    return deliver


def _given(request: Request) -> dict[str, Any]:
    try:
        return dict(request.json()["webhook_subscription"])
    except (ValueError, KeyError, TypeError):
        raise _invalid("webhook_subscription is required") from None


def _invalid(error: str) -> Refused:
    return Refused(400, "Invalid Input Provided", 2001, [error])


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and parts.scheme in ("https", "http")


def _ping(id_: str, now: datetime) -> dict[str, Any]:
    at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    about = {"event_type": "pagey.ping", "resource_type": "pagey", "occurred_at": at, "agent": None, "client": None}
    return {"event": {"id": id_} | about | {"data": {"message": "Hello from your friend Pagey!", "type": "ping"}}}


def _is_disabled(held: _Held) -> bool:
    return held.shown["delivery_method"]["temporarily_disabled"]
