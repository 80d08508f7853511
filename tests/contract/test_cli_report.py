"""`debrief report`: figures in words with small bars, for scripts and for spreadsheets; of teams, never of people."""

import csv
import io
from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.store.sqlite import SqliteStore
from handlers.wiring import utc_now
from tests.contract.cli import Terminal
from tests.contract.followed import followed, keep, one_of_each
from tests.hostile.payloads import PAYLOADS
from tests.hostile.reading import terminal_complaints


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def store(tmp_path: Path, terminal: Terminal) -> Generator[SqliteStore]:
    assert terminal.folder == tmp_path
    with closing(SqliteStore(tmp_path / "debrief-data", utc_now)) as store:
        keep(store, *one_of_each(utc_now()))
        yield store


def test_every_figure_says_of_how_many_it_speaks_and_what_is_left_out(terminal: Terminal, store: SqliteStore):
    keep(store, followed(8, utc_now(), due_on=utc_now().date() - timedelta(days=1)))

    came = terminal.runs("report")

    assert came.code == 0
    assert "Done on time: 1 of 3 (33%)" in came.out
    shown = " ".join(came.out.split())
    assert "Left out: 1 without a due date, 1 removed by a person or dropped." in shown
    assert "Median age of what is open: 10 days Of 6 open items." in shown
    assert "Open: 6, of which 2 overdue, 1 unowned, 1 parked" in came.out
    assert [line.split() for line in came.out.splitlines() if line.startswith(("Core ", "Payments "))] == [
        ["Core", "0", "of", "2", "open"],
        ["Payments", "█" * 24, "2", "of", "4", "open"],
    ]
    assert "no priority  ████" in came.out
    assert max(map(len, came.out.splitlines())) <= 80


def test_nobody_is_named_in_any_form(terminal: Terminal, store: SqliteStore):
    assert store
    for form in ((), ("--json",), ("--csv",)):
        came = terminal.runs("report", *form)
        assert "Ada" not in came.out
        assert "712020" not in came.out


def test_it_can_be_narrowed_to_a_team_and_to_what_was_opened_since(terminal: Terminal, store: SqliteStore):
    assert store
    month = (utc_now() - timedelta(days=30)).date().isoformat()

    team, since = terminal.runs("report", "--team", "core", "--json"), terminal.runs("report", "--since", month)

    assert team.json["items"] == 2
    assert f"(opened since {month})" in since.out
    assert "Of 5 items; 1 is done." in since.out
    assert terminal.runs("report", "--since", "lately").err == (
        'debrief: --since "lately" is no day: write 2026-11-17.\n'
    )


def test_scripts_and_spreadsheets_get_the_same_figures(terminal: Terminal, store: SqliteStore):
    assert store
    found, table = terminal.runs("report", "--json").json, terminal.runs("report", "--csv")

    rows = {(figure, of): (value, out_of) for figure, of, value, out_of in csv.reader(io.StringIO(table.out))}
    assert (found["on_time"], found["judged"], found["share_on_time"]) == (1, 2, 0.5)
    assert rows["done on time", "done or overdue items with a due date"] == ("1", "2")
    assert rows["overdue", "team Payments"] == ("1", "3")
    assert rows["left out", "removed by a person or dropped"] == ("1", "")


def test_names_of_teams_and_priorities_are_only_ever_text(terminal: Terminal, store: SqliteStore):
    for n, payload in enumerate(PAYLOADS):
        text = payload.encode(errors="replace").decode()
        keep(store, followed(100 + n, utc_now(), team=text, priority=text))

    shown, table = terminal.runs("report"), terminal.runs("report", "--csv")

    assert (shown.code, table.code) == (0, 0)
    assert list(terminal_complaints(shown.out)) == []
    assert all(len(row) == 4 for row in csv.reader(io.StringIO(table.out)))


def test_where_nothing_is_followed_no_figure_is_made_up(terminal: Terminal):
    came = terminal.runs("report")

    assert came.out.splitlines()[1:] == ["No action item is followed here yet: debrief actions says when one is."]
    assert terminal.runs("report", "--json").json["share_on_time"] is None
