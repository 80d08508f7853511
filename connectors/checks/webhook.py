"""Whether a PagerDuty webhook subscription rings here and is on. Why one is not is for `debrief webhook doctor`."""

from collections.abc import Collection, Iterator

from connectors.checks.finding import Finding, Said, failure, ok, under, warning
from connectors.checks.pagerduty import PAGERDUTY
from connectors.errors import NotAllowed
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.subscriptions import Subscription, list_subscriptions, ours_among


def check_webhook(api: PagerDutyApi, ids: Collection[str], url: str | None, option: str = "") -> Iterator[Finding]:
    """`ids` are those of our subscriptions, as far as known; `url` is where PagerDuty reaches us, None where nobody
    said; `option` is what commands need to reach a stage. Raises Unreachable, RateLimited, BadReply.
    """
    yield from under(PAGERDUTY, "webhook", _of_webhook(api, ids, url, option))


def _of_webhook(api: PagerDutyApi, ids: Collection[str], url: str | None, option: str) -> Iterator[Said]:
    if url is None and not ids:
        remedy = f"Set publish.public_base_url in debrief.yml, then: debrief webhook create{option}."
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
        said = f"no subscription {which}: nobody tells us of resolved incidents."
        yield failure(said, f"Run: debrief webhook create{option}.")
    finished = [one for one in ours if not one.is_unfinished]
    for one in finished or ours:  # beside one that rings, an unfinished one is a rotation under way
        yield _of_one(one, option)


def _of_one(one: Subscription, option: str) -> Said:
    if one.is_unfinished:
        return failure(f"{one.id} was never finished.", f"Run: debrief webhook create{option}. It goes on from there.")
    if one.is_disabled:
        said = f"PagerDuty has disabled {one.id}, as it does after three refused deliveries."
        return failure(said, f"Run: debrief webhook enable{option}. To know why: debrief webhook doctor{option}.")
    if not one.is_active:
        return failure(f"{one.id} is switched off in PagerDuty.", "Switch it on there, under Generic Webhooks (v3).")
    if not one.tells_of_resolves:
        add = f"Run: debrief webhook create{option}. It adds that event."
        by_hand = "Add that event there, under Generic Webhooks (v3)."
        return failure(f"{one.id} does not send incident.resolved.", add if one.is_marked else by_hand)
    return ok(f"{one.id} is on and tells of resolves")
