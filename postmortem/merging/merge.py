"""A new edition of a document, with everything in it that a person made of the last one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from postmortem.merging.alignment import changed_pairs, equal_pairs
from postmortem.merging.case import Case
from postmortem.merging.dialect import Dialect
from postmortem.merging.edition import Edition
from postmortem.merging.placing import Placed, place_new
from postmortem.merging.theirs import tail_of


@dataclass(frozen=True, slots=True)
class Merged:
    """The units to write and the edition to remember, with what became of ours: `suggested` beside what a person
    changed, `left_out` because a person deleted it."""

    units: tuple[str, ...]
    edition: Edition
    suggested: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit of the result: what it says, the space behind it, and which unit of ours it stands for."""

    says: str
    tail: str
    ours: int | None = None
    has_own_tail: bool = False
    """Whether the space behind it is a person's."""

    @property
    def text(self) -> str:
        return self.says + self.tail


def begin(ours: Sequence[str]) -> Merged:
    """The first edition: nothing is there yet."""
    return Merged(tuple(ours), Edition(base=tuple(ours), written=tuple(range(len(ours)))))


def merge(last: Edition | None, theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> Merged:
    """Merge ours (generated now) into theirs (what stands there now); `last` is the edition that theirs came from.

    Where `last` is unknown, theirs stays as it is, and what of ours it does not hold counts as deleted.
    """
    if last is None:
        last = _unknown(theirs, ours, dialect)
    if tuple(theirs) == last.base and last == begin(last.base).edition:
        return begin(ours)
    case = Case.of(last, theirs, ours, dialect)
    result = list(_result(case))
    there = {unit.ours for unit in result}
    suggestions = {found for unit in result if (found := dialect.suggested(unit.text))}
    return Merged(
        units=tuple(unit.text for unit in result),
        edition=Edition(
            base=case.ours,
            written=tuple(_remembered(unit, case.ours) for unit in result),
            refused=tuple(sorted(case.standing.refused - suggestions)),
            gone=case.gone(),
        ),
        suggested=sum(bool(dialect.suggested(unit.text)) for unit in result),
        left_out=sum(n not in there and case.is_told(unit) for n, unit in enumerate(case.ours)),
    )


def most_like(editions: Iterable[Edition], theirs: Sequence[str], dialect: Dialect) -> Edition | None:
    """The edition that theirs came from, where it does not say so itself; of equals the last.

    What we wanted to say tells it, not what was written: an edition whose write lost against somebody else's holds
    everything that they wrote, but not a word of its own news is there. The last one of an emptied document needs no
    telling: nothing of ours was written since, or there would be a later one.
    """
    editions = [*editions]
    if editions and editions[-1].is_empty:
        return editions[-1]
    there = {dialect.says(unit) for unit in theirs}

    def shared(edition: Edition) -> int:
        return len(there & {dialect.says(unit) for unit in edition.base})

    return max(reversed(editions), key=shared, default=None)


def _unknown(theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> Edition:
    """An edition of which only what stands there is known."""
    texts, now = [dialect.says(unit) for unit in ours], [dialect.says(unit) for unit in theirs]
    equal = equal_pairs(texts, now)
    known, known_there = {n for n, _ in equal}, {place for _, place in equal}
    changed = changed_pairs(
        {n: text for n, text in enumerate(texts) if n not in known},
        {place: text for place, text in enumerate(now) if place not in known_there},
        dialect.key,
    )
    stands = {place: n for n, place in (*equal, *changed)}
    written = tuple((stands[place], unit) if place in stands else unit for place, unit in enumerate(theirs))
    return Edition(base=tuple(ours), written=written)


def _remembered(unit: _Unit, ours: Sequence[str]) -> int | tuple[int, str] | str:
    if unit.ours is None:
        return unit.text
    return unit.ours if unit.text == ours[unit.ours] else (unit.ours, unit.text)


def _result(case: Case) -> Iterator[_Unit]:
    """What stands there, unit by unit, each followed by what belongs behind it."""
    units = [_unit(case, place) for place in range(len(case.standing.units))]
    placed = _placed(case, units)
    suggestions: dict[int, list[_Unit]] = {}
    for place, unit in enumerate(units):
        yield from (_new(case, new) for new in placed.before.get(place, ()))
        if unit and (suggestion := _suggestion(case, place)):
            suggestions.setdefault(_end_of_block(case, units, place), []).append(suggestion)
        yield from _with_news(case, unit, placed.after.get(place, ()), suggestions.pop(place, []))


def _placed(case: Case, units: Sequence[_Unit | None]) -> Placed:
    placed = place_new(
        case.new,
        places=case.places,
        moved=case.standing.moved,
        sections=case.sections,
        ends_section=case.ends_section,
    )
    after: dict[int, list[int]] = {}
    for place, new in placed.after.items():
        end = _end_with_theirs(case, units, place)
        after[end] = sorted(after.get(end, []) + new)
    return replace(placed, after=after)


def _end_of_block(case: Case, units: Sequence[_Unit | None], place: int) -> int:
    """Behind which unit a suggestion about the one at this place can stand: a table is not parted, nor are the lines
    that a person joined to a unit."""
    unit = units[place]
    if unit and case.dialect.is_row(unit.says):
        return _end(units, place, lambda following: case.dialect.is_row(following.says))
    return _end_with_theirs(case, units, place)


def _end_with_theirs(case: Case, units: Sequence[_Unit | None], place: int) -> int:
    """The last of the lines that a person joined to the unit, or hung on it."""
    end = _end(units, place, lambda unit: unit.ours is None and case.dialect.is_joined(unit.says))
    while end + 1 in case.standing.hanging:
        end += 1
    return end


def _end(units: Sequence[_Unit | None], place: int, goes_on: Callable[[_Unit], bool]) -> int:
    """The last of the units that follow without an empty line between; those that go are looked through."""
    end = place
    for following in range(place + 1, len(units)):
        unit, last = units[following], units[end]
        if unit is None:
            continue
        if (last and _is_wide(last.tail)) or not goes_on(unit):
            break
        end = following
    return end


def _new(case: Case, unit: int) -> _Unit:
    text = case.ours[unit]
    return _Unit(case.dialect.says(text), tail_of(text, case.dialect), unit)


def _unit(case: Case, place: int) -> _Unit | None:
    """What stands there, in our new words where nobody touched it; None where we do not say it here any more."""
    there, stands_for = case.standing.units[place], case.stands_for.get(place)
    text, tail = case.dialect.says(there), tail_of(there, case.dialect)
    if stands_for is None:
        return None if case.is_untouched(place) else _Unit(text, tail, has_own_tail=True)
    if case.places.get(stands_for) != place:
        return None
    said = case.dialect.says(case.ours[stands_for]) if case.is_untouched(place) else text
    our_tail = tail_of(case.ours[stands_for], case.dialect)
    is_kept = place in case.standing.tail_kept and our_tail.replace("\r\n", "\n") != tail.replace("\r\n", "\n")
    return _Unit(said, our_tail if is_kept else tail, stands_for, has_own_tail=place not in case.standing.tail_kept)


def _suggestion(case: Case, place: int) -> _Unit | None:
    """Our words beside theirs: where ours changed too, unless a person took this very suggestion out before."""
    stands_for, origin, there = case.stands_for.get(place), case.standing.origins[place], case.standing.units[place]
    if stands_for is None or origin is None or case.is_untouched(place):
        return None
    said, text = case.dialect.says(case.ours[stands_for]), case.dialect.says(there)
    suggestion = case.dialect.suggest(said, there)
    found = case.dialect.suggested(suggestion)
    if said == text or not suggestion:
        return None
    is_pending = case.standing.pending.get(origin) == found
    is_news = case.dialect.suggest(case.dialect.says(case.last.base[origin]), there) != suggestion
    if not is_pending and (not is_news or found in case.standing.refused):
        return None
    return _Unit(case.dialect.says(suggestion), tail_of(suggestion, case.dialect), stands_for)


def _with_news(case: Case, unit: _Unit | None, news: Sequence[int], suggestions: Sequence[_Unit]) -> list[_Unit]:
    """A unit, what is suggested beside it, and what is new behind it; rows stay with rows."""
    new = [_new(case, n) for n in news]
    if unit is None:
        return [*new, *suggestions]
    rows = 0
    while case.dialect.is_row(unit.says) and rows < len(new) and case.dialect.is_row(new[rows].says):
        rows += 1
    if new and unit.has_own_tail and not _is_wide(_tail_before(case, news[0])):  # new[-1] is the last of a block now
        new[-1] = replace(new[-1], tail=unit.tail, has_own_tail=True)
        unit = replace(unit, tail=_tail_before(case, news[0]))
    if suggestions and _is_wide(([unit, *new[:rows]])[-1].tail) and not _is_wide(suggestions[-1].tail):
        suggestions = [*suggestions[:-1], replace(suggestions[-1], tail=2 * suggestions[-1].tail)]
    return [unit, *new[:rows], *suggestions, *new[rows:]]


def _tail_before(case: Case, unit: int) -> str:
    return tail_of(case.ours[unit - 1], case.dialect) if unit else ""


def _is_wide(tail: str) -> bool:
    return tail.count("\n") > 1
