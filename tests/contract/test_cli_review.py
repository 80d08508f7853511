"""`debrief review`: the life of a postmortem, kept with who and when, and shown on what is made of it."""

from pathlib import Path

import pytest

from postmortem.outputs.page.prose import open_questions
from tests.contract.cli import Terminal
from tests.contract.test_cli_offline import save_slack
from tests.world import world_of


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def test_a_postmortem_is_moved_and_its_document_says_by_whom(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "expired-certificate") as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        came = terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada Byron")
        assert came.code == 0, came.err
        assert "in_review, moved by Ada Byron on 20" in came.out
        again = terminal.runs_with(world, "review", world.incident_id(), "reviewed", "--by", "Bea", "--json")
    assert [(move["to"], move["by"]) for move in again.json["history"]] == [
        ("in_review", "Ada Byron"),
        ("reviewed", "Bea"),
    ]
    assert "Status: **reviewed** (by Bea, " in Path(again.json["document"]).read_text()


def test_as_many_questions_are_told_as_the_list_counts_and_the_review_asks(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "expired-certificate") as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        told = terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada").out
        moved = terminal.runs_with(world, "review", world.incident_id(), "reviewed", "--by", "Ada", "--json").json
    draft = Path(moved["document"]).read_text()
    asked = open_questions(draft)
    assert f"{asked} questions are asked in the draft." in told
    assert draft.partition("<!-- debrief:begin review")[2].partition("<!-- debrief:end review")[0].count("❓") == asked


def test_a_new_draft_keeps_where_the_postmortem_stands(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "expired-certificate") as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada")
        came = terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--output", "-")
    assert "Status: **in review** (by Ada, " in came.out


def test_the_same_move_twice_and_an_unknown_incident_are_one_sentence_each(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "expired-certificate") as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        twice = terminal.runs_with(world, "review", world.incident_id(), "draft")
        unknown = terminal.runs_with(world, "review", "Q0NOWHERE", "closed")
    assert twice.code == 2
    assert twice.err.rstrip().endswith("is draft already.")
    assert unknown.code == 4
    assert unknown.err.startswith("debrief: There is no postmortem of Q0NOWHERE in ")


def test_a_postmortem_from_the_chat_alone_is_moved_by_its_own_id(tmp_path: Path, terminal: Terminal):
    made = terminal.runs("draft", "--slack-export", str(save_slack(tmp_path)), "--json").json
    came = terminal.runs("review", made["incident"]["id"], "in_review", "--by", "Ada Byron")
    assert came.code == 0, came.err
    assert "Status: **in review** (by Ada Byron, " in Path(made["draft"]).read_text()
    unknown = terminal.runs("review", "slack-0123456789", "in_review")
    assert (unknown.code, unknown.err[:55]) == (4, "debrief: There is no postmortem of slack-0123456789 in ")


def test_a_status_that_does_not_exist_is_refused_with_the_ones_that_do(terminal: Terminal):
    came = terminal.runs("review", "Q1", "finished")
    assert came.code == 2
    assert "'draft', 'in_review', 'reviewed', 'closed'" in came.err


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (b"{", "cannot be read in "),
        (b"\xff\xfe", "cannot be read in "),
        (b"{}", "cannot be read in "),
        (b'{"schema_version": 1}', "was kept by an older Debrief: debrief draft makes it again."),
    ],
)
def test_a_kept_postmortem_that_cannot_be_read_is_one_sentence_and_a_new_draft_mends_it(
    tmp_path: Path, terminal: Terminal, kept: bytes, why: str
):
    with world_of(tmp_path, "expired-certificate") as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        (file,) = tmp_path.rglob(f"debrief-data/files/postmortems/{world.incident_id()}.json")
        file.write_bytes(kept)
        came = terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada")
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        again = terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada")
    assert came.code == 4
    assert came.err.startswith(f"debrief: The postmortem of {world.incident_id()} {why}")
    assert came.err.rstrip().endswith(": debrief draft makes it again.")
    assert again.code == 0, again.err


def test_where_confluence_has_a_page_it_is_said_when_that_follows(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "expired-certificate", confluence=True) as world:
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        came = terminal.runs_with(world, "review", world.incident_id(), "in_review", "--by", "Ada")
        assert f"The Confluence page follows with the next draft: debrief draft {world.incident_id()}." in came.out
        terminal.runs_with(world, "draft", world.incident_id(), "--yes")
        assert "in review" in world.confluence.the_page().body
