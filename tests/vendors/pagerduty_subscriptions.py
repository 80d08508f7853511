"""PagerDuty's webhook subscriptions: they deliver in order, give up on a 4xx, and are disabled after three of those."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.vendors.pagerduty_rules import Refused, page_of
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.vendors.wire import Request

# https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)
DROPS_UNTIL_DISABLED = 3
RETRIED_FOR = timedelta(hours=48)

type Deliver = Callable[[bytes, dict[str, str]], int]
"""Sends one delivery and returns the status that the receiver answered."""


@dataclass
class _Held:
    shown: dict[str, Any]
    secret: str
    deliver: Deliver
    queue: list[tuple[datetime, bytes]] = field(default_factory=list)
    drops: int = 0


class Subscriptions:
    """Those of one account. `now` says how long a delivery has waited."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._held: dict[str, _Held] = {}

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
                held.queue.append((self._now(), body_of(webhook)))
        self.tries_again()

    def tries_again(self) -> None:
        """Deliver what waits, in order; what has waited for 48 hours is given up."""
        for held in self._held.values():
            held.queue = [(at, body) for at, body in held.queue if self._now() - at < RETRIED_FOR]
            while held.queue and self._is_taken(held, held.queue[0][1]):
                held.queue = held.queue[1:]

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be delivered."""
        return any(held.queue for held in self._held.values())

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

    def enabled(self, _request: Request, _by_user: bool, id_: str) -> dict[str, Any]:
        if id_ not in self._held:
            raise Refused(404, "Not Found", 2100)
        self._held[id_].shown["delivery_method"]["temporarily_disabled"] = False
        return {"webhook_subscription": copy.deepcopy(self._held[id_].shown)}

    def _is_taken(self, held: _Held, body: bytes) -> bool:
        """Whether this delivery is over: accepted, or given up for good."""
        status = held.deliver(body, sign(body, held.secret))
        if 200 <= status < 300:
            held.drops = 0
            return True
        if status == 429 or not 400 <= status < 500:
            return False
        held.drops += 1
        if held.drops == DROPS_UNTIL_DISABLED:
            self.disables(held.shown["id"])
        return True


def _is_disabled(held: _Held) -> bool:
    return held.shown["delivery_method"]["temporarily_disabled"]
