"""Is the webhook subscription that rings here on? One that PagerDuty disabled is enabled again, and that is said."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.errors import ConnectorError
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.subscriptions import Subscription, list_subscriptions, ours_among
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.audit import Audit, What
from connectors.store.notices import Notices
from handlers.house import House

SHOWN_FOR = timedelta(days=7)
OWNER = "subscriptions"
"""Whose record of what was sent it is: no incident's."""
_LATE = "Until then resolved incidents are found only by asking, up to half an hour later."

log = logging.getLogger("debrief")


def check_subscriptions(steps: Steps, house: House, pagerduty: PagerDutyApi) -> dict[str, Any]:
    """{"enabled": ids of those enabled again}; {} where nothing says which subscription is ours. Refusals are said and
    end nothing."""
    try:
        seen = patiently(steps, "read the webhook subscriptions", partial(_look, house, pagerduty))
        if seen is None:
            return {}
        for number, id_ in enumerate(seen["disabled"], 1):
            patiently(steps, f"enable webhook subscription {number}", partial(_enable, house, pagerduty, id_))
    except ConnectorError as error:
        why = str(error)
        steps.run("say what hinders it", lambda: _say(house, {"unread": f"PagerDuty's webhook is not checked: {why}"}))
        return {"unchecked": why}
    steps.run("say how the subscriptions stand", lambda: _say(house, seen["wrong"]))
    return {"enabled": seen["disabled"]}


def _webhook_url(house: House) -> str | None:
    base = house.settings.publish.public_base_url
    return f"{base.rstrip('/')}/pagerduty" if base else None


def _look(house: House, pagerduty: PagerDutyApi) -> dict[str, Any] | None:
    """Those to enable, and what is wrong with others, by id, in words. None where nobody knows which are ours: neither
    the settings, nor what is kept beside the secret (`debrief webhook create`), nor the public address."""
    ids = tuple(dict.fromkeys((*house.settings.pagerduty.webhook_subscriptions, *house.webhook_subscriptions())))
    url = _webhook_url(house)
    if url is None and not ids:
        return None
    ours = ours_among(list_subscriptions(pagerduty), ids, url)
    wrong = dict(_wrongs(ours))
    if not ours:
        which = f"has one of the ids {', '.join(ids)}" if ids else f"delivers to {url}"
        wrong["none"] = f"No webhook subscription of PagerDuty {which}. Make one: debrief webhook create. {_LATE}"
    disabled = [one.id for one in ours if one.is_active and one.is_disabled]
    house.meter.count("SubscriptionsDisabled", len(disabled))
    return {"disabled": disabled, "wrong": wrong}


def _wrongs(ours: tuple[Subscription, ...]) -> Iterator[tuple[str, str]]:
    if any(not one.is_unfinished for one in ours):
        ours = tuple(one for one in ours if not one.is_unfinished)  # a rotation is under way, and the other one rings
    for one in ours:
        if one.is_unfinished:
            yield one.id, f"The webhook subscription {one.id} is not finished. See debrief webhook doctor. {_LATE}"
        elif not one.is_active:
            yield one.id, f"The webhook subscription {one.id} is switched off in PagerDuty. Switch it on. {_LATE}"
        elif not one.tells_of_resolves:
            yield one.id, f"The webhook subscription {one.id} does not send incident.resolved. Add that event. {_LATE}"


def _enable(house: House, pagerduty: PagerDutyApi, id_: str) -> Json:
    now = house.now()
    audit = Audit(house.store, OWNER, f"enable-{now:%Y-%m-%d}", house.settings_version)
    audit.will_send(What.SUBSCRIPTION, id_, "", now)
    pagerduty.enable_webhook_subscription(id_)
    house.meter.count("SubscriptionsEnabled")
    told = (
        f"PagerDuty had disabled the webhook subscription {id_}, as it does after three refused deliveries. It was "
        f"enabled again at {now:%Y-%m-%d %H:%M} UTC; incidents resolved meanwhile are found by asking."
    )
    Notices(house.store).say(f"enabled/{id_}", told, now, until=now + SHOWN_FOR)
    log.warning("%s", told)
    return None


def _say(house: House, wrong: dict[str, str]) -> None:
    house.meter.count("SubscriptionsWrong", len(wrong))
    for sentence in Notices(house.store).keep("subscription", wrong, house.now()):
        log.warning("%s", sentence)
