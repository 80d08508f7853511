"""`debrief check` without --live: what an installation's own files say, and nobody is asked."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.checked import found_of
from tests.contract.cli import Came, Terminal
from tests.world import world_of

SITE = {"site": "https://acme.atlassian.net"}


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def _checks(terminal: Terminal, **settings: Any) -> list[dict[str, Any]]:
    (terminal.folder / "debrief.yml").write_text(yaml.safe_dump(settings))
    came = terminal.runs("check", "--json")
    assert came.code in (0, 1)
    return came.json["findings"]


def test_without_live_nobody_is_asked_and_a_ci_needs_no_token(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        came = terminal.runs_with(world, "check", "--json")
        vendors = (world.pagerduty, world.slack, world.jira)
        asked = [request for vendor in vendors for request in vendor.requests]
        world.machine.secrets_file.unlink()
        without = terminal.runs_with(world, "check", "--json")
    assert asked == []
    assert (came.code, without.code) == (0, 0)
    assert came.json["live"] is False
    assert came.json["where"] == "this machine"
    assert found_of(came.json["findings"], "SLACK_TOKEN") == [("ok", "is set")]
    (missing,) = found_of(without.json["findings"], "JIRA_TOKEN")
    assert missing[0] == "warning"
    assert missing[1] == "is not set: it is there to open issues. Run: debrief secret set JIRA_TOKEN."
    assert not (terminal.folder / "debrief-data").exists(), "nothing is left behind"


def test_what_the_settings_call_for_is_a_failure_when_it_is_asked_live(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.write_secrets(JIRA_TOKEN="", SLACK_SIGNING_SECRET="")
        came = terminal.runs_with(world, "check", "--live", "--json")
    assert came.code == 1
    assert found_of(came.json["findings"], "JIRA_TOKEN")[0][0] == "failure"
    assert found_of(came.json["findings"], "SLACK_SIGNING_SECRET")[0] == (
        "warning",
        "is not set: it is there to have buttons in Slack. Run: debrief secret set SLACK_SIGNING_SECRET.",
    )


def test_people_who_cannot_be_told_apart_are_named(terminal: Terminal):
    people = [
        {"name": "Bea Lindqvist", "jira_account_id": "5b10a2844c20165700ede21f", "aliases": ["bea", "sre"]},
        {"name": "Béatrice", "jira_account_id": "5b10a2844c20165700ede21f", "aliases": ["SRE"]},
        {"name": "Nobody"},
    ]
    found = found_of(_checks(terminal, people=people), "people")
    same = "Bea Lindqvist and Béatrice have the same jira_account_id 5b10a2844c20165700ede21f. Give it to one of them."
    assert found[0] == ("failure", same)
    alias = '"sre" may be Bea Lindqvist or Béatrice: an item that names it so finds no owner.'
    assert found[1] == ("warning", f"{alias} Take it out of the aliases of one of them.")
    assert found[2] == ("warning", "Nobody is in no system. Set pagerduty_email, slack_id or jira_account_id.")


def test_people_who_fit_are_counted(terminal: Terminal):
    found = _checks(terminal, people=[{"name": "Bea", "slack_id": "U012AB3CD"}])
    assert found_of(found, "people") == [("ok", "1 person, none twice")]


def test_routing_that_leads_nowhere_is_named(terminal: Terminal):
    rule = {"match": {"services": ["Checkout"]}, "project": "CHK"}
    nowhere = found_of(_checks(terminal, jira=SITE), "routing")
    twice = found_of(_checks(terminal, jira=SITE, routing=[rule, rule | {"project": "OPS"}]), "routing")
    unused = found_of(_checks(terminal, routing=[rule]), "routing")
    assert nowhere == [
        ("warning", "no backlog is named, so that no issue is opened. Set default_route, or rules in routing.")
    ]
    assert twice == [
        ("warning", "what no rule matches has no backlog: its items are listed, not opened. Set default_route."),
        ("warning", "rule 2 matches just what rule 1 does, and is never used. Take it out."),
    ]
    assert unused == [("warning", "names backlogs, and no issue is opened in them. Set jira.site.")]


def test_a_route_that_names_no_project_is_named_with_its_line(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text("routing:\n  - match: {services: [Checkout]}\n    team: Payments\n")
    came = terminal.runs("check", "--json")
    assert came.code == 2
    assert found_of(came.json["findings"], "line 2") == [
        ("failure", "routing[0].project: is missing. Add it: the key of the Jira project, such as CHK.")
    ]


def test_anchors_that_do_not_fit_their_projects_are_named(terminal: Terminal):
    anchors = {"CHK": "OPS-1", "WEB": "WEB-1"}
    found = _checks(terminal, jira=SITE | {"anchor_issues": anchors}, default_route={"project": "CHK"})
    assert found_of(found, "jira.anchor_issues") == [
        ("failure", "OPS-1 is no issue of CHK. Name an issue of CHK."),
        ("warning", "no route leads to WEB, which has the anchor WEB-1. Correct one of the two."),
    ]


def test_a_template_that_is_broken_is_named(terminal: Terminal):
    (terminal.folder / "own.md.j2").write_text("# {{ incident.title }\n")
    found = _checks(terminal, document={"template": "own.md.j2"})
    ((state, said),) = found_of(found, "document")
    assert state == "failure"
    assert "own.md.j2" in said
    assert said.endswith("See docs/templates.md.")


def test_secrets_that_others_can_read_are_told(terminal: Terminal):
    secrets = terminal.folder / "debrief.env"
    secrets.write_text("SLACK_TOKEN=xoxb-1\n")
    secrets.chmod(0o644)
    came = terminal.runs("check", "--json")
    ((state, said),) = found_of(came.json["findings"], "debrief.env")
    assert state == "warning"
    assert said.endswith("run chmod 600 on it.")
    assert "xoxb-1" not in came.out


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_screen(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, columns: int):
    monkeypatch.setenv("COLUMNS", str(columns))
    (terminal.folder / "debrief.yml").write_text(yaml.safe_dump({"jira": SITE, "routing": []}))
    came: Came = terminal.runs("check")
    lines = came.out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= columns
    assert [line for line in lines if line and not line.startswith(" ")][:2] == ["debrief.yml", "Secrets"]
    assert lines[-2] == ""
