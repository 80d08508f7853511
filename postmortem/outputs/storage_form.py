"""What a piece of storage format says, whatever way Confluence chose to write it.

The order of attributes, local ids, Confluence's own bookkeeping, the space between blocks, entities, CDATA, and the
paragraph that it puts into each item and cell do not count. Everything else does: a mark of an inline comment is a
person's.
"""

import re

from postmortem.outputs.storage_text import escape_text
from postmortem.outputs.storage_tree import Element

_BOOKKEEPING = frozenset(
    (
        "ac:local-id", "local-id", "ac:macro-id", "ac:schema-version", "ri:version-at-save", "class", "data-layout",
        "data-table-width", "data-table-local-id", "data-card-appearance", "ac:card-appearance",
        "data-renderer-start-pos", "colspan=1", "rowspan=1",
    )
)  # fmt: skip
_HOLDS_ONE_PARAGRAPH = ("li", "td", "th")
_VERBATIM = ("ac:plain-text-body", "pre")
_BLOCKS = r"p|li|td|th|tr|ul|ol|table|tbody|h[1-6]|blockquote|hr|pre|ac:structured-macro|ac:rich-text-body|ac:parameter"
_AROUND_BLOCKS = re.compile(rf" ?(</?(?:{_BLOCKS})(?: [^<>]*)?/?>) ?")
_SPACE = re.compile(r"[ \t\r\n\xa0\u200b]+")


def form_of(element: Element) -> str:
    """The element in one fixed way of writing: well-formed, and equal for all that says the same."""
    pieces: list[str] = []
    _write(element, pieces, verbatim=False)
    return _AROUND_BLOCKS.sub(r"\1", "".join(pieces)).strip()


def form_of_text(text: str) -> str:
    return _SPACE.sub(" ", escape_text(text)).strip()


def _write(element: Element, pieces: list[str], *, verbatim: bool) -> None:
    verbatim = verbatim or element.name in _VERBATIM
    inner = element.children
    if element.name in _HOLDS_ONE_PARAGRAPH:
        inner = _without_its_paragraph(element)
    pieces.append(_begin(element))
    for text, child in _runs(inner):
        pieces.append(escape_text(text) if verbatim else _SPACE.sub(" ", escape_text(text)))
        if child:
            _write(child, pieces, verbatim=verbatim)
    pieces.append(f"</{element.name}>")


def _runs(children: list[Element | str]) -> list[tuple[str, Element | None]]:
    """Text in one piece before each element: expat cuts it where it likes."""
    runs: list[tuple[str, Element | None]] = []
    text: list[str] = []
    for child in children:
        if isinstance(child, str):
            text.append(child)
        else:
            runs.append(("".join(text), child))
            text = []
    return [*runs, ("".join(text), None)]


def _without_its_paragraph(element: Element) -> list[Element | str]:
    paragraphs = [child for child in element.elements() if child.name == "p"]
    if len(paragraphs) != 1 or _begin(paragraphs[0]) != "<p>":
        return element.children
    return [
        piece for child in element.children for piece in (paragraphs[0].children if child is paragraphs[0] else [child])
    ]


def _begin(element: Element) -> str:
    attributes = sorted(
        (name, value)
        for name, value in element.attributes.items()
        if name not in _BOOKKEEPING and f"{name}={value}" not in _BOOKKEEPING
    )
    return f"<{element.name}{''.join(f' {name}="{escape_text(value)}"' for name, value in attributes)}>"
