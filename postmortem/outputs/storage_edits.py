"""Edits survive on a Confluence page: the same merge as for Markdown, of units in one fixed way of writing.

What stands for a unit on the page is Confluence's own bytes wherever it is on the page already.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from postmortem import merging
from postmortem.merging import Dialect, Edition, Mark, begin, merge
from postmortem.outputs.storage_text import escape_text
from postmortem.outputs.storage_units import Level, Unit, body_of, settled, units_of

_LINK = re.compile(r'<a href="([^"]{1,2000})"')
_FIRST_CELL = re.compile(r"<tr><t[dh]>([^<]{1,500})</t[dh]>")
_HEADING = re.compile(r"<h[12]>(.*)</h[12]>")
_TAG = re.compile(r"<[^<>]*>")
# Composed anew each time: no reason to suggest anything to a person who wrote that line afresh.
_COMPOSED = re.compile(r" · composed [^·<]{1,80}(?= ·|<)")
_KEPT = "Kept up to date by Debrief; what people write or change here stays."
_NAMED = r"Debrief key: [^<>]{1,300}, edition ([0-9a-f]{16})\."
_NAMES_EDITION = re.compile(_NAMED)
# A paragraph of its own: what somebody says of such a line stands in an item or a cell, and is not ours to take out.
_SIGNATURE = re.compile(rf"<p>(?:<em>)?[^<>]*{_NAMED}(?:</em>)?</p>")
_SUGGESTS = "<strong>Debrief suggests:</strong> "
# An anchor shows nothing to readers and survives Confluence: by its hash a suggestion that nobody changed is known.
_ANCHOR = (
    '<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">debrief-suggests-{}</ac:parameter>'
    "</ac:structured-macro>"
)
_ANCHORED = re.compile(r"debrief-suggests-([0-9a-f]{12})(?=</ac:parameter>)")
_LISTS = {"<li>": (Level("ul", "<ul>", "</ul>"),)}
_TABLES = {"<tr>": (Level("table", "<table>", "</table>"), Level("tbody", "<tbody>", "</tbody>"))}
_OWN_LEVELS = _LISTS | _TABLES
_STRUCTURE = ("ul", "ol", "table", "thead", "tbody", "tfoot")


class MergedPage(NamedTuple):
    """`body` is to be written where `has_news`: it says something else than the page does now."""

    body: str
    edition: Edition
    has_news: bool


def first_page(ours: str, key: str) -> MergedPage:
    """The page that is created: ours, and the line that tells whose it is and of which edition."""
    edition = begin(_says(units_of(ours))).edition
    return MergedPage(f"{ours}{_signature(key, edition).source}", edition, has_news=True)


def merge_page(last: Edition | None, theirs: str, ours: str, key: str) -> MergedPage:
    """Merge the page as we would write it now into the page as it is. What people wrote stays byte for byte."""
    whole = units_of(theirs)
    there = tuple(unit for unit in whole if not _SIGNATURE.fullmatch(unit.says))
    new = units_of(ours)
    merged = merge(last, _says(there), _says(new), STORAGE)
    if merged.units == _says(there):
        return MergedPage(theirs, merged.edition, has_news=False)
    units, at_home = _found(merged.units, there, new)
    signed = [_signature(key, merged.edition)] if len(there) < len(whole) else []
    return MergedPage(body_of([*settled(units, at_home), *signed]), merged.edition, has_news=True)


def edition_named_in(body: str) -> str | None:
    """The name of the edition that a page came from, unless a person took that line out."""
    named = _NAMES_EDITION.findall(body)
    return named[-1] if named else None


def signature_of(key: str) -> str:
    """What stands in the body of a page of ours and of no other."""
    return f"Debrief key: {escape_text(key)}, edition "


def most_like(editions: Iterable[Edition], body: str) -> Edition | None:
    """Of several editions, the newest last, the one that the page most likely came from."""
    there = (unit.says for unit in units_of(body) if not _SIGNATURE.fullmatch(unit.says))
    return merging.most_like(editions, tuple(there), STORAGE)


def as_kept(edition: Edition, body: str) -> Edition:
    """The edition in the words in which Confluence keeps it, so that what it changed counts as nobody's change."""
    kept = tuple(unit.says for unit in units_of(body) if not _SIGNATURE.fullmatch(unit.says))
    if len(kept) != len(edition.written):
        return edition
    base = list(edition.base)
    written = list(edition.written)
    for place, says in enumerate(kept):
        unit = written[place]
        if isinstance(unit, int):
            base[unit] = says
        else:
            written[place] = says if isinstance(unit, str) else (unit[0], says)
    return replace(edition, base=tuple(base), written=tuple(written))


def _signature(key: str, edition: Edition) -> Unit:
    text = f"<p><em>{_KEPT} {signature_of(key)}{edition.name}.</em></p>"
    return Unit(text, text)


def _says(units: Iterable[Unit]) -> tuple[str, ...]:
    return tuple(unit.says for unit in units)


def _found(says: Sequence[str], there: Sequence[Unit], new: Sequence[Unit]) -> tuple[list[Unit], set[int]]:
    """The units that say this: theirs where they have it, else ours, else a suggestion made for the unit before it."""
    theirs, ours = _by_text(there), _by_text(new)
    units: list[Unit] = []
    at_home: set[int] = set()
    for place, text in enumerate(says):
        if theirs.get(text):
            units.append(theirs[text].popleft())
            at_home.add(place)
        elif ours.get(text):
            units.append(ours[text].popleft())
        else:
            units.append(_beside(text, units[-1] if units else None))
    return units, at_home


def _by_text(units: Iterable[Unit]) -> dict[str, deque[Unit]]:
    found: dict[str, deque[Unit]] = {}
    for unit in units:
        found.setdefault(unit.says, deque()).append(unit)
    return found


def _beside(text: str, before: Unit | None) -> Unit:
    """A suggestion stands in the same list or table; as a panel of its own, below them."""
    levels = before.levels if before else ()
    own = _OWN_LEVELS.get(text[:4], ())
    if own:
        return Unit(text, text, levels if levels and levels[-1].kind in _STRUCTURE else own)
    while levels and levels[-1].kind in _STRUCTURE:
        levels = levels[:-1]
    return Unit(text, text, levels)


def _key(text: str) -> str:
    """The first cell of a row, the first link of anything else: what it is about, or where it comes from."""
    cell = _FIRST_CELL.match(text)
    if cell:
        return f"| {cell[1].strip()}"
    link = _LINK.search(text)
    return link[1] if link else ""


def _mark(text: str) -> Mark | None:
    heading = _HEADING.fullmatch(text)
    return Mark(_TAG.sub("", heading[1]), silent=False) if heading else None


def _hangs(text: str, on: str) -> bool:
    """What is nested stands in the unit itself; below a question an item or a paragraph is its answer."""
    return "❓" in on and on.startswith(("<li>", "<p>")) and text.startswith(("<li>", "<p>"))


def _suggest(text: str, _: str) -> str:
    """An item beside an item, a row below a row, else a panel."""
    text = _COMPOSED.sub("", text)
    words = _TAG.sub("", text).strip()
    if not words or text.startswith("<ac:structured-macro"):
        return ""
    marked = _ANCHOR.format("") + _SUGGESTS
    if text.startswith("<li>"):
        made = f"<li>{marked}{text.removeprefix('<li>')}"
    elif text.startswith("<tr>"):
        made = re.sub(r"<(t[dh])>", lambda cell: f"<{cell[1]}>{marked}", text, count=1)
    else:
        made = (
            '<ac:structured-macro ac:name="info"><ac:rich-text-body>'
            f"<p>{marked}{words}</p></ac:rich-text-body></ac:structured-macro>"
        )
    made = units_of(made)[0].says
    return made.replace("debrief-suggests-<", f"debrief-suggests-{_hash(made)}<", 1)


def _suggested(text: str) -> str:
    found = _ANCHORED.search(text)
    return found[1] if found and _hash(_ANCHORED.sub("debrief-suggests-", text, count=1)) == found[1] else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


STORAGE = Dialect(
    split=lambda body: _says(units_of(body)),
    join="".join,
    says=lambda unit: unit,
    key=_key,
    mark=_mark,
    is_joined=lambda _: False,
    is_row=lambda _: False,
    hangs=_hangs,
    suggest=_suggest,
    suggested=_suggested,
)
