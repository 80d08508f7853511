"""What a journey does about the action items themselves: people's decisions, and following what was opened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.store.following import Following
from handlers.work import Work, private_everywhere, the_postmortem
from postmortem.action_items.decision import Decision
from postmortem.action_items.issues import NO_ROUTE, action_key
from postmortem.action_items.item import ActionItem
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.following import followed_again, followed_from_item, left

NO_LONGER = "It was dropped, or is no longer said."
NO_DRAFT = "there is no draft of it here yet, or one of an older Debrief: draft it again"


def keep_decision(work: Work, decision: dict[str, Any], once: str) -> bool:
    """Keep what a person decided; the same click or request is kept once."""
    return work.decisions.keep(Decision.model_validate(decision), once)


def known_evidence(work: Work) -> dict[str, Any]:
    """What the last draft was made of, as `collect_evidence` tells of it; {"stopped": why} where there is none."""
    postmortem, state = work.shelf.postmortem(), work.shelf.state()
    if postmortem is None or postmortem.evidence_name is None:
        return {"stopped": NO_DRAFT}
    return {
        "evidence": postmortem.evidence_name,
        "channel": state.get("channel"),
        "private": work.shelf.rests_on(()),
        "from_files": state.get("from_files", False),
    }


def known_house(work: Work, known: dict[str, Any]) -> Work:
    """A draft that was made from files is written to no vendor, whoever decides about it."""
    if not known["from_files"]:
        return work
    return replace(work, house=replace(work.house, pagerduty=None, slack=None, jira=None, confluence=None))


def follow_items(work: Work, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Write down every accepted item with what became of it, to be followed until it is done."""
    following, now = Following(work.house.store), dict(_followed(work, outcomes))
    for one in now.values():
        following.change(one, lambda kept, one=one: followed_again(kept, one))
    for kept in work.followed:
        if kept.key not in now and kept.issue_id is None and kept.standing == "parked":
            following.change(kept, lambda was, kept=kept: left(was or kept, NO_LONGER))


def _followed(work: Work, outcomes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, FollowedItem]]:
    postmortem, settings = the_postmortem(work), work.house.settings
    link, private = work.house.document_link(work.incident_id), private_everywhere(work)
    for item, outcome in _with_outcomes(postmortem.action_items, outcomes):
        key = action_key(settings.install_id, work.incident_id, item.id)
        yield (
            key,
            followed_from_item(
                item,
                outcome,
                postmortem,
                key=key,
                postmortem_link=link,
                slack_id=None,
                private=private,
                now=work.house.now(),
            ),
        )


def _with_outcomes(
    items: Sequence[ActionItem], outcomes: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[ActionItem, Mapping[str, Any]]]:
    """Accepted items beside what became of them: those without a route were not tried."""
    remaining = iter(outcomes)
    for item in items:
        if item.accepted:
            yield item, next(remaining) if item.route else {"parked": NO_ROUTE}
