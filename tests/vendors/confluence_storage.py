"""What Confluence makes of a body in storage format: the same content, hardly ever the same bytes.

It parses strictly, gives everything a local id, sorts attributes its own way, writes entities for signs, closes empty
elements with a space, and puts paragraphs into items and cells.
"""

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import escape
from html.entities import codepoint2name, name2codepoint

_ENTITIES = "".join(
    f'<!ENTITY {name} "&#{code};">' for name, code in name2codepoint.items() if name not in ("lt", "gt", "amp", "quot")
)
_NAMESPACES = {"ac": "http://ac", "ri": "http://ri"}
_WITH_LOCAL_ID = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "hr")
_ELEMENTS = """
p br hr h1 h2 h3 h4 h5 h6 ul ol li table colgroup col thead tbody tr th td blockquote pre code strong em u s del sub sup
a span div time ac:structured-macro ac:parameter ac:rich-text-body ac:plain-text-body ac:link ac:link-body
ac:inline-comment-marker ac:layout ac:layout-section ac:layout-cell ac:emoticon ac:task-list ac:task ac:task-id
ac:task-status ac:task-body ac:image ri:page ri:user ri:url
"""
_KNOWN = frozenset(_ELEMENTS.split())
_INLINE_IN_PARAGRAPH = ("li", "td", "th")
_BLOCKS = ("p", "ul", "ol", "table", "blockquote", "pre", "hr", "ac:structured-macro", "ac:task-list")


class NotStorage(Exception):
    """The body is not well-formed, or holds an element that Confluence does not know."""


def as_confluence_keeps(body: str, next_id: Callable[[], int] | None = None) -> str:
    """The body after a round through Confluence. Raises NotStorage."""
    numbers = itertools.count(1)
    root = parsed(body)
    return "".join(_written(root, next_id or (lambda: next(numbers)), top=True))


def parsed(body: str) -> ET.Element:
    """The body as a tree under one root. Raises NotStorage."""
    declared = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _NAMESPACES.items())
    try:
        return ET.fromstring(f"<!DOCTYPE r [{_ENTITIES}]><r {declared}>{body}</r>")  # noqa: S314 (the tests' own)
    except ET.ParseError as error:
        raise NotStorage(str(error)) from None


def name_of(tag: str) -> str:
    for prefix, address in _NAMESPACES.items():
        tag = tag.replace(f"{{{address}}}", f"{prefix}:")
    return tag


def _written(element: ET.Element, next_id: Callable[[], int], *, top: bool = False) -> list[str]:
    name = name_of(element.tag)
    if not top and name not in _KNOWN:
        raise NotStorage(f"unknown element {name}")
    inner = [] if element.text is None else [_text(element.text, name)]
    for child in element:
        inner += _written(child, next_id)
        inner.append(_text(child.tail or "", name))
    if top:
        return inner
    if name in _INLINE_IN_PARAGRAPH and not any(name_of(child.tag) in _BLOCKS for child in element):
        inner = [f'<p local-id="{_uuid(next_id)}">', *inner, "</p>"]
    begin = f"<{name}{_attributes(element, name, next_id)}"
    return [f"{begin}>", *inner, f"</{name}>"] if any(inner) else [f"{begin} />"]


def _text(text: str, within: str) -> str:
    if within == "ac:plain-text-body":
        return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>" if text else ""
    return re.sub(r"[\x80-\uffff]", _entity, escape(text, quote=False))


def _entity(sign: re.Match[str]) -> str:
    name = codepoint2name.get(ord(sign[0]))
    return f"&{name};" if name else sign[0]


def _attributes(element: ET.Element, name: str, next_id: Callable[[], int]) -> str:
    given = {name_of(key): value for key, value in element.attrib.items()}
    if name in _WITH_LOCAL_ID:
        given.setdefault("local-id", _uuid(next_id))
    if name == "table":
        given.setdefault("data-layout", "default")
    if name == "ac:structured-macro":
        given.setdefault("ac:schema-version", "1")
        given.setdefault("ac:macro-id", _uuid(next_id))
    ordered = sorted(given.items(), reverse=True)
    return "".join(f' {key}="{escape(value)}"' for key, value in ordered)


def _uuid(next_id: Callable[[], int]) -> str:
    return f"00000000-0000-4000-8000-{next_id():012x}"
