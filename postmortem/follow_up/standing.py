"""What became of a followed issue, as Jira tells it now. A person who changed something there is always right.

Nothing here asks for anything to be made again: not an issue that was removed, nor a status, an owner or a label.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from postmortem.action_items.issues import summary_of
from postmortem.follow_up.followed import Assignee, FollowedItem
from postmortem.moment import in_utc
from postmortem.outputs.escaping import printable, shorten

REMOVED = "Removed by a person in Jira, or hidden from Debrief"
MOST_CHANGES = 20
_LONGEST = 255
LOOKED_AFTER_FOR = timedelta(days=30)
"""So long an issue is still looked at after it was done, or was gone: people reopen, and permissions are mended."""


def is_looked_at(item: FollowedItem, now: datetime) -> bool:
    """Whether the sweep reads the issue: what is open, and for a while what was done or is gone."""
    if item.issue_id is None or item.standing == "parked":
        return False
    ended_at = item.done_at if item.standing == "done" else item.read_at
    return item.standing == "open" or ended_at is None or now - ended_at <= LOOKED_AFTER_FOR


def followed_from_issue(item: FollowedItem, issue: Mapping[str, Any], now: datetime) -> FollowedItem:
    """The item after its issue was read. `issue` is Jira's record; what it does not tell stays as it was.

    A reading older than the last one tells nothing.
    """
    if item.read_at is not None and item.read_at > now:
        return item
    seen = _seen(item, issue, now)
    changes = tuple(dict.fromkeys((*item.changes, *_changes(item, seen, now), *_unlabelled(item, issue))))
    return seen.model_copy(update={"changes": changes[-MOST_CHANGES:], "read_at": now})


def removed(item: FollowedItem, now: datetime) -> FollowedItem:
    """The item after Jira said that it has no such issue. When it was gone first stays in `read_at`."""
    if item.standing == "removed" or (item.read_at is not None and item.read_at > now):
        return item
    changes = (*item.changes, f"{REMOVED} ({_seen_on(now)}).")[-MOST_CHANGES:]
    return item.model_copy(update={"standing": "removed", "status": REMOVED, "changes": changes, "read_at": now})


def tells_news(before: FollowedItem, after: FollowedItem) -> bool:
    """Whether readers of the postmortem see something else now: an item that was read alike is none."""
    return before.model_dump(exclude={"read_at"}) != after.model_dump(exclude={"read_at"})


def _seen(item: FollowedItem, issue: Mapping[str, Any], now: datetime) -> FollowedItem:
    fields = _object(issue.get("fields"))
    key = _text(issue.get("key")) or item.issue_key
    status = _object(fields.get("status"))
    is_done = _object(status.get("statusCategory")).get("key") == "done" if status else item.standing == "done"
    summary = _text(fields.get("summary"))
    return item.model_copy(
        update={
            "issue_key": key,
            "issue_link": _link(item, key),
            "project": _text(_object(fields.get("project")).get("key")) or item.project,
            "text": summary if summary and summary != summary_of(item.text) else item.text,
            "status": _text(status.get("name")) or item.status,
            "standing": "done" if is_done else "open",
            "done_at": _done_at(item, fields, now) if is_done else None,
            "assignee": _assignee(item, fields),
            "due_on": _day(fields["duedate"], item.due_on) if "duedate" in fields else item.due_on,
            "why_parked": None,
        }
    )


def _assignee(item: FollowedItem, fields: Mapping[str, Any]) -> Assignee:
    """Whom Jira names. Where the same person is reached in Slack is remembered, another's is asked for anew."""
    if "assignee" not in fields:
        return item.assignee
    user = _object(fields["assignee"])
    account_id = _text(user.get("accountId"))
    if account_id is None:
        return Assignee()
    is_same = account_id == item.assignee.account_id
    return Assignee(
        account_id=account_id,
        name=_text(user.get("displayName")) or (item.assignee.name if is_same else None),
        slack_id=item.assignee.slack_id if is_same else None,
        email=_text(user.get("emailAddress")) or (item.assignee.email if is_same else None),
    )


def _changes(before: FollowedItem, after: FollowedItem, now: datetime) -> Iterator[str]:
    """What is otherwise than it was known, a sentence each, without a word on who did it: Jira's history tells that.

    That it is done, its status says.
    """
    seen = _seen_on(now)
    if before.issue_key and after.issue_key != before.issue_key:
        yield f"Moved in Jira from {before.issue_key} to {after.issue_key} ({seen})."
    asked = before.asked
    if after.text != before.text and after.text != asked.get("summary"):
        yield f"Renamed in Jira; before, it read “{before.text}” ({seen})."
    if after.assignee.account_id not in (before.assignee.account_id, asked.get("assignee", before.assignee.account_id)):
        yield f"{_now(before, 'Reassigned in Jira', 'Owner')} from {_name(before)} to {_name(after)} ({seen})."
    if after.due_on != before.due_on and str(after.due_on) != asked.get("duedate"):
        what = _now(before, "Due date moved in Jira", "Due date")
        yield f"{what} from {before.due_on or 'none'} to {after.due_on or 'none'} ({seen})."
    if before.standing == "removed":
        yield f"Back in Jira ({seen})."
    if before.standing == "done" and after.standing == "open":
        yield f"Reopened in Jira by a person ({seen})."


def _now(before: FollowedItem, changed: str, what: str) -> str:
    """At the first reading nobody knows whether a person changed it, or Jira did not take what the draft said."""
    return changed if before.read_at else f"{what} in Jira is another than in the draft:"


def _unlabelled(item: FollowedItem, issue: Mapping[str, Any]) -> Iterator[str]:
    labels = _object(issue.get("fields")).get("labels")
    if isinstance(labels, list) and item.key not in labels:
        yield f"Jira shows it without the label {item.key}; it is followed all the same."


def _done_at(item: FollowedItem, fields: Mapping[str, Any], now: datetime) -> datetime:
    """When it was resolved, else when it was first seen done."""
    try:
        at = datetime.fromisoformat(str(fields.get("resolutiondate")))
        told = in_utc(at) if at.tzinfo else None
    except ValueError:
        told = None
    return told or (item.done_at if item.standing == "done" else None) or now


def _link(item: FollowedItem, key: str | None) -> str | None:
    """The issue's address, which ends in its key."""
    if item.issue_link is None or key is None:
        return item.issue_link
    return f"{item.issue_link.rpartition('/')[0]}/{key}"


def _day(value: Any, kept: date | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return kept


def _name(item: FollowedItem) -> str:
    if item.assignee.account_id is None:
        return "nobody"
    return item.assignee.name or "somebody whose name Jira does not tell"


def _seen_on(now: datetime) -> str:
    return f"seen {now:%Y-%m-%d} UTC"


def _object(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """Text from outside on one line, no longer than Jira's own longest; None where there is none."""
    return shorten(" ".join(printable(value).split()), _LONGEST) or None if isinstance(value, str) else None
