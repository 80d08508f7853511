"""A followed item on one line, as reminders and digests say it. Text from outside stays text."""

from datetime import date

from postmortem.action_items.item import Span
from postmortem.follow_up.followed import FollowedItem
from postmortem.outputs.escaping import printable, shorten

type Line = tuple[Span, ...]

_LONGEST = 160


def item_line(item: FollowedItem, today: date, *, may_read: bool, with_owner: bool, more: str = "") -> Line:
    """ "• CHK-1 Raise the limit (Bea Lindqvist), due today": the key is a link.

    Who was not there when it was said in private (`may_read` False) gets the issue alone, and opens it or not.
    """
    issue = Span(text=on_one_line(item.issue_key or "no issue yet"), link=item.issue_link)
    if item.is_private and not may_read:
        return (Span(text="• "), issue, Span(text=f", {more}" if more else ""))
    words = f" {shorten(on_one_line(item.text), _LONGEST)}"
    owner = f" ({on_one_line(item.assignee.name)})" if with_owner and item.assignee.name else ""
    tail = "".join(f", {part}" for part in (when_due(item, today), more) if part)
    return (Span(text="• "), issue, Span(text=f"{words}{owner}{tail}"))


def when_due(item: FollowedItem, today: date) -> str:
    """ "due tomorrow"; nothing for what is done."""
    if item.standing == "done":
        return ""
    if item.due_on is None:
        return "no due date"
    days = (item.due_on - today).days
    if days < 0:
        return f"was due {item.due_on}, {_days(-days)} ago"
    return "due today" if days == 0 else "due tomorrow" if days == 1 else f"due {item.due_on}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def said(text: str) -> Line:
    return (Span(text=on_one_line(text)),)


def on_one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _days(count: int) -> str:
    return counted(count, "day", "days")
