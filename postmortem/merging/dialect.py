"""What the merge has to know of a format: how a document falls into units, and what a unit says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A unit at which a section begins, or at which it `ends`. Where it is `silent` no reader sees it."""

    key: str
    ends: bool = False
    silent: bool = True


@dataclass(frozen=True, slots=True)
class Dialect:
    """A format as the merge sees it. A unit is the least that is kept, changed or deleted as a whole.

    Every function is pure and total: what a person wrote can be anything.
    """

    split: Callable[[str], tuple[str, ...]]
    """A document as units; `join` of them is the document again, byte for byte."""

    join: Callable[[Iterable[str]], str]

    says: Callable[[str], str]
    """What a unit says, without the space behind it: two units that say the same are the same. It begins the unit."""

    key: Callable[[str], str]
    """What names a unit while its words change (the message it cites); "" where nothing does."""

    mark: Callable[[str], Mark | None]

    is_joined: Callable[[str], bool]
    """Whether a unit belongs to the one before it, so that nothing may come between them."""

    is_row: Callable[[str], bool]
    """Whether nothing but a row may stand between this unit and the row before it."""

    hangs: Callable[[str, str], bool]
    """Whether a person's unit is about the unit of ours above it (the second): indented under it, or below a question
    as its answer."""

    suggest: Callable[[str, str], str]
    """Our unit as a suggestion, to stand beside theirs (the second); "" where it is nothing to suggest."""

    suggested: Callable[[str], str]
    """The hash of a suggestion as we wrote it; "" for everything else, also for one that a person changed."""
