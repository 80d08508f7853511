"""What Jira tells of by webhook: believed where it is signed, and then a hint that is confirmed by reading."""

import json
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from connectors.errors import Ignored
from connectors.jira.webhook import parse, verify
from connectors.store.following import Following
from postmortem.follow_up.followed import FollowedItem
from tests.vendors.jira_webhooks import SECRET, JiraWebhooks, signature
from tests.world import World, world_of


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """The checkout incident is drafted, its three issues are open, and Jira tells of what happens to them."""
    with world_of(tmp_path, "checkout-latency") as opened:
        opened.write_secrets(JIRA_WEBHOOK_SECRET=SECRET)
        opened.stop()
        opened.start()
        opened.resolves()
        opened.settles()
        yield opened


def hooked(world: World, secret: str | None = SECRET) -> JiraWebhooks:
    return JiraWebhooks(world.jira, lambda body, headers: world.hears_of_changes(body, headers).status, secret)


def followed(world: World, key: str) -> FollowedItem:
    issue_id = world.jira.issue(key)["id"]
    item = Following(world.store).by_issue(issue_id)
    assert item is not None, f"{key} is not followed"
    return item


def reads(world: World) -> int:
    return sum(request.path.startswith("/rest/api/3/issue/1") for request in world.jira.requests)


def test_an_issue_that_is_closed_is_shown_as_done_within_minutes(world: World):
    hook = hooked(world)
    world.jira.person_closes("CHK-1")

    assert hook.delivers() == [202]
    world.passes(timedelta(minutes=5))

    assert followed(world, "CHK-1").standing == "done"
    assert "CHK-1](https://acme.atlassian.net/browse/CHK-1), Done" in world.draft()


@pytest.mark.parametrize("secret", [None, "another-secret"], ids=["unsigned", "forged"])
def test_what_is_not_signed_by_jira_starts_nothing(world: World, secret: str | None):
    hook = hooked(world, secret)
    before = len(world.engine.journeys())
    world.jira.person_closes("CHK-1")

    assert hook.delivers() == [403]
    assert len(world.engine.journeys()) == before


def test_the_secret_before_the_last_change_still_counts(world: World):
    hook = hooked(world)
    world.write_secrets(JIRA_WEBHOOK_SECRET="newer", JIRA_WEBHOOK_SECRET_PREVIOUS=SECRET)
    world.jira.person_closes("CHK-1")

    assert hook.delivers() == [202]


def test_duplicates_and_disorder_come_to_what_jira_says(world: World):
    hook = hooked(world)
    world.jira.person_closes("CHK-1")
    world.jira.person_reopens("CHK-1")
    world.jira.person_reassigns("CHK-1", None)
    world.jira.person_closes("CHK-1")
    world.jira.person_reopens("CHK-1")
    world.passes(timedelta(minutes=30))

    hook.delivers(twice=True, order=Random(7))
    world.passes(timedelta(minutes=30))

    assert followed(world, "CHK-1").standing == "open", "the last word is Jira's, whichever delivery came last"
    assert followed(world, "CHK-1").assignee.account_id is None
    journeys = [journey for journey in world.engine.journeys() if journey.name.startswith("jc-")]
    assert len(journeys) == 5, "a delivery that came twice was looked into once"


def test_a_hint_that_is_no_longer_true_changes_nothing(world: World):
    hook = hooked(world)
    world.sweeps()
    world.passes(timedelta(minutes=5))
    world.jira.person_closes("CHK-1")
    world.jira.person_reopens("CHK-1")
    before = world.draft()

    hook.delivers()
    world.passes(timedelta(minutes=5))

    assert world.draft() == before


def test_an_issue_that_a_person_deletes_is_shown_as_removed_and_not_made_again(world: World):
    hook, issue_id = hooked(world), world.jira.issue("CHK-1")["id"]
    world.jira.person_deletes("CHK-1")

    hook.delivers()
    world.passes(timedelta(minutes=5))

    item = Following(world.store).by_issue(issue_id)
    assert item is not None
    assert item.standing == "removed"
    assert "Removed by a person in Jira" in world.draft()
    world.jira.expects_issues(2)


def test_issues_of_others_start_nothing(world: World):
    hook = hooked(world)
    world.jira.person_copies("CHK-1")
    copied = world.jira.issues[-1]["key"]
    world.jira.person_closes(copied)
    before = len(world.engine.journeys())

    assert hook.delivers() == [202, 202]
    assert len(world.engine.journeys()) == before


def test_jira_that_cannot_be_read_makes_nothing_false(world: World):
    hook = hooked(world)
    world.jira.person_closes("CHK-1")
    hook.delivers()
    world.jira.is_down = True
    world.passes(timedelta(minutes=2))
    assert followed(world, "CHK-1").standing == "open"

    world.jira.is_down = False
    world.passes(timedelta(hours=2))
    assert followed(world, "CHK-1").standing == "done", "the hint was kept, and looked into when Jira was back"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"webhookEvent": 7}',
        b'{"webhookEvent": "jira:issue_updated"}',
        b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "../1"}}',
        json.dumps({"webhookEvent": "comment_created", "issue": {"id": "10001"}}).encode(),
        json.dumps({"webhookEvent": "sprint_closed"}).encode(),
    ],
)
def test_what_says_nothing_of_an_issue_is_ignored_in_words(body: bytes):
    assert isinstance(parse({}, body), Ignored)


def test_a_signature_is_compared_whole_and_in_any_case_of_its_header():
    body = b'{"webhookEvent": "jira:issue_updated"}'
    good = signature(body, SECRET)

    assert verify({"X-Hub-Signature": good}, body, (SECRET,))
    assert not verify({"X-Hub-Signature": good}, body + b" ", (SECRET,))
    assert not verify({"X-Hub-Signature": good[:-1]}, body, (SECRET,))
    assert not verify({"X-Hub-Signature": good.replace("sha256", "sha1")}, body, (SECRET,))
    assert not verify({"X-Hub-Signature": good}, body, ("",))
    assert not verify({}, body, (SECRET,))
