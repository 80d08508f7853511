"""The Markdown of a document as tokens: one reading of it for every output that is made from it, edited or not.

CommonMark with GitHub's tables and strikethrough. HTML is only ever text, but for two things of ours: a comment that
stands on lines of its own (our marks of generated parts among them) is dropped, and a fold
(`<details><summary>Words</summary>` … `</details>`, each on its own line) becomes `fold_open`, whose content is the
summary's text, and `fold_close`. There are no images ("![x](y)" is a "!" and a link), and a link leads to http, https,
mailto or a heading of the same document ("#full-log"), or is plain text.
Source: https://spec.commonmark.org/0.31.2/, https://github.github.com/gfm/ (read 2026-11-21).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

_SAFE_LINK = re.compile(r"https?://[^/\s]|mailto:[^\s]|#", re.IGNORECASE)
_FOLD = re.compile(r"<details><summary>(.*)</summary>\s*")
_FOLD_END = "</details>"
_MARK = re.compile(r"^<!-- debrief:(begin|end) full_log\b[^\n]*-->[^\S\n]*(?:\n+|\Z)", re.MULTILINE)
_OF_THE_LOG = re.compile(
    r"\s*$|## Full log\s*$|<details><summary>All \d+ events, in order</summary>|</details>|"
    r"### \w+, \d{4}-\d\d-\d\d \(UTC\)|- \d\d:\d\d:\d\d\b|  "
)
# What may stand inside a paragraph's run of lines and still end it, as any HTML block may.
_ENDS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}


def parse(markdown: str) -> list[Token]:
    """The tokens of the whole document, as markdown-it names them. Never raises: all text is Markdown."""
    return _PARSER.parse(markdown)


def without_full_log(markdown: str) -> str:
    """The document without its full log; unchanged where our marks of it are not both there.

    The full log is as long as the incident: an output that has it from the data, or leaves it out, need not parse it.
    Only lines as we write them are left out: marks that a person pasted hide nothing that stands between them.
    """
    pieces, end = list[str](), 0
    for begins, ends in _full_logs(markdown):
        inside = markdown[begins.end() : ends.start()].split("\n")
        kept = "\n".join(line for line in inside if not _OF_THE_LOG.match(line))
        pieces += (markdown[end : begins.start()], f"{kept}\n\n" if kept else "")
        end = ends.end()
    return "".join([*pieces, markdown[end:]])


def _full_logs(markdown: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Each end with the last beginning before it: a mark without its other one is nobody's."""
    begins: re.Match[str] | None = None
    for mark in _MARK.finditer(markdown):
        if mark[1] == "begin":
            begins = mark
        elif begins:
            yield begins, mark
            begins = None


def render_html(tokens: list[Token], renderer: RendererHTML) -> str:
    """Such tokens as HTML, by a renderer that knows what to make of folds (`fold_open`, `fold_close`)."""
    return renderer.render(tokens, _PARSER.options, {})


class _Parser(MarkdownIt):
    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"]).disable("image")
        self.block.ruler.before("html_block", "comment", _comment, _ENDS)
        self.block.ruler.before("html_block", "fold", _fold, _ENDS)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 # the library's name
        """An address reads as it was written: decoded, `xn--80ak6aa92e` would look like a name that it is not."""
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802 # the library's name
        return bool(_SAFE_LINK.match(url))


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment on lines of its own, to the line on which it ends; one that never ends is text."""
    if state.is_code_block(start) or not _line(state, start).startswith("<!--"):
        return False
    # Looked for once in the whole text, then not line by line: a thousand comments without an end must stay cheap.
    if state.env.setdefault("last comment ends", state.src.rfind("-->")) < state.bMarks[start]:
        return False
    place = state.src.find("-->", state.bMarks[start])
    last = bisect_left(state.eMarks, place + len("-->"), lo=start, hi=end)
    if last >= end or not _line(state, last).endswith("-->"):
        return False
    if not silent:
        state.line = last + 1
    return True


def _fold(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    line = _line(state, start)
    opens = _FOLD.fullmatch(line)
    if state.is_code_block(start) or not (opens or line == _FOLD_END):
        return False
    if not silent:
        token = state.push("fold_open" if opens else "fold_close", "details", 1 if opens else -1)
        token.content = unescape(opens[1]) if opens else ""
        token.map, token.block = [start, start + 1], True
        state.line = start + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].rstrip()


_PARSER = _Parser()
# markdown-it's chains of rules and mdurl's tables are filled at first use, and whoever reads them meanwhile in another
# thread renders without tables, or fails (IndexError at mdurl/_encode.py): so they are filled while this is imported.
_PARSER.parse("<https://a.example> [b](https://c.example)\n")
