"""What a person made of an edition: which of our units still stand, changed or moved, and which were deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from postmortem.merging.alignment import SURELY_ALIKE, Pair, changed_pairs, equal_pairs, gaps
from postmortem.merging.dialect import Dialect
from postmortem.merging.edition import Edition


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands there now, without our suggestions.

    `origins` names for each unit the unit of the edition's base that it is; `tail_kept` holds the places where the
    space behind a unit is still as we wrote it, `moved` those that a person moved. `pending` are the hashes of the
    suggestions that stand there untouched, by the unit of base they are about; `refused` those that do not any more.
    `hanging` are the places of a person's units that are about one of ours above them (answers, notes indented under
    it), `hung_on` those of ours: they count as changed by a person.
    """

    units: tuple[str, ...]
    origins: tuple[int | None, ...]
    tail_kept: frozenset[int]
    moved: frozenset[int]
    pending: dict[int, str]
    refused: frozenset[str]
    hanging: frozenset[int]
    hung_on: frozenset[int]

    def places(self) -> dict[int, int]:
        """Where each unit of base stands."""
        return {origin: place for place, origin in enumerate(self.origins) if origin is not None}


def read_theirs(last: Edition, theirs: Sequence[str], dialect: Dialect) -> Standing:
    """Tell the person's hand from ours, by what was written last."""
    written = last.units()
    shown = [unit for unit in written if not dialect.suggested(unit[0])]
    units = tuple(unit for unit in theirs if not dialect.suggested(unit))
    pairs, moved = _same_units(shown, units, dialect)
    origins: list[int | None] = [None] * len(units)
    for mine, other in (*pairs, *moved):
        origins[other] = shown[mine][1]
    _restored(last, units, origins, dialect)
    pending, refused = _suggestions(written, theirs, dialect)
    hanging, hung_on = _hanging(units, origins, dialect)
    return Standing(
        units=units,
        origins=tuple(origins),
        tail_kept=frozenset(
            place
            for place, origin in enumerate(origins)
            if origin is not None and _tail(last.base[origin], dialect) == _tail(units[place], dialect)
        ),
        moved=frozenset(other for _, other in moved),
        pending=pending,
        refused=frozenset(last.refused) | refused,
        hanging=hanging,
        hung_on=hung_on,
    )


def tail_of(unit: str, dialect: Dialect) -> str:
    """The space behind what a unit says."""
    return unit[len(dialect.says(unit)) :]


def is_words(text: str) -> bool:
    """Whether a text is more than signs: a rule or the line under a table's heading is found everywhere."""
    return any(sign.isalnum() for sign in text)


def pairs_by_text(ours: dict[int, str], theirs: dict[int, str]) -> list[Pair]:
    """Texts of words that stand somewhere else now, each taken once, the first by the first."""
    where: dict[str, list[int]] = {}
    for place in reversed(theirs):
        where.setdefault(theirs[place], []).append(place)
    return [(n, where[text].pop()) for n, text in ours.items() if is_words(text) and where.get(text)]


def _same_units(
    shown: Sequence[tuple[str, int | None]], units: Sequence[str], dialect: Dialect
) -> tuple[list[Pair], list[Pair]]:
    """The units that stand where they stood, perhaps changed; and those that a person moved."""
    texts, now = [dialect.says(unit) for unit, _ in shown], [dialect.says(unit) for unit in units]
    equal = equal_pairs(texts, now)
    spans = list(gaps(equal, (0, len(texts), 0, len(now))))
    lost = {n: texts[n] for span in spans for n in range(span[0], span[1])}
    new = {n: now[n] for span in spans for n in range(span[2], span[3])}
    moved = pairs_by_text(lost, new)
    gone, found = {n for n, _ in moved}, {other for _, other in moved}
    changed: list[Pair] = []
    for first, last, other_first, other_last in spans:
        here = {n: texts[n] for n in range(first, last) if n not in gone}
        there = {n: now[n] for n in range(other_first, other_last) if n not in found}
        changed += changed_pairs(here, there, dialect.key)
    moved += _changed_elsewhere(lost, new, [*moved, *changed])
    return sorted(equal + changed), moved


def _changed_elsewhere(lost: dict[int, str], new: dict[int, str], known: Sequence[Pair]) -> list[Pair]:
    """What a person moved and changed at once: so alike that it cannot be anything else."""
    gone, found = {n for n, _ in known}, {other for _, other in known}
    here = {n: text for n, text in lost.items() if n not in gone}
    there = {n: text for n, text in new.items() if n not in found}
    return changed_pairs(here, there, lambda _: "", least=SURELY_ALIKE) if there else []


def _restored(last: Edition, units: Sequence[str], origins: list[int | None], dialect: Dialect) -> None:
    """What a person deleted once and put back is ours again."""
    there = {origin for origin in origins if origin is not None}
    deleted = {n: dialect.says(unit) for n, unit in enumerate(last.base) if n not in there}
    if not deleted:
        return
    own = {place: dialect.says(units[place]) for place, origin in enumerate(origins) if origin is None}
    for origin, place in pairs_by_text(deleted, own):
        origins[place] = origin


def _hanging(
    units: Sequence[str], origins: Sequence[int | None], dialect: Dialect
) -> tuple[frozenset[int], frozenset[int]]:
    """The places of a person's units that are about one of ours, and those of ours: with all lines of its block."""
    hanging, hung_on = set[int](), set[int]()
    block: list[int] = []
    is_open = False  # nothing of a person's own stands between
    for place, origin in enumerate(origins):
        text = dialect.says(units[place])
        if origin is not None:
            goes_on = is_open and dialect.is_joined(text) and units[place - 1].count("\n") < 2
            block = [*(block if goes_on else ()), place]
            is_open = True
        elif is_open and dialect.hangs(text, dialect.says(units[block[-1]])):
            hanging.add(place)
            hung_on.update(block)
        else:
            is_open = False
    return frozenset(hanging), frozenset(hung_on)


def _suggestions(
    written: Sequence[tuple[str, int | None]], theirs: Sequence[str], dialect: Dialect
) -> tuple[dict[int, str], frozenset[str]]:
    """The suggestions of the last edition: those that still stand, and those that a person took out or changed."""
    offered = [(found, origin) for unit, origin in written if (found := dialect.suggested(unit))]
    there = [found for unit in theirs if (found := dialect.suggested(unit))]
    matched = {mine for mine, _ in equal_pairs([found for found, _ in offered], there)}
    pending = {origin: found for n, (found, origin) in enumerate(offered) if n in matched and origin is not None}
    return pending, frozenset(found for n, (found, _) in enumerate(offered) if n not in matched)


def _tail(unit: str, dialect: Dialect) -> str:
    return tail_of(unit, dialect).replace("\r\n", "\n")
