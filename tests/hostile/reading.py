"""Outputs read by parsers that are not ours, against lists of what may be in them. Each check returns complaints."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

MARKDOWN_MAY = {
    "html": (), "head": (), "body": (), "p": (), "strong": (), "em": (), "del": (), "code": (), "pre": (), "br": (),
    "ul": (), "li": (), "h1": (), "h2": (), "h3": (), "table": (), "thead": (), "tbody": (), "tr": (), "th": (),
    "td": (), "details": (), "summary": (), "a": ("href",),
}  # fmt: skip
_ANY = ("class", "id", "role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden", "hidden")
_PLACES = ("x", "y", "x1", "x2", "y1", "y2", "dx", "width", "height")
_PLAIN = "b i q s hr ol blockquote div span main header footer"
PAGE_MAY = dict.fromkeys((*MARKDOWN_MAY, *_PLAIN.split()), _ANY) | {
    "html": ("lang",), "title": (), "meta": ("charset", "name", "content", "http-equiv"), "style": (), "script": (),
    "a": ("href", "target", "rel", "class", "tabindex", "aria-current"), "nav": _ANY, "section": _ANY,
    "article": _ANY, "time": (), "dl": (), "dt": (), "dd": _ANY, "figure": (), "figcaption": (),
    "form": (*_ANY, "method", "action"), "fieldset": (), "legend": (), "label": (),
    "button": (*_ANY, "type", "value"), "select": ("name",),
    "option": ("value",), "li": (*_ANY, "data-t", "data-l"), "details": _ANY, "h4": _ANY, "h5": _ANY, "h6": _ANY,
    "input": ("type", "name", "value", "checked", "placeholder", "autocomplete"), "ol": (*_ANY, "start"),
    "svg": (*_ANY, *_PLACES, "data-start", "data-end"), "g": ("class", "data-l", "data-y"), "rect": (*_ANY, *_PLACES),
    "line": (*_ANY, *_PLACES, "data-n"), "text": (*_ANY, *_PLACES), "tspan": ("class",),
}  # fmt: skip
EDITED_PAGE_MAY = PAGE_MAY | {"a": (*PAGE_MAY["a"], "title")}
STORAGE_MAY = {
    "body": (), "h1": (), "h2": (), "h3": (), "p": (), "ul": (), "ol": ("start",), "li": (), "table": (), "tbody": (),
    "tr": (), "th": (), "td": (), "strong": (), "em": (), "del": (), "code": (), "br": (), "hr": (), "blockquote": (),
    "a": ("href",), "ac:structured-macro": ("ac:name",), "ac:parameter": ("ac:name",), "ac:rich-text-body": (),
    "ac:plain-text-body": (),
}  # fmt: skip
_BUILT = ("li", "h1", "h2", "h3", "table", "tr", "th", "td", "details", "summary", "strong", "em", "del")
_LINK = re.compile(r"(?:https?://[^\s/]|mailto:.|#[^\s]|/postmortems/|/(?:actions|report)?\Z)", re.IGNORECASE)
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_NAMESPACES = '<body xmlns:ac="ac" xmlns:ri="ri">{}</body>'


@lru_cache(maxsize=64)
def letters(text: str) -> str:
    """What a reader must find again: control characters, signs and spaces aside, whatever the case."""
    return "".join(filter(str.isalnum, text)).casefold()


def html_of(markdown: str) -> Any:
    """As GitHub's own parser reads it, footnotes and raw HTML included, as a tree of elements."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return html5lib.parse(github_flavored_markdown_to_html(markdown, options), namespaceHTMLElements=False)


def page_of(html: str) -> Any:
    """As a browser reads it."""
    return html5lib.parse(html, namespaceHTMLElements=False)


def storage_of(body: str) -> Any:
    """As any XML parser reads it. Raises ParseError where it is not well-formed."""
    return ET.fromstring(_NAMESPACES.format(body))  # noqa: S314 # it is ours: that it is harmless is tested


def elements(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every element with its name; a namespace is written as a prefix, a comment's name is ""."""
    for element in tree.iter():
        yield _name(element.tag) if isinstance(element.tag, str) else "", element


def _name(tag: str) -> str:
    return re.sub(r"\{(?:(ac|ri)|[^}]*)\}", lambda found: f"{found[1]}:" if found[1] else "", tag)


def not_allowed(tree: Any, may: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Elements and attributes that are on no list, and links that lead anywhere but by http, https or mailto."""
    for name, element in elements(tree):
        if name and name not in may:
            yield f"<{name}>"
        for attribute, value in element.attrib.items() if name else ():
            if _name(str(attribute)) not in may.get(name, ()):
                yield f"<{name} {attribute}={value[:60]!r}>"
            if "href" in str(attribute) and not _LINK.match(value):
                yield f"a link to {value[:80]!r}"


def built(tree: Any) -> Counter[str]:
    """How many of each element that carries the document's structure."""
    return Counter(name for name, _ in elements(tree) if name in _BUILT)


def comments(tree: Any) -> list[str]:
    return [element.text for name, element in elements(tree) if not name]


def words(tree: Any) -> str:
    """All that a reader sees."""
    return "".join(_texts(tree))


def _texts(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and _name(element.tag) not in ("style", "script"):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def tricks(text: str) -> Iterator[str]:
    """Characters that move a cursor, end a file, or turn the direction of reading."""
    yield from (f"turns the direction: {found!r}" for found in set(_TURNS.findall(text)))
    yield from (f"a control character: {found!r}" for found in set(_CONTROL.findall(text)))


def wrongly_counted(found: Counter[str], expected: Counter[str]) -> Iterator[str]:
    for name in sorted({*found, *expected}):
        if found[name] != expected[name]:
            yield f"{found[name]} <{name}> where {expected[name]} belong"


def unknown_code(tree: Any) -> Iterator[str]:
    """Scripts and styles that the page's own policy does not know by their hashes; or no policy."""
    policies = [one.get("content") for _, one in elements(tree) if one.get("http-equiv") == "Content-Security-Policy"]
    if len(policies) != 1 or not policies[0].startswith("default-src 'none'; "):
        yield f"policies: {policies}"
    for name, element in elements(tree):
        if name in ("script", "style"):
            digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
            if f"{name}-src 'sha256-{digest}'" not in policies[0]:
                yield f"a {name} that is not ours"


def told(text: str, payload: str, in_harmless: str, harmless: str, spare: int = 0) -> Iterator[str]:
    """Whether the payload's letters are read as often as harmless words are in their place; once where it is long.

    `spare` is how often less is right too.
    """
    wanted, seen = letters(payload), letters(text)
    if len(wanted) < 5:
        return
    found, expected = seen.count(wanted), letters(in_harmless).count(letters(harmless))
    if found < expected - spare if len(payload) <= 50 else not found:
        yield f"it is told {found} times where {expected} belong"


def adf_complaints(node: dict[str, Any]) -> Iterator[str]:
    """Nodes, marks and attributes of Atlassian's format that are on no list."""
    may = {"doc": {"version", "content"}, "hardBreak": set[str](), "text": {"text", "marks"}}
    may |= {"heading": {"attrs", "content"}} | {kind: {"content"} for kind in ("paragraph", "bulletList", "listItem")}
    kind = node.get("type")
    if kind not in may or not node.keys() <= may[kind] | {"type"} or node.get("attrs", {"level": 3}) != {"level": 3}:
        yield f"a node {str(node)[:80]}"
    for mark in node.get("marks", ()):
        if mark.keys() != {"type", "attrs"} or mark["type"] != "link" or mark["attrs"].keys() != {"href"}:
            yield f"a mark {str(mark)[:80]}"
        elif not _LINK.match(mark["attrs"]["href"]):
            yield f"a link to {mark['attrs']['href']!r}"
    for child in node.get("content", ()):
        yield from adf_complaints(child)


def adf_words(node: dict[str, Any]) -> str:
    return node.get("text", "") + "".join(map(adf_words, node.get("content", ())))


def slack_complaints(blocks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Anything but runs of text and links by http or https."""
    for block in blocks:
        if block.keys() != {"type", "elements"} or block["type"] != "rich_text":
            yield f"a block {str(block)[:80]}"
        for section in block["elements"]:
            if section.keys() != {"type", "elements"} or section["type"] != "rich_text_section":
                yield f"a section {str(section)[:80]}"
            yield from _slack_elements(section["elements"])


def _slack_elements(inside: Iterable[dict[str, Any]]) -> Iterator[str]:
    for element in inside:
        is_text = element.keys() == {"type", "text"} and element["type"] == "text"
        is_link = element.keys() == {"type", "text", "url"} and element["type"] == "link"
        if not (is_text or (is_link and re.match(r"https?://[^\s/]", element["url"]))):
            yield f"an element {str(element)[:80]}"


_DRESSED = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;(?:id=\d+)?;(?P<link>[^\x1b\x07]*)\x1b\\")


def terminal_complaints(shown: str) -> Iterator[str]:
    """Anything but colours, links by http or https, and text."""
    links = [found["link"] for found in _DRESSED.finditer(shown) if found["link"]]
    yield from (f"a link to {link!r}" for link in links if not re.match(r"https?://[^\s/]", link))
    bare = _DRESSED.sub("", shown)
    yield from tricks(bare)
    if re.search(r"[\r\x0b\x0c\x85]", bare):
        yield "something that moves the cursor"
