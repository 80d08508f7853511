"""The webhook subscriptions of an account, which of them deliver here, and how one is made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from connectors.errors import OutcomeUnknown
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.raw import at, text
from connectors.pagerduty.webhook import RESOLVED, WANTED

# https://support.pagerduty.com/main/docs/webhooks (read 2026-11-21): for each service, each team, and the account.
MOST_OF_A_SCOPE = 10

MARKER = "debrief webhook"
"""In the description of what `debrief webhook` made: everything else belongs to somebody else."""
FINISHED = f"Tells Debrief of incidents (made by {MARKER})"
UNFINISHED = f"Not finished yet (by {MARKER}): run it again"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose incidents a subscription tells of. `kind` is "account", "service" or "team"; the account has no id."""

    kind: str = "account"
    id: str | None = None

    def in_words(self) -> str:
        return "the whole account" if self.kind == "account" else f"the {self.kind} {self.id}"

    def as_filter(self) -> dict[str, str]:
        return {"type": f"{self.kind}_reference"} | ({"id": self.id} if self.id else {})


@dataclass(frozen=True, slots=True)
class Subscription:
    """`is_active`: no person has switched it off. `is_disabled`: PagerDuty has, for a day, after three refused
    deliveries; what it should have delivered meanwhile is lost
    (https://developer.pagerduty.com/docs/webhooks-behavior, read 2026-11-20)."""

    id: str
    url: str
    is_active: bool
    is_disabled: bool
    tells_of_resolves: bool
    description: str = ""
    events: tuple[str, ...] = ()
    scope: Scope = Scope()

    @property
    def is_marked(self) -> bool:
        """Whether `debrief webhook` made it."""
        return MARKER in self.description

    @property
    def is_unfinished(self) -> bool:
        """Made, and not yet switched on: its secret may be kept or lost."""
        return self.description == UNFINISHED

    @property
    def missing_events(self) -> tuple[str, ...]:
        return tuple(event for event in WANTED if event not in self.events)


def subscription_from_pagerduty(raw: Any) -> Subscription | None:
    """None where it carries no id."""
    id_, events = text(raw, "id"), at(raw, "events")
    if id_ is None:
        return None
    return Subscription(
        id=id_,
        url=text(raw, "delivery_method", "url") or "",
        is_active=at(raw, "active") is not False,
        is_disabled=at(raw, "delivery_method", "temporarily_disabled") is True,
        tells_of_resolves=RESOLVED in events if isinstance(events, list) else True,
        description=text(raw, "description") or "",
        events=tuple(event for event in events if isinstance(event, str)) if isinstance(events, list) else (),
        scope=Scope((text(raw, "filter", "type") or "account_").partition("_")[0], text(raw, "filter", "id")),
    )


def list_subscriptions(api: PagerDutyApi) -> tuple[Subscription, ...]:
    """All of the account."""
    found, offset = list[Subscription](), 0
    while offset is not None:
        page = api.list_webhook_subscriptions(offset)
        found += [one for raw in page.records if (one := subscription_from_pagerduty(raw))]
        offset = page.next_offset
    return tuple(found)


def make_subscription(api: PagerDutyApi, url: str, scope: Scope) -> tuple[Subscription, str]:
    """Make one that is switched off: nothing is delivered before its secret is kept. The secret is told here only.

    Raises OutcomeUnknown where the answer, and with it the secret, is lost.
    """
    raw = api.create_webhook_subscription(
        {
            "type": "webhook_subscription",
            "active": False,
            "description": UNFINISHED,
            "events": list(WANTED),
            "filter": scope.as_filter(),
            "delivery_method": {"type": "http_delivery_method", "url": url},
        }
    )
    made, secret = subscription_from_pagerduty(raw), text(raw, "delivery_method", "secret")
    if made is None or not secret:
        tried = "creating a PagerDuty webhook subscription"
        raise OutcomeUnknown(tried, "an answer without its id or its secret", "Look before making another.")
    return made, secret


def finish_subscription(api: PagerDutyApi, subscription: Subscription) -> Subscription:
    """Switch on what was made, and let it tell of what Debrief asks for. One that a person switched off stays off."""
    changes: dict[str, Any] = {"description": FINISHED, "active": True} if subscription.is_unfinished else {}
    if subscription.missing_events:
        changes["events"] = sorted({*subscription.events, *WANTED})
    if not changes:
        return subscription
    return subscription_from_pagerduty(api.update_webhook_subscription(subscription.id, changes)) or subscription


def ours_among(
    subscriptions: Iterable[Subscription], ids: Collection[str], url: str | None
) -> tuple[Subscription, ...]:
    """Those with one of these ids; where no id is given, those that deliver to this address."""
    if ids:
        return tuple(one for one in subscriptions if one.id in ids)
    return tuple(one for one in subscriptions if url and is_same_address(one.url, url))


def shown_address(url: str, *, whole: bool) -> str:
    """An address as it may be shown: never its credentials and its query; of somebody else's the host alone, since a
    path may be a secret, too."""
    return _address(url) if whole else _address(url).partition("://")[2].partition("/")[0]


def is_same_address(one: str, other: str) -> bool:
    """Without credentials, query and final slash; host names have no capitals."""
    return _address(one) == _address(other)


def _address(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("/")
    return f"{scheme.lower()}://{host.rpartition('@')[2].lower()}{slash}{path}".rstrip("/")
