"""Whether a value is an Atlassian document that Jira takes: an allow-list of what we have any reason to send."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

# https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ (2026-11-20)
_BLOCKS = {"paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "rule", "codeBlock", "panel"}
_INLINE = {"text", "hardBreak", "mention", "emoji", "date", "inlineCard", "status"}
_HOLDS: dict[str, set[str]] = {
    "doc": _BLOCKS - {"listItem"},
    "paragraph": _INLINE,
    "heading": _INLINE,
    "codeBlock": {"text"},
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "rule": set(),
    # An item holds no heading, quote or panel: @atlaskit/adf-schema 49, nodes/list.js (read 2026-11-21), and
    # https://developer.atlassian.com/platform/framework/adf-builder/reference/nodes/listItem/ (2026-11-21)
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "panel": {"paragraph", "heading", "bulletList", "orderedList"},
}
# These may not be empty; an item begins with a paragraph or a block of code.
_NOT_EMPTY = {"bulletList", "orderedList", "listItem", "blockquote", "panel"}
_BEGINS = {"listItem": {"paragraph", "codeBlock"}}
_ATTRS = {"heading": {"level"}, "codeBlock": {"language"}, "panel": {"panelType"}, "orderedList": {"order"}}
_MARKS = {"link", "strong", "em", "code", "strike", "underline"}


def problems_of_adf(document: Any) -> list[str]:
    """Why Jira answers INVALID_INPUT; empty for a valid document."""
    if not isinstance(document, dict) or document.get("type") != "doc" or document.get("version") != 1:
        return ["not a document of version 1"]
    if set(document) - {"type", "version", "content"} or not isinstance(document.get("content"), list):
        return ["a document has type, version and content"]
    return list(_problems(document))


def _problems(node: dict[str, Any]) -> Iterator[str]:
    allowed = _HOLDS.get(node["type"], _BLOCKS)
    yield from _problems_of_shape(node)
    for child in node.get("content", ()):
        if not isinstance(child, dict) or child.get("type") not in allowed:
            yield f"{node['type']} may not hold {child.get('type') if isinstance(child, dict) else child!r}"
        elif child["type"] == "text":
            yield from _problems_of_text(child)
        elif set(child) - {"type", "content", "attrs"}:
            yield f"{child['type']} has keys that are not known"
        else:
            yield from _problems(child)


def _problems_of_shape(node: dict[str, Any]) -> Iterator[str]:
    kind, content, attrs = node["type"], node.get("content", []), node.get("attrs", {})
    if kind in _NOT_EMPTY and not content:
        yield f"{kind} may not be empty"
    if content and content[0].get("type") not in _BEGINS.get(kind, {content[0].get("type")}):
        yield f"{kind} may not begin with {content[0].get('type')}"
    if kind in _HOLDS and set(attrs) - _ATTRS.get(kind, set()):
        yield f"{kind} has attributes that are not known"
    if kind == "heading" and attrs.get("level") not in range(1, 7):
        yield "a heading has a level from 1 to 6"


def _problems_of_text(node: dict[str, Any]) -> Iterator[str]:
    text = node.get("text")
    if not isinstance(text, str) or not text:
        yield "a text node may not be empty"
        return
    if set(node) - {"type", "text", "marks"}:
        yield "a text node has type, text and marks"
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        yield "a text node has control characters"
    for mark in node.get("marks", ()):
        if mark.get("type") not in _MARKS:
            yield f"the mark {mark.get('type')} is not known"
        elif mark["type"] == "link" and urlsplit(mark["attrs"]["href"]).scheme not in ("http", "https", "mailto"):
            yield "a link has a scheme that is not allowed"
