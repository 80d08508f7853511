"""What users of other tools complain about, and defects seen in their code, where Jira is concerned: ours has them not.

The numbers are those of the list of complaints and defects that Debrief was built against.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.incidents.people import CARL
from tests.vendors.jira_directory import BOT
from tests.vendors.slack_modals import direct_channel
from tests.vendors.wire import Reply
from tests.world import World, world_of

SAID = "Raise the connection pool limit"
TWO_BACKLOGS: dict[str, Any] = {
    "routing": [
        {"match": {"services": ["Checkout API"]}, "project": "CHK", "priority_map": {"P1": "Highest", "P2": "High"}},
        {"match": {"services": ["runbook"]}, "project": "OPS", "labels": ["docs"]},
    ]
}


def _fields(world: World) -> dict[str, dict[str, Any]]:
    return {issue["fields"]["summary"]: issue["fields"] for issue in world.jira.issues}


def test_issues_are_opened_by_themselves_with_a_type_that_the_project_has(tmp_path: Path):
    """27: incidentbot 395 (tickets must be made automatically), 344 (types must match), 140 (a hard stop)."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        assert {fields["issuetype"]["name"] for fields in _fields(world).values()} == {"Task"}
        assert world.jira.refusals == []
        world.jira.expects_issues(3)


def test_items_of_one_incident_go_to_several_projects_and_their_links_are_on_the_incident(tmp_path: Path):
    """28: keep 4981: several target projects; the links are shown on the incident."""
    with world_of(tmp_path, "checkout-latency", settings=TWO_BACKLOGS) as world:
        world.resolves()
        world.settles()
        projects = {summary: fields["project"]["key"] for summary, fields in _fields(world).items()}
        assert sorted(projects.values()) == ["CHK", "CHK", "OPS"]
        assert next(key for summary, key in projects.items() if "runbook" in summary) == "OPS"
        (note,) = [note for _, note in world.pagerduty.written_notes if "OPS-1" in note]
        assert "CHK-1" in note
        world.slack.channel("inc-4211").expects("CHK-1", "CHK-2", "OPS-1")


def test_one_backlog_that_refuses_leaves_the_others_alone(tmp_path: Path):
    """29, 17: one failure broke the rest."""
    with world_of(tmp_path, "checkout-latency", settings=TWO_BACKLOGS) as world:
        world.jira.archives("OPS")
        world.resolves()
        world.settles()
        assert [issue["fields"]["project"]["key"] for issue in world.jira.expects_issues(2)] == ["CHK", "CHK"]
        assert "Not opened: The Jira project OPS is archived" in world.draft()


def test_an_assignee_that_jira_forgets_is_given_again(tmp_path: Path):
    """32: mcp-atlassian 1152: written as a field the assignee is silently dropped."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.drops_assignees("CHK")
        world.resolves()
        world.settles()
        assert _fields(world)[SAID]["assignee"]["displayName"] == "Bea Lindqvist"


def test_an_owner_whom_we_do_not_find_never_wipes_the_one_who_is_there(tmp_path: Path):
    """32: jira-bugzilla-integration 229."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=5))
        unowned = next(issue for issue in world.jira.expects_issues(3) if not issue["fields"]["assignee"])
        dana = next(id_ for id_, user in world.jira._directory.users.items() if user["displayName"].startswith("Dana"))
        world.jira.person_reassigns(unowned["key"], dana)
        world.settles()
        assert world.jira.issue(unowned["key"])["fields"]["assignee"]["accountId"] == dana


def test_a_jira_that_loses_answers_and_goes_down_makes_no_duplicates(tmp_path: Path):
    """33: comply 56, pd2jira 2, TA-jira 124: duplicates multiplied while Jira was down."""
    with world_of(tmp_path, "checkout-latency", jira_lag=60) as world:
        world.jira.fails_next("POST .*/issue$", Reply(dropped=True), 2, after_effect=True)
        world.jira.fails_next("POST .*/issue$", Reply(503), 4, after_effect=True)
        world.resolves()
        world.passes(timedelta(minutes=3))
        world.jira.is_down = True
        world.passes(timedelta(minutes=50))
        world.jira.is_down = False
        world.settles()
        assert len(_fields(world)) == len(world.jira.expects_issues(3))


def test_no_issue_is_ever_assigned_to_a_likely_person_or_to_debrief(tmp_path: Path):
    """D14: dispatch takes the first fuzzy hit, else the bot user."""
    with world_of(tmp_path, "checkout-latency", settings={"people": []}) as world:
        lookalikes = [
            {"accountId": f"5b10-like-{number}", "displayName": name, "emailAddress": f"like{number}@acme.example"}
            for number, name in enumerate(("Gus", "Gus Petersen", "Bea", "bea@acme.example Lindqvist", "June"))
        ]
        world.jira.holds({"users": lookalikes})
        world.resolves()
        world.settles()
        given = {fields["assignee"]["accountId"] for fields in _fields(world).values() if fields["assignee"]}
        assert BOT not in given
        assert not {account for account in given if account.startswith("5b10-like")}
        assert _fields(world)[SAID]["assignee"]["emailAddress"] == "bea@acme.example", "by e-mail, without a people map"


def test_owner_priority_and_due_date_are_in_the_issue(tmp_path: Path):
    """D17 (OpsKnight) and D7 (aurora): owner, priority and due date were not sent to Jira."""
    with world_of(tmp_path, "checkout-latency", settings=TWO_BACKLOGS) as world:
        world.resolves()
        world.settles()
        raised = _fields(world)[SAID]
        assert raised["assignee"]["displayName"] == "Bea Lindqvist"
        assert raised["duedate"] == "2026-11-20"
        incident = world.scripts[0].pagerduty["incident"]
        assert raised["priority"]["name"] == {"P1": "Highest", "P2": "High"}[incident["priority"]["summary"]]
        assert all(fields["duedate"] for fields in _fields(world).values())


def test_drafting_again_makes_no_new_parent_and_no_new_issues(tmp_path: Path):
    """D10 (aurora): every export to Jira made a new parent and new sub-tasks."""
    with world_of(tmp_path, "checkout-latency") as world:
        epic = world.jira.person_opens("CHK", "Reliability after incidents")
        world.write_settings(routing=[{"match": {"services": ["Checkout API"]}, "project": "CHK", "parent": epic}])
        world.stop()
        world.start()
        world.resolves()
        world.settles()
        before = {issue["key"]: issue["fields"]["parent"] for issue in world.jira.issues if issue["key"] != epic}
        assert (len(before), {parent["key"] for parent in before.values()}) == (3, {epic})

        emil = world.slack.user("emil").user["id"]
        world.slack.channel("inc-4211").says(emil, "the runbook is in the wiki, by the way")
        world.passes(timedelta(days=2))
        world.starts("postmortem", "again", {"incident_id": world.incident_id(), "journey": "again", "retry": True})
        world.settles()

        assert {issue["key"] for issue in world.jira.issues} == {epic, *before}


def test_an_item_is_heard_of_for_months_and_can_be_handed_over(tmp_path: Path):
    """30 (gitbot 13, hellper 7), 31 (firefighter 356), 34, D15 (dispatch): reminded once or only while the incident
    was active, and then never again; no handover."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        key = next(issue["key"] for issue in world.jira.issues if issue["fields"]["summary"] == SAID)
        _weeks_pass(world, 6)
        bea = _told(world, "bea")
        assert len(bea) >= 6
        assert "was due 2026-11-20" in bea[-1]

        world.jira.person_reassigns(key, CARL.account_id)
        _weeks_pass(world, 3)
        assert _told(world, "bea") == bea, "who handed it over hears no more of it"
        assert len(_told(world, "carl")) >= 2

        world.jira.person_closes(key)
        _weeks_pass(world, 1)
        carl = _told(world, "carl")
        _weeks_pass(world, 3)
        assert _told(world, "carl") == carl


def _weeks_pass(world: World, weeks: int) -> None:
    """A sweep every six hours is as good as one every hour here."""
    for _ in range(weeks * 7 * 4):
        world.sweeps()
        world.passes(timedelta(hours=6))


def _told(world: World, name: str) -> list[str]:
    channel = direct_channel(world.slack.workspace, world.slack.user(name).user)
    return [channel.messages[ts]["text"] for ts in channel.order]
