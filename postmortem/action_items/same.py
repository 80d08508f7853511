"""One item that is said five times is one item: which items mean the same, by their words. Conservative.

A false merge loses an item, a missed one shows it twice; so every word that carries meaning must have its like in the
other, numbers exactly, and owners and days must not contradict each other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from postmortem.action_items.item import ActionItem

type Words = frozenset[str]

_TYPO = 88  # of 100: "satuartion" and "saturation", of which one is a slip
_LONG_ENOUGH = 6  # letters of a word in which a slip can be told from another word
_MOST_WORDS = 24  # of an item that is compared by meaning; longer ones are the same only where the words are
_MOST_LOOKED_AT = 40  # items that have all but one word in common
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDING = re.compile(r"(?<=\w{4})(?:at(?:ions?|ed|ing|es?)|ions?|ings?|ed|es|e|s)$")
_URL = re.compile(r"https?://\S+")
# Words that carry no meaning of their own in an item: to add an alert, to create one and to need one is the same.
_SAYS_LITTLE = frozenset(
    """
    a an the this that these those it its our your their his her my we you i they he she me us them to of for in
    on at by with from into onto about as and or so then also just please really still some any more there here is
    are be been was were will would should could can must shall may might need needs needed want wants have has
    had having do does did doing going let lets let's make makes making add adds adding create creates creating
    write writes writing set up setup put get getting build implement introduce provide new proper properly when
    if while whenever every each all i'll we'll maybe perhaps probably definitely again now next time today
    tomorrow soon later asap someone somebody anyone who that's ok okay
    """.split()  # noqa: SIM905
)
_ALIKE = {
    like: words[0]
    for words in (
        ("raise", "increase", "bump", "up"),
        ("lower", "decrease", "reduce"),
        ("remove", "delete", "drop"),
        ("alert", "alarm", "page", "alerting", "paging"),
        ("runbook", "playbook"),
        ("document", "doc", "docs", "documentation"),
        ("ticket", "issue", "bug"),
        ("check", "verify", "validate"),
        ("fix", "repair", "mend"),
        ("database", "db"),
        ("config", "configuration"),
        ("postgres", "postgresql"),
        ("kubernetes", "k8s"),
        ("monitor", "monitoring"),
        ("repository", "repo"),
    )
    for like in words
}


class Saying(NamedTuple):
    """One item as it was said. `names_owner` and `names_day` tell what is said there and not only assumed; `is_known`
    marks what an earlier draft listed."""

    item: ActionItem
    words: Words
    owner: str | None
    names_day: bool
    is_known: bool = False

    @property
    def compared(self) -> object:
        """Equal for those that no comparison tells apart; what was listed before is only equal to itself."""
        day = self.item.due_on if self.names_day else None
        return (self.words, self.owner, day, self.item.said, self.item.id if self.is_known else None)


def words_of(text: str) -> Words:
    """The words of a task that carry meaning, in small letters and the singular; all of them where none does."""
    small = text.lower().replace("’", "'")
    told = _WORD.findall(_URL.sub(" ", small)) + _URL.findall(small)
    meaning = frozenset(_stem(word) for word in told if word not in _SAYS_LITTLE)
    return meaning or frozenset(told)


def say_the_same(one: Words, other: Words, *, least: int = 4) -> bool:
    """Equal; or, of three or more, but for one slip of the pen; or, of `least` or more, one says one word more."""
    if one == other:
        return True
    if max(len(one), len(other)) > _MOST_WORDS:
        return False
    more, less = one - other, other - one
    if len(more) == len(less) == 1 and len(one) >= 3:
        return _is_slip(*more, *less)
    return min(len(one), len(other)) >= least and len(more) + len(less) == 1 and _adds_little(*more, *less)


def contradict(one: Saying, other: Saying) -> bool:
    """Whether another person or another day is named in each."""
    owners = one.owner is not None and other.owner is not None and one.owner != other.owner
    days = one.names_day and other.names_day and one.item.due_on != other.item.due_on
    return owners or days


def grouped(sayings: Sequence[Saying], apart: Callable[[Saying, Saying], bool]) -> list[list[Saying]]:
    """Those that say the same, together, each group in the order given; never two that are `apart`."""
    groups: list[list[Saying]] = []
    telling: list[dict[object, Saying]] = []  # of each group, one of those who are alike in all that is compared
    near: dict[Words, list[int]] = {}
    for saying in sayings:
        place = next((one for one in _places(saying.words, near) if _fits(saying, telling[one], apart)), None)
        if place is None:
            place = len(groups)
            groups.append([])
            telling.append({})
        groups[place].append(saying)
        telling[place].setdefault(saying.compared, saying)
        _place_near(saying.words, place, near)
    return groups


def _place_near(words: Words, place: int, near: dict[Words, list[int]]) -> None:
    for key in _keys(words):
        places = near.setdefault(key, [])
        if len(places) < _MOST_LOOKED_AT and place not in places:
            places.append(place)


def _fits(saying: Saying, group: dict[object, Saying], apart: Callable[[Saying, Saying], bool]) -> bool:
    """Every one is like the first, so that a group does not wander off from what it began with."""
    first = next(iter(group.values()))
    agree = saying.owner is not None and saying.owner == first.owner
    least = 3 if agree or not (saying.item.accepted and first.item.accepted) else 4
    return say_the_same(saying.words, first.words, least=least) and not any(
        contradict(saying, one) or apart(saying, one) for one in group.values()
    )


def _places(words: Words, near: dict[Words, list[int]]) -> Iterator[int]:
    """Where such words may have been said before: those equal to them first."""
    yield from dict.fromkeys(place for key in _keys(words) for place in near.get(key, ()))


def _keys(words: Words) -> Iterator[Words]:
    """The words, and the words but for each one: two that differ in one word have one of these in common."""
    yield words
    if 3 <= len(words) <= _MOST_WORDS:
        for word in sorted(words):
            yield words - {word}


def _is_slip(one: str, other: str) -> bool:
    """One letter off in a long word without figures, and not at its beginning: there "enable" is "disable"."""
    are_long = min(len(one), len(other)) >= _LONG_ENOUGH and one[:2] == other[:2]
    return are_long and one.isalpha() and other.isalpha() and fuzz.ratio(one, other) >= _TYPO


def _adds_little(word: str) -> bool:
    """A further word may be what tells two things apart: a number, another deed."""
    return word.isalpha() and word not in _DEEDS


def _stem(word: str) -> str:
    """A word without its ending ("saturated", "saturation"), or one of several words for the same."""
    plain = word.removesuffix("'s")
    if plain not in _ALIKE and len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        plain = plain[:-1]
    if plain in _ALIKE:
        return _ALIKE[plain]
    return _ENDING.sub("", plain) if len(plain) >= _LONG_ENOUGH and plain.isalpha() else plain


_DEEDS = frozenset(
    """
    test remove raise lower check fix update change move migrate replace rename disable enable review investigate
    document stop start restart revert upgrade downgrade tune rotate renew not no never don't without instead
    except before after staging production prod dev canary secondary primary read write replica backup
    """.split()  # noqa: SIM905
)
