"""What a journey does to find the owners of its items, and to settle what is asked of Jira in their names.

What decides which steps run is read from a file that the round wrote: a replay must meet the same, whatever people
have decided since.
"""

from typing import Any

from pydantic import TypeAdapter

from connectors.owning import find_owners
from handlers.work import Work, requests_of, the_postmortem
from postmortem.action_items.item import ActionItem, IssueRequest

_ITEMS = TypeAdapter(tuple[ActionItem, ...])
_REQUESTS = TypeAdapter(tuple[IssueRequest, ...])


def find_the_owners(work: Work, evidence: str) -> dict[str, dict[str, Any]]:
    """Whose Jira account each accepted item goes to: by item id {"owner", "slack_id"}."""
    house = work.house
    if house.jira is None:
        return {}
    items = _ITEMS.validate_json(
        work.shelf.of_round(work.steps.run(work.named("keep the items"), lambda: _items(work)))
    )
    told = work.shelf.evidence(evidence)
    found = find_owners(
        work.steps,
        items,
        told.people,
        settings=house.settings,
        jira=house.jira,
        pagerduty=house.pagerduty,
        slack=house.slack,
        prefix=work.prefix,
        observations=told.observations,
        service=told.incident.service,
    )
    return {item.id: one for item, one in zip(items, found, strict=True)}


def requests_to_open(work: Work) -> tuple[IssueRequest, ...]:
    """What is asked of Jira in this round."""

    def keep() -> str:
        requests = tuple(request for request in requests_of(work, the_postmortem(work)) if request)
        return work.shelf.keep_round(work.journey, work.named("requests"), _REQUESTS.dump_json(requests))

    return _REQUESTS.validate_json(work.shelf.of_round(work.steps.run(work.named("what to ask of Jira"), keep)))


def _items(work: Work) -> str:
    accepted = tuple(item for item in the_postmortem(work).action_items if item.accepted)
    return work.shelf.keep_round(work.journey, work.named("items"), _ITEMS.dump_json(accepted, exclude_defaults=True))
