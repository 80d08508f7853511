"""Confluence's storage format as a tree that knows where each element stands, byte by byte. Linear; never raises.

A page's body is XHTML without a root, with HTML's named entities and undeclared prefixes ("ac:", "ri:").
"""

from dataclasses import dataclass, field
from html.entities import name2codepoint
from xml.parsers import expat

_OF_XML = ("lt", "gt", "amp", "quot")
_ENTITIES = "".join(f'<!ENTITY {name} "&#{code};">' for name, code in name2codepoint.items() if name not in _OF_XML)
_BEFORE = f"<!DOCTYPE body [{_ENTITIES}]><body>".encode()
_AFTER = b"</body>"
_MOST_LEVELS = 150


@dataclass(slots=True)
class Element:
    """`start` to `end` is all of it, `inner` to `inner_end` what is between its tags: places in the body's UTF-8."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int = 0
    inner_end: int = 0
    end: int = 0
    children: list["Element | str"] = field(default_factory=list)

    def elements(self) -> list["Element"]:
        return [child for child in self.children if isinstance(child, Element)]


class _TooDeep(Exception):
    pass


def tree_from_storage(body: bytes) -> Element | None:
    """The body as one element whose children are its blocks; None where it is not well-formed, or absurdly deep."""
    reader = _Reader()
    try:
        reader.parser.Parse(_BEFORE + body + _AFTER, True)
    except (expat.ExpatError, _TooDeep):
        return None
    return reader.root


class _Reader:
    """expat says where an event begins: where a tag ends is where the next event begins."""

    def __init__(self) -> None:
        self.root = Element("", {}, 0)
        self._open: list[Element] = []
        self._opening: Element | None = None
        self._closing: Element | None = None
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._starts
        self.parser.EndElementHandler = self._ends
        self.parser.CharacterDataHandler = self._says
        self.parser.CommentHandler = lambda _: self._place()
        self.parser.ProcessingInstructionHandler = lambda _, __: self._place()
        self.parser.StartCdataSectionHandler = self._place
        self.parser.EndCdataSectionHandler = self._place

    def _place(self) -> int:
        here = self.parser.CurrentByteIndex - len(_BEFORE)
        if self._opening:
            self._opening.inner, self._opening = here, None
        if self._closing:
            self._closing.end, self._closing = here, None
        return here

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        here = self._place()
        if len(self._open) > _MOST_LEVELS:
            raise _TooDeep
        element = Element(name, attributes, here)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._opening = element

    def _ends(self, _: str) -> None:
        here = self._place()
        element = self._open.pop()
        element.inner_end = here
        self._closing = element

    def _says(self, text: str) -> None:
        self._place()
        self._open[-1].children.append(text)
