"""What we say now that we did not say then: which units are new, which changed, and where a new one belongs."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from postmortem.merging.alignment import SURELY_ALIKE, Pair, changed_pairs, equal_pairs, gaps, longest_rising
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
    lost = {n: texts[n] for span in spans for n in range(span[0], span[1])}
    new = {n: now[n] for span in spans for n in range(span[2], span[3])}
    sections = sections_of(base, dialect), sections_of(ours, dialect)
    moved = _elsewhere(lost, new, sections)
    gone, found = {n for n, _ in moved}, {other for _, other in moved}
    changed: list[Pair] = []
    for first, last, other_first, other_last in spans:
        here = {n: texts[n] for n in range(first, last) if n not in gone}
        there = {n: now[n] for n in range(other_first, other_last) if n not in found}
        changed += changed_pairs(here, there, dialect.key)
    moved += _changed_elsewhere(lost, new, sections, [*moved, *changed], dialect)
    found = {other for _, other in moved}
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


def _elsewhere(lost: dict[int, str], new: dict[int, str], sections: tuple[list[str], list[str]]) -> list[Pair]:
    """Units of the same section that say the same and stand elsewhere now."""
    return pairs_by_text(
        {n: f"{sections[0][n]}\n{text}" for n, text in lost.items() if is_words(text)},
        {n: f"{sections[1][n]}\n{text}" for n, text in new.items()},
    )


def _changed_elsewhere(
    lost: dict[int, str],
    new: dict[int, str],
    sections: tuple[list[str], list[str]],
    known: Sequence[Pair],
    dialect: Dialect,
) -> list[Pair]:
    """Units of the same section that stand elsewhere now and say something else: of one key, or very much alike."""
    gone, found = {n for n, _ in known}, {other for _, other in known}
    here, there = _by_section(lost, sections[0], gone), _by_section(new, sections[1], found)
    return [
        pair
        for section, texts in here.items()
        if section in there
        for pair in changed_pairs(texts, there[section], dialect.key, least=SURELY_ALIKE)
    ]


def _by_section(texts: dict[int, str], sections: Sequence[str], without: Set[int]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for n, text in texts.items():
        if n not in without:
            found.setdefault(sections[n], {})[n] = text
    return found
