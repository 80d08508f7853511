"""One action item from a line in the chat to done: accepted, reassigned, overdue, its incident back on the way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.store.following import Following
from postmortem.follow_up.followed import FollowedItem
from tests.incidents.came_back import sequel
from tests.incidents.people import IVO
from tests.vendors.jira_webhooks import SECRET, JiraWebhooks
from tests.vendors.slack_modals import direct_channel
from tests.world import World, world_of

ALERT = "alert on CRC errors"
CHANNEL = "inc-4300"


def test_an_item_said_in_the_chat_is_heard_of_until_it_is_done(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
        jira = JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status)

        # Hana says in the chat that she will do it, and nobody marks it: it is suggested, and no issue is opened.
        world.resolves()
        world.passes(timedelta(minutes=10))
        world.jira.expects_issues(0)
        assert "Suggested, not opened" in world.draft()

        # She accepts it with one click: it is in her backlog, due on the day that she said.
        world.slack.user("hana").clicks("Accept", on=ALERT)
        world.passes(timedelta(minutes=1))
        (issue,) = world.jira.expects_issues(1)
        key = issue["key"]
        assert issue["fields"]["assignee"]["displayName"] == "Hana Kimura"
        assert issue["fields"]["duedate"] == "2026-11-13"
        assert world.slack.channel(CHANNEL).shows(key, "Hana Kimura"), "the announcement is brought up to date"

        # It is given to Ivo in Jira; Jira tells, and the postmortem shows it.
        world.jira.person_reassigns(key, IVO.account_id)
        jira.delivers()
        world.passes(timedelta(minutes=1))
        assert followed(world).assignee.name == "Ivo Petrov"
        assert "| Ivo Petrov | 2026-11-13 |" in world.draft()

        # Nobody does anything: Ivo hears of it before it is due, on the day, and later again. Hana hears nothing.
        hours_pass(world, until=datetime(2026, 11, 20, 8, 55, tzinfo=UTC))
        reminders = told_alone(world, "ivo")
        assert len(reminders) >= 3
        assert all(key in text for text in reminders)
        assert "past the due date" in reminders[-1]
        assert not told_alone(world, "hana")

        # The incident comes back: the same item and the same issue, and one new item of the second night.
        comes_back(world)
        assert len(world.jira.issues) == 2
        assert world.draft().count(f"/browse/{key})") >= 1
        assert not world.jira.comments(key), "an open issue is not told of it"

        # Ivo does it. The postmortem shows it at once; the other item keeps it open.
        world.jira.person_closes(key)
        jira.delivers()
        world.passes(timedelta(minutes=1))
        assert followed(world).standing == "done"
        assert world.state().get("closed_by") is None

        # The last one is done: the postmortem is closed, and its channel hears of it.
        (other,) = [one["key"] for one in world.jira.issues if one["key"] != key]
        world.jira.person_closes(other)
        jira.delivers()
        hours_pass(world, until=world.clock.now() + timedelta(days=2))
        assert world.postmortem().status == "closed"
        world.slack.channel(CHANNEL).expects("both action items are done")
        count = len(told_alone(world, "ivo"))

        # And then there is silence.
        hours_pass(world, until=world.clock.now() + timedelta(days=15))
        assert len(told_alone(world, "ivo")) == count


def test_an_issue_that_was_done_when_its_incident_came_back_is_told_once_and_stays_closed(tmp_path: Path):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        world.slack.user("hana").clicks("Accept", on=ALERT)
        world.passes(timedelta(minutes=1))
        (issue,) = world.jira.expects_issues(1)
        world.jira.person_closes(issue["key"])
        hours_pass(world, until=datetime(2026, 11, 20, 8, tzinfo=UTC))

        comes_back(world)
        comes_back(world)
        world.passes(timedelta(days=2))

        (said,) = world.jira.comments(issue["key"])
        assert "was opened again on 2026-11-20" in str(said)
        assert world.jira.issue(issue["key"])["fields"]["status"]["name"] == "Done"
        assert len(world.jira.issues) == 2


def comes_back(world: World) -> None:
    """Ten days later the incident is opened again, worked on, and resolved for the second time."""
    later = sequel()
    world.pagerduty.holds(later.pagerduty)
    world.slack.holds(later.slack)
    resolved = datetime(2026, 11, 20, 9, 42, tzinfo=UTC)
    hours_pass(world, until=resolved)
    for webhook in later.webhooks:
        world.rings(webhook)
    world.passes(timedelta(minutes=10))


def hours_pass(world: World, until: datetime) -> None:
    """The machine sweeps every hour, as it does."""
    while (left := until - world.clock.now()) > timedelta(0):
        world.sweeps()
        world.passes(min(left, timedelta(hours=1)))


def followed(world: World) -> FollowedItem:
    (found,) = [item for item in Following(world.store).all() if ALERT in item.text]
    return found


def told_alone(world: World, name: str) -> list[str]:
    """The direct messages that somebody got, oldest first."""
    channel = direct_channel(world.slack.workspace, world.slack.user(name).user)
    return [channel.messages[ts]["text"] for ts in channel.order]
