"""`debrief check`: before the first incident, whether Jira and Slack agree with the settings."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.cli import Came, Terminal
from tests.vendors.wire import Reply
from tests.world import World, world_of


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def _found(came: Came, subject: str) -> list[tuple[str, str]]:
    return [(one["state"], one["said"]) for one in came.json["findings"] if one["subject"] == subject]


def _checks(terminal: Terminal, world: World, **route: Any) -> Came:
    given = {"match": {"services": ["Checkout API"]}, "project": "CHK"} | route
    world.write_settings(routing=[given])
    return terminal.runs_with(world, "check", "--json")


def test_settings_that_fit_are_ok_line_by_line(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        came = terminal.runs_with(world, "check")
        asked = {request.method for request in world.jira.requests}
    assert came.code == 0
    assert "failure" not in came.out
    lines = [" ".join(line.split()) for line in came.out.splitlines()]
    assert "ok person Bea Lindqvist as configured" in lines
    warned = "warning route to CHK What nobody is named for stays unowned: set"
    assert warned in lines
    assert asked == {"GET"}, "nothing is written"


def test_what_cannot_work_is_a_failure_with_what_to_do(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        came = _checks(terminal, world, parent="CHK-99", default_owner="5b10-nobody", priority_map={"P1": "Now"})
    assert came.code == 1
    assert came.json["ok"] is False
    nobody = "Correct jira_account_id in people, or default_owner, in debrief.yml."
    assert _found(came, "route to CHK") == [
        ("failure", "Jira shows no issue CHK-99: change routing.parent, or give JIRA_EMAIL access to it."),
        (
            "warning",
            "The issue has no priority Now: Task in CHK knows none. Change routing.priority_map.",
        ),
        ("warning", "Priority of Task in CHK can be Highest, High, Medium, Low, Lowest."),
        ("failure", f"default_owner 5b10-nobody: Jira knows no such account. {nobody}"),
    ]


def test_a_required_field_is_named(terminal: Terminal, tmp_path: Path):
    """Peers: 27 (incidentbot 140)."""
    with world_of(tmp_path, "checkout-latency") as world:
        screen = world.jira._directory.projects["CHK"].issue_types["10001"].screen
        screen["customfield_7"] = screen["duedate"] | {"fieldId": "customfield_7", "name": "Reason", "required": True}
        came = _checks(terminal, world)
    problem = "Task in CHK requires Reason (customfield_7), which nothing sets: add it to routing.fields."
    assert ("failure", problem) in _found(came, "route to CHK")


def test_a_security_level_that_is_not_there_is_a_failure(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.holds({"projects": [{"key": "SEC", "security_levels": ["Leads"]}]})
        wrong = _checks(terminal, world, project="SEC", security_level="Board")
        right = _checks(terminal, world, project="SEC", security_level="leads")
        absent = _checks(terminal, world, security_level="Leads")
    level = "Board is no security level of Task in SEC: change routing.security_level."
    assert ("failure", level) in _found(wrong, "route to SEC")
    assert [state for state, _ in _found(right, "route to SEC")] == ["warning"]
    assert any("No issue has the security level Leads" in said for _, said in _found(absent, "route to CHK"))


def test_people_who_left_are_named(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        users = {user["displayName"]: id_ for id_, user in world.jira._directory.users.items()}
        world.jira.leaves(users["Bea Lindqvist"])
        people = [{"name": "Ovid", "slack_id": "U0NOBODY01"}, {"name": "Nell", "pagerduty_email": "nell@acme.example"}]
        came = _checks(terminal, world)
        world.write_settings(people=people)
        strangers = terminal.runs_with(world, "check", "--json")
    (bea,) = _found(came, "person Bea Lindqvist")
    assert bea[0] == "failure"
    assert bea[1].startswith("the Jira account is deactivated: correct jira_account_id ")
    assert ("failure", "Slack has no member U0NOBODY01: correct slack_id.") in _found(strangers, "person Ovid")
    assert _found(strangers, "person Nell")[0][1].startswith("Jira shows nobody with that e-mail")


def test_a_token_that_is_refused_is_one_failure_and_not_one_a_line(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next("", Reply(401), 99)
        came = terminal.runs_with(world, "check", "--json")
    assert came.code == 1
    assert [finding["subject"] for finding in came.json["findings"] if finding["state"] == "failure"] == ["Jira"]
    assert world.jira.token not in came.out


def test_wrong_settings_are_wrong_usage(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text("timezone: Nowhere/Else\n")
    came = terminal.runs("check")
    assert came.code == 2
    assert "timezone" in came.err


def test_without_accounts_there_is_little_to_check(terminal: Terminal):
    came = terminal.runs("check")
    assert came.code == 0
    assert "warning  Jira" in came.out
