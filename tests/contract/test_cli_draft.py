"""`debrief draft INCIDENT` against an account."""

import _thread
from pathlib import Path

import pytest

from handlers.cli.exits import MEANINGS
from tests.contract.cli import ROOT, Terminal, environment_of, in_a_process
from tests.vendors.wire import Reply, Request, json_reply
from tests.world import World, world_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    return here


@pytest.fixture
def terminal(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(folder, monkeypatch, capsys)


def test_a_draft_its_issues_and_its_announcement_are_made_and_shown(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert came.code == 0, came.err
    assert "Draft postmortem ready: Checkout p99 latency above 4 s in eu-west-1" in came.out
    draft = next(line.strip() for line in came.out.splitlines() if line.endswith(".md"))
    assert (terminal.folder / draft).read_text().splitlines()[1].startswith("# Postmortem: Checkout p99 latency")
    assert len(world.jira.expects_issues(3)) == 3
    world.slack.channel("inc-4211").expects("Draft postmortem ready")
    assert all(len(line) <= 80 or ".md" in line for line in came.out.splitlines())


def test_the_same_command_twice_opens_and_says_nothing_twice(world: World, terminal: Terminal):
    first = terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json").json
    again = terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json").json

    assert [issue["key"] for issue in again["issues"]] == [issue["key"] for issue in first["issues"]]
    assert again["draft"] == first["draft"]
    world.jira.expects_issues(3)
    world.slack.channel("inc-4211").expects("Draft postmortem ready")
    assert len(world.pagerduty.written_notes) == 1


def test_a_webhook_s_draft_and_a_person_s_are_one(world: World, terminal: Terminal):
    terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    world.machine = type(world.machine)(
        terminal.folder / "debrief-data", world.machine.settings_file, world.machine.secrets_file
    )
    world.stop()
    world.start()
    world.resolves()
    world.settles()

    world.jira.expects_issues(3)
    assert len(world.drafts()) == 1
    assert len(world.pagerduty.written_notes) == 1


def test_where_nobody_can_be_asked_it_wants_yes_or_a_dry_run(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", world.incident_id())

    assert came.code == 2
    assert came.err == (
        "debrief: This will open Jira issues for the action items, announce the draft in the incident's Slack channel "
        "and write a note on the PagerDuty incident: add --yes to agree, or --dry-run to look first.\n"
    )
    assert world.pagerduty.requests == []


def test_a_dry_run_shows_everything_and_leaves_nothing(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", world.incident_id(), "--dry-run")

    assert came.code == 0, came.err
    assert came.out.startswith("Dry run: nothing was written.")
    for words in ("in CHK", "Raise the connection pool limit", "Bea Lindqvist", "2026-11-20", "Gus Ferreira"):
        assert words in came.out
    assert "Would be announced in #inc-4211." in came.out
    assert list(terminal.folder.iterdir()) == []
    world.jira.expects_issues(0)
    assert world.slack.unexpected() == []
    assert {request.method for request in world.pagerduty.requests} == {"GET"}


def test_a_dry_run_knows_the_issues_that_are_open_already(world: World, terminal: Terminal):
    terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--dry-run", "--json")

    assert sorted(issue["key"] for issue in came.json["issues"]) == ["CHK-1", "CHK-2", "CHK-3"]
    assert {issue["state"] for issue in came.json["issues"]} == {"opened"}


def test_json_is_one_object_and_nothing_else(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", "4211", "--yes", "--json")

    assert came.json["exit_code"] == came.code == 0
    assert came.json["incident"]["id"] == world.incident_id()
    assert came.json["counts"]["slack"]["messages"] == 45
    assert Path(came.json["draft"]).exists()
    assert "Slack: 45 messages, 4 threads, 9 people" in came.err


def test_an_address_of_the_incident_s_page_names_it(world: World, terminal: Terminal):
    address = f"https://acme.pagerduty.com/incidents/{world.incident_id()}?utm_source=slack"
    assert terminal.runs_with(world, "draft", address, "--dry-run").code == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("https://example.com/incidents/Q1", "That is no PagerDuty incident: give its id"),
        ("https://acme.pagerduty.com/services/P1", "That is no PagerDuty incident: give its id"),
        ("../../etc", "That is no PagerDuty incident: give its id"),
    ],
)
def test_what_names_no_incident_is_refused(world: World, terminal: Terminal, typed: str, sentence: str):
    came = terminal.runs_with(world, "draft", typed, "--dry-run")
    assert (came.code, sentence in came.err) == (2, True)
    assert world.pagerduty.requests == []


def test_an_address_in_the_other_region_names_the_setting(terminal: Terminal):
    came = terminal.runs("draft", "https://acme.eu.pagerduty.com/incidents/Q1", "--dry-run")
    assert came.code == 2
    assert "lives in PagerDuty's EU region, and pagerduty.region is us: change it in debrief.yml." in came.err


def test_an_incident_that_is_not_there_gets_no_draft(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", "QNOTTHERE", "--yes", "--json")
    assert came.code == came.json["exit_code"] == 4
    assert came.err.count("\n") == 1
    assert "QNOTTHERE" in came.json["exit_reason"]


def test_a_merged_incident_gets_no_draft(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "merged_into_parent") as world:
        came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert came.code == 4
    assert "it was merged into" in came.err


def test_an_incident_that_the_settings_leave_out_gets_no_draft(tmp_path: Path, terminal: Terminal):
    with world_of(tmp_path, "checkout_latency", settings={"drafts": {"priorities": ["P5"]}}) as world:
        came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert came.code == 4
    assert "drafts.priorities asks for P5" in came.err


def test_a_wrong_token_is_refused_in_one_sentence_without_the_token(world: World, terminal: Terminal):
    world.write_secrets(PAGERDUTY_TOKEN="pd-wrong-token")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert came.code == 3
    assert "Check the secret PAGERDUTY_TOKEN, and pagerduty.region in debrief.yml" in came.err
    assert "pd-wrong-token" not in came.out + came.err


def test_without_a_token_it_says_where_the_token_goes(terminal: Terminal):
    came = terminal.runs("draft", "Q1", "--yes")
    assert came.code == 3
    assert "Write PAGERDUTY_TOKEN=... into debrief.env." in came.err


def test_a_slack_token_that_is_refused_leaves_a_draft_with_a_gap(world: World, terminal: Terminal):
    world.write_secrets(SLACK_TOKEN="xoxb-wrong-token")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert came.code == 1
    assert "! Not read: the Slack channel #inc-4211." in came.out
    assert "Draft postmortem ready" in came.out


def test_a_jira_token_that_is_refused_leaves_the_draft_and_its_announcement(world: World, terminal: Terminal):
    world.write_settings(default_route={"project": "CHK"})
    world.write_secrets(JIRA_TOKEN="wrong-token")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json")
    assert came.code == 1
    assert {issue["state"] for issue in came.json["issues"]} == {"not opened"}
    world.slack.channel("inc-4211").expects("Draft postmortem ready")


def test_what_jira_refused_is_tried_again_once_a_person_mended_it(world: World, terminal: Terminal):
    world.jira.fails_next("POST /rest/api/3/issue$", json_reply({"errorMessages": ["no"], "errors": {}}, 400), 3)
    refused = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    mended = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert (refused.code, mended.code) == (1, 0)
    assert "not opened" in refused.out
    world.jira.expects_issues(3)


def test_a_vendor_that_asks_to_wait_for_long_is_an_exit_code_of_its_own(world: World, terminal: Terminal):
    world.pagerduty.limits_next(reset=3000)
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    assert came.code == 5


def test_after_a_failure_half_way_the_same_command_goes_on(world: World, terminal: Terminal):
    world.pagerduty.fails_next(f"GET /incidents/{world.incident_id()}$", Reply(503), times=4, after=1)
    broken = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    resumed = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert (broken.code, resumed.code) == (5, 0)
    assert "https://status.pagerduty.com" in broken.err
    world.jira.expects_issues(3)


def test_a_slack_that_does_not_answer_is_a_gap_in_the_draft(world: World, terminal: Terminal):
    world.slack.fails_next("conversations", Reply(503), times=1_000)
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert came.code == 1, came.err
    assert "Not read: the Slack channel #inc-4211" in came.out
    draft = next(line.strip() for line in came.out.splitlines() if line.endswith(".md"))
    assert "Resolved by Bea Lindqvist" in (terminal.folder / draft).read_text()


def test_ctrl_c_stops_in_one_sentence_and_the_same_command_goes_on(world: World, terminal: Terminal):
    answer, rang = world.pagerduty.answer, list[str]()

    def interrupting(request: Request) -> Reply:
        if request.path.endswith("/notes") and not rang:
            rang.append(request.path)
            _thread.interrupt_main()
        return answer(request)

    world.pagerduty.answer = interrupting
    stopped = terminal.runs_with(world, "draft", world.incident_id(), "--yes")
    resumed = terminal.runs_with(world, "draft", world.incident_id(), "--yes")

    assert (stopped.code, resumed.code) == (130, 0)
    assert stopped.err.splitlines()[-1] == (
        "debrief: Stopped. Nothing is half-made: the same command goes on from here."
    )
    world.jira.expects_issues(3)


def test_a_draft_that_a_person_rewrote_is_kept_and_what_is_missing_in_it_is_counted(world: World, terminal: Terminal):
    first = Path(terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json").json["draft"])
    first.write_text("My own words.\n")
    came = terminal.runs_with(world, "draft", world.incident_id(), "--yes", "--json")

    assert came.code == 0
    assert came.json["draft"] == str(first)
    assert first.read_text().startswith("My own words.\n<!-- debrief:edition ")
    (hint,) = came.json["hints"]
    assert hint.endswith(" lines of ours that people deleted: kept out.")


def test_output_goes_where_it_is_wanted_and_never_over_a_file(world: World, terminal: Terminal):
    file = terminal.folder / "draft.md"
    ask = ("draft", world.incident_id(), "--dry-run", "--output", "draft.md")
    assert terminal.runs_with(world, *ask).code == 0
    written = file.read_text()
    file.write_text("mine")
    refused = terminal.runs_with(world, *ask)
    kept = file.read_text()
    forced = terminal.runs_with(world, *ask, "--force")

    assert written.splitlines()[1].startswith("# Postmortem: ")
    assert (refused.code, kept) == (2, "mine")
    assert refused.err == "debrief: draft.md exists: name another file, or add --force to replace it.\n"
    assert (forced.code, file.read_text().splitlines()[1][:14]) == (0, "# Postmortem: ")


def test_a_dash_prints_the_draft_alone(world: World, terminal: Terminal):
    came = terminal.runs_with(world, "draft", world.incident_id(), "--dry-run", "-o", "-")
    assert came.out.splitlines()[1].startswith("# Postmortem: Checkout")
    assert "Dry run" not in came.out


def test_a_script_runs_it_in_a_process_of_its_own(world: World, folder: Path):
    came = in_a_process(folder, "draft", world.incident_id(), "--yes", "--json", **environment_of(world, folder))
    assert came.code == 0, came.err
    assert len(came.json["issues"]) == 3


def test_help_teaches_examples_secrets_and_exit_codes(terminal: Terminal):
    came = terminal.runs("draft", "--help")
    assert came.code == 0
    for words in ("debrief draft Q2ABCDEF3 --dry-run", "debrief.env", "PAGERDUTY_TOKEN", "a vendor refused: token"):
        assert words in came.out


def test_the_documentation_lists_every_exit_code_with_its_meaning():
    listed = (ROOT / "docs" / "cli.md").read_text()
    assert all(f"| {code.value} | {words} |" in listed for code, words in MEANINGS.items())
