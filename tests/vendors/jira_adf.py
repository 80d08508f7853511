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
}
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
    for child in node.get("content", ()):
        if not isinstance(child, dict) or child.get("type") not in allowed:
            yield f"{node['type']} may not hold {child.get('type') if isinstance(child, dict) else child!r}"
        elif child["type"] == "text":
            yield from _problems_of_text(child)
        elif set(child) - {"type", "content", "attrs"}:
            yield f"{child['type']} has keys that are not known"
        else:
            yield from _problems(child)


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
