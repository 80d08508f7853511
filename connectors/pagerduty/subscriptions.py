"""The webhook subscriptions of an account, and which of them deliver here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.raw import at, text
from connectors.pagerduty.webhook import RESOLVED


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
    )


def list_subscriptions(api: PagerDutyApi) -> tuple[Subscription, ...]:
    """All of the account."""
    found, offset = list[Subscription](), 0
    while offset is not None:
        page = api.list_webhook_subscriptions(offset)
        found += [one for raw in page.records if (one := subscription_from_pagerduty(raw))]
        offset = page.next_offset
    return tuple(found)


def ours_among(
    subscriptions: Iterable[Subscription], ids: Collection[str], url: str | None
) -> tuple[Subscription, ...]:
    """Those with one of these ids; where no id is given, those that deliver to this address."""
    if ids:
        return tuple(one for one in subscriptions if one.id in ids)
    wanted = _address(url) if url else None
    return tuple(one for one in subscriptions if wanted and _address(one.url) == wanted)


def _address(url: str) -> str:
    """An address to compare: without credentials, query and final slash; host names have no capitals."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("/")
    return f"{scheme.lower()}://{host.rpartition('@')[2].lower()}{slash}{path}".rstrip("/")
