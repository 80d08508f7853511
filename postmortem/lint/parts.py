"""A Markdown document as the linter reads it: stretches of text with their line, under their heading."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

# HTML stays text here: our own marker comments are taken out, nothing else of it means anything.
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
_FOLDED = re.compile(r"<!-- debrief:begin full_log -->.*?(<!-- debrief:end full_log -->|\Z)", re.DOTALL)


class Part(NamedTuple):
    """One paragraph, list item or table row: its line (from 1), plain text, whether it holds a link, and in a table
    the cells by the names of their columns."""

    line: int
    heading: str
    text: str
    has_link: bool = False
    is_quote: bool = False
    is_list_item: bool = False
    cells: dict[str, str] = {}  # noqa: RUF012 - a default that nothing writes to


class Document(NamedTuple):
    """All of it, with every second-level heading and its line."""

    headings: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]


def read_document(markdown: str) -> Document:
    """Without the full log: that is the record itself."""
    text = _FOLDED.sub(lambda folded: "\n" * folded[0].count("\n"), markdown)
    tokens = _MARKDOWN.parse(text)
    headings = tuple(
        (tokens[place + 1].content.strip(), _line(token))
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag in ("h1", "h2")
    )
    return Document(headings, tuple(_parts(tokens)))


def _parts(tokens: list[Token]) -> Iterator[Part]:
    heading, quotes, items = "", 0, 0
    rows = _Rows()
    for place, token in enumerate(tokens):
        quotes += token.nesting if token.type.startswith("blockquote") else 0
        items += token.nesting if token.type.startswith("list_item") else 0
        before = tokens[place - 1].type if place else ""
        if token.type == "inline" and before == "heading_open":
            heading = token.content.strip() if tokens[place - 1].tag in ("h1", "h2") else heading
        elif before in ("th_open", "td_open"):
            rows.cell(token, is_head=before == "th_open")
        elif token.type == "tr_close":
            yield from rows.row(heading)
        elif token.type == "inline":
            yield Part(_line(token), heading, _plain(token), _has_link(token), quotes > 0, items > 0)


class _Rows:
    """Collects the cells of the table that is being read."""

    def __init__(self) -> None:
        self._head: list[str] = []
        self._cells: list[Token] = []
        self._is_head = False

    def cell(self, token: Token, *, is_head: bool) -> None:
        if is_head and not self._is_head:
            self._head = []
        self._is_head = is_head
        if is_head:
            self._head.append(_plain(token).casefold())
        else:
            self._cells.append(token)

    def row(self, heading: str) -> Iterator[Part]:
        cells, self._cells = self._cells, []
        if cells:
            named = dict(zip(self._head, map(_plain, cells), strict=False))
            yield Part(_line(cells[0]), heading, " ".join(named.values()), any(map(_has_link, cells)), cells=named)


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0


def _plain(token: Token) -> str:
    """The text as a reader sees it; code stays in its backticks, so that it counts as quoted."""
    return "".join(map(_seen, token.children or ())).strip()


def _seen(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return " "
    if child.type == "code_inline":
        return f"`{child.content}`"
    return child.content if child.type in ("text", "html_inline") else ""


def _has_link(token: Token) -> bool:
    return any(child.type == "link_open" for child in token.children or ())
