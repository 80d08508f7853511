"""Action items in a Markdown table: "| Owner | Action | Due |". Pure text."""

import re
from typing import NamedTuple

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-{1,}:?\s*")
_TASK = re.compile(
    r"(?:action|task|item|to-?do|what|follow[- ]?up|description|summary)s?(?:\s+(?:items?|points?))?", re.IGNORECASE
)
_OWNER = re.compile(r"owners?|assignees?|assigned(?: to)?|who|responsible|dri|person|lead", re.IGNORECASE)
_DUE = re.compile(r"due(?:\s+(?:date|by|on))?|deadline|when|by(?:\s+when)?|target(?:\s+date)?|eta", re.IGNORECASE)
_STATE = re.compile(r"status|state|done\??|progress", re.IGNORECASE)
_ACTION = re.compile(r"\s*(?:action|task|to-?do|follow[- ]?up)", re.IGNORECASE)
_DONE = re.compile(
    r"(?:done|closed|completed?|finished|fixed|resolved|yes|x|\[x\]|✅|☑|✔\S?|:white_check_mark:)", re.IGNORECASE
)
_EMPTY = re.compile(r"[\s\-–—?]*|n/?a|tbd|tba|none|todo|unassigned|nobody", re.IGNORECASE)


class Row(NamedTuple):
    """`body` is the task with its due date behind it, `owner` the cell of the owner as it stands there."""

    body: str
    owner: str | None


class Table:
    """Reads one text line by line, and knows the columns of the table that it stands in."""

    def __init__(self) -> None:
        self._header: tuple[str, ...] = ()
        self._columns: dict[str, int] | None = None

    def read(self, plain: str, line: str, *, under_heading: bool) -> tuple[Row, ...] | None:
        """The items of a line, which may be none (a header); None where it is no line of a table.

        `plain` is the line without what is quoted or code.
        """
        if not plain.lstrip().startswith("|"):
            self._header, self._columns = (), None
            return None
        cells = _cells(line)
        if all(_RULE.fullmatch(cell) for cell in cells):
            self._columns = _columns(self._header, under_heading=under_heading)
        elif self._columns is not None:
            row = _row(cells, self._columns)
            return (row,) if row else ()
        else:
            self._header = cells
        return ()


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(cell.replace("\\|", "|").strip() for cell in _CELL.split(inner))


def _columns(header: tuple[str, ...], *, under_heading: bool) -> dict[str, int]:
    """Where task, owner, due date and state stand; nothing where the table is one of other things."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        words = cell.strip(" *_")
        kinds = (("task", _TASK), ("owner", _OWNER), ("due", _DUE), ("state", _STATE))
        kind = next((kind for kind, pattern in kinds if pattern.fullmatch(words)), None)
        if kind and (kind not in found or (kind == "task" and _ACTION.match(words))):
            found[kind] = place
    is_named = "task" in found and _ACTION.match(header[found["task"]].strip(" *_"))
    is_owned = "owner" in found and ("due" in found or bool(is_named))
    return found if "task" in found and (under_heading or is_owned) else {}


def _row(cells: tuple[str, ...], columns: dict[str, int]) -> Row | None:
    def cell(kind: str) -> str:
        place = columns.get(kind, len(cells))
        words = cells[place].strip() if place < len(cells) else ""
        return "" if _EMPTY.fullmatch(words) else words

    if not cell("task") or _DONE.fullmatch(cell("state")):
        return None
    due = f", due {cell('due')}" if cell("due") else ""
    return Row(body=f"{cell('task')}{due}", owner=cell("owner") or None)
