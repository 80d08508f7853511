"""A new edition of a document, with everything in it that a person made of the last one."""

from collections.abc import Sequence
from dataclasses import dataclass

from postmortem.merging.dialect import Dialect
from postmortem.merging.edition import Edition


@dataclass(frozen=True, slots=True)
class Merged:
    """The units to write and the edition to remember, with what became of ours: `suggested` beside what a person
    changed, `left_out` because a person deleted it."""

    units: tuple[str, ...]
    edition: Edition
    suggested: int = 0
    left_out: int = 0


def begin(ours: Sequence[str]) -> Merged:
    """The first edition: nothing is there yet."""
    return Merged(tuple(ours), Edition(base=tuple(ours), written=tuple(range(len(ours)))))


def merge(last: Edition | None, theirs: Sequence[str], ours: Sequence[str], dialect: Dialect) -> Merged:
    """Merge ours (generated now) into theirs (what stands there now); `last` is the edition that theirs came from.

    Where `last` is unknown, theirs stays as it is, and what of ours it does not hold counts as deleted.
    """
    raise NotImplementedError
