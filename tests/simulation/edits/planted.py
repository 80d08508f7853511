"""Defects that the oracle has to notice: each a merge, or a store, with one thing wrong in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from postmortem.merging import Dialect, Edition, Merged, merge
from tests.simulation.edits.weather import Weather


def our_version_wins(last: Edition | None, theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> Merged:
    """What a person changed is written over with our words."""
    merged = merge(last, theirs, ours, dialect)
    written = merged.edition.written
    units = tuple(
        ours[unit[0]] if isinstance(unit, tuple) and not dialect.suggested(unit[1]) else text
        for text, unit in zip(merged.units, written, strict=True)
    )
    return replace(merged, units=units)


def deleted_comes_back(last: Edition | None, theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> Merged:
    """What a person deleted is put at the end."""
    merged = merge(last, theirs, ours, dialect)
    there = {unit[0] if isinstance(unit, tuple) else unit for unit in merged.edition.written}
    missing = tuple(n for n in range(len(ours)) if n not in there)
    edition = replace(merged.edition, written=(*merged.edition.written, *missing))
    return replace(merged, units=(*merged.units, *(ours[n] for n in missing)), edition=edition)


class AnyVersionIsWrittenOver(Weather):
    """The store does not look which version it writes over."""

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        if expected is not None and self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return super().save(name, content)


PLANTED: dict[str, Callable[[], Weather]] = {
    "our version wins": lambda: Weather(our_version_wins),
    "deleted comes back": lambda: Weather(deleted_comes_back),
    "the expected version is ignored": AnyVersionIsWrittenOver,
}
