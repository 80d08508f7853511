"""Trouble in Jira, through the whole journey: each item ends as an issue or parked with what to do; nothing else waits.

Peers: 17 (one failure stopped everything) and 29 (an incident must survive a Jira that fails).
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.vendors.jira_rules import UNAUTHENTICATED
from tests.vendors.wire import json_reply
from tests.world import World, world_of

STALE = json_reply(
    {"errorMessages": [UNAUTHENTICATED]}, 401, {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}
)  # fmt: skip


def _parked(world: World) -> list[str]:
    """Why each item has no issue, as the postmortem says it."""
    return [sentence for item in world.postmortem().action_items if not item.issue_key for sentence in item.said]


def _is_announced(world: World) -> None:
    """The draft is there, told in the channel and on the incident, whatever Jira did."""
    assert "Raise the connection pool limit" in world.draft()
    world.slack.channel("inc-4211").expects("Draft postmortem ready")
    assert [note for _, note in world.pagerduty.written_notes if "Draft postmortem ready" in note]


def test_a_jira_that_is_down_for_an_hour_is_waited_for(tmp_path: Path):
    """Peers: 29, 33: duplicates multiplied while Jira was down."""
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.is_down = True
        world.resolves()
        world.passes(timedelta(minutes=60))
        assert "Raise the connection pool limit" in world.draft(), "the draft does not wait for Jira"
        world.jira.is_down = False
        world.settles()
        world.jira.expects_issues(3)
        _is_announced(world)


def test_a_jira_that_is_down_for_a_day_parks_what_the_refresh_opens(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.is_down = True
        world.resolves()
        world.passes(timedelta(hours=8))
        _is_announced(world)
        assert all("Jira" in why for why in _parked(world))
        assert len(_parked(world)) == 3
        world.jira.is_down = False
        world.settles()
        world.jira.expects_issues(3)
        assert _parked(world) == []


def test_a_jira_that_is_too_busy_is_obeyed(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.limits_next(times=40, retry_after=600)
        world.resolves()
        world.settles()
        assert len({issue["fields"]["summary"] for issue in world.jira.expects_issues(3)}) == 3
        _is_announced(world)


def test_an_expired_token_parks_every_item_with_the_secret_to_renew(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next("", STALE, 10**6)
        world.resolves()
        world.settles()
        world.jira.expects_issues(0)
        assert len(_parked(world)) == 3
        assert all("Check JIRA_TOKEN and JIRA_EMAIL" in why for why in _parked(world))
        _is_announced(world)


def test_an_archived_project_parks_every_item_with_the_setting_to_change(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.archives("CHK")
        world.resolves()
        world.settles()
        world.jira.expects_issues(0)
        archived = "Not opened: The Jira project CHK is archived: restore it, or change routing.project."
        assert set(_parked(world)) == {archived}
        _is_announced(world)


def test_an_issue_type_that_the_project_lacks_parks_every_item_and_names_those_it_has(tmp_path: Path):
    """Peers: 27 (incidentbot 344): issue types must match the project."""
    routing = [{"match": {"services": ["Checkout API"]}, "project": "CHK", "issue_type": "Incident follow-up"}]
    with world_of(tmp_path, "checkout-latency", settings={"routing": routing}) as world:
        world.resolves()
        world.settles()
        world.jira.expects_issues(0)
        assert "change it to one that CHK has (Task, Bug)" in _parked(world)[0]
        _is_announced(world)


def test_a_field_that_a_project_requires_is_named_before_anything_is_created(tmp_path: Path):
    """Peers: 27 (incidentbot 140): "jira was an immediate hard-stop"."""
    with world_of(tmp_path, "checkout-latency") as world:
        for kind in world.jira._directory.projects["CHK"].issue_types.values():
            kind.screen["customfield_10010"] = kind.screen["duedate"] | {
                "fieldId": "customfield_10010", "key": "customfield_10010", "name": "Reason", "required": True,
            }  # fmt: skip
        world.resolves()
        world.settles()
        assert not [request for request in world.jira.requests if request.path.endswith("/issue")]
        assert "requires Reason (customfield_10010), which nothing sets" in _parked(world)[0]
        _is_announced(world)


def test_a_person_who_left_is_never_assigned_and_the_default_owner_is(tmp_path: Path):
    """Peers: 34 (r/sre 1tfptcv): the author has left."""
    with world_of(tmp_path, "checkout-latency") as world:
        people: dict[str, str] = {one["displayName"]: id_ for id_, one in world.jira._directory.users.items()}
        match, dana = {"services": ["Checkout API"]}, _account(people, "Dana")
        routing = [{"match": match, "project": "CHK", "default_owner": dana}]
        world.jira.leaves(_account(people, "Bea"))
        world.stop()
        world.write_settings(routing=routing)
        world.start()
        world.resolves()
        world.settles()
        issues = {issue["fields"]["summary"]: issue["fields"] for issue in world.jira.expects_issues(3)}
        raised = issues["Raise the connection pool limit"]
        assert raised["assignee"]["displayName"].startswith("Dana")
        assert "the Jira account is deactivated: the default owner of CHK has it" in world.draft()
        world.slack.channel("inc-4211").expects("the Jira account is deactivated: the default owner of CHK has it")


@pytest.mark.parametrize("setting", [{}, {"may_hold_private_channels": True}])
def test_private_words_are_opened_only_where_the_settings_let_jira_hold_them(tmp_path: Path, setting: dict[str, Any]):
    settings = {"slack": {"private_channels": {"audience": "only the security team"}}, "jira": setting}
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        world.slack.workspace.named("inc-4211").info.update(is_private=True, is_channel=False)
        world.resolves()
        world.settles()
        issues = world.jira.expects_issues(3 if setting else 0)
        assert bool(issues) == bool(setting)
        if not setting:
            assert all("said in a private channel" in why for why in _parked(world))


def test_mended_trouble_is_opened_by_the_refresh_once(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.archives("CHK")
        world.resolves()
        world.passes(timedelta(hours=2))
        assert len(_parked(world)) == 3
        world.jira.archives("CHK", is_archived=False)
        world.settles()
        summaries = [issue["fields"]["summary"] for issue in world.jira.expects_issues(3)]
        assert len(set(summaries)) == 3
        assert not re.search("Not opened", world.draft())


def _account(people: dict[str, str], first_name: str) -> str:
    return next(id_ for name, id_ in people.items() if name.startswith(first_name))
