"""The message that a person gets about action items: short, kind, every issue a link, no verdict on anybody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from postmortem.announcement import Paragraphs
from postmortem.follow_up.followed import FollowedItem
from postmortem.follow_up.reminders import Duty, Why
from postmortem.follow_up.wording import Line, counted, item_line, on_one_line, said

MOST_LINES = 12
"""Items of one kind that are named: who has more needs a list, not a message."""

_STANDS_IN: Mapping[Why, str] = {
    "unanswered": "Still open after several reminders. Does somebody need a hand, more time, or a different owner?",
    "unreached": "Their owners cannot be reached in Slack. Could you pass it on?",
    "unowned": "Nobody owns these yet. Could you find them an owner?",
    "parked": "These have no Jira issue yet:",
}
_HOW = (
    "Done already? Close the issue, and that was the last you hear of it. "
    "Not yours, or not now? Hand it over or move its date there."
)


def reminder_message(their: Sequence[Duty], today: date, whys: Mapping[str, str]) -> Paragraphs:
    """What one person is told, as paragraphs. `today` is the day where they are; `whys` says by Jira account why its
    person is not reached in Slack."""
    own = [item for item, why in their if why == "own"]
    lines: list[Line] = []
    if own:
        lines += [said(_head(own, today)), *_listed(own, today), said(_HOW)]
    for why, words in _STANDS_IN.items():
        items = [item for item, because in their if because == why]
        if items:
            lines += [said(words), *_listed_for_others(items, why, today, whys)]
    return tuple(lines)


def _head(own: Sequence[FollowedItem], today: date) -> str:
    over = sum(item.is_overdue(today) for item in own)
    what = counted(len(own), "action item", "action items")
    if not over:
        return f"{what} of yours {'is' if len(own) == 1 else 'are'} coming up:"
    if over == len(own):
        return f"{what} of yours {'is' if over == 1 else 'are'} past the due date and still open:"
    return f"{what} of yours are open, {over} of them past the due date:"


def _listed(items: Sequence[FollowedItem], today: date) -> Iterator[Line]:
    for item in items[:MOST_LINES]:
        yield item_line(item, today, may_read=True, with_owner=False, more=_incident(item))
    yield from _rest(items)


def _listed_for_others(items: Sequence[FollowedItem], why: Why, today: date, whys: Mapping[str, str]) -> Iterator[Line]:
    for item in items[:MOST_LINES]:
        unreached = None if item.is_private else whys.get(item.assignee.account_id or "")
        because = {"parked": item.why_parked, "unreached": unreached}.get(why)
        more = on_one_line(because or _incident(item))
        yield item_line(item, today, may_read=False, with_owner=why != "unowned", more=more)
    yield from _rest(items)


def _rest(items: Sequence[FollowedItem]) -> Iterator[Line]:
    left = len(items) - MOST_LINES
    if left > 0:
        yield said(f"… and {left} more; debrief actions lists all of them.")


def _incident(item: FollowedItem) -> str:
    return f"from incident #{item.incident_number}" if item.incident_number else ""
