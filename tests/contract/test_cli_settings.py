"""`debrief settings`, and what the terminal does with an error that nobody foresaw."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from handlers.envelope import told
from postmortem.settings import read_settings
from tests.contract.cli import ROOT, Terminal
from tests.incidents import demo_settings_text

FIVE_MISTAKES = """\
timezone: Europe/Nowhere
quiet_period: soon
slack:
  tokn: x
routing:
  - match: {services: [Checkout API]}
    project: not a key
due_days: {P1: -3}
"""


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_good_settings_are_one_line_and_secrets_are_named_never_shown(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text(demo_settings_text())
    (terminal.folder / "debrief.env").write_text("SLACK_TOKEN=xoxb-1-hidden\n")
    came = terminal.runs("settings")
    assert came.code == 0
    assert came.out.startswith("debrief.yml is valid.\nSecrets that are set: SLACK_TOKEN.\n")
    assert "PAGERDUTY_TOKEN (to read incidents)" in came.out
    assert "run chmod 600 on it" in came.out
    assert "hidden" not in came.out + came.err


def test_every_secret_that_the_settings_need_is_named_and_no_other(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text((ROOT / "docs/debrief.example.yml").read_text())
    (terminal.folder / "debrief.env").write_text("SLACK_TOKEN=xoxb-1-hidden\n")
    (line,) = [line for line in terminal.runs("settings").out.splitlines() if line.startswith("Not set in ")]
    assert re.findall(r"[A-Z_]{6,}", line) == [
        "PAGERDUTY_TOKEN", "PAGERDUTY_WEBHOOK_SECRET", "JIRA_EMAIL", "JIRA_TOKEN", "CONFLUENCE_TOKEN",
    ]  # fmt: skip
    (terminal.folder / "debrief.yml").write_text("confluence: {site: https://acme.atlassian.net, space: OPS}\n")
    assert "CONFLUENCE_EMAIL (to make pages, or confluence.email in the settings)" in terminal.runs("settings").out


def test_no_file_means_every_default(terminal: Terminal):
    came = terminal.runs("settings")
    assert (came.code, came.out.splitlines()[0]) == (0, "There is no debrief.yml: every default counts.")


def test_five_mistakes_are_five_lines_with_place_and_remedy(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text(FIVE_MISTAKES)
    came = terminal.runs("settings")
    head, *lines = came.out.splitlines()
    assert came.code == 2
    assert head == "debrief.yml has 5 mistakes:"
    assert [line.split(":")[0].strip() for line in lines] == [
        "line 1, timezone",
        "line 2, quiet_period",
        "line 4, slack.tokn",
        "line 7, routing[0].project",
        "line 8, due_days.P1",
    ]


def test_mistakes_as_json_are_for_scripts(terminal: Terminal):
    (terminal.folder / "other.yml").write_text(FIVE_MISTAKES)
    came = terminal.runs("settings", "--file", "other.yml", "--json")
    assert came.code == 2
    assert [problem["line"] for problem in came.json["problems"]] == [1, 2, 4, 7, 8]


def test_a_draft_with_wrong_settings_says_every_mistake_and_does_nothing(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text(FIVE_MISTAKES)
    came = terminal.runs("draft", "Q1", "--yes")
    assert came.code == 2
    assert came.err.startswith("debrief: The settings have 5 mistakes:")
    assert len(came.err.splitlines()) == 6
    assert not (terminal.folder / "debrief-data").exists()


def test_what_is_shown_reads_back_as_the_same_settings(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text(demo_settings_text())
    shown = terminal.runs("settings", "--show").out
    assert read_settings(shown) == read_settings(demo_settings_text())


def test_the_schema_accepts_the_demo_s_settings(terminal: Terminal):
    schema = json.loads(terminal.runs("settings", "--schema").out)
    jsonschema.validate(yaml.safe_load(demo_settings_text()), schema)


@pytest.mark.parametrize(("content", "sentence"), [(None, "There is no other.yml"), (b"\xff\xfe\x00", "not UTF-8")])
def test_a_file_that_cannot_be_read_is_one_sentence(terminal: Terminal, content: bytes | None, sentence: str):
    if content is not None:
        (terminal.folder / "other.yml").write_bytes(content)
    came = terminal.runs("settings", "--file", "other.yml")
    assert (came.code, sentence in came.err, came.err.count("\n")) == (2, True, 1)


def test_an_unforeseen_error_is_its_class_and_place_and_nothing_it_says():
    said: list[str] = []

    def command() -> int:
        raise KeyError("what somebody wrote")

    assert told(command, said.append) == 70
    assert said[0].startswith("Debrief met an error of its own: KeyError at ")
    assert "test_cli_settings.py:" in said[0]
    assert "what somebody wrote" not in said[0]
