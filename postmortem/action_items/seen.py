"""What identifies an action item: the ordinal it was given within its record at first sight, remembered for ever.

A message may be edited: a line that is put above another must not take over that one's ordinal, and so its issue.
"""

from collections.abc import Collection, Container, Iterator, Sequence
from itertools import chain, count

from rapidfuzz import fuzz

from postmortem.action_items.item import ActionItem, Owner
from postmortem.noun import Noun
from postmortem.places import IN_CHAT, IN_THE_DOCUMENT, in_channels

EDITED = "No longer said in {source}: its words were edited or deleted."
_SOURCES = {IN_CHAT: "Slack", IN_THE_DOCUMENT: "the document"}
NOT_FOUND = "No longer said in {source}: its message was deleted, or could not be read this time."
NOT_TOLD = "it was said in a private channel that was not read this time"

_ALIKE = 70  # of 100, of the letters of two sentences: one was edited into the other
_LONG_ENOUGH = 8  # letters of a sentence that another holds
_MOST_COMPARED = 10_000  # pairs of sentences of one record


class ItemsSeen(Noun):
    """Every action item of one incident that any draft ever listed, as it was when it was last said."""

    items: tuple[ActionItem, ...] = ()

    def and_those(self, items: Sequence[ActionItem]) -> "ItemsSeen":
        """These as well: what is said now in place of what was, and what is gone marked so. How its issue stands is
        none of it: Jira is asked for that, and changes it often."""
        now = {item.id for item in items}
        before = (item.model_copy(update={"is_gone": True}) for item in self.items if item.id not in now)
        said = (item.model_copy(update={"status": None, "changes": ()}) for item in items)
        return ItemsSeen(items=(*before, *said))

    def apart_from(self, channels: Collection[str]) -> tuple["ItemsSeen", tuple[ActionItem, ...]]:
        """Those not said in these channels, without what was lent to them there; and those said there, whose words are
        not told on."""
        places = in_channels(channels)
        told = (_without_loans(item, places) for item in self.items if not item.evidence_id.startswith(places))
        return ItemsSeen(items=tuple(told)), tuple(item for item in self.items if item.evidence_id.startswith(places))

    def by_record(self) -> dict[str, list[ActionItem]]:
        """By the record that said each first, and gave it its ordinal."""
        found: dict[str, list[ActionItem]] = {}
        for item in self.items:
            found.setdefault(record_of(item.id), []).append(item)
        return found


def _without_loans(item: ActionItem, places: tuple[str, ...]) -> ActionItem:
    """Its identity stays; who has it and by when is told only as far as these places did not say it."""
    if not item.rests_on(places):
        return item
    nobody = Owner(name=None, account_id=None, why=NOT_TOLD)
    return item.model_copy(update={"owner": nobody, "due_on": None, "due_why": NOT_TOLD, "lent_by": ()})


def record_of(item_id: str) -> str:
    return item_id.rpartition("#")[0]


def ordinals(quotes: Sequence[str], seen: Sequence[ActionItem], likely: Sequence[bool] = ()) -> tuple[int, ...]:
    """The ordinal of each item of one record, of which `seen` were listed before; `likely` marks suggestions.

    An item in the same words is the same; of the others, first what has most words in common with one that was still
    said at the last look and is not any more, then each in their order: its words were edited. A suggestion goes by its
    words alone. What is left is new, and gets a number that none ever had.
    """
    here = [item for item in seen if item.evidence_id == record_of(item.id)]  # not what moved on to another record
    in_words: dict[str, list[int]] = {}
    for item in sorted(here, key=_ordinal, reverse=True):
        in_words.setdefault(_plain(item.quote), []).append(_ordinal(item))
    given = [numbers.pop() if (numbers := in_words.get(_plain(quote))) else None for quote in quotes]
    _give_like_words(given, quotes, [item for item in here if not item.is_gone])
    edited = iter(sorted({_ordinal(item) for item in here if _is_only_said_here(item)}.difference(given)))
    new = count(max(map(_ordinal, seen), default=0) + 1)
    for place, number in enumerate(given):
        if number is None:
            is_likely = place < len(likely) and likely[place]
            given[place] = next(new) if is_likely else next(chain(edited, new))
    return tuple(number for number in given if number is not None)


def _give_like_words(given: list[int | None], quotes: Sequence[str], seen: Sequence[ActionItem]) -> None:
    """Fill in the ordinals of what was said in nearly the same words, the most alike first."""
    left = [item for item in seen if _ordinal(item) not in given]
    places = [place for place, number in enumerate(given) if number is None]
    if len(left) * len(places) > _MOST_COMPARED:
        return
    pairs = [(_likeness(quotes[place], item.quote), place, _ordinal(item)) for place in places for item in left]
    for likeness, place, number in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= _ALIKE and given[place] is None and number not in given:
            given[place] = number


def _likeness(one: str, other: str) -> float:
    """Of 100; where one holds the other whole (it was marked, or something was added), all of it."""
    plain, other_plain = _plain(one), _plain(other)
    if min(len(plain), len(other_plain)) >= _LONG_ENOUGH and (plain in other_plain or other_plain in plain):
        return 100.0
    return fuzz.token_sort_ratio(plain, other_plain, score_cutoff=_ALIKE)


def _is_only_said_here(item: ActionItem) -> bool:
    """Whether it is to be looked for among the edited words of its record, and nowhere else."""
    return not item.also_said and not item.is_gone and item.likely is None


def no_longer_said(seen: ItemsSeen, now: Sequence[ActionItem], records: Container[str]) -> Iterator[ActionItem]:
    """Items that nobody says any more, and that go on all the same: their issue is there, or a person accepted them."""
    ids = {item.id for item in now}
    for item in seen.items:
        if item.id in ids:
            continue
        if item.issue_key:
            yield item.model_copy(update={"accepted": False, "is_gone": True, "said": (_why_gone(item, records),)})
        elif item.decision and item.decision.verdict == "accepted":
            yield item.model_copy(update={"said": (_why_gone(item, records),)})


def _why_gone(item: ActionItem, records: Container[str]) -> str:
    source = next((name for start, name in _SOURCES.items() if item.evidence_id.startswith(start)), "PagerDuty")
    is_read = item.evidence_id in records or item.evidence_id.startswith(IN_THE_DOCUMENT)
    return (EDITED if is_read else NOT_FOUND).format(source=source)


def _ordinal(item: ActionItem) -> int:
    return int(item.id.rpartition("#")[2])


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
