"""The document as a Confluence page: XHTML in Confluence's storage format, made of parts and never of outside text.

Every text goes through one escaper, every tag is one of ours; macros are two: code, and the fold around the full log.
Source: https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html (read 2026-11-21).
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate, takewhile
from typing import NamedTuple

from markdown_it.token import Token

from postmortem.document import Postmortem
from postmortem.outputs.parsing import parse
from postmortem.outputs.storage_log import log_items
from postmortem.outputs.storage_text import FOLD_END, code_macro, escape_text, fold_begin, link_begin

_ROOM_FOR_WORDS = 20_000
_TAGS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "table": "table",
    "tr": "tr",
    "strong": "strong",
    "em": "em",
    "s": "del",
}
# As Confluence writes them itself: a table's head is a row like the others, and a cell holds paragraphs.
_AROUND = {
    "table_open": "<table><tbody>",
    "table_close": "</tbody></table>",
    "thead_open": "",
    "thead_close": "",
    "tbody_open": "",
    "tbody_close": "",
    "th_open": "<th><p>",
    "th_close": "</p></th>",
    "td_open": "<td><p>",
    "td_close": "</p></td>",
    "hr": "<hr/>",
    "hardbreak": "<br/>",
    "softbreak": " ",
    "fold_close": FOLD_END,
}


class StoragePage(NamedTuple):
    """`body` is well-formed storage format. `left_out` is how many events of the log did not fit."""

    body: str
    left_out: int


def render_storage(body: str, postmortem: Postmortem, *, whole: str, most: int) -> StoragePage:
    """The document as a page in at most `most` bytes of a JSON request: its body (`render_body`), and the full log.

    The page's title is Confluence's: the first heading is left out. `whole` is a sentence about where the rest is of
    what does not fit.
    """
    room = most - _ROOM_FOR_WORDS
    blocks, cut = _fitting(_without_title(blocks_from_tokens(parse(body))), room)
    if cut:
        blocks.append(_paragraph(f"{cut} further parts of the document do not fit into a Confluence page. {whole}"))
    log, left_out = _log(postmortem, room - sum(map(size_in_request, blocks)), whole)
    return StoragePage("".join([*blocks, *log]), left_out)


def blocks_from_tokens(tokens: Iterable[Token]) -> Iterator[str]:
    """Each block of the top level as one well-formed piece."""
    pieces, depth = list[str](), 0
    for token in tokens:
        pieces += _inline(token.children or ()) if token.type == "inline" else (_block(token),)
        depth += token.nesting
        if depth == 0:
            yield "".join(pieces)
            pieces = []


def size_in_request(block: str) -> int:
    """How many bytes of a JSON request in UTF-8 it takes."""
    return len(block.encode()) + sum(map(block.count, '"\\\n\r\t'))


def _log(postmortem: Postmortem, most: int, whole: str) -> tuple[list[str], int]:
    """The title does not count the events: it is the same fold when there are more."""
    items, left_out = _fitting(log_items(postmortem), most)
    count = len(postmortem.timeline.events)
    said = f"All {count:,} events, in order."
    if left_out:
        said = f"The first {len(items):,} of {count:,} events; {left_out:,} do not fit into a Confluence page. {whole}"
    rows = ["<ul>", *items, "</ul>"] if items else []
    return ["<h2>Full log</h2>", fold_begin("All events, in order"), _paragraph(said), *rows, FOLD_END], left_out


def _fitting(blocks: Iterable[str], most: int) -> tuple[list[str], int]:
    """As many from the beginning as take at most so many bytes, and how many are left."""
    every = list(blocks)
    fitting = sum(1 for _ in takewhile(lambda size: size <= most, accumulate(map(size_in_request, every))))
    return every[:fitting], len(every) - fitting


def _without_title(blocks: Iterator[str]) -> Iterator[str]:
    return (block for block in blocks if not block.startswith("<h1>"))


def _paragraph(text: str) -> str:
    return f"<p>{escape_text(text)}</p>"


def _inline(tokens: Iterable[Token]) -> Iterator[str]:
    links = list[bool]()
    for token in tokens:
        if token.type == "link_open":
            begin = link_begin(str(token.attrs.get("href", "")))
            links.append(bool(begin))
            yield begin
        elif token.type == "link_close":
            yield "</a>" if links.pop() else ""
        elif token.type == "code_inline":
            yield f"<code>{escape_text(token.content)}</code>"
        else:
            yield escape_text(token.content) or _tag(token)


def _block(token: Token) -> str:
    match token.type:
        case "fence" | "code_block":
            return code_macro(token.content.removesuffix("\n"), token.info.strip().lower())
        case "fold_open":
            return fold_begin(token.content)
        case "ordered_list_open":
            return _ordered(token)
        case _:
            return _tag(token)


def _ordered(token: Token) -> str:
    start = int(token.attrs.get("start", 1))
    return "<ol>" if start == 1 else f'<ol start="{start}">'


def _tag(token: Token) -> str:
    """The tag of a token; what the parser may learn to say one day is left out rather than passed on."""
    if token.type in _AROUND:
        return _AROUND[token.type]
    name = token.tag if token.type.startswith("heading") else _TAGS.get(token.type.rpartition("_")[0], "")
    if not name or not token.nesting:
        return ""
    return f"<{name}>" if token.nesting > 0 else f"</{name}>"
