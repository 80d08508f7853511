"""What was written outside, one line each, in words that need no knowledge of how it was done."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from connectors.audited import Audited
from connectors.store.audit import What
from handlers.story_lines import Kind, Line
from postmortem.action_items.item import short_name
from postmortem.follow_up.followed import FollowedItem

_MADE = {
    What.ASSIGNEE: "It was checked that {target} has its owner.",
    What.ISSUE_EDIT: "{target} was changed, as was decided here.",
    What.COMMENT: "A closed issue was told that its incident came back.",
    What.LINK: "{target} {was} linked to the postmortem.",
    What.MESSAGE_EDIT: "The announcement was brought up to date.",
    What.FILE: "The draft was shared in Slack as a file.",
    What.NOTE: "A note was written on the PagerDuty incident.",
    What.PAGE: "The Confluence page was made.",
    What.PAGE_MARK: "The Confluence page was marked as Debrief's.",
    What.PAGE_EDIT: "The Confluence page was brought up to date.",
    What.DOCUMENT: "The draft was brought up to date.",
    What.CHANNEL: "Debrief joined the channel {target}.",
    What.SUBSCRIPTION: "The webhook subscription {target} was enabled again.",
    What.WEBHOOK: "A person had a webhook subscription changed: {target}.",
}
_NOUN = {
    What.ISSUE: "an issue",
    What.ASSIGNEE: "an issue's owner",
    What.ISSUE_EDIT: "a change to an issue",
    What.COMMENT: "a comment on an issue",
    What.MESSAGE: "a message in Slack",
    What.FILE: "the draft as a file in Slack",
    What.NOTE: "the note on the PagerDuty incident",
    What.PAGE: "the Confluence page",
}
_UNTOLD = (What.ASSIGNEE, What.PAGE_MARK)
"""Of interest only where it went wrong."""


def lines_of_effects(
    records: Iterable[Audited], followed: Iterable[FollowedItem], channels: Mapping[str, str]
) -> Iterator[Line]:
    """`records` in their order; what was done to several things of one kind at once is one line. `channels` are names
    by id."""
    items, told = {item.key: item for item in followed}, (one for one in records if _is_told(one))
    is_published = False
    for (state, what, by, key), group in groupby(told, key=_together):
        some = list(group)
        if state in ("unclear", "refused"):
            yield Line(some[0].at, Kind.TROUBLE, _trouble(some[0]))
        elif what == What.ISSUE:
            yield _opened(some[0], items.get(key))
        elif what == What.DOCUMENT and not is_published:
            is_published = True
            yield Line(some[0].at, Kind.DONE, "The draft was published.")
        else:
            yield Line(some[0].at, Kind.DONE, _done(what, [_named(one, channels) for one in some], by, key))


def unclear_in_words(one: Audited) -> str:
    """While it is still looked for."""
    return f"The answer to {_NOUN.get(one.what, one.what)} was lost at {one.at:%Y-%m-%d %H:%M} UTC: it is looked for."


def _is_told(one: Audited) -> bool:
    return one.what not in _UNTOLD or one.state in ("unclear", "refused")


def _together(one: Audited) -> tuple[str, What, str, str]:
    return one.state, one.what, one.by, one.key


def _opened(one: Audited, item: FollowedItem | None) -> Line:
    """A title that was said in private stays where it is: the short name tells which item it is."""
    found = "was found again after its answer was lost, and adopted" if one.state == "adopted" else "was opened"
    words = f": {item.text}" if item and not item.is_private else ""
    private = f": an item that was said in private ({short_name(item.item_id)})" if item and item.is_private else ""
    key = item.issue_key if item and item.issue_key else one.target
    return Line(one.at, Kind.DONE, f"The issue {key} {found}{words or private}.", item.issue_link if item else None)


def _done(what: What, targets: list[str], by: str, key: str) -> str:
    target, was = _and(list(dict.fromkeys(targets))), "was" if len({*targets}) == 1 else "were"
    if what == What.MESSAGE:
        return f"{'That all is done was said' if key.endswith('/closed') else 'The draft was announced'} in {target}."
    if what == What.DOCUMENT and by.startswith("review-"):
        return "The draft was written with its new status."
    return _MADE[what].format(target=target, was=was)


def _named(one: Audited, channels: Mapping[str, str]) -> str:
    """What people call it."""
    if one.what in (What.MESSAGE, What.CHANNEL):
        channel_id = one.target.partition("/")[0]
        return f"#{channels[channel_id]}" if channel_id in channels else channel_id
    return one.target


def _trouble(one: Audited) -> str:
    """Its reason says what to do."""
    noun, why = _NOUN.get(one.what, one.what), f" {one.reason}" if one.reason else ""
    if one.state == "refused":
        return f"Refused: {noun}.{why}"
    return f"Unclear, because the answer was lost: {noun}.{why} It is looked for again before anything is repeated."


def _and(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
