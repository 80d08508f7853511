"""Which unit of one sequence is which of another: equal, or the same one changed. Linear but for short stretches."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

type Pair = tuple[int, int]
type Span = tuple[int, int, int, int]
"""Of the first sequence from, to; of the second from, to."""

_WORD = re.compile(r"\w+")
_MOST_MATCHED, _MOST_COMPARED = 40_000, 2_500
"""Pairs of a stretch that are looked at one by one, to match equal texts and to compare words. In a longer stretch
equal texts are matched by their number, and words compared near the diagonal only."""

_NEAR = 2
ALIKE, SURELY_ALIKE = 0.5, 0.8
"""How much of their words two units share to be one that changed; the more where their keys speak against it."""


def equal_pairs(ours: Sequence[str], theirs: Sequence[str]) -> list[Pair]:
    """Pairs of equal texts in the order of both: those at the ends, those that are unique, then what lies between."""
    pairs: list[Pair] = []
    open_spans: list[Span] = [(0, len(ours), 0, len(theirs))]
    while open_spans:
        trimmed, span = _trim(ours, theirs, open_spans.pop())
        pairs += trimmed
        if span[0] == span[1] or span[2] == span[3]:
            continue
        anchors = _unique_in_both(ours, theirs, span)
        if anchors:
            pairs += anchors
            open_spans += gaps(anchors, span)
        else:
            pairs += _matched(ours, theirs, span)
    return sorted(pairs)


def gaps(pairs: Sequence[Pair], span: Span) -> Iterator[Span]:
    """What lies between pairs, where either side has something."""
    first, last, other_first, other_last = span
    for mine, other in (*pairs, (last, other_last)):
        if mine > first or other > other_first:
            yield first, mine, other_first, other
        first, other_first = mine + 1, other + 1


def changed_pairs(
    ours: Mapping[int, str], theirs: Mapping[int, str], key: Callable[[str], str], least: float = ALIKE
) -> list[Pair]:
    """Of texts by their places, those that are one unit changed: by key, then the most alike first."""
    keys, other_keys = {n: key(text) for n, text in ours.items()}, {n: key(text) for n, text in theirs.items()}
    pairs = one_to_one(keys, other_keys)
    taken, other_taken = {n for n, _ in pairs}, {other for _, other in pairs}
    words = {n: words_of(text) for n, text in ours.items() if n not in taken}
    other_words = {n: words_of(text) for n, text in theirs.items() if n not in other_taken}
    alike: list[tuple[float, int, int]] = []
    for n, other in _candidates(list(words), list(other_words)):
        share = likeness(words[n], other_words[other])
        contradicted = keys[n] and other_keys[other] and keys[n] != other_keys[other]
        if share >= (SURELY_ALIKE if contradicted else least):
            alike.append((-share, n, other))
    for _, n, other in sorted(alike):
        if n not in taken and other not in other_taken:
            pairs.append((n, other))
            taken.add(n)
            other_taken.add(other)
    return pairs


def one_to_one[K](names: dict[int, K], other_names: dict[int, K]) -> list[Pair]:
    """Pairs of equal names, where a name is neither empty nor found twice on a side."""
    count, other_count = Counter(names.values()), Counter(other_names.values())
    where = {name: other for other, name in other_names.items()}
    return [(n, where[name]) for n, name in names.items() if name and count[name] == 1 and other_count[name] == 1]


def words_of(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def likeness(words: Counter[str], other_words: Counter[str]) -> float:
    """How much of their words two texts share, from 0 to 1 (Dice, each word as often as it stands there)."""
    total = words.total() + other_words.total()
    return 2 * (words & other_words).total() / total if total else 0.0


def longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """The most of these pairs, sorted by the first, that also rise in the second."""
    lowest: list[int] = []  # the lowest second that ends a rise of 1, 2, 3... pairs, and which pair that is
    ends: list[int] = []
    before: list[int] = []
    for n, (_, other) in enumerate(pairs):
        place = bisect_left(lowest, other)
        before.append(ends[place - 1] if place else -1)
        lowest[place : place + 1] = [other]
        ends[place : place + 1] = [n]
    return _walked_back(pairs, before, ends[-1] if ends else -1)


def _walked_back(pairs: Sequence[Pair], before: Sequence[int], last: int) -> list[Pair]:
    found: list[Pair] = []
    while last >= 0:
        found.append(pairs[last])
        last = before[last]
    return found[::-1]


def _trim(ours: Sequence[str], theirs: Sequence[str], span: Span) -> tuple[list[Pair], Span]:
    """The equal texts at both ends of a span, and what is left of it."""
    first, last, other_first, other_last = span
    pairs: list[Pair] = []
    while first < last and other_first < other_last and ours[first] == theirs[other_first]:
        pairs.append((first, other_first))
        first, other_first = first + 1, other_first + 1
    while first < last and other_first < other_last and ours[last - 1] == theirs[other_last - 1]:
        last, other_last = last - 1, other_last - 1
        pairs.append((last, other_last))
    return pairs, (first, last, other_first, other_last)


def _unique_in_both(ours: Sequence[str], theirs: Sequence[str], span: Span) -> list[Pair]:
    mine = {n: ours[n] for n in range(span[0], span[1])}
    others = {n: theirs[n] for n in range(span[2], span[3])}
    return longest_rising(one_to_one(mine, others))


def _matched(ours: Sequence[str], theirs: Sequence[str], span: Span) -> list[Pair]:
    """Texts that stand there more than once: by difflib where that is quick, else each by its number."""
    first, last, other_first, other_last = span
    if (last - first) * (other_last - other_first) <= _MOST_MATCHED:
        matcher = SequenceMatcher(None, ours[first:last], theirs[other_first:other_last], autojunk=False)
        return [
            (first + block.a + n, other_first + block.b + n)
            for block in matcher.get_matching_blocks()
            for n in range(block.size)
        ]
    mine, others = _numbered(ours, first, last), _numbered(theirs, other_first, other_last)
    return longest_rising(one_to_one(mine, others))


def _numbered(texts: Sequence[str], first: int, last: int) -> dict[int, tuple[str, int]]:
    """Each text with how many like it stand before it."""
    count: Counter[str] = Counter()
    numbered: dict[int, tuple[str, int]] = {}
    for n in range(first, last):
        numbered[n] = (texts[n], count[texts[n]])
        count[texts[n]] += 1
    return numbered


def _candidates(mine: Sequence[int], others: Sequence[int]) -> Iterator[Pair]:
    """Pairs worth comparing, in the order of the first; of a long stretch only those near its diagonal."""
    if len(mine) * len(others) <= _MOST_COMPARED:
        yield from ((n, other) for n in mine for other in others)
        return
    for place, n in enumerate(mine):
        middle = place * len(others) // len(mine)
        yield from ((n, other) for other in others[max(0, middle - _NEAR) : middle + _NEAR + 1])
