"""`debrief check --live`: before the first incident, whether Jira and Slack agree with the settings."""

from pathlib import Path
from typing import Any

import pytest

from connectors.store.notices import Notices
from handlers.wiring import utc_now
from tests.contract.checked import Checks, checks_in, found_of
from tests.contract.cli import Terminal
from tests.vendors.wire import Reply
from tests.world import World, world_of


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def checks(terminal: Terminal) -> Checks:
    return checks_in(terminal)


def _routed(checks: Checks, world: World, **route: Any) -> list[dict[str, Any]]:
    given = {"match": {"services": ["Checkout API"]}, "project": "CHK"} | route
    world.write_settings(routing=[given])
    return checks(world)


def test_settings_that_fit_are_ok_line_by_line(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        came = terminal.runs_with(world, "check", "--live")
        asked = {request.method for request in world.jira.requests}
        noted = world.pagerduty.written_notes
    assert came.code == 0
    assert "failure" not in came.out
    lines = [" ".join(line.split()) for line in came.out.splitlines()]
    assert "ok people 6 as configured" in lines
    assert "warning route to CHK what nobody is named for stays unowned." in lines
    assert (
        lines[lines.index("warning route to CHK what nobody is named for stays unowned.") + 1] == "Set default_owner."
    )
    assert lines[-1].endswith(" ok.")
    assert (asked, noted) == ({"GET"}, []), "nothing is written"


def test_what_cannot_work_is_a_failure_with_what_to_do(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        found = _routed(checks, world, parent="CHK-99", default_owner="5b10-nobody", priority_map={"P1": "Now"})
    nobody = "Correct jira_account_id in people, or default_owner, in debrief.yml."
    assert found_of(found, "route to CHK") == [
        ("failure", "Jira shows no issue CHK-99. Change routing.parent, or give JIRA_EMAIL access to it."),
        ("warning", "The issue has no priority Now: Task in CHK knows none. Change routing.priority_map."),
        ("warning", "Priority of Task in CHK can be Highest, High, Medium, Low, Lowest."),
        ("failure", f"default_owner 5b10-nobody: Jira knows no such account. {nobody}"),
    ]


def test_a_required_field_is_named(checks: Checks, tmp_path: Path):
    """Peers: 27 (incidentbot 140)."""
    with world_of(tmp_path, "checkout-latency") as world:
        screen = world.jira._directory.projects["CHK"].issue_types["10001"].screen
        screen["customfield_7"] = screen["duedate"] | {"fieldId": "customfield_7", "name": "Reason", "required": True}
        found = _routed(checks, world)
    problem = "Task in CHK requires Reason (customfield_7), which nothing sets: add it to routing.fields."
    assert ("failure", problem) in found_of(found, "route to CHK")


def test_a_security_level_that_is_not_there_is_a_failure(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.holds({"projects": [{"key": "SEC", "security_levels": ["Leads"]}]})
        wrong = _routed(checks, world, project="SEC", security_level="Board")
        right = _routed(checks, world, project="SEC", security_level="leads")
        absent = _routed(checks, world, security_level="Leads")
    level = "Board is no security level of Task in SEC. Change routing.security_level."
    assert ("failure", level) in found_of(wrong, "route to SEC")
    assert [state for state, _ in found_of(right, "route to SEC")] == ["warning"]
    assert any("No issue has the security level Leads" in said for _, said in found_of(absent, "route to CHK"))


def test_a_project_that_is_not_there_is_said_once_and_not_for_each_person(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        found = _routed(checks, world, project="NOPE")
    ((state, said),) = found_of(found, "route to NOPE")
    assert state == "failure"
    assert said.startswith("Jira knows no project NOPE that the account of JIRA_EMAIL may see: correct routing.project")
    assert {one["subject"] for one in found if one["state"] == "failure"} == {"route to NOPE"}
    assert not any(one["subject"].endswith("of NOPE") for one in found)


def test_a_permission_that_is_missing_is_named(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        project = world.jira._directory.projects["CHK"]
        project.denied = {"ASSIGN_ISSUES", "LINK_ISSUES"}
        less = _routed(checks, world)
        project.may_create = False
        none = _routed(checks, world)
    grant = "Grant it in the permission scheme of CHK, or use the JIRA_TOKEN of one that has it."
    lacks = "the account of JIRA_EMAIL lacks"
    assert found_of(less, "permissions in CHK") == [("warning", f"{lacks} Assign issues, Link issues. {grant}")]
    many = f"{lacks} Create issues, Assign issues, Link issues. {grant}"
    assert found_of(none, "permissions in CHK") == [("failure", many)]


def test_a_kind_of_link_that_is_missing_is_named(checks: Checks, tmp_path: Path):
    """Each new issue is linked to its anchor by it."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira._directory.links = ["Blocks", "Cloners"]
        ((state, said),) = found_of(checks(world), "issue links")
        world.jira._directory.links = None
        off = found_of(checks(world), "issue links")
    assert state == "failure"
    assert said.startswith("there is no issue link type Relates (there is: Blocks, Cloners), so that no anchor proves")
    assert off[0][1] == "issue linking is switched off, so that no anchor proves anything. Switch it on in Jira."


def test_people_who_left_are_named(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        users = {user["displayName"]: id_ for id_, user in world.jira._directory.users.items()}
        world.jira.leaves(users["Bea Lindqvist"])
        people = [{"name": "Ovid", "slack_id": "U0NOBODY01"}, {"name": "Nell", "pagerduty_email": "nell@acme.example"}]
        found = _routed(checks, world)
        world.write_settings(people=people)
        strangers = checks(world)
    (bea,) = found_of(found, "person Bea Lindqvist")
    assert bea[0] == "failure"
    assert bea[1].startswith("the Jira account is deactivated. Correct jira_account_id ")
    assert ("ok", "5 as configured") in found_of(found, "people")
    assert ("failure", "Slack has no member U0NOBODY01. Correct slack_id.") in found_of(strangers, "person Ovid")
    nell = [said for _, said in found_of(strangers, "person Nell")]
    assert "Slack shows nobody with their e-mail. Set slack_id, or they are not reminded." in nell
    assert any(said.startswith("Jira shows nobody with that e-mail") for said in nell)


def test_a_person_who_may_be_given_nothing_is_named(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        users = {user["displayName"]: id_ for id_, user in world.jira._directory.users.items()}
        for project in world.jira._directory.projects.values():
            project.unassignable.add(users["Bea Lindqvist"])
        found = _routed(checks, world)
    ((state, said),) = found_of(found, "person Bea Lindqvist")
    assert state == "warning"
    assert said == "may be given no issue of CHK or OPS. Give them the permission Assignable User there."


def test_a_token_that_is_refused_is_one_failure_and_not_one_a_line(terminal: Terminal, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next("", Reply(401), 99)
        came = terminal.runs_with(world, "check", "--live", "--json")
    assert came.code == 1
    failures = [(one["about"], one["subject"]) for one in came.json["findings"] if one["state"] == "failure"]
    assert failures == [("Jira", "token")]
    assert world.jira.token not in came.out


def test_wrong_settings_are_wrong_usage_and_nobody_is_asked(terminal: Terminal):
    (terminal.folder / "debrief.yml").write_text("organisation: Acme\ntimezone: Nowhere/Else\nslak: {}\n")
    for arguments in (("check",), ("check", "--live")):
        came = terminal.runs(*arguments)
        assert came.code == 2
        lines = [" ".join(line.split()) for line in came.out.splitlines()]
        assert 'failure line 2 timezone: "Nowhere/Else" is not a time zone.' in lines
        assert "failure line 3 slak: is not a setting." in lines
        assert 'Did you mean "slack"?' in lines
        assert lines[-1].startswith("2 failures.")


def test_without_accounts_there_is_little_to_check(terminal: Terminal):
    came = terminal.runs("check")
    assert came.code == 0
    assert came.out.splitlines()[-1].endswith("No vendor was asked: debrief check --live asks them.")
    live = terminal.runs("check", "--live")
    assert live.code == 1
    lines = [" ".join(line.split()) for line in live.out.splitlines()]
    assert "failure PAGERDUTY_TOKEN is not set: it is there to read incidents." in lines
    assert "warning Jira No issue can be opened." in lines


def _anchored(checks: Checks, world: World, anchor: str | None) -> list[tuple[str, str]]:
    world._anchors = {"CHK": anchor} if anchor else {}
    return found_of(_routed(checks, world), "anchor of CHK")


def test_a_backlog_without_an_anchor_is_told_what_that_costs(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        fit = _anchored(checks, world, world._anchors["CHK"])
        (without,) = _anchored(checks, world, None)
    assert fit == [("ok", "as configured")]
    state, words = without
    assert state == "warning"
    assert words.startswith("no issue is named in jira.anchor_issues.CHK: where the answer to a create is lost, ")
    assert words.endswith("waits for a person. Make an issue in CHK that stays open, and name it.")


def test_an_anchor_that_is_unfit_is_named(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        anchor = world._anchors["CHK"]
        world.jira.holds({"projects": [{"key": "OPS"}]})
        elsewhere = _anchored(checks, world, world.jira.person_opens("OPS", "Anchor"))
        absent = _anchored(checks, world, "CHK-999")
        world.jira.person_closes(anchor)
        done = _anchored(checks, world, anchor)
        world.jira.issue(anchor)["fields"]["issuelinks"] = [{"id": str(n)} for n in range(1_600)]
        full = _anchored(checks, world, anchor)
        del world.jira._directory.projects["CHK"].issue_types["10001"].screen["issuelinks"]
        unlinked = found_of(checks(world), "route to CHK")
    assert elsewhere[0][0] == "failure"
    assert " lies in OPS, and not in CHK. Correct jira.anchor_issues.CHK." in elsewhere[0][1]
    access = "or give the account of JIRA_EMAIL access to it."
    assert absent == [("failure", f"Jira shows no issue CHK-999. Correct jira.anchor_issues.CHK, {access}")]
    assert "is done, and some workflows let nothing be linked to it then. Open it again." in done[0][1]
    assert "has 1,600 links, and Jira takes 2,000. Name a new issue in its place." in full[1][1]
    assert any(f"Issues cannot be linked to {anchor} as they are made" in words for _, words in unlinked)


def test_a_digest_channel_is_looked_at(checks: Checks, tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        channel = next(iter(world.slack.workspace.channels.values())).info
        subject = f"digest channel {channel['id']}"
        fit = found_of(_routed(checks, world, digest_channel=channel["id"]), subject)
        channel["is_member"] = False
        outside = found_of(_routed(checks, world, digest_channel=channel["id"]), subject)
        channel["is_ext_shared"] = True
        shared = found_of(_routed(checks, world, digest_channel=channel["id"]), subject)
        channel["is_archived"] = True
        archived = found_of(_routed(checks, world, digest_channel=channel["id"]), subject)
        unknown = found_of(_routed(checks, world, digest_channel="C0NOBODY01"), "digest channel C0NOBODY01")
    assert [found[0][0] for found in (fit, outside, shared, archived, unknown)] == ["ok", "warning", *["failure"] * 3]


def test_what_the_machinery_has_to_say_is_a_warning(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with world_of(tmp_path, "checkout-latency") as world:
        Notices(world.store).say("double/pm-1", "CHK-1 and CHK-2 were opened for the same action item.", utc_now())
        monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
        monkeypatch.setenv("DEBRIEF_SETTINGS", str(world.machine.settings_file))
        came = terminal.runs("check", "--json")
    said = "CHK-1 and CHK-2 were opened for the same action item."
    assert found_of(came.json["findings"], "notice") == [("warning", said)]
