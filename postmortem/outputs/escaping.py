"""Text from outside as GitHub Markdown in which it is data: it can neither format, link, nor load anything.

`Md` is Markdown that may stand in the document as it is. Only this file makes it: out of text from outside, which is
escaped, and out of literals of our own (`together`). Whatever is a plain `str` has not been escaped yet.
"""

import re
from collections.abc import Iterable
from typing import LiteralString
from urllib.parse import quote

# What can begin or end a construct of GitHub Markdown inside a line; an underscore between two letters cannot. The
# last two keep an address from becoming a link by itself (https://github.github.com/gfm/, autolinks; read 2026-11-20).
_SPECIAL = re.compile(
    r"([\\`*\[<>|~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|(?<=[a-z]):(?=//)|(?<=www)\.)", re.IGNORECASE
)
_AT_START = re.compile(r"^(?:(?=[-+=#]|:-)|(\d{1,9})(?=[.)]))")
# An address that can be opened, or code within a line as chat writes it.
_ALIVE = re.compile(
    r"(?P<url>https?://(?![/?#])[^\s<>\\^`{|}\"“”„«»]+[^\s<>\\^`{|}\"“”„«».,;:!?)\]'’*_~…])|`(?P<code>[^`\n]+)`"
)
_SHORT_FENCE = re.compile(r"```([^`\n]+)```")
_FENCE = re.compile(r"```((?:(?!```)[^\n])*\n.*?)(?:```|\Z)", re.DOTALL)
_BACKTICKS = re.compile(r"`+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
# In a block of code nothing can be escaped; our own marks (`outputs/markers.py`) must not be forged there.
_OUR_MARK = re.compile(r"<!--(\s{0,9}debrief:)", re.IGNORECASE)
_SAFE_LINK = re.compile(r"https?://[^\s/?#\\]|mailto:\S")
# GitHub makes a link of this even where every sign of it is escaped; a space of no width is what keeps it a text.
_XMPP = re.compile(r"(?<=xmpp:)(?=[\w.+-])", re.IGNORECASE)
_BREAKS = re.compile(r"[\x0b\x0c\x1c-\x1f\x85]|\r\n?")


class Md(str):
    """Markdown that is safe to stand in the document. Anything done to it as a string makes it a plain one again."""

    __slots__ = ()


def together(*parts: Md | LiteralString) -> Md:
    """One piece of Markdown out of safe ones and out of literals of the program's own."""
    return Md("".join(parts))


def joined(separator: LiteralString, parts: Iterable[Md]) -> Md:
    return Md(separator.join(parts))


def escape(text: str) -> Md:
    """Text from outside as plain text of one line: nothing in it formats, links or loads."""
    return Md(_escaped(_one_line(text)))


def printable(text: str) -> str:
    """Text from outside with nothing in it that steers a screen: no control character, nothing that turns the
    direction of reading, no lone surrogate. Every line break is a newline or, within a line, a space."""
    return _CONTROL.sub("", _BREAKS.sub(lambda found: "\n" if found[0][0] == "\r" else " ", text))


def plain(text: str) -> Md:
    """The same wherever it may stand: at the start of a line, or at the end of a heading."""
    escaped = at_line_start(escape(text))
    return Md(f"{escaped[:-1]}\\#") if escaped.endswith("#") else escaped


def at_line_start(markdown: Md) -> Md:
    """The same at the start of a line or a list item, where more signs have a meaning."""
    return Md(_AT_START.sub(r"\1\\", markdown, count=1))


def prose(text: str) -> Md:
    """Text from outside on one line, also in the cell of a table: addresses can be opened, code is code.

    Lines end in a stroke.
    """
    lines = _SHORT_FENCE.sub(r"`\1`", text).splitlines()
    return Md(" / ".join(_inline(line, in_cell=True) for line in map(_one_line, lines) if line))


def passage(text: str, indent: LiteralString = "  ", after: Md | None = None) -> Md:
    """Text from outside inside a list item, its lines kept, and code on several lines as a block of code.

    `indent` is the item's own; a block of code, and what follows it, begin on a line of their own. `after` comes last.
    """
    whole, was_code = "", False
    for n, part in enumerate(_FENCE.split(_SHORT_FENCE.sub(r"`\1`", text))):
        is_code = n % 2 == 1
        block = _fenced(part, indent) if is_code else _broken(part, indent)
        if block:
            gap = f"\n{indent}" if is_code or was_code else ""
            whole += gap + (at_line_start(block) if was_code else block)
            was_code = is_code
    if after:
        whole += (f"\n{indent}" if was_code else " " if whole else "") + after
    return Md(whole)


def code(text: str) -> Md:
    """Code within a line; whatever backticks it holds, it holds more around them."""
    inside = _one_line(text)
    if not inside:
        return Md("")
    ticks = "`" * (_longest_run(inside) + 1)
    space = " " if inside[0] == "`" or inside[-1] == "`" else ""
    return Md(f"{ticks}{space}{inside}{space}{ticks}")


def link(label: str, url: str | None) -> Md:
    """A link where the address is safe to open; the label alone where it is not. The label cannot end it early."""
    if url is None or not _SAFE_LINK.match(url):
        return escape(label)
    shown = escape(label).replace("]", "\\]")
    return Md(f"[{shown}]({quote(url, safe=':/?#@!&*+,;=%~-._', errors='replace')})")


def anchor(heading: str) -> str:
    """What GitHub links a heading by: "Root cause" is root-cause."""
    return re.sub(r"[^\w\- ]+", "", _one_line(heading).casefold()).strip().replace(" ", "-")


def link_to_heading(heading: str) -> Md:
    """A link to a heading of the same document."""
    shown = escape(heading).replace("]", "\\]")
    return Md(f"[{shown}](#{quote(anchor(heading), safe='-_', errors='replace')})")


def shorten(text: str, longest: int) -> str:
    """The text, cut between words where it is too long: half an address would open something else."""
    if len(text) <= longest:
        return text
    cut = text[: longest + 1]
    return (cut.rsplit(maxsplit=1)[0] if len(cut.split()) > 1 else cut[:-1]) + " […]"


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub("", text).split())


def _inline(line: str, *, in_cell: bool) -> str:
    """A line with its addresses and its code. A stroke in a cell would end it, and code cannot escape one."""
    if "`" not in line and "://" not in line:
        return _escaped(line)
    parts, end = list[str](), 0
    for alive in _ALIVE.finditer(line):
        inside = alive["code"]
        if inside is not None and (not inside.strip() or (in_cell and "|" in inside)):
            continue
        parts += (_escaped(line[end : alive.start()]), f"`{inside}`" if inside else f"<{alive['url']}>")
        end = alive.end()
    return "".join(parts) + _escaped(line[end:])


def _escaped(line: str) -> str:
    return _XMPP.sub("\u200b", _SPECIAL.sub(r"\\\1", line))


def _broken(text: str, indent: str) -> Md:
    """Lines of text that stay lines: each but the last ends in a hard break."""
    lines = [_inline(line, in_cell=False) for line in map(_one_line, text.splitlines()) if line]
    return Md(f"\\\n{indent}".join([*lines[:1], *(at_line_start(Md(line)) for line in lines[1:])]))


def _fenced(text: str, indent: str) -> Md:
    """A block of code, with more backticks around it than any inside."""
    unmarked = _OUR_MARK.sub(r"<! --\1", _CONTROL.sub("", text).replace("\x1f", " "))
    lines = [line.rstrip() for line in unmarked.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    ticks = "`" * max(3, _longest_run(text) + 1)
    return Md(f"\n{indent}".join((ticks, *lines, ticks))) if lines else Md("")


def _longest_run(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)
