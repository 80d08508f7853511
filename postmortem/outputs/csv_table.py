"""A table as CSV that a spreadsheet shows and never runs: text from outside may begin like a formula.

OWASP, CSV injection: https://owasp.org/www-community/attacks/CSV_Injection (read 2026-11-21), and ASVS 1.2.10: what
begins with = + - @, a tab, a carriage return or a null character gets a single quote before it, every cell is quoted,
and so are beginnings that a cell only has where another separator is in force (a semicolon, in much of Europe).
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from postmortem.outputs.escaping import printable

# The wide forms are typed on East Asian keyboards, and read like the narrow ones.
_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_BEGINS = re.compile(rf"\A[\s\x00]*+(?:{_FORMULA}|(?<=[\t\r\n\x00]))")
_BEGINS_ANOTHER = re.compile(rf'(;["\s]*+)(?={_FORMULA})')


def render_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """RFC 4180: a line for the headings and one per row, ended by CRLF, every cell quoted and on one line."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in (headings, *rows))
    return written.getvalue()


def _cell(text: str) -> str:
    """The text on one line, a single quote before whatever a spreadsheet would take for a formula."""
    shown = _BEGINS_ANOTHER.sub(r"\1'", " ".join(printable(text).split()))
    return f"'{shown}" if _BEGINS.match(text) or _BEGINS.match(shown) else shown
