"""Wrong usage of the command line, and a machine that does not let it work: one sentence with the remedy, exit 2."""

from pathlib import Path

import pytest

from tests.contract.cli import Terminal


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name an incident (id, number or URL), or give --pagerduty-export or --slack-export."),
        (("Q1", "--since", "yesterday"), '--since "yesterday" is no time'),
        (("Q1", "--since", "2026-02-02", "--until", "2026-02-01"), "lies before --since"),
        (("Q1", "--until", "9999-12-31"), "--until 9999-12-31 lies outside 1970 to 2999: is the year right?"),
        (("Q1", "--since", "0001-01-01"), "--since 0001-01-01 lies outside 1970 to 2999"),
        (("Q1", "--channel", "a", "--channel", "b"), "Name one --channel"),
        (("Q1", "--json", "--output", "-"), "both want standard output"),
        (("Q1", "--output", "nowhere/draft.md"), "make the folder first"),
        (("Q1", "--no-such-option"), "No such option"),
    ],
)
def test_wrong_usage_is_one_sentence(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    came = terminal.runs("draft", *arguments)
    assert came.code == 2
    assert sentence in came.err
    assert came.err.count("\n") == 1
