"""Opening the issues of one incident: several backlogs, private items, assignees that get lost, and Jira's limits."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.effects import LATEST_CREATE, Ledger, Waits
from connectors.opening import Opening, open_issues
from connectors.retrying import WRITES_BEGIN_WITHIN
from connectors.store.sqlite import SqliteStore
from handlers.work import LEASE_FOR
from postmortem.action_items.item import IssueRequest, Route
from postmortem.settings.model import JiraSettings
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.pagerduty_setup import PlainSteps
from tests.vendors.wire import Reply

AT_ONCE = Waits(unclear=timedelta(0), search=timedelta(0))
LEVELS = {"security_levels": ["Incident team", "Leads"]}


class Round:
    """A Jira with OPS and SRE, a ledger, and rounds of opening."""

    def __init__(self, folder: Path, project: dict[str, Any] | None = None, **opening: Any) -> None:
        self.world = JiraWorld(project or {})
        self.jira = self.world.fake.holds({"projects": [{"key": "SRE"}]})
        self.store = SqliteStore(folder / "home", self._now)
        self.waits = Waits(unclear=timedelta(seconds=1), search=timedelta(seconds=2))
        self.more: dict[str, Any] = {"anchors": {}, "may_hold_private": False} | opening
        self.steps = PlainSteps()

    def opens(self, *requests: IssueRequest) -> list[dict[str, Any]]:
        self.steps = PlainSteps()
        opening = Opening(
            self.world.api, Ledger(self.store, "Q1"), 1, lambda: True, self._now, self.waits, **self.more
        )  # fmt: skip
        return open_issues(self.steps, opening, requests)

    def parked(self, *requests: IssueRequest) -> list[str]:
        return [outcome["parked"] for outcome in self.opens(*requests)]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.world.at, UTC)


def asked(number: int, project: str = "OPS", *, is_private: bool = False, **route: Any) -> IssueRequest:
    return request_for(key=f"pm-{number}", route=Route(project=project, **route), is_private=is_private)


@pytest.mark.parametrize("lost", [Reply(dropped=True), Reply(hung=True), Reply(500), Reply(503)])
@pytest.mark.parametrize("is_made", [False, True], ids=["before", "after the effect"])
def test_a_link_whose_answer_is_lost_is_made_all_the_same_and_once(tmp_path: Path, lost: Reply, is_made: bool):
    round_ = Round(tmp_path)
    round_.jira.fails_next("POST .*/remotelink", lost, times=2, after_effect=is_made)
    link = ("system=debrief&incident=Q1", "https://debrief.acme.example/Q1", "Postmortem")
    (outcome,) = round_.opens(request_for(remote_link=link))

    assert outcome["said"] == []
    assert len(round_.jira.remote_links["OPS-1"]) == 1


def test_each_backlog_is_looked_at_once_and_one_that_refuses_parks_its_own_items(tmp_path: Path):
    round_ = Round(tmp_path)
    routes = ["OPS", "SRE", "NOPE", "OPS", "NOPE"]
    outcomes = round_.opens(*(asked(number, project) for number, project in enumerate(routes)))
    assert ["key" in outcome for outcome in outcomes] == [True, True, False, True, False]
    assert {outcome["parked"][:28] for outcome in outcomes if "parked" in outcome} == {"Jira knows no project NOPE t"}
    calls = Counter(round_.world.calls())
    assert [calls[f"GET /issue/createmeta/{key}/issuetypes"] for key in ("OPS", "SRE", "NOPE")] == [1, 1, 1]


def test_a_backlog_that_closed_does_not_undo_the_issues_it_has(tmp_path: Path):
    round_ = Round(tmp_path)
    (opened,) = round_.opens(asked(1))
    round_.jira.archives("OPS")
    again, new = round_.opens(asked(1), asked(2))
    assert again["key"] == opened["key"]
    assert new["parked"] == "The Jira project OPS is archived: restore it, or change routing.project."


def test_issues_go_under_the_parent_of_their_route(tmp_path: Path):
    round_ = Round(tmp_path)
    epic = round_.jira.person_opens("OPS", "Reliability")
    (opened,) = round_.opens(asked(1, parent=epic))
    assert round_.jira.issue(opened["key"])["fields"]["parent"] == {"key": epic}
    (alone,) = round_.opens(asked(2, parent="OPS-99"))
    assert alone["said"] == ["The issue is not under OPS-99: Jira shows no such issue. Change routing.parent."]


def test_a_sub_task_needs_a_parent_and_has_one_by_the_route(tmp_path: Path):
    round_ = Round(tmp_path)
    epic = round_.jira.person_opens("OPS", "Reliability")
    assert "needs a parent" in round_.parked(asked(1, issue_type="Sub-task"))[0]
    assert "key" in round_.opens(asked(1, issue_type="Sub-task", parent=epic))[0]


def test_a_parent_that_jira_refuses_is_left_out_and_said(tmp_path: Path):
    round_ = Round(tmp_path)
    epic = round_.jira.person_opens("OPS", "Reliability")
    words = '{"errorMessages": [], "errors": {"parentId": "Given parent does not belong to appropriate hierarchy."}}'
    round_.jira.fails_next("POST .*/issue$", Reply(400, {"content-type": "application/json"}, words.encode()))
    (opened,) = round_.opens(asked(1, parent=epic))
    assert "The issue has no parent: Jira refused it" in opened["said"][0]


def test_what_was_said_in_private_goes_under_the_security_level_and_nothing_else_does(tmp_path: Path):
    round_ = Round(tmp_path, LEVELS)
    secret, open_ = round_.opens(
        asked(1, is_private=True, security_level="leads"), asked(2, security_level="leads")
    )  # fmt: skip
    assert round_.jira.issue(secret["key"])["fields"]["security"]["name"] == "Leads"
    assert round_.jira.issue(open_["key"])["fields"]["security"] is None


def test_what_was_said_in_private_is_parked_where_everybody_could_read_it_and_nothing_is_sent(tmp_path: Path):
    round_ = Round(tmp_path, LEVELS)
    said = "it was said in a private channel, and everybody in the project could read it; nothing was sent"
    begins = f"Creating a Task in OPS: {said}."
    ends = "et routing.security_level to one of Incident team, Leads; or set jira.may_hold_private_channels."
    assert round_.parked(asked(1, is_private=True), asked(2, is_private=True, security_level="Board")) == [
        f"{begins} S{ends}",
        f"{begins} Board is none of its levels: s{ends}",
    ]
    assert [call for call in round_.world.calls() if call.startswith("P")] == []


def test_a_project_without_levels_holds_private_words_only_where_the_settings_say_so(tmp_path: Path):
    assert "put its field on the create screen" in Round(tmp_path).parked(asked(1, is_private=True))[0]
    allowed = Round(tmp_path / "allowed", may_hold_private=True)
    assert "key" in allowed.opens(asked(1, is_private=True))[0]


def test_a_security_level_that_jira_refuses_is_never_done_without(tmp_path: Path):
    round_ = Round(tmp_path, LEVELS)
    words = b'{"errorMessages": [], "errors": {"security": "Security level is not valid."}}'
    round_.jira.fails_next("POST .*/issue$", Reply(400, {"content-type": "application/json"}, words))
    assert "Security level is not valid" in round_.parked(asked(1, is_private=True, security_level="Leads"))[0]
    round_.jira.expects_issues(0)


def test_an_assignee_that_the_create_forgot_is_given_again(tmp_path: Path):
    """Peers: 32 (mcp-atlassian 1152): the field is taken with a good answer and nothing happens."""
    round_ = Round(tmp_path)
    round_.jira.drops_assignees("OPS")
    (opened,) = round_.opens(asked(1))
    assert round_.jira.issue(opened["key"])["fields"]["assignee"]["accountId"] == "acc-ada"
    assert opened["said"] == []


def test_an_assignee_that_jira_never_keeps_is_said(tmp_path: Path):
    """Peers: 32."""
    round_ = Round(tmp_path)
    round_.jira.drops_assignees("OPS", also_when_put=True)
    (opened,) = round_.opens(asked(1))
    assert opened["said"] == [
        "OPS-1 is unassigned: Jira took its owner as assignee twice and kept it neither time. Assign it there."
    ]


def test_whoever_has_the_issue_later_keeps_it(tmp_path: Path):
    """Peers: 32 (jira-bugzilla-integration 229): an unmatched or older assignee wipes the one who is there."""
    round_ = Round(tmp_path)
    (opened,) = round_.opens(asked(1))
    round_.jira.holds({"users": [{"accountId": "acc-bea", "displayName": "Bea"}]})
    round_.jira.person_reassigns(opened["key"], "acc-bea")
    round_.opens(asked(1))
    assert round_.jira.issue(opened["key"])["fields"]["assignee"]["accountId"] == "acc-bea"
    round_.jira.person_reassigns(opened["key"], None)
    round_.opens(asked(1))
    assert round_.jira.issue(opened["key"])["fields"]["assignee"] is None
    unmatched = request_for(key="pm-1", account_id=None)
    round_.jira.person_reassigns(opened["key"], "acc-bea")
    round_.opens(unmatched)
    assert round_.jira.issue(opened["key"])["fields"]["assignee"]["accountId"] == "acc-bea"


def test_an_assignee_that_jira_chose_itself_is_said(tmp_path: Path):
    round_ = Round(tmp_path)
    round_.jira.drops_assignees("OPS")
    round_.jira.holds({"users": [{"accountId": "acc-lead", "displayName": "Project Lead"}]})
    lead = round_.jira._directory.users["acc-lead"]

    def assigns_the_lead(event: str, issue: dict[str, Any], items: list[dict[str, Any]], by: dict[str, Any]) -> None:
        issue["fields"]["assignee"] = lead

    round_.jira.listeners.append(assigns_the_lead)
    (opened,) = round_.opens(asked(1))
    assert opened["said"] == ["OPS-1 is assigned to Project Lead in Jira, not to its owner."]


def test_two_hundred_items_stay_within_jiras_limits_and_all_are_opened(tmp_path: Path):
    round_ = Round(tmp_path)
    round_.jira.limits_bursts = True
    linked = {"remote_link": ("system=debrief&incident=Q1", "https://acme.example/pm/1", "Postmortem")}
    requests = [asked(number, "SRE" if number % 2 else "OPS").model_copy(update=linked) for number in range(200)]
    began = round_.world.at
    outcomes = round_.opens(*requests)
    assert sum("key" in outcome for outcome in outcomes) == 200
    calls = Counter(round_.world.calls())
    assert calls["GET /issue/createmeta/OPS/issuetypes"] == 1
    writes = Counter(
        call.split("/")[2] for call in calls.elements() if call.startswith("P") and call != "POST /issue"
    )  # fmt: skip
    assert max(writes.values()) <= 20, "no issue is written more often than Jira takes in two seconds"
    refused = [request for request, reply in round_.world.exchanges if reply.status == 429]
    assert len(refused) <= 16, "who is too fast waits as long as Jira says: a handful for each burst"
    assert round_.world.at - began < 60, "and it is over in less than a minute of Jira's clock"
    assert len(round_.jira.expects_issues(200)) == 200


def test_an_anchor_that_jira_refuses_is_done_without_and_said(tmp_path: Path):
    round_ = Round(tmp_path, anchors={"OPS": "OPS-99"})
    (opened,) = round_.opens(asked(1))
    assert opened["said"] == ["The issue is not linked to OPS-99: Jira refused it. Correct jira.anchor_issues."]
    round_.jira.expects_issues(1)


def test_a_create_without_its_anchor_is_never_taken_for_absent_because_the_anchor_does_not_show_it(tmp_path: Path):
    round_ = Round(tmp_path, anchors={"OPS": "OPS-900"})
    round_.waits = AT_ONCE
    round_.jira.keeps_an_anchor("OPS-900")
    refused = b'{"errorMessages": [], "errors": {"issuelinks": "No permission to link."}}'
    round_.jira.fails_next("POST .*/issue$", Reply(400, {"content-type": "application/json"}, refused))
    round_.jira.fails_next("POST .*/issue$", Reply(500), after_effect=True)
    (outcome,) = round_.opens(asked(1))
    assert "key" in outcome, "it was found among the newest keys"
    round_.jira.expects_issues(1)


def test_an_issue_that_a_person_opens_with_the_label_is_adopted_in_the_next_round(tmp_path: Path):
    round_ = Round(tmp_path)
    round_.waits = AT_ONCE
    round_.jira.fails_next("POST .*/issue$", Reply(dropped=True))
    (said,) = round_.parked(asked(1))
    assert "Look in OPS for the label pm-1:" in said
    key = round_.jira.person_opens("OPS", "Raise the pool limit")
    round_.jira.issue(key)["fields"]["labels"].append("pm-1")
    (adopted,) = round_.opens(asked(1))
    assert adopted["key"] == key
    round_.jira.expects_issues(1)


def test_the_wait_after_a_lost_answer_is_longer_than_a_create_can_take():
    """Seconds: held up twice, asked again, Jira's own work, and clocks that differ. Decision 0003."""
    jira, jiras_own, clocks = JiraSettings(), 60.0, 10.0
    connecting, reading = JiraWorld().api._timeout
    longest = 2 * LATEST_CREATE.total_seconds() + WRITES_BEGIN_WITHIN + connecting + reading + jiras_own + clocks
    assert jira.unclear_wait.total_seconds() > longest
    assert timedelta(seconds=longest) < LEASE_FOR
