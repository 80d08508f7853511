"""What was decided is carried into an issue once: afterwards the issue is people's, whatever is decided beside it."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.test_decisions_meet import ALERT, decides, followed, item
from tests.incidents.people import IVO, KOFI
from tests.vendors.jira_webhooks import SECRET, JiraWebhooks
from tests.vendors.wire import Reply
from tests.world import World, world_of

CHOSEN, THEIRS = "Alert on every CRC error", "Alert on CRC errors of every port"


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """A suggestion that somebody worded otherwise and accepted: its issue is open."""
    with world_of(tmp_path, "came-back") as world:
        world.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
        world.resolves()
        world.passes(timedelta(minutes=10))
        decides(world, item(world, ALERT), verdict="accepted", text=CHOSEN)
        world.passes(timedelta(minutes=10))
        yield world


def key_of(world: World) -> str:
    (issue,) = world.jira.expects_issues(1)
    return issue["key"]


def test_what_a_person_renamed_in_jira_keeps_its_name_in_every_later_round(world: World):
    world.jira.person_renames(key_of(world), THEIRS)
    decides(world, item(world, CHOSEN), due_on="2026-12-24")
    world.passes(timedelta(minutes=10))
    world.jira.person_renames(key_of(world), f"{THEIRS} and fibre")
    decides(world, item(world, CHOSEN), due_on="2026-12-23")
    world.passes(timedelta(days=2))

    fields = world.jira.issue(key_of(world))["fields"]
    assert (fields["summary"], fields["duedate"]) == (f"{THEIRS} and fibre", "2026-12-23")


def test_whom_a_person_gave_an_issue_in_jira_keeps_it_and_is_followed(world: World):
    decides(world, item(world, CHOSEN), owner_id=f"slack:{IVO.slack_id}")
    world.passes(timedelta(minutes=10))
    world.jira.person_reassigns(key_of(world), KOFI.account_id)
    for day in ("2026-12-24", "2026-12-23"):
        decides(world, item(world, CHOSEN), due_on=day)
        world.passes(timedelta(minutes=10))
    world.passes(timedelta(days=2))

    assert world.jira.issue(key_of(world))["fields"]["assignee"]["displayName"] == "Kofi Mensah"
    (one,) = followed(world)
    assert one.assignee.name == "Kofi Mensah"
    assert sum("Reassigned" in said for said in one.changes) == 1


def test_an_owner_and_a_day_that_are_decided_long_after_the_issue_was_read_reach_it(world: World):
    world.sweeps()
    world.passes(timedelta(days=2))
    assert followed(world)[0].status == "To Do"
    decides(world, item(world, CHOSEN), owner_id=f"slack:{IVO.slack_id}", due_on="2026-12-24")
    world.passes(timedelta(minutes=10))

    fields = world.jira.issue(key_of(world))["fields"]
    assert (fields["assignee"]["displayName"], fields["duedate"]) == ("Ivo Petrov", "2026-12-24")
    shown = item(world, CHOSEN)
    assert (shown.owner.name, str(shown.due_on)) == ("Ivo Petrov", "2026-12-24")


def test_what_debrief_changed_itself_is_no_change_by_a_person(world: World):
    """Jira tells of our own change while the journey that makes it still waits for the next one."""
    jira = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)
    world.jira.limits_next("PUT .*/assignee", times=1, retry_after=90)
    decides(
        world, item(world, CHOSEN), text="Page on CRC errors", due_on="2026-12-24", owner_id=f"slack:{IVO.slack_id}"
    )
    world.engine.run_due()
    assert world.jira.issue(key_of(world))["fields"]["summary"] == "Page on CRC errors"
    jira.delivers()
    world.passes(timedelta(minutes=30))
    jira.delivers()
    world.passes(timedelta(minutes=30))

    (one,) = followed(world)
    assert (one.text, str(one.due_on), one.assignee.name) == ("Page on CRC errors", "2026-12-24", "Ivo Petrov")
    assert not one.changes


def test_a_field_that_a_person_holds_does_not_hide_the_others_that_were_changed(world: World):
    world.jira.fails_next("bulkfetch", Reply(503), times=20)  # what the person did is not seen before
    world.jira.person_renames(key_of(world), THEIRS)
    decides(world, item(world, CHOSEN), text="Page on CRC errors", due_on="2026-12-24")
    world.passes(timedelta(minutes=10))

    (one,) = followed(world)
    assert str(one.due_on) == "2026-12-24"
    assert one.changes == (f"{key_of(world)} keeps the name that it has in Jira.",)
    assert world.jira.issue(key_of(world))["fields"]["summary"] == THEIRS


def test_two_decisions_of_the_same_moment_are_both_carried_into_the_issue(world: World):
    chosen = item(world, CHOSEN)
    decides(world, chosen, due_on="2026-12-24")
    world.engine.run_due()
    at = world.clock.now().isoformat()
    decides(world, chosen, due_on="2026-12-23", at=at)
    decides(world, chosen, text="Page on CRC errors", at=at)
    world.passes(timedelta(minutes=30))

    fields = world.jira.issue(key_of(world))["fields"]
    assert (fields["summary"], fields["duedate"]) == ("Page on CRC errors", "2026-12-23")


def test_a_change_that_jira_refused_is_made_later_and_then_no_longer_spoken_of(world: World):
    world.jira.fails_next("PUT .*/issue/", Reply(403), times=1)
    decides(world, item(world, CHOSEN), text="Page on CRC errors")
    world.passes(timedelta(minutes=10))
    (before,) = followed(world)
    assert any("was not changed" in said for said in before.changes)

    decides(world, item(world, "Page on"), due_on="2026-12-24")
    world.passes(timedelta(minutes=10))
    (after,) = followed(world)
    assert after.text == "Page on CRC errors"
    assert not after.changes
