"""GitHub Markdown for the merge: a unit is a line, with the empty lines behind it.

So an edit in one bullet never meets news in its neighbour, and each row of a table is a unit. Line ends may be of
either kind, and differ from line to line.
"""

import hashlib
import re
from collections.abc import Iterable

from postmortem.merging.dialect import Dialect, Mark

_COMMENT = "<!-- debrief:"  # looked for first: a document has ten thousand lines, and few are marks
_LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
_MARK = re.compile(r"\s*<!-- debrief:(begin|end) ([\w.-]{1,80})[^\n]*-->\s*")
_HEADING = re.compile(r"##[ \t]+(\S[^\n]*)")
_LINK = re.compile(r"\]\(([^\s()]{1,2000})")
_FIRST_CELL = re.compile(r"\|([^|]{1,500})\|")
_ITEM = re.compile(r"([ \t]*)([-*+] |\d{1,9}[.)] )?")
_STARTS_ANEW = re.compile(r"[-*+#|<>]|\d{1,9}[.)] ")
# Composed anew each time: no reason to suggest anything to a person who wrote that line afresh.
_COMPOSED = re.compile(r" · composed [^·\n]{1,80}(?= ·|$)")
_SUGGESTION = re.compile(
    r"[ \t]*> <!-- debrief:suggestion ([0-9a-f]{12}) -->\r?\n[ \t]*> \*\*Debrief suggests:\*\* ([^\n]*)"
)
_SUGGESTS = re.compile(r"[ \t]*> \*\*Debrief suggests:\*\* ")
_SUGGESTION_BEGINS = re.compile(r"[ \t]*> <!-- debrief:suggestion [0-9a-f]{12} -->\r?\n")


def _split(document: str) -> tuple[str, ...]:
    units: list[list[str]] = []
    for line in _LINES.findall(document):
        if units and (not line.strip() or (_SUGGESTS.match(line) and _opens_suggestion(units[-1]))):
            units[-1].append(line)
        else:
            units.append([line])
    return tuple("".join(unit) for unit in units)


def _opens_suggestion(lines: list[str]) -> bool:
    return len(lines) == 1 and bool(_SUGGESTION_BEGINS.fullmatch(lines[0]))


def _join(units: Iterable[str]) -> str:
    """The document; a unit that lost its line end because it was the last gets one where it is no more."""
    *most, last = [*units] or [""]
    return "".join(unit if unit.endswith("\n") else f"{unit}\n" for unit in most) + last


def _says(unit: str) -> str:
    suggestion = _SUGGESTION.match(unit) if _COMMENT in unit else None
    if suggestion:
        return suggestion[0].rstrip("\r")
    line, _, _ = unit.partition("\n")
    return line.rstrip("\r") if line.strip() else ""


def _key(text: str) -> str:
    """The first cell of a row, the first link of any other line: what it is about, or where it comes from."""
    if _COMMENT in text and _MARK.fullmatch(text):
        return text.strip()
    cell = _FIRST_CELL.match(text)
    if cell and cell[1].strip():
        return f"| {cell[1].strip()}"
    link = _LINK.search(text)
    return link[1] if link else ""


def _mark(text: str) -> Mark | None:
    if _COMMENT in text and (mark := _MARK.fullmatch(text)):
        return Mark(mark[2], ends=mark[1] == "end")
    heading = _HEADING.match(text) if text.startswith("##") else None
    return Mark(heading[1].strip(), silent=False) if heading else None


def _is_joined(text: str) -> bool:
    """A line that begins no block of its own goes on with the one before it."""
    return not _STARTS_ANEW.match(text)


def _is_row(text: str) -> bool:
    return text.startswith("|")


def _hangs(text: str, on: str) -> bool:
    if _is_row(on) or _is_row(text) or _mark(text):
        return False
    return text.startswith((" ", "\t")) or ("❓" in on and bool(text) and not text.startswith("#"))


def _suggest(text: str, beside: str) -> str:
    """As a quote: inside the list item that it is about, behind anything else."""
    said = _COMPOSED.sub("", text)
    item = _ITEM.match(said)
    words = said[item.end() :] if item else said
    if not words or _MARK.fullmatch(text):
        return ""
    place = _ITEM.match(beside)
    indent = " " * len(place[0]) if place and place[2] else ""
    end = "\r\n" if "\r\n" in beside else "\n"
    marker = f"{indent}> <!-- debrief:suggestion {_hash(words)} -->"
    return f"{marker}{end}{indent}> **Debrief suggests:** {words}{end if indent else 2 * end}"


def _suggested(unit: str) -> str:
    found = _SUGGESTION.match(unit) if _COMMENT in unit else None
    return found[1] if found and _hash(found[2].rstrip("\r")) == found[1] and not unit[found.end() :].strip() else ""


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()[:12]


MARKDOWN = Dialect(
    split=_split,
    join=_join,
    says=_says,
    key=_key,
    mark=_mark,
    is_joined=_is_joined,
    is_row=_is_row,
    hangs=_hangs,
    suggest=_suggest,
    suggested=_suggested,
)
