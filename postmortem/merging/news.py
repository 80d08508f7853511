"""What we say now that we did not say then: which units are new, which changed, and where a new one belongs."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from postmortem.merging.alignment import Pair, changed_pairs, equal_pairs, gaps, longest_rising, one_to_one
from postmortem.merging.dialect import Dialect
from postmortem.merging.theirs import is_words, pairs_by_text


@dataclass(frozen=True, slots=True)
class News:
    """`became` names for each unit of base what it is in ours, where it is there still; `moved` are those of ours that
    stand elsewhere now."""

    became: dict[int, int]
    moved: frozenset[int]


def read_news(base: Sequence[str], ours: Sequence[str], dialect: Dialect) -> News:
    """Follow each unit of the last edition into this one."""
    texts, now = [dialect.says(unit) for unit in base], [dialect.says(unit) for unit in ours]
    equal = equal_pairs(texts, now)
    spans = list(gaps(equal, (0, len(texts), 0, len(now))))
    if not spans:
        return News(dict(equal), frozenset())
    moved = _elsewhere(base, ours, spans, dialect)
    gone, found = {n for n, _ in moved}, {other for _, other in moved}
    changed = [
        pair
        for span in spans
        for pair in changed_pairs(texts, now, span, dialect.key, without=(gone, found), one_for_one=True)
    ]
    in_order = sorted({*equal, *changed})
    steady = {n for n, _ in longest_rising(in_order)}
    crossed = {other for n, other in in_order if n not in steady}
    return News(dict(chain(in_order, moved)), frozenset(found | crossed))


def sections_of(units: Iterable[str], dialect: Dialect) -> list[str]:
    """The section that each unit stands in: between our marks, or below a heading where there are none."""
    sections: list[str] = []
    marked = heading = ""
    for unit in units:
        mark = dialect.mark(dialect.says(unit))
        if mark and mark.silent:
            heading = ""
            marked = mark.key
        elif mark and not marked:
            heading = mark.key
        sections.append(marked or heading)
        if mark and mark.ends:
            marked = ""
    return sections


def names_of(section: str, unit: str, dialect: Dialect) -> list[str]:
    """The hashes by which a unit is known again: by what it says, and by its key; of a section's own the first."""
    text = dialect.says(unit)
    named = [text, dialect.key(text)] if is_words(text) else []
    return [hashed(section, name) for name in named if name]


def hashed(section: str, name: str) -> str:
    return hashlib.sha256(f"{section}\n{name}".encode(errors="surrogatepass")).hexdigest()[:16]


def _elsewhere(
    base: Sequence[str], ours: Sequence[str], spans: Sequence[tuple[int, int, int, int]], dialect: Dialect
) -> list[Pair]:
    """Units of the same section that stand elsewhere now: the same text, or the same key."""
    section, new_section = sections_of(base, dialect), sections_of(ours, dialect)
    lost = [n for span in spans for n in range(span[0], span[1])]
    new = [n for span in spans for n in range(span[2], span[3])]
    by_text = pairs_by_text(
        {n: f"{section[n]}\n{dialect.says(base[n])}" for n in lost if is_words(dialect.says(base[n]))},
        {n: f"{new_section[n]}\n{dialect.says(ours[n])}" for n in new},
    )
    taken, found = {n for n, _ in by_text}, {n for _, n in by_text}
    here = {n: span for span in spans for n in range(span[0], span[1])}
    there = {n: span for span in spans for n in range(span[2], span[3])}
    by_key = one_to_one(
        {n: (section[n], key) for n in lost if n not in taken and (key := dialect.key(dialect.says(base[n])))},
        {n: (new_section[n], key) for n in new if n not in found and (key := dialect.key(dialect.says(ours[n])))},
    )
    return by_text + [pair for pair in by_key if here[pair[0]] != there[pair[1]]]
