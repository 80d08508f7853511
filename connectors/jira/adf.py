"""Atlassian Document Format from paragraphs, headings and bullets. Pure and total: any text makes a valid document.

What comes from outside only ever becomes the text of a `text` node. A link is a mark with an allowed scheme.
https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ (2026-11-20)
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from postmortem.action_items.item import Block, Span

# Jira refuses text over 32,767 characters; whether it counts the text or the whole document is disputed, so the
# whole document stays below this. https://confluence.atlassian.com/jirakb (2026-11-20)
MOST_CHARACTERS = 30_000
LONGEST_LINK = 2_000
HEADING_LEVEL = 3
CUT_HERE = "… cut here: Jira takes no longer description. The postmortem has the whole text."

_SCHEMES = ("http", "https", "mailto")
# Control characters, lone surrogates, noncharacters, and what turns the direction of reading.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

type Node = dict[str, Any]
type _Kind = tuple[str, Node]

_CUT_LINE: _Kind = ("paragraph", {"type": "paragraph", "content": [{"type": "text", "text": CUT_HERE}]})
# What a list of one bullet, with its item, adds to the size of what it holds.
_LIST_AROUND = 80


def adf_from_paragraphs(paragraphs: Iterable[Block | Iterable[Span]], most: int = MOST_CHARACTERS) -> Node:
    """The document, `most` characters at most. What does not fit is cut at a block and a last line says so."""
    blocks = [block if isinstance(block, Block) else Block(spans=tuple(block)) for block in paragraphs]
    wanted = [(block.kind, node) for block in blocks if (node := _node(block))["content"]]
    if size_of(document := _document(wanted)) <= most:
        return document
    room = most - size_of(_document([_CUT_LINE]))
    kept, used = list[_Kind](), 0
    for kind, node in wanted:
        used += size_of(node) + (_LIST_AROUND if kind == "bullet" else 2)
        if used > room:
            break
        kept.append((kind, node))
    return _document([*(_without_last_heading(kept) or _beginning(wanted[0][1], room)), _CUT_LINE])


def plain_text(text: str) -> str:
    """The text without control characters and lone surrogates; every kind of line break is a newline."""
    return _UNPRINTABLE.sub("", _BREAKS.sub("\n", text).replace("\t", " "))


def one_line(text: str, most: int) -> str:
    """The text on one line of at most `most` characters as Jira counts them, ending in "…" where it was cut."""
    line = " ".join(plain_text(text).split())
    if _length(line) <= most:
        return line
    return _fitting(line, most - 1).rstrip() + "…"


def is_safe_link(link: str | None) -> bool:
    """Whether a link may become one: an allowed scheme, nothing invisible in it, not too long."""
    if not link or len(link) > LONGEST_LINK or any(character.isspace() for character in link):
        return False
    if _UNPRINTABLE.search(link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.path if parts.scheme == "mailto" else parts.hostname)


def size_of(node: Node) -> int:
    """Characters of the serialised node as Jira, which counts UTF-16 units, counts them."""
    return _length(json.dumps(node, ensure_ascii=False))


def _document(content: list[_Kind]) -> Node:
    """Bullets that follow one another are one list."""
    nodes = list[Node]()
    for kind, group in groupby(content, key=itemgetter(0)):
        members = [node for _, node in group]
        items = [{"type": "listItem", "content": [node]} for node in members]
        nodes += [{"type": "bulletList", "content": items}] if kind == "bullet" else members
    return {"version": 1, "type": "doc", "content": nodes}


def _node(block: Block) -> Node:
    """A heading, or a paragraph, which is also what a bullet holds."""
    content = [node for span in block.spans for node in _inline_nodes(span)]
    if block.kind == "heading":
        return {"type": "heading", "attrs": {"level": HEADING_LEVEL}, "content": content}
    return {"type": "paragraph", "content": content}


def _without_last_heading(kept: list[_Kind]) -> list[_Kind]:
    """A heading that nothing follows says nothing."""
    return kept[:-1] if kept[1:] and kept[-1][0] == "heading" else kept


def _inline_nodes(span: Span) -> Iterator[Node]:
    for number, line in enumerate(plain_text(span.text).split("\n")):
        if number:
            yield {"type": "hardBreak"}
        if line:  # a text node may not be empty
            yield _text(line, span.link)


def _text(text: str, link: str | None = None) -> Node:
    node: Node = {"type": "text", "text": text}
    return node | {"marks": [{"type": "link", "attrs": {"href": link}}]} if is_safe_link(link) else node


def _beginning(block: Node, room: int) -> list[_Kind]:
    """As much of one block that is too long by itself as fits: whole nodes, then a piece of the next."""
    room -= size_of({"type": "paragraph", "content": []})
    kept = list[Node]()
    for node in block["content"]:
        if size_of(node) + 2 > room:
            # Half: serialising makes two characters of a quote or a backslash.
            piece = _fitting(node.get("text", ""), (room - size_of(_text("")) - 2) // 2)
            kept += [_text(piece)] if piece else []
            break
        room -= size_of(node) + 2
        kept.append(node)
    return [("paragraph", {"type": "paragraph", "content": kept})]


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _fitting(text: str, most: int) -> str:
    """The longest beginning of at most `most` UTF-16 units."""
    if most <= 0:
        return ""
    used = 0

    def fits(character: str) -> bool:
        nonlocal used
        used += 2 if ord(character) > 0xFFFF else 1
        return used <= most

    return "".join(takewhile(fits, text))
