"""Every 15 minutes: what did no webhook tell us, is the webhook still on, what was left half done, and once a day: was
anything opened twice?

PagerDuty drops a delivery on any 4xx, disables the subscription after three, and loses its queue then; a machine may be
off for longer than PagerDuty tries again. So PagerDuty is asked, too. What is found is claimed beside what webhooks
announce (`connectors/store/resolves.py`): no resolve starts two journeys, whoever comes first, and however often.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.engine.start import journey_name
from connectors.errors import ConnectorError
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.resolved import resolved_between
from connectors.patience import patiently
from connectors.steps import Json, Steps
from connectors.store.looked import Looked
from connectors.store.notices import Notices
from connectors.store.resolves import Resolves
from handlers.doubles import count_doubles
from handlers.house import House
from handlers.leftovers import take_up_leftovers
from handlers.on_aws import durable
from handlers.subscriptions import check_subscriptions

EVERY = timedelta(minutes=15)
OVERLAP = timedelta(hours=48)
"""What was resolved this long before the cursor is looked at again: as long as PagerDuty tries to deliver."""
FARTHEST_BACK = timedelta(days=30)
"""Resolves older than this get no draft by themselves; nor does an incident that was open for longer."""
LEFT_TO_THE_WEBHOOK = timedelta(minutes=5)
"""A resolve this young is left to its webhook, and to the next look."""
SHOWN_FOR = timedelta(days=7)
SMALLEST_WINDOW = timedelta(minutes=1)

log = logging.getLogger("debrief")

type Window = tuple[datetime, datetime]


def reconcile(steps: Steps, _bell: Any, house: House) -> dict[str, Any]:
    """One look. A PagerDuty that does not answer is asked again by the next: the cursor stays where it was."""
    outcome = dict[str, Any]()
    if house.pagerduty is not None and house.start is not None:
        outcome |= check_subscriptions(steps, house, house.pagerduty)
        if house.settings.pagerduty.find_missed:
            outcome |= find_missed(steps, house, house.pagerduty)
    return outcome | take_up_leftovers(steps, house) | count_doubles(steps, house)


def handler(event: Any, context: Any) -> Any:
    """The entry point on AWS Lambda. What starts it is EventBridge Scheduler's tick, which tells nothing; `event` is
    the service's own, which says whose execution this is."""
    return durable(reconcile, "reconcile")(event, context)


def reconcile_name(now: datetime) -> str:
    """ "rc-2026-11-21-14-45", which names the look of one quarter of an hour (UTC) for ever."""
    return f"rc-{now:%Y-%m-%d-%H}-{now.minute // 15 * 15:02}"


def find_missed(steps: Steps, house: House, pagerduty: PagerDutyApi) -> dict[str, Any]:
    """Start a journey for every resolve that nobody announced, then move the cursor. {"missed": how many}, or
    {"failed": why}."""
    begun = steps.run("begin", lambda: _begin(house))
    since, until, now = (datetime.fromisoformat(begun[name]) for name in ("since", "until", "now"))
    missed = list[str]()
    try:
        for number, found in _found(steps, pagerduty, (since, until), now):
            missed += map(str, steps.run(f"start what page {number} shows", partial(_start, house, found)))
    except ConnectorError as error:
        why = str(error)
        steps.run("say that it failed", lambda: _say_failed(house, why))
        return {"failed": why}
    steps.run("move the cursor", lambda: _finish(house, now, missed))
    return {"missed": len(missed)}


def _begin(house: House) -> dict[str, Any]:
    now, cursor = house.now(), Looked(house.store).begin(house.now())
    wanted = max(cursor.until - OVERLAP, cursor.begun_at)
    since = max(wanted, now - FARTHEST_BACK)
    if since > wanted:
        log.warning("resolves before %s are not looked for: nobody looked for %s", since, now - cursor.until)
    until = max(since, now - LEFT_TO_THE_WEBHOOK)
    return {"since": since.isoformat(), "until": until.isoformat(), "now": now.isoformat()}


def _found(steps: Steps, pagerduty: PagerDutyApi, resolved: Window, now: datetime) -> Iterator[tuple[int, list[Any]]]:
    """Page by page what was resolved in that time. PagerDuty lists by when an incident was created (read 2026-11-21),
    and no more than 10,000 a question: a time with more is asked about in two halves."""
    windows, number = [(resolved[0] - FARTHEST_BACK, now)], 0
    while windows:
        window = windows.pop()
        offset: int | None = 0
        while offset is not None:
            number += 1
            read = partial(_page, pagerduty, window, offset, resolved)
            page = patiently(steps, f"read page {number}", read)
            yield number, page["found"]
            offset = page["next"]
            windows += _halves(window) if page["is_capped"] else ()


def _page(pagerduty: PagerDutyApi, window: Window, offset: int, resolved: Window) -> dict[str, Any]:
    since, until = (moment.isoformat(timespec="seconds") for moment in window)
    page = pagerduty.list_incidents(since, until, ("resolved",), offset)
    found = [[one.incident_id, one.at.isoformat()] for one in resolved_between(page.records, *resolved)]
    return {"found": found, "next": page.next_offset, "is_capped": page.is_capped}


def _halves(window: Window) -> tuple[Window, ...]:
    since, until = window
    if until - since < SMALLEST_WINDOW:
        log.error("more than 10,000 incidents were created within a minute of %s: not all were looked at", since)
        return ()
    middle = since + (until - since) / 2
    return (since, middle), (middle, until)


def _start(house: House, found: list[Any]) -> list[Json]:
    """Start the journeys of resolves of which none is known to have started. The incidents that nobody announced."""
    missed = list[Json]()
    for incident_id, at in found:
        if _is_missed(house, incident_id, datetime.fromisoformat(at)):
            missed.append(incident_id)
    return missed


def _is_missed(house: House, incident_id: str, at: datetime) -> bool:
    resolves = Resolves(house.store, incident_id)
    found = resolves.found(at, journey_name(incident_id, at))
    if house.start is not None and not found.is_started:
        house.start("postmortem", found.journey, {"incident_id": incident_id, "journey": found.journey})
        resolves.started(found.journey)
    if found.is_new:
        log.warning("no webhook announced the resolve of %s at %s: started %s", incident_id, at, found.journey)
    return found.is_new


def _finish(house: House, now: datetime, missed: list[str]) -> None:
    """Only now, when all of them were started."""
    notices = Notices(house.store)
    if missed:
        incidents = "1 resolved incident was" if len(missed) == 1 else f"{len(missed)} resolved incidents were"
        told = f"{incidents} found by asking PagerDuty: no webhook announced them. Their drafts are being made."
        notices.say("missed/found", told, now, until=now + SHOWN_FOR)
    notices.keep("reconcile", {}, now)
    Looked(house.store).move(now)
    house.meter.count("MissedResolves", len(missed))
    house.meter.count("WebhooksAccepted", 0, Source="pagerduty")  # a silent day is a nought, which alarms compute with


def _say_failed(house: House, why: str) -> None:
    told = f"PagerDuty could not be asked about resolved incidents that no webhook announced: {why}"
    for sentence in Notices(house.store).keep("reconcile", {"failed": told}, house.now()):
        log.warning("%s", sentence)
