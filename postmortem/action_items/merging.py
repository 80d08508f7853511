"""What was said several times becomes one item, which keeps the identity that it was given first, for ever."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from postmortem.action_items.item import ActionItem, Owner
from postmortem.action_items.same import Saying, Words, grouped, say_the_same, words_of
from postmortem.action_items.seen import ItemsSeen
from postmortem.identities import Identities, plain_name
from postmortem.moment import Moment

_LIKE_ENOUGH = 3  # words: of an item whose first record is gone, before another record takes it on


class Found(NamedTuple):
    """An item as one record says it, when that was, and whether it says by when, too."""

    item: ActionItem
    moment: Moment
    names_day: bool


def merged(found: Sequence[Found], seen: ItemsSeen, identities: Identities) -> tuple[ActionItem, ...]:
    """Each item once, in the order in which they were first said.

    What was listed before keeps its id, also where the record that said it first does not say it any more. Two that
    were both listed before stay two: each may have an issue, or a decision.
    """
    listed = {item.id: item for item in seen.items}
    sayings = [_saying(one, identities) for one in found]
    ids = {saying.item.id: saying.item.id for saying in sayings if saying.item.id in listed}
    ids |= _adopted([saying for saying in sayings if saying.item.id not in listed], seen, ids)

    sayings = [saying._replace(is_known=saying.item.id in ids) for saying in sayings]

    def are_apart(one: Saying, other: Saying) -> bool:
        before, other_before = (listed.get(ids.get(saying.item.id, "")) for saying in (one, other))
        return _may_not_meet(one, other, before, other_before)

    at = {one.item.id: one.moment for one in found}
    return tuple(_one(group, ids, at) for group in grouped(sayings, are_apart))


def _saying(one: Found, identities: Identities) -> Saying:
    return Saying(one.item, words_of(one.item.text), _owner_key(one.item.owner, identities), one.names_day)


def _owner_key(owner: Owner, identities: Identities) -> str | None:
    """One key per human or role; None where nobody was named."""
    if owner.person_id:
        return identities.human(owner.person_id)
    return plain_name(owner.name) if owner.name else owner.role


def _may_not_meet(one: Saying, other: Saying, before: ActionItem | None, other_before: ActionItem | None) -> bool:
    """Two that were listed before; what is ticked off or kept for its issue; and what was dropped, unless in its
    very words: what somebody marked is never lost to something like it that was dropped."""
    if before and other_before and before.id != other_before.id:
        return True
    if one.item.said or other.item.said:
        return True
    was_dropped = any(item.is_dropped for item in (before, other_before) if item)
    return was_dropped and one.words != other.words


def _adopted(new: Sequence[Saying], seen: ItemsSeen, found: Mapping[str, str]) -> dict[str, str]:
    """By its own id the id that it takes on: of an item whose first record does not say it any more, where this one
    did so as well, or now says it in its very words."""
    ids: dict[str, str] = {}
    left = sorted((item for item in seen.items if item.id not in found), key=_claim)
    in_record, in_words = _by(new, lambda saying: saying.item.evidence_id), _by(new, lambda saying: saying.words)
    for item in left:
        words = words_of(item.text)
        there = chain.from_iterable(in_record.get(place, ()) for place in (item.evidence_id, *item.also_said))
        _adopt(ids, item, (one for one in there if not item.is_gone and _is_still(one, item, words)))
    for item in left:
        if item.id not in ids.values():
            _adopt(ids, item, in_words.get(words_of(item.text), ()))
    return ids


def _claim(item: ActionItem) -> tuple[bool, bool, str]:
    """Of several that may be meant: that which has an issue, that which was said at the last look."""
    return (item.issue_key is None, item.is_gone, item.id)


def _adopt(ids: dict[str, str], item: ActionItem, sayings: Iterable[Saying]) -> None:
    """By the first of them that nobody took on yet; one in the very sentence before the others."""
    free = sorted((one.item for one in sayings if one.item.id not in ids), key=lambda one: one.quote != item.quote)
    if free:
        ids[free[0].id] = item.id


def _by[Key](sayings: Sequence[Saying], key: Callable[[Saying], Key]) -> dict[Key, list[Saying]]:
    found: dict[Key, list[Saying]] = {}
    for saying in sayings:
        found.setdefault(key(saying), []).append(saying)
    return found


def _is_still(one: Saying, item: ActionItem, words: Words) -> bool:
    return one.item.quote == item.quote or say_the_same(one.words, words, least=_LIKE_ENOUGH)


def _one(group: Sequence[Saying], ids: Mapping[str, str], at: Mapping[str, Moment]) -> ActionItem:
    """The first that was marked, else the first that was said, with what later ones add: an owner, a day."""
    base = next((saying for saying in group if saying.item.accepted), group[0])
    others = [saying for saying in group if saying is not base]
    known = (ids[saying.item.id] for saying in group if saying.item.id in ids)
    also = dict.fromkeys(one.item.evidence_id for one in others if one.item.evidence_id != base.item.evidence_id)
    changes: dict[str, object] = {"id": next(known, base.item.id), "also_said": tuple(also)}
    lent = list[str]()
    if base.owner is None and (told := next((one.item for one in others if one.owner), None)):
        lent.append(told.evidence_id)
        changes["owner"] = told.owner.model_copy(update={"why": f"{told.owner.why}, {_again(told, at)}"})
    if not base.names_day and (told := next((one.item for one in others if one.names_day), None)):
        lent.append(told.evidence_id)
        changes |= {"due_on": told.due_on, "due_why": f"{told.due_why}, {_again(told, at)}"}
    return base.item.model_copy(update=changes | {"lent_by": tuple(dict.fromkeys(lent))})


def _again(item: ActionItem, at: Mapping[str, Moment]) -> str:
    return f"where it was said again at {at[item.id].at:%Y-%m-%d %H:%M} UTC"
