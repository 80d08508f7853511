"""`--output`, `--format` and `--title`, and templates that the settings name."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from connectors.chromium import find_chromium, print_page
from connectors.errors import NotFound, Unreachable
from tests.contract.cli import Terminal
from tests.contract.test_cli_offline import save_slack

BROKEN = "impact.md.j2, line 2: 'titel' is undefined; the built-in template is used."


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


@pytest.mark.parametrize("how", [("-o", "out.json"), ("-o", "out.txt", "--format", "json")])
def test_the_suffix_of_the_file_or_the_format_says_json(terminal: Terminal, tmp_path: Path, how: tuple[str, ...]):
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--title", "Checkout is slow", *how)

    assert came.code == 0, came.err
    assert json.loads((terminal.folder / how[1]).read_text())["title"] == "Checkout is slow"


def test_a_title_names_a_draft_from_the_chat_alone(terminal: Terminal, tmp_path: Path):
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--title", "Checkout is slow", "-o", "-")

    assert "\n# Postmortem: Checkout is slow\n" in came.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("draft", "Q1", "--format", "json"), "--format says how --output is written"),
        (("draft", "Q1", "-o", "x", "--format", "docx"), '--format "docx" is not known: write md or json'),
        (("draft", "Q1", "--title", "x"), "--title is for a draft from a --slack-export alone"),
    ],
)
def test_what_cannot_be_meant_is_refused(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    came = terminal.runs(*arguments)

    assert came.code == 2
    assert sentence in came.err


def test_a_template_beside_the_settings_is_used(terminal: Terminal, tmp_path: Path):
    (terminal.folder / "debrief.yml").write_text("document: {sections: {impact: {template: impact.md.j2}}}")
    (terminal.folder / "impact.md.j2").write_text("## Who was hit\n\n{{ title }}\n")
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--title", "a*b", "-o", "-")

    assert "## Who was hit\n\na\\*b\n" in came.out


def test_a_broken_template_is_told_on_the_terminal_in_the_draft_and_by_the_check(terminal: Terminal, tmp_path: Path):
    (terminal.folder / "debrief.yml").write_text("document: {sections: {impact: {template: impact.md.j2}}}")
    (terminal.folder / "impact.md.j2").write_text("## Who was hit\n{{ titel }}\n")

    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "-o", "-")
    assert f"debrief: {BROKEN}" in came.err
    assert f"- ⚠ **Template:** {BROKEN}" in came.out
    assert "## Impact" in came.out

    checked = terminal.runs("settings")
    assert checked.code == 2
    assert BROKEN.rstrip(".") in checked.out


def test_the_schema_of_the_json_is_printed(terminal: Terminal):
    came = terminal.runs("schema")

    assert came.code == 0
    assert came.json["properties"]["action_items"]


def test_the_page_and_its_print_are_written_too(terminal: Terminal, tmp_path: Path):
    export = str(save_slack(tmp_path))
    page = terminal.runs("draft", "--slack-export", export, "--title", "Checkout is slow", "-o", "out.html")

    assert page.code == 0, page.err
    assert "Checkout is slow</h1>" in (terminal.folder / "out.html").read_text()


def test_a_template_that_may_not_be_read_is_one_sentence_and_the_built_in_one_is_used(
    terminal: Terminal, tmp_path: Path
):
    own = terminal.folder / "own.md.j2"
    own.write_text("Ours\n")
    own.chmod(0)
    if os.access(own, os.R_OK):  # root reads everything but the memory of a process
        own.unlink()
        own.symlink_to("/proc/self/mem")
    (terminal.folder / "debrief.yml").write_text("document: {template: own.md.j2}\n")
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "-o", "-")
    problem = (
        "own.md.j2: there is no such file beside debrief.yml, or it cannot be read; the built-in template is used."
    )
    assert (came.code, "## Summary" in came.out) == (0, True)
    assert problem in came.err


def test_a_pdf_is_printed_by_a_chromium_that_is_found(terminal: Terminal, tmp_path: Path):
    try:
        find_chromium()
    except NotFound as error:
        pytest.skip(str(error))
    came = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--title", "Slow", "-o", "out.pdf")

    assert came.code == 0, came.err
    assert (terminal.folder / "out.pdf").read_bytes().startswith(b"%PDF-")


def test_without_a_chromium_a_pdf_is_refused_before_anything_is_read(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(terminal.folder))

    came = terminal.runs("draft", "Q1", "--format", "pdf", "-o", "out")

    assert came.code == 2
    assert came.err == (
        "debrief: Looking for Chromium: none is on the PATH. Install one (on Debian: apt-get install chromium), "
        "or write HTML and print that.\n"
    )


def test_a_chromium_that_hangs_is_ended_in_time_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hangs = tmp_path / "chromium"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with pytest.raises(Unreachable, match=r"Chromium did not end within 0\.2 s"):
        print_page("<p>", chromium=hangs, seconds=0.2)

    assert list(tmp_path.iterdir()) == [hangs]
