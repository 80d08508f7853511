"""When a postmortem is closed by itself, and what is said then.

It happens once in its life. An issue that is reopened later is followed on, and its owner reminded, but the postmortem
stays closed: people who met and agreed on it decide whether it is opened again. One that a person opened again after
that is left to people.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from postmortem.action_items.item import Span
from postmortem.announcement import Paragraphs
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.wording import counted, on_one_line
from postmortem.life import StatusChange

BY = "Debrief"
HEAD = "Postmortem closed"
_TWO = 2
GONE_FOR = timedelta(days=7)
"""An issue that is gone may be hidden by mistake: so long it is waited for before it counts as settled."""


def may_close(
    items: Sequence[FollowedItem],
    history: Sequence[StatusChange],
    close: Literal["always", "reviewed", "never"],
    now: datetime,
) -> bool:
    """Whether the postmortem of these items is to be closed now. One without any done item is never closed."""
    status = history[-1].to if history else "draft"
    if close == "never" or status == "closed" or (close == "reviewed" and status != "reviewed"):
        return False
    if any(change.by == BY and change.to == "closed" for change in history):
        return False
    return any(item.standing == "done" for item in items) and all(_is_settled(item, now) for item in items)


def closed_message(title: str, items: Sequence[FollowedItem], links: tuple[tuple[str, str], ...]) -> Paragraphs:
    """What is said in the incident's channel. `links`: words and address of what opens the document."""
    done = sum(item.standing == "done" for item in items)
    gone = len(items) - done
    every = "both" if done == _TWO else f"all {done}"
    is_whole = "its action item is done" if done == 1 else f"{every} action items are done"
    what = is_whole if not gone else f"{counted(done, 'action item is', 'action items are')} done"
    rest = f", {gone} {'was' if gone == 1 else 'were'} removed or dropped" if gone else ""
    opened = tuple(span for words, link in links for span in (Span(text=" · "), Span(text=words, link=link)))
    return ((Span(text=f"{HEAD}: {on_one_line(title)} — {what}{rest}. Thank you."), *opened),)


def _is_settled(item: FollowedItem, now: datetime) -> bool:
    if item.standing == "removed":
        was_dropped = item.issue_id is None
        return was_dropped or item.read_at is None or now - item.read_at >= GONE_FOR
    return item.standing == "done" or item.is_dropped
