"""Where a new unit belongs: behind the unit it follows in ours, in its section, as far as a person left them there."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Placed:
    """Units of ours to insert before and behind each place of what stands there, in our order."""

    before: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    after: dict[int, list[int]] = field(default_factory=dict[int, list[int]])


def place_new(
    new: Sequence[int],
    *,
    places: Mapping[int, int],
    moved: Set[int],
    sections: Sequence[str],
    ends_section: Callable[[int], bool],
) -> Placed:
    """`new` are places in ours, rising; `places` says where others of ours stand; `moved` are places a person chose.

    A neighbour that was moved counts only where no other is left: it may stand in another context now. A section that
    nobody has seen yet goes behind the one it follows.
    """
    placed = Placed()
    here = [_neighbours(places, moved, sections, steady=steady) for steady in (True, False)]
    anywhere = [_neighbours(places, moved, [""] * len(sections), steady=steady) for steady in (True, False)]
    for unit in new:
        for before, after in here:
            if _put(placed, unit, before[unit], after[unit]):
                break
        else:
            for before, after in anywhere:
                follows = before[unit]
                late = follows is None or not ends_section(follows[0])
                if _put(placed, unit, None if late and after[unit] else follows, after[unit]):
                    break
    return placed


type _Neighbour = tuple[int, int] | None
"""A unit of ours, and the place where it stands."""


def _neighbours(
    places: Mapping[int, int], moved: Set[int], sections: Sequence[str], *, steady: bool
) -> tuple[list[_Neighbour], list[_Neighbour]]:
    """For each unit of ours the nearest that stands before it and behind it, in its section."""

    def nearest(order: Sequence[int]) -> list[_Neighbour]:
        latest: dict[str, _Neighbour] = {}
        found: list[_Neighbour] = [None] * len(sections)
        for unit in order:
            found[unit] = latest.get(sections[unit])
            if unit in places and (not steady or places[unit] not in moved):
                latest[sections[unit]] = (unit, places[unit])
        return found

    order = range(len(sections))
    return nearest(order), nearest(order[::-1])


def _put(placed: Placed, unit: int, before: _Neighbour, after: _Neighbour) -> bool:
    if before is not None:
        placed.after.setdefault(before[1], []).append(unit)
    elif after is not None:
        placed.before.setdefault(after[1], []).append(unit)
    return before is not None or after is not None
