"""One merge, understood: what stands there, what we say now, and which is which."""

from collections.abc import Sequence
from dataclasses import dataclass

from postmortem.merging.dialect import Dialect
from postmortem.merging.edition import Edition
from postmortem.merging.gone import Gone, entry
from postmortem.merging.news import News, read_news, sections_of
from postmortem.merging.theirs import Standing, is_words, pairs_by_text, read_theirs


@dataclass(frozen=True, slots=True)
class Case:
    """`stands_for` names for each place of what stands there the unit of ours that it is; `places` the other way
    round, without those of ours that belong elsewhere now. `new` are the units of ours to insert."""

    last: Edition
    ours: tuple[str, ...]
    dialect: Dialect
    standing: Standing
    news: News
    sections: tuple[str, ...]
    deleted_sections: frozenset[str]
    stands_for: dict[int, int]
    places: dict[int, int]
    new: tuple[int, ...]

    @staticmethod
    def of(last: Edition, theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> "Case":
        standing, news = read_theirs(last, theirs, dialect), read_news(last.base, ours, dialect)
        sections = sections_of(ours, dialect)
        gone = Gone(last.gone, dialect)
        deleted = _deleted_sections(last, standing, news, gone, dialect)
        if not standing.places():  # they emptied the document, or left nothing of ours in it
            deleted |= {*sections}
        stands_for = _stands_for(standing, news, ours, dialect)
        known = {*news.became.values(), *stands_for.values()}
        relocated = {
            unit
            for place, unit in stands_for.items()
            if unit in news.moved and place not in standing.moved and _untouched(last, standing, place, dialect)
        }
        new = relocated | {
            n
            for n, text in enumerate(ours)
            if n not in known and sections[n] not in deleted and not gone.holds(sections[n], dialect.says(text))
        }
        return Case(
            last=last,
            ours=tuple(ours),
            dialect=dialect,
            standing=standing,
            news=news,
            sections=tuple(sections),
            deleted_sections=deleted,
            stands_for=stands_for,
            places={unit: place for place, unit in stands_for.items() if unit not in relocated},
            new=tuple(sorted(new)),
        )

    def is_untouched(self, place: int) -> bool:
        """Whether a unit of ours still says what we said."""
        return _untouched(self.last, self.standing, place, self.dialect)

    def is_told(self, unit: str) -> bool:
        """Whether a unit tells a reader anything."""
        return _is_told(unit, self.dialect)

    def ends_section(self, unit: int) -> bool:
        mark = self.dialect.mark(self.dialect.says(self.ours[unit]))
        return mark is not None and mark.ends

    def gone(self) -> tuple[str, ...]:
        """What a person deleted or made their own and we do not say any more: should we say it again, it stays out."""
        there = self.standing.places()
        sections = sections_of(self.last.base, self.dialect)
        entries = set(self.last.gone) | {
            entry(sections[n], self.dialect.says(text))
            for n, text in enumerate(self.last.base)
            if n not in self.news.became
            and (n not in there or not self.is_untouched(there[n]))
            and is_words(self.dialect.says(text))
        }
        return tuple(sorted(entries | {entry(section) for section in self.deleted_sections}))


def _stands_for(standing: Standing, news: News, ours: Sequence[str], dialect: Dialect) -> dict[int, int]:
    """Also what a person wrote in the very words that are new in ours."""
    stands_for = {
        place: news.became[origin]
        for place, origin in enumerate(standing.origins)
        if origin is not None and origin in news.became
    }
    known = set(news.became.values())
    own = {
        place: dialect.says(standing.units[place]) for place, origin in enumerate(standing.origins) if origin is None
    }
    new = {unit: dialect.says(text) for unit, text in enumerate(ours) if unit not in known} if own else {}
    return stands_for | {place: unit for unit, place in pairs_by_text(new, own)}


def _deleted_sections(last: Edition, standing: Standing, news: News, gone: Gone, dialect: Dialect) -> frozenset[str]:
    """Sections of which a person left nothing that a reader sees, but for what we do not say any more."""
    sections = sections_of(last.base, dialect)
    told = {n: section for n, section in enumerate(sections) if _is_told(last.base[n], dialect)}
    left = {
        told[origin]
        for place, origin in enumerate(standing.origins)
        if origin in told and (origin in news.became or not _untouched(last, standing, place, dialect))
    }
    return frozenset(({*told.values()} | gone.sections) - left)


def _untouched(last: Edition, standing: Standing, place: int, dialect: Dialect) -> bool:
    origin = standing.origins[place]
    if origin is None or place in standing.hung_on:
        return False
    return dialect.says(standing.units[place]) == dialect.says(last.base[origin])


def _is_told(unit: str, dialect: Dialect) -> bool:
    text = dialect.says(unit)
    mark = dialect.mark(text)
    return is_words(text) and (mark is None or not mark.silent)
