"""`debrief check`: before the first incident, whether Jira and Slack agree with the settings."""

from pathlib import Path
from typing import Any

import pytest

from connectors.store.notices import Notices
from handlers.wiring import utc_now
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


def _with_anchor(terminal: Terminal, world: World, anchor: str | None) -> list[tuple[str, str]]:
    route = {"match": {"services": ["Checkout API"]}, "project": "CHK"}
    settings = {"anchor_issues": {"CHK": anchor}} if anchor else {}
    world._anchors = settings.get("anchor_issues", {})
    world.write_settings(routing=[route])
    return _found(terminal.runs_with(world, "check", "--json"), "anchor of CHK")


def test_a_backlog_without_an_anchor_is_told_what_that_costs(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        fit = _with_anchor(terminal, world, world._anchors["CHK"])
        (without,) = _with_anchor(terminal, world, None)
    assert fit == [("ok", "as configured")]
    state, words = without
    assert state == "warning"
    assert words.startswith("No issue is named in jira.anchor_issues.CHK: where the answer to a create is lost, ")
    assert words.endswith("waits for a person. Make an issue in CHK that stays open, and name it.")


def test_an_anchor_that_is_unfit_is_named(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        anchor = world._anchors["CHK"]
        world.jira.holds({"projects": [{"key": "OPS"}]})
        elsewhere = _with_anchor(terminal, world, world.jira.person_opens("OPS", "Anchor"))
        absent = _with_anchor(terminal, world, "CHK-999")
        world.jira.person_closes(anchor)
        done = _with_anchor(terminal, world, anchor)
        world.jira.issue(anchor)["fields"]["issuelinks"] = [{"id": str(n)} for n in range(1_600)]
        full = _with_anchor(terminal, world, anchor)
        del world.jira._directory.projects["CHK"].issue_types["10001"].screen["issuelinks"]
        unlinked = _found(terminal.runs_with(world, "check", "--json"), "route to CHK")
    assert elsewhere[0][0] == "failure"
    assert " lies in OPS, and not in CHK: correct jira.anchor_issues.CHK." in elsewhere[0][1]
    access = "or give the account of JIRA_EMAIL access to it."
    assert absent == [("failure", f"Jira shows no issue CHK-999: correct jira.anchor_issues.CHK, {access}")]
    assert "is done, and some workflows let nothing be linked to it then: open it again." in done[0][1]
    assert "has 1,600 links, and Jira takes 2,000: name a new issue in its place." in full[1][1]
    assert any(f"Issues cannot be linked to {anchor} as they are made" in words for _, words in unlinked)


def test_a_digest_channel_is_looked_at(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        channel = next(iter(world.slack.workspace.channels.values())).info
        subject = f"digest channel {channel['id']}"
        fit = _found(_checks(terminal, world, digest_channel=channel["id"]), subject)
        channel["is_member"] = False
        outside = _found(_checks(terminal, world, digest_channel=channel["id"]), subject)
        channel["is_ext_shared"] = True
        shared = _found(_checks(terminal, world, digest_channel=channel["id"]), subject)
        channel["is_archived"] = True
        archived = _found(_checks(terminal, world, digest_channel=channel["id"]), subject)
        unknown = _found(_checks(terminal, world, digest_channel="C0NOBODY01"), "digest channel C0NOBODY01")
    assert [found[0][0] for found in (fit, outside, shared, archived, unknown)] == ["ok", "warning", *["failure"] * 3]


def test_what_the_machinery_has_to_say_is_a_warning(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with world_of(tmp_path, "checkout-latency") as world:
        Notices(world.store).say("double/pm-1", "CHK-1 and CHK-2 were opened for the same action item.", utc_now())
        monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
        monkeypatch.setenv("DEBRIEF_SETTINGS", str(world.machine.settings_file))
        came = terminal.runs("check", "--json")
    assert _found(came, "notice") == [("warning", "CHK-1 and CHK-2 were opened for the same action item.")]
