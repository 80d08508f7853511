"""What identifies an action item: the ordinal it was given within its record at first sight, remembered for ever.

A message may be edited: a line that is put above another must not take over that one's ordinal, and so its issue.
"""

from collections.abc import Collection, Container, Iterator, Sequence
from itertools import chain, count

from postmortem.action_items.item import ActionItem
from postmortem.noun import Noun

EDITED = "No longer said in {source}: its words were edited or deleted."
_SOURCES = {"slack/": "Slack", "document/": "the document"}
NOT_FOUND = "No longer said in {source}: its message was deleted, or could not be read this time."


class ItemsSeen(Noun):
    """Every action item of one incident that any draft ever listed, as it was when it was last said."""

    items: tuple[ActionItem, ...] = ()

    def and_those(self, items: Sequence[ActionItem]) -> "ItemsSeen":
        """These as well: what is said now in place of what was, and what is gone marked so."""
        now = {item.id: item for item in items}
        before = (item for item in self.items if item.id not in now)
        return ItemsSeen(items=(*(item.model_copy(update={"is_gone": True}) for item in before), *items))

    def apart_from(self, channels: Collection[str]) -> tuple["ItemsSeen", tuple[ActionItem, ...]]:
        """Those not said in these channels, and those said there, whose words are not told on."""
        places = tuple(f"slack/{channel}/" for channel in channels)
        told = tuple(item for item in self.items if not item.evidence_id.startswith(places))
        return ItemsSeen(items=told), tuple(item for item in self.items if item.evidence_id.startswith(places))

    def by_record(self) -> dict[str, list[ActionItem]]:
        found: dict[str, list[ActionItem]] = {}
        for item in self.items:
            found.setdefault(item.evidence_id, []).append(item)
        return found


def ordinals(quotes: Sequence[str], seen: Sequence[ActionItem]) -> tuple[int, ...]:
    """The ordinal of each item of one record, of which `seen` were listed before.

    An item in the same words is the same; of the others, in their order, each is what was still said at the last look
    and is not any more: its words were edited. What is left is new, and gets a number that none ever had.
    """
    in_words: dict[str, list[int]] = {}
    for item in sorted(seen, key=_ordinal, reverse=True):
        in_words.setdefault(_plain(item.quote), []).append(_ordinal(item))
    same = [numbers.pop() if (numbers := in_words.get(_plain(quote))) else None for quote in quotes]
    edited = sorted({_ordinal(item) for item in seen if not item.is_gone}.difference(same))
    free = chain(edited, count(max(map(_ordinal, seen), default=0) + 1))
    return tuple(next(free) if number is None else number for number in same)


def no_longer_said(seen: ItemsSeen, now: Sequence[ActionItem], records: Container[str]) -> Iterator[ActionItem]:
    """Items with an issue that nobody says any more: the issue is there, so the draft goes on listing it."""
    ids = {item.id for item in now}
    for item in seen.items:
        if item.issue_key and item.id not in ids:
            source = next((name for start, name in _SOURCES.items() if item.evidence_id.startswith(start)), "PagerDuty")
            is_read = item.evidence_id in records or item.evidence_id.startswith("document/")
            why = (EDITED if is_read else NOT_FOUND).format(source=source)
            yield item.model_copy(update={"accepted": False, "is_gone": True, "said": (why,)})


def _ordinal(item: ActionItem) -> int:
    return int(item.id.rpartition("#")[2])


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
