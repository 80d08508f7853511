"""From a draft to what is followed of it, and back: the draft shows what became of its items."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from postmortem.action_items.item import ActionItem, Owner
from postmortem.document import Postmortem
from postmortem.follow_up.amendments import marks_of
from postmortem.follow_up.followed import Assignee, FollowedItem

_OF_THE_DRAFT = ("incident_title", "incident_number", "incident_link", "postmortem_link", "is_private", "is_dropped")

DROPPED = "It was dropped."


def followed_from_item(
    item: ActionItem,
    outcome: Mapping[str, Any],
    postmortem: Postmortem,
    *,
    key: str,
    postmortem_link: str | None,
    slack_id: str | None,
    private: Collection[str],
    now: datetime,
) -> FollowedItem:
    """What is followed of an accepted item. `outcome` is what became of opening it: {"key", "id", "link"} of its issue,
    or {"parked": why}. `private` is how the ids of records begin that were said in private channels."""
    incident, route, is_opened = postmortem.incident, item.route, "key" in outcome
    return FollowedItem(
        key=key,
        item_id=item.id,
        incident_id=incident.id,
        incident_title=incident.title,
        incident_number=incident.number,
        incident_link=incident.link,
        postmortem_link=postmortem_link,
        text=item.text,
        project=route.project if route else None,
        team=(route.team or route.project) if route else None,
        service=incident.service.name if incident.service else None,
        priority=incident.priority,
        digest_channel=route.digest_channel if route else None,
        default_owner=route.default_owner if route else None,
        assignee=Assignee(account_id=item.owner.account_id, name=item.owner.name, slack_id=slack_id),
        due_on=item.due_on,
        standing="open" if is_opened else "parked",
        issue_id=outcome.get("id"),
        issue_key=outcome.get("key"),
        issue_link=outcome.get("link"),
        why_parked=None if is_opened else str(outcome.get("parked", "")),
        followed_at=now,
        opened_at=now if is_opened else None,
        is_private=item.rests_on(tuple(private)),
        carried=marks_of(item) if is_opened else {},
    )


def followed_again(kept: FollowedItem | None, now: FollowedItem) -> FollowedItem:
    """What is followed after a later draft: once there is an issue, its fields are Jira's and no draft changes them."""
    if kept is None:
        return now
    if kept.issue_id is None:
        return now.model_copy(update={"followed_at": kept.followed_at or now.followed_at})
    return kept.model_copy(update={name: getattr(now, name) for name in _OF_THE_DRAFT})


def left(kept: FollowedItem, why: str) -> FollowedItem:
    """An item that a person dropped, or whose words are gone, before there was an issue: it is followed no more."""
    return kept.model_copy(update={"standing": "removed", "changes": (why,), "why_parked": None})


def dropped_by(kept: FollowedItem, item: ActionItem) -> FollowedItem:
    """An item that a person dropped. Its issue, where there is one, is left to people, and goes on being read."""
    if kept.issue_id is None:
        return left(kept, DROPPED)
    by = item.decision
    said = f"Dropped by {by.by} {by.where}; the issue stays as it is." if by else DROPPED
    return kept.model_copy(update={"is_dropped": True, "changes": tuple(dict.fromkeys((*kept.changes, said)))})


def with_followed(postmortem: Postmortem, followed: Iterable[FollowedItem]) -> Postmortem:
    """The postmortem with what became of its items in Jira: where each issue is now, and how it stands."""
    return postmortem.model_copy(update={"action_items": as_in_jira(postmortem.action_items, followed)})


def as_in_jira(items: Iterable[ActionItem], followed: Iterable[FollowedItem]) -> tuple[ActionItem, ...]:
    """The same items, with what became of them."""
    by_id = {one.item_id: one for one in followed if one.issue_id}
    return tuple(_shown(item, by_id.get(item.id)) for item in items)


def _shown(item: ActionItem, one: FollowedItem | None) -> ActionItem:
    """What Jira says counts, but for what was decided since and its issue was not told of yet."""
    if one is None or one.status is None:
        return item
    shown: dict[str, Any] = {
        "issue_key": one.issue_key,
        "issue_link": one.issue_link,
        "status": one.status,
        "changes": one.changes,
    }
    untold = {name for name, mark in marks_of(item).items() if one.carried.get(name) != mark}
    if one.due_on != item.due_on and "duedate" not in untold:
        shown |= {"due_on": one.due_on, "due_why": "As it is in Jira."}
    if one.assignee.account_id != item.owner.account_id and "assignee" not in untold:
        shown["owner"] = _owner_in_jira(one.assignee)
    return item.model_copy(update=shown)


def _owner_in_jira(assignee: Assignee) -> Owner:
    if assignee.account_id is None:
        return Owner(name=None, account_id=None, why="nobody is assigned in Jira")
    return Owner(name=assignee.name or "somebody in Jira", account_id=assignee.account_id, why="assigned in Jira")
