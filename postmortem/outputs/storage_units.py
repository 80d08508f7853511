"""A page as the units that an edit keeps, changes or deletes: blocks, items of lists, rows of tables; and back.

Lists, tables, folds and columns are entered; what stands in them is a unit that knows in what it stands. So the page
made of any units in any order is well-formed again, and units that nobody touched are the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import takewhile

from postmortem.outputs.storage_form import form_of, form_of_text
from postmortem.outputs.storage_tree import Element, tree_from_storage

_INSIDE = {
    "ul": ("li",),
    "ol": ("li",),
    "table": ("colgroup", "thead", "tbody", "tfoot", "tr"),
    "thead": ("tr",),
    "tbody": ("tr",),
    "tfoot": ("tr",),
    "ac:layout": ("ac:layout-section",),
    "ac:layout-section": ("ac:layout-cell",),
}
_OPENS_BLOCKS = ("ac:layout-cell", "ac:rich-text-body")
_PART_OF_THE_BEGINNING = ("colgroup",)


@dataclass(frozen=True, slots=True)
class Level:
    """Something that units stand in: how it begins and ends, byte for byte. `kind` is what it is, in one fixed way."""

    kind: str
    begin: str
    end: str


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """`says` is what it says in one fixed way of writing, `source` its bytes with the space behind it."""

    says: str
    source: str
    levels: tuple[Level, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(level.kind for level in self.levels)


def units_of(body: str) -> tuple[Unit, ...]:
    """The units of a page in order. What is not well-formed is one unit, and stays as it is."""
    content = body.encode("utf-8", "surrogatepass")
    root = tree_from_storage(content)
    if root is None:
        return (Unit(body, body),) if body else ()
    first = next((child.start for child in root.elements()), len(content))
    lead = content[:first].decode("utf-8", "surrogatepass")
    before = (Unit(form_of_text(lead), lead),) if lead else ()
    return (*before, *_Splitter(content).units(root, (), len(content)))


def body_of(units: Iterable[Unit]) -> str:
    """The page of these units. Neighbours that stand in the same thing share it."""
    pieces: list[str] = []
    around: tuple[Level, ...] = ()
    for unit in units:
        shared = _shared(around, unit.levels)
        pieces += [level.end for level in reversed(around[shared:])]
        pieces += [level.begin for level in unit.levels[shared:]]
        pieces.append(unit.source)
        around = unit.levels
    return "".join([*pieces, *(level.end for level in reversed(around))])


def settled(units: Sequence[Unit], at_home: Set[int]) -> tuple[Unit, ...]:
    """The units where those that are not `at_home` (by place) stand in the same things as their neighbours at home.

    The one before goes first: what is added to a list belongs to the list that is there.
    """
    before = _nearest(units, at_home, range(len(units)))
    behind = _nearest(units, at_home, range(len(units) - 1, -1, -1))
    return tuple(
        unit if place in at_home else _moved_in(unit, before[place], behind[place]) for place, unit in enumerate(units)
    )


def _nearest(units: Sequence[Unit], at_home: Set[int], places: Iterable[int]) -> dict[int, Unit | None]:
    nearest: Unit | None = None
    found: dict[int, Unit | None] = {}
    for place in places:
        nearest = units[place] if place in at_home else nearest
        found[place] = nearest
    return found


def _moved_in(unit: Unit, *neighbours: Unit | None) -> Unit:
    """As far in as the neighbour with which it has most in common, and from there in what it brought along."""
    common = [(_alike(unit.kinds, one.kinds), one.levels) for one in neighbours if one]
    most, levels = max(common, key=lambda pair: pair[0], default=(0, ()))
    return replace(unit, levels=(*levels[:most], *unit.levels[most:]))


def _alike(kinds: tuple[str, ...], others: tuple[str, ...]) -> int:
    """How many they have in common, from the outermost."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(kinds, others, strict=False)))


def _shared(around: tuple[Level, ...], levels: tuple[Level, ...]) -> int:
    """How many levels, from the outermost, are the very same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(around, levels, strict=False)))


class _Splitter:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def units(self, element: Element, levels: tuple[Level, ...], last: int) -> Iterator[Unit]:
        """The units inside the element, up to the place `last`. Space goes with what it follows."""
        children = [child for child in element.elements() if child.name not in _PART_OF_THE_BEGINNING]
        begins = [*(child.start for child in children), last][1:]
        for child, until in zip(children, begins, strict=True):
            gap = self._text(child.end, until)
            if gap.strip():
                yield from self._one(child, levels, child.end)
                yield Unit(form_of_text(gap), gap, levels)
            else:
                yield from self._one(child, levels, until)

    def _one(self, child: Element, levels: tuple[Level, ...], until: int) -> Iterator[Unit]:
        inside = _inside(child)
        if inside is None:
            yield Unit(form_of(child), self._text(child.start, until), levels)
            return
        blocks = [one for one in inside.elements() if one.name not in _PART_OF_THE_BEGINNING]
        first, last = blocks[0].start, blocks[-1].end
        level = Level(_kind(child), self._text(child.start, first), self._text(last, until))
        yield from self.units(inside, (*levels, level), last)

    def _text(self, start: int, end: int) -> str:
        return self._content[start:end].decode("utf-8", "surrogatepass")


def _inside(element: Element) -> Element | None:
    """What is entered: the element itself, or the body of a fold; None for what is one unit."""
    inner = element
    if element.name == "ac:structured-macro" and element.attributes.get("ac:name") == "expand":
        bodies = [one for one in element.elements() if one.name == "ac:rich-text-body"]
        others = {one.name for one in element.elements()} - {"ac:rich-text-body", "ac:parameter"}
        if len(bodies) != 1 or others or element.elements()[-1] is not bodies[0]:
            return None
        inner = bodies[0]
    names = {one.name for one in inner.elements()} - set(_PART_OF_THE_BEGINNING)
    allowed = _INSIDE.get(inner.name, names if inner.name in _OPENS_BLOCKS else ())
    is_plain = not any(isinstance(child, str) and child.strip() for child in inner.children)
    return inner if names and names <= set(allowed) and is_plain else None


def _kind(element: Element) -> str:
    title = [
        "".join(child for child in one.children if isinstance(child, str))
        for one in element.elements()
        if one.name == "ac:parameter" and one.attributes.get("ac:name") == "title"
    ]
    return " ".join([element.name, *title])
