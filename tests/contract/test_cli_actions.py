"""`debrief actions`: the list for people, scripts and spreadsheets, and decisions with everything that follows."""

import csv
import io
import re
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.store.decisions import Decisions
from connectors.store.shelf import Shelf
from connectors.store.sqlite import SqliteStore
from handlers.wiring import utc_now
from postmortem.action_items.item import ActionItem, short_name
from postmortem.document import Postmortem
from tests.contract.cli import Terminal, environment_of
from tests.contract.followed import followed, keep, one_of_each
from tests.contract.keyboard import answering
from tests.contract.test_cli_offline import save_slack
from tests.hostile.payloads import PAYLOADS
from tests.hostile.reading import terminal_complaints
from tests.world import World, world_of

RAISE = "Raise the connection pool limit"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def store(tmp_path: Path, terminal: Terminal) -> Generator[SqliteStore]:
    """The store that the terminal's commands read."""
    assert terminal.folder == tmp_path
    with closing(SqliteStore(tmp_path / "debrief-data", utc_now)) as store:
        yield store


def test_where_nothing_was_kept_nothing_is_made_and_it_is_said_what_comes(terminal: Terminal):
    came = terminal.runs("actions")

    assert came.out.startswith("No action item is followed yet")
    assert came.code == 0
    assert list(terminal.folder.iterdir()) == []


def test_the_list_begins_with_what_needs_somebody(terminal: Terminal, store: SqliteStore):
    keep(store, *one_of_each(utc_now()))

    came = terminal.runs("actions")

    texts = ["Alert on certificates", "Write the runbook", "Page on pool saturation", RAISE, "Ask legal"]
    shown = " ".join(came.out.split())
    assert [text for text in texts if text in shown] == texts, came.out
    assert sorted(texts, key=shown.index) == texts
    assert "Rotate the key" not in shown
    assert "5 open: 1 overdue, 1 unowned, 1 parked." in came.out
    assert "set default_route" in came.out
    assert "debrief actions retry" in came.out
    assert "(3 days over)" in shown
    assert f"{short_name('slack/C1/1#1')} · #37 · Payments · checkout · 10 days old" in shown
    assert "said in private" in shown
    assert max(map(len, came.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--all",), 7),
        (("--overdue",), 1),
        (("--unowned",), 1),
        (("--parked",), 1),
        (("--team", "core"), 2),
        (("--service", "ledger"), 1),
        (("--older-than", "30d"), 1),
        (("--incident", "#37"), 5),
        (("--incident", "https://acme.pagerduty.com/incidents/Q1"), 5),
        (("--incident", "Q2"), 0),
        (("--overdue", "--team", "Core"), 0),
    ],
)
def test_every_filter_is_one_of_the_command_and_of_list(
    terminal: Terminal, store: SqliteStore, options: tuple[str, ...], found: int
):
    keep(store, *one_of_each(utc_now()))

    alone, listed = terminal.runs("actions", *options, "--json"), terminal.runs("actions", "list", *options, "--json")

    assert len(alone.json["items"]) == found
    assert alone.out == listed.out
    assert alone.json["followed"] == 7


def test_groups_stand_under_their_names_with_their_counts(terminal: Terminal, store: SqliteStore):
    keep(store, *one_of_each(utc_now()))

    came = terminal.runs("actions", "--by", "team")

    assert "Core  (2 open: 1 unowned)" in came.out
    assert "Payments  (3 open: 1 overdue, 1 parked)" in came.out
    assert {item["group"] for item in terminal.runs("actions", "--by", "team", "--json").json["items"]} == {
        "Core",
        "Payments",
    }


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "a;=1"])
def test_no_cell_of_the_csv_is_a_formula(terminal: Terminal, store: SqliteStore, text: str):
    named = {"text": text, "team": text, "service": text, "incident_title": text, "why_parked": text, "status": text}
    keep(store, followed(1, utc_now(), priority=text, **named))

    came = terminal.runs("actions", "--csv")

    (headings, cells) = csv.reader(io.StringIO(came.out))
    assert len(headings) == len(cells)
    for cell in cells:
        assert not re.match(r"\s*[=+\-@]", cell), cell
        assert not re.search(r";\s*[=+\-@]", cell), cell


def test_a_file_says_by_its_suffix_how_it_is_written_and_is_never_lost(terminal: Terminal, store: SqliteStore):
    keep(store, followed(1, utc_now(), text="Grüße an alle"))

    assert terminal.runs("actions", "-o", "items.csv").code == 0
    again = terminal.runs("actions", "-o", "items.csv")
    forced = terminal.runs("actions", "-o", "items.csv", "--force")
    unclear = terminal.runs("actions", "-o", "items.txt")
    both = terminal.runs("actions", "--csv", "--json")

    written = (terminal.folder / "items.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 by it"
    assert "Grüße an alle" in written.decode("utf-8-sig")
    assert [again.code, forced.code, unclear.code, both.code] == [2, 0, 2, 2]
    assert "Say how items.txt is to be written: --csv or --json." in unclear.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--older-than", "soon"), '--older-than "soon" is no age (not a duration): write 30d or 6 weeks.'),
        (("--team", "x", "list"), "Write the options behind list, not before it."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    came = terminal.runs("actions", *arguments)

    assert (came.code, came.err) == (2, f"debrief: {sentence}\n")


def test_hostile_texts_are_only_ever_text_on_the_terminal_and_in_the_csv(terminal: Terminal, store: SqliteStore):
    for n, text in enumerate(PAYLOADS):
        fields = ("text", "team", "service", "incident_title", "why_parked", "status", "issue_key", "issue_link")
        keep(store, followed(n, utc_now(), **dict.fromkeys(fields, _kept(text)), changes=(_kept(text),)))

    shown, table = terminal.runs("actions", "--by", "team"), terminal.runs("actions", "--all", "--csv")

    assert shown.code == table.code == 0
    assert list(terminal_complaints(shown.out)) == []
    assert len([*csv.reader(io.StringIO(table.out))]) == len(PAYLOADS) + 1


def _kept(text: str) -> str:
    """As a store can hold it: a lone surrogate cannot be kept."""
    return text.encode(errors="replace").decode()


# Decisions.


def draft_of(terminal: Terminal, world: World) -> Postmortem:
    made = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert made.code in (0, 1), made.err
    return postmortem_in(terminal, world.incident_id())


def postmortem_in(terminal: Terminal, incident_id: str) -> Postmortem:
    with closing(SqliteStore(terminal.folder / "debrief-data", utc_now)) as store:
        found = Shelf(store, incident_id).postmortem()
    assert found
    return found


def item(postmortem: Postmortem, words: str) -> ActionItem:
    (found,) = [one for one in postmortem.action_items if words in one.text]
    return found


def test_a_suggestion_is_accepted_by_the_name_that_the_draft_prints_and_gets_its_issue_once(
    tmp_path: Path, terminal: Terminal
):
    with world_of(tmp_path, "came-back") as world:
        suggested = item(draft_of(terminal, world), "alert on CRC errors")
        name = short_name(suggested.id)
        with closing(SqliteStore(terminal.folder / "debrief-data", utc_now)) as store:
            document = store.load(Shelf(store, world.incident_id()).state()["document"])
        world.jira.expects_issues(0)
        accept = ("actions", "accept", world.incident_id(), name, "--yes")
        came, again = terminal.runs_with(world, *accept), terminal.runs_with(world, *accept)

        assert document
        assert suggested.is_suggestion
        assert name in document.content.decode()
        assert came.code == again.code == 0, came.err
        (issue,) = world.jira.expects_issues(1)
        assert f"Accepted {name}: " in came.out
        assert issue["key"] in came.out


def test_an_item_is_changed_by_name_and_the_draft_and_its_issue_follow(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        name = short_name(item(draft_of(terminal, world), RAISE).id)
        edited = terminal.runs_with(
            world, "actions", "edit", world.incident_id(), name, "--owner", "Grace", "--due", "2031-01-31",
            "--text", "Raise the limit to 200", "--by", "Ada Byron", "--yes",
        )  # fmt: skip

        assert edited.code == 0, edited.err
        assert f"Changed {name}: Raise the limit to 200" in edited.out
        assert "Due: 2031-01-31." in edited.out
        changed = item(postmortem_in(terminal, world.incident_id()), "Raise the limit to 200")
        assert changed.decision
        assert (changed.decision.by, changed.decision.where) == ("Ada Byron", "at the terminal")
        assert "Raise the limit to 200" in Path(edited.out.splitlines()[-1].strip()).read_text()
        world.jira.expects_issues(3)


def test_an_item_is_dropped_by_a_piece_of_its_words_once_however_often_it_is_said(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        draft_of(terminal, world)
        drop = ("actions", "drop", world.incident_id(), "raise the CONNECTION", "--yes", "--json")
        dropped, again = terminal.runs_with(world, *drop), terminal.runs_with(world, *drop)

        assert dropped.code == again.code == 0, dropped.err
        assert dropped.json["action_item"]["decision"]["verdict"] == "dropped"
        with closing(SqliteStore(terminal.folder / "debrief-data", utc_now)) as store:
            assert len(Decisions(store, world.incident_id()).all()) == 1
        accepted = terminal.runs_with(world, "actions", "accept", world.incident_id(), RAISE, "--yes", "--json")
        assert accepted.json["action_item"]["accepted"]
        world.jira.expects_issues(3)


def test_a_name_that_fits_several_items_or_none_lists_them_and_does_nothing(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        postmortem = draft_of(terminal, world)
        several = terminal.runs_with(world, "actions", "drop", world.incident_id(), "a", "--yes")
        none = terminal.runs_with(world, "actions", "drop", world.incident_id(), "no such words", "--yes")

    assert (several.code, none.code) == (2, 2)
    assert re.match(r"debrief: \d+ action items are meant by “a”: say which:\n", several.err)
    assert "No action item here is called “no such words”: the draft has these:" in none.err
    assert short_name(item(postmortem, RAISE).id) in none.err
    assert "CHK-" in none.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "Nothing would change: say a text, an owner, a due date or a team."),
        (("--due", "whenever"), "“whenever” is no day to come: write 2026-12-01, or words such as friday or in two"),
        (("--due", "2001-01-01"), "2001-01-01 lies before today"),
        (("--due", "9999-01-01"), "9999-01-01 is more than 50 years away: is the year right?"),
        (("--team", "Nobody's"), "No route leads to the team “Nobody's”: there are "),
        (("--text", "x" * 501), "That is longer than 500 characters: say it shorter."),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused_in_a_sentence(
    tmp_path: Path, terminal: Terminal, options: tuple[str, ...], sentence: str
):
    with world_of(tmp_path, "checkout-latency") as world:
        draft_of(terminal, world)
        came = terminal.runs_with(world, "actions", "edit", world.incident_id(), RAISE, "--yes", *options)

    assert came.code == 2
    assert came.err.startswith(f"debrief: {sentence}")


def test_without_a_draft_the_way_to_one_is_said(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        came = terminal.runs_with(world, "actions", "drop", world.incident_id(), "x", "--yes", "--json")

    assert came.code == 4
    assert came.json["exit_reason"].endswith("debrief draft makes one.")


def test_a_script_must_agree_beforehand(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        draft_of(terminal, world)
        came = terminal.runs_with(world, "actions", "drop", world.incident_id(), RAISE)

    assert came.code == 2
    assert came.err.startswith("debrief: This will open or change its Jira issue")
    assert came.err.rstrip().endswith(": add --yes to agree.")


def test_a_person_is_asked_with_the_item_before_anything_is_written(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        draft_of(terminal, world)
        environment = environment_of(world, terminal.folder)
        command = ("actions", "drop", world.incident_id(), RAISE)
        stopped, shown = answering(terminal.folder, environment, "n", *command)
        done, after = answering(terminal.folder, environment, "y", *command)

        assert f"Dropped: {RAISE}" in shown
        assert "Stopped before anything was written." in shown
        assert (stopped, done) == (130, 0), after
        assert item(postmortem_in(terminal, world.incident_id()), RAISE).is_dropped


def test_a_decision_about_a_draft_from_saved_files_changes_the_draft_alone(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        made = terminal.runs_with(world, "draft", "--slack-export", str(save_slack(tmp_path)), "--json").json
        incident_id = made["incident"]["id"]
        came = terminal.runs_with(world, "actions", "edit", incident_id, RAISE, "--owner", "Grace")

        assert came.code == 0, came.err
        assert "No issue is opened: the draft was made from saved files." in came.out
        assert item(postmortem_in(terminal, incident_id), RAISE).owner.name == "Grace"
        world.jira.expects_issues(0)


def test_what_is_parked_is_tried_again_and_each_outcome_is_told(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(JIRA_TOKEN="wrong")
        draft_of(terminal, world)
        refused = terminal.runs_with(world, "actions", "retry", "--yes")
        world.write_secrets()
        opened = terminal.runs_with(world, "actions", "retry", world.incident_id(), "--yes")
        nothing = terminal.runs_with(world, "actions", "retry", "--yes")

        assert refused.code == 1
        assert refused.out.count("still parked: ") == 3
        assert "JIRA_TOKEN" in refused.out
        assert opened.code == 0, opened.err
        assert len(re.findall(r"^✓ \w{5} CHK-\d: ", opened.out, re.MULTILINE)) == 3
        assert nothing.out == "Nothing is parked: every accepted item has its issue.\n"
        world.jira.expects_issues(3)


def test_the_list_after_a_draft_has_the_names_that_decisions_take(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout-latency") as world:
        postmortem = draft_of(terminal, world)
        listed = terminal.runs_with(world, "actions", "--json").json

    accepted = {short_name(one.id) for one in postmortem.action_items if one.accepted}
    assert {one["item"] for one in listed["items"]} == accepted
    assert listed["counts"]["open"] == len(accepted)
