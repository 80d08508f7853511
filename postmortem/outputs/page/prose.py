"""The document's own text as HTML that can do nothing but be read: what people edited is shown as it stands."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from postmortem.outputs.parsing import parse, render_html, without_full_log

QUESTION = "❓"
# Names that the page itself gives; its other ids hold a dot, which no heading's can.
_OURS = ("main", "at-a-glance", "picture", "full-log")
_NOT_IN_A_NAME = re.compile(r"[^\w\- ]+")
_IN_A_LIST = 3
"""How deep markdown-it counts the words of an item: list, item, paragraph."""
_LONG = 100
"""A list of so many lines (of source) is laid out only when it comes into view."""
# The agenda of the review asks everything once more: what is open is counted where it was asked first.
_REVIEW = re.compile(r"^<!-- debrief:begin review\b.*?^<!-- debrief:end review\b", re.MULTILINE | re.DOTALL)
_REVIEW_HEADING = re.compile(r"^<!-- debrief:begin review\b[^\n]*-->\n+## +([^\n]+)$", re.MULTILINE)
_STATUS = re.compile(r"Status: ")
# The sources at the end of a line of ours; at a glance they would only be in the way.
_SOURCES = re.compile(r" \((PagerDuty|Slack|Jira|Confluence|#|record)[^()]*\)( · also in Slack)?$")

_TAGS = """
    h1 h2 h3 h4 h5 h6 p ul ol li strong em s code pre blockquote hr br table thead tbody tr th td a div details summary
"""
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes={"a": {"href"}, "ol": {"start"}} | {f"h{level}": {"id"} for level in range(1, 7)},
    tag_attribute_values={
        "a": {"target": {"_blank"}},
        "div": {"tabindex": {"0"}, "role": {"group"}, "aria-label": {"Table"}},
    },
    allowed_classes={"ul": {"long"}, "li": {"question"}, "div": {"wide"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)


class Statement(NamedTuple):
    """One line of a section: its text without marks, whether it asks, and whether it only hangs on another line."""

    text: str
    asks: bool
    hangs: bool = False


class Part(NamedTuple):
    """What stands under one heading of the second level. `name` is what links to it; `repeats` tells the agenda of
    the review, which asks again what is asked elsewhere."""

    heading: str
    name: str
    statements: tuple[Statement, ...]
    repeats: bool


class Prose(NamedTuple):
    """`lead` and `html` are safe as they are: what stands between the title and the first section, and the rest."""

    title: str | None
    lead: str
    parts: tuple[Part, ...]
    html: str
    open_questions: int


def read_prose(markdown: str) -> Prose:
    """The document without its full log, which the page shows from the data."""
    told = without_full_log(markdown).encode(errors="replace").decode()  # a lone surrogate cannot be written
    tokens = parse(told)
    title, tokens = _without_title(tokens)
    _name_headings(tokens)
    review = _REVIEW_HEADING.search(told)
    parts = tuple(_parts(tokens, review[1].strip() if review else None))
    _mark_questions(tokens)
    first = next((n for n, token in enumerate(tokens) if token.type == "heading_open"), len(tokens))
    return Prose(title, _html(tokens[:first]), parts, _html(tokens[first:]), open_questions(markdown))


def open_questions(markdown: str) -> int:
    """How many questions the document still asks, each once, without reading all of it as Markdown."""
    told = _REVIEW.sub("", without_full_log(markdown))
    lines = {line.strip(" -*+>") for line in told.splitlines() if QUESTION in line}
    return sum(line.startswith(QUESTION) for line in lines)


def _html(tokens: list[Token]) -> str:
    return _CLEANER.clean(render_html(tokens, _Renderer()))


def _without_title(tokens: list[Token]) -> tuple[str | None, list[Token]]:
    """The title and the line of the status are the page's head, which knows the status as it is now."""
    if not tokens or (tokens[0].type, tokens[0].tag) != ("heading_open", "h1"):
        return None, tokens
    title, rest = plain(tokens[1]), tokens[3:]
    return title, rest[3:] if len(rest) > 1 and _STATUS.match(rest[1].content) else rest


def _name_headings(tokens: list[Token]) -> None:
    """As on GitHub: "Full log" is #full-log, and a second one #full-log-1."""
    taken = set[str](_OURS)
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            plain_name = _NOT_IN_A_NAME.sub("", plain(inside).casefold()).strip().replace(" ", "-") or "section"
            names = (f"{plain_name}-{number}" if number else plain_name for number in range(len(taken) + 1))
            name = next(name for name in names if name not in taken)
            taken.add(name)
            token.attrSet("id", name)


def _mark_questions(tokens: list[Token]) -> None:
    for item, inside in zip(tokens, tokens[2:], strict=False):
        if item.type == "list_item_open" and inside.type == "inline" and inside.content.startswith(QUESTION):
            item.attrSet("class", "question")  # the style gives it a mark that any font has
            first = next(child for child in inside.children or () if child.content)
            first.content = first.content.removeprefix(QUESTION).lstrip()


def _parts(tokens: list[Token], review: str | None) -> Iterator[Part]:
    starts = [n for n, token in enumerate(tokens) if (token.type, token.tag) == ("heading_open", "h2")]
    for start, end in pairwise([*starts, len(tokens)]):
        statements = tuple(_statement(inside) for inside in _said(tokens[start + 3 : end]))
        heading = tokens[start + 1]
        yield Part(plain(heading), str(tokens[start].attrGet("id")), statements, heading.content == review)


def _statement(inline: Token) -> Statement:
    line = _SOURCES.sub("", plain(inline))
    asks = line.startswith(QUESTION)
    return Statement(line.removeprefix(QUESTION).strip(), asks, hangs=inline.level > _IN_A_LIST)


def _said(tokens: list[Token]) -> Iterator[Token]:
    """The words of paragraphs and list items; headings say nothing, and tables are read as tables."""
    for before, inside in pairwise(tokens):
        if before.type == "paragraph_open" and inside.content.strip():
            yield inside


def plain(inline: Token) -> str:
    """The words of an inline token, without marks."""
    return "".join(_words(child) for child in inline.children or ()).strip()


def _words(child: Token) -> str:
    return " " if child.type in ("softbreak", "hardbreak") else child.content


class _Renderer(RendererHTML):
    """One method for each kind of token that is not simply its tag."""

    def link_open(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        if not str(tokens[place].attrGet("href")).startswith("#"):
            tokens[place].attrSet("target", "_blank")
        return self.renderToken(tokens, place, options, env)

    def bullet_list_open(self, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        first, last = tokens[place].map or (0, 0)
        if last - first >= _LONG:
            tokens[place].attrSet("class", "long")
        return self.renderToken(tokens, place, options, env)

    def fold_open(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return f"<details><summary>{nh3.clean_text(tokens[place].content)}</summary>\n"

    def fold_close(self, *_: Any) -> str:
        return "</details>\n"

    def table_open(self, *_: Any) -> str:
        return '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"
