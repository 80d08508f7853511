"""`debrief lint`: findings for a person, one JSON object for a script, and an exit code that can stop a pipeline."""

import json
from pathlib import Path

import pytest

from postmortem.outputs.page.prose import open_questions
from tests.contract.cli import Terminal
from tests.contract.test_cli_offline import save_pagerduty, save_slack


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_each_finding_says_its_place_its_reason_and_a_better_wording(terminal: Terminal):
    (terminal.folder / "p.md").write_text("## Summary\n\nIt was human error.\n")
    came = terminal.runs("lint", "p.md")
    assert came.code == 1
    assert "p.md:3: human-error: “human error”" in came.out
    assert "Better: say what made the action look right at that moment" in came.out
    assert "p.md: missing-section: “Impact”" in came.out


def test_a_script_gets_one_json_object(terminal: Terminal):
    (terminal.folder / "p.md").write_text("## Summary\n")
    came = terminal.runs("lint", "p.md", "--json")
    assert came.code == 1
    told = json.loads(came.out)
    assert told["file"] == "p.md"
    assert {"line": 1, "rule": "empty-section", "words": "Summary"}.items() <= told["findings"][-1].items()


def test_a_file_that_is_not_there_is_one_sentence(terminal: Terminal):
    came = terminal.runs("lint", "nowhere.md")
    assert came.code == 2
    assert (
        came.err == "debrief: nowhere.md cannot be read (No such file or directory): name a postmortem in Markdown.\n"
    )


def test_a_file_that_is_no_text_is_one_sentence(terminal: Terminal):
    (terminal.folder / "p.pdf").write_bytes(b"%PDF-1.7\xff\xfe\x00")
    came = terminal.runs("lint", "p.pdf")
    assert came.code == 2
    assert came.err == "debrief: p.pdf is not UTF-8 text: give a postmortem in Markdown.\n"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [("k.html", "<h1>Down</h1>", "HTML"), ("k", "\n<!DOCTYPE html><html></html>", "HTML"), ("k.json", "{}", "JSON")],
)
def test_a_page_is_sent_back_for_markdown(terminal: Terminal, name: str, text: str, what: str):
    (terminal.folder / name).write_text(text)
    came = terminal.runs("lint", name)
    assert (came.code, came.out) == (2, "")
    assert came.err == f"debrief: {name} is {what}: give the postmortem in Markdown (debrief draft writes it as .md).\n"


def test_a_question_that_the_review_asks_again_is_counted_once(terminal: Terminal, tmp_path: Path):
    files = ("--pagerduty-export", str(save_pagerduty(tmp_path)), "--slack-export", str(save_slack(tmp_path)))
    terminal.runs("draft", *files, "-o", "k.md")
    draft = (terminal.folder / "k.md").read_text()
    notes = [f for f in terminal.runs("lint", "k.md", "--json").json["findings"] if f["rule"] == "open-question"]

    assert len(notes) == open_questions(draft) < draft.count("\n- ❓ ")
    asked = [draft.splitlines()[note["line"] - 1] for note in notes]
    assert len(set(asked)) == len(asked)
    ours = "## Impact\n\n- ❓ **Ada:** Is it over: for all?\n- ❓ Is it over: for some?\n"
    (terminal.folder / "own.md").write_text(f"{ours}\n## Review\n\n- ❓ Is it over: for all? ([Impact](#impact))\n")
    assert terminal.runs("lint", "own.md").out.count("note: open-question") == 2
