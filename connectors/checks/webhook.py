"""Whether a PagerDuty webhook subscription rings here and is on. Why one is not is for `debrief webhook doctor`."""

from collections.abc import Collection, Iterator

from connectors.checks.finding import Finding, Said, failure, ok, under, warning
from connectors.checks.pagerduty import PAGERDUTY
from connectors.errors import NotAllowed
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.subscriptions import Subscription, list_subscriptions, ours_among

_DOCTOR = "debrief webhook doctor says why."


def check_webhook(api: PagerDutyApi, ids: Collection[str], url: str | None) -> Iterator[Finding]:
    """`ids` are those of our subscriptions, as far as known; `url` is where PagerDuty reaches us, None where nobody
    said. Raises Unreachable, RateLimited, BadReply.
    """
    yield from under(PAGERDUTY, "webhook", _of_webhook(api, ids, url))


def _of_webhook(api: PagerDutyApi, ids: Collection[str], url: str | None) -> Iterator[Said]:
    if url is None and not ids:
        remedy = "Set publish.public_base_url in debrief.yml, then: debrief webhook create."
        yield warning("nothing says where PagerDuty reaches us, so that no incident is drafted by itself.", remedy)
        return
    try:
        every = list_subscriptions(api)
    except NotAllowed as refused:
        yield warning(f"the subscriptions may not be read ({refused.came_back}).", refused.remedy)
        return
    ours = ours_among(every, ids, url) or ours_among(every, (), url)
    if not ours:
        which = f"has one of the ids {', '.join(ids)}" if ids else f"delivers to {url}"
        yield failure(
            f"no subscription {which}: nobody tells us of resolved incidents.", "Run: debrief webhook create."
        )
    for one in ours:
        yield _of_one(one)


def _of_one(one: Subscription) -> Said:
    if one.is_disabled:
        said = f"PagerDuty has disabled {one.id}, as it does after three refused deliveries."
        return failure(said, f"Run: debrief webhook enable. {_DOCTOR}")
    if not one.is_active:
        return failure(f"{one.id} is switched off in PagerDuty.", "Switch it on there, under Generic Webhooks (v3).")
    if not one.tells_of_resolves:
        return failure(f"{one.id} does not send incident.resolved.", "Add that event, or run: debrief webhook create.")
    return ok(f"{one.id} is on and tells of resolves")
