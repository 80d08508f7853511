"""A Confluence page as lines, one for each unit, and back: so the same hand edits it, and the same oracle judges it.

A suggestion is two lines, as in Markdown; the line that names the edition is the comment that does so there.
"""

import html
import re
from collections import deque
from collections.abc import Iterable

from postmortem.outputs.storage_units import Level, Unit, body_of, units_of

_SIGNATURE = re.compile(r"Debrief key: [^<>]+, edition ([0-9a-f]{16})\.")
_ANCHOR = re.compile(
    r"<ac:str[^>]*>\s*<ac:parameter[^>]*>debrief-suggests-(\w*)</ac:parameter>\s*</ac:structured-macro>"
)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)
_MARKER = re.compile(r"\s*> <!-- debrief:suggestion (\w+) -->")
_SUGGESTS, _QUOTED = "**Debrief suggests:** ", "    > **Debrief suggests:** "
_COMMENT = re.compile(r"<!-- debrief:edition (\w+) -->")
_LISTS = {"ul": Level("ul", "<ul>", "</ul>"), "table": Level("table", "<table>", "</table>")}
_INSIDE = ("ul", "ol", "table", "thead", "tbody", "tfoot")


def line_of(unit: Unit) -> str:
    """What a reader sees of one unit, as a line of Markdown; a suggestion is two."""
    source = unit.source
    if named := _SIGNATURE.search(source):
        return f"<!-- debrief:edition {named[1]} -->"
    anchor = _ANCHOR.search(source)
    text = _line(_ANCHOR.sub("", source))
    if anchor:
        return f"    > <!-- debrief:suggestion {anchor[1]} -->\n{_QUOTED}{_bare(text)}"
    return text


class Editor:
    """Turns lines into a page again: what is known keeps its bytes, also what is pasted back from an older version."""

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}

    def text(self, body: str) -> str:
        lines = []
        for unit in units_of(body):
            line = line_of(unit)
            self._sources.setdefault(line, unit.source)
            lines.append(line)
        return "\n".join(lines)

    def body(self, text: str, before: str) -> str:
        there: dict[str, deque[Unit]] = {}
        for unit in units_of(before):
            there.setdefault(line_of(unit), deque()).append(unit)
        units: list[Unit] = []
        for line in _units_in(text):
            known = there.get(line)
            units.append(known.popleft() if known else self._made(line, units[-1] if units else None))
        return body_of(units)

    def _made(self, line: str, before: Unit | None) -> Unit:
        source = self._sources.get(line) or _source(line)
        around = before.levels if before else ()
        kind = "ul" if source.startswith("<li") else "table" if source.startswith("<tr") else ""
        if kind and any(level.kind == kind for level in around):
            return Unit("", source, around)
        while around and around[-1].kind in _INSIDE:
            around = around[:-1]
        body = (Level("tbody", "<tbody>", "</tbody>"),) if kind == "table" else ()
        return Unit("", source, (*around, *((_LISTS[kind],) if kind else ()), *body))


def storage_of(document: str) -> str:
    """A generated document as a page: its sections, without our marks; its log is a fold."""
    body: list[str] = []
    for line in document.splitlines():
        if line.startswith("<details>"):
            title = '<ac:parameter ac:name="title">All of it</ac:parameter>'
            body.append(f'<ac:structured-macro ac:name="expand">{title}<ac:rich-text-body>')
        elif line.startswith("</details>"):
            body.append("</ac:rich-text-body></ac:structured-macro>")
        elif line and not line.startswith(("<!--", "# ", "| ---", "### ")):
            body.append(_source(line))
    return _with_lists("".join(body))


def _units_in(text: str) -> Iterable[str]:
    """The lines that are units: two for a suggestion; a marker that lost its words shows nothing."""
    lines = [line for line in text.replace("\r", "").removeprefix("\ufeff").split("\n") if line.strip()]
    for n, line in enumerate(lines):
        follows = lines[n + 1] if n + 1 < len(lines) else ""
        if _MARKER.fullmatch(line):
            if _SUGGESTS in follows:
                yield f"{line}\n{follows}"
        elif not (n and _MARKER.fullmatch(lines[n - 1]) and _SUGGESTS in line):
            yield line


def _line(source: str) -> str:
    if source.startswith("<tr"):
        return f"| {' | '.join(_text(cell) for cell in _CELL.findall(source))} |"
    text = _text(source)
    if source.startswith("<h"):
        return f"## {text}"
    return f"- {text}" if source.startswith("<li") else text


def _text(source: str) -> str:
    text = re.sub(r"<strong\b[^>]*>(.*?)</strong>", r"**\1**", source)
    text = re.sub(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"[\2](\1)", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def _bare(text: str) -> str:
    """The words of a suggestion: a row is given whole, an item without its sign."""
    words = text.replace(_SUGGESTS, "", 1)
    return words.removeprefix("- ")


def _source(line: str) -> str:
    if comment := _COMMENT.fullmatch(line.strip()):
        return f"<p><em>Debrief key: local/Q2, edition {comment[1]}.</em></p>"
    marker, _, rest = line.partition("\n")
    if rest:
        return _suggestion(_MARKER.fullmatch(marker), rest.partition(_SUGGESTS)[2])
    if line.startswith("|"):
        cells = line.strip().strip("|").strip().split(" | ")
        return f"<tr>{''.join(f'<td><p>{_inline(cell)}</p></td>' for cell in cells)}</tr>"
    if line.startswith("#"):
        return f"<h2>{_inline(line.lstrip('# '))}</h2>"
    item = re.fullmatch(r"\s*- (.*)", line)
    return f"<li><p>{_inline(item[1])}</p></li>" if item else f"<p>{_inline(line)}</p>"


def _suggestion(marker: re.Match[str] | None, words: str) -> str:
    anchor = (
        f'<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">debrief-suggests-{marker[1] if marker else ""}'
    )
    begin = f"{anchor}</ac:parameter></ac:structured-macro><strong>Debrief suggests:</strong> "
    made = _source(words if words.startswith("|") else f"- {words}")
    return made.replace("<p>", f"<p>{begin}", 1)


def _inline(text: str) -> str:
    said = html.escape(text.strip())
    said = re.sub(r"\*\*(.*?)\*\*", r"<strong>\1</strong>", said)
    return re.sub(r"\[([^\]]*)\]\(([^)\s]*)\)", r'<a href="\2">\1</a>', said)


def _with_lists(body: str) -> str:
    body = re.sub(r"(?:<li>.*?</li>)+", lambda found: f"<ul>{found[0]}</ul>", body)
    return re.sub(r"(?:<tr>.*?</tr>)+", lambda found: f"<table><tbody>{found[0]}</tbody></table>", body)
