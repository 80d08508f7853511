"""What is counted after the draft: issues whose answer was lost, what is parked or double, follow-ups, the webhook."""

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.store.following import Following
from tests.contract.followed import followed
from tests.contract.test_figures import STAGE, counted, sums
from tests.contract.test_follow_up import TEAM, settings
from tests.contract.test_reconcile import PUBLIC, QUARTER, live, resolve
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.wire import Reply
from tests.world import World, world_of


@pytest.fixture
def drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[World]:
    """The checkout incident drafted, three issues open, and everything counted so far forgotten."""
    monkeypatch.setenv("DEBRIEF_STAGE", STAGE)
    with world_of(tmp_path, "checkout-latency", settings=settings(digest_day="friday")) as world:
        world.slack.holds({"channels": [{"id": TEAM, "name": "team-checkout"}]})
        world.resolves()
        world.settles()
        yield world


@pytest.fixture
def webhooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[World]:
    monkeypatch.setenv("DEBRIEF_STAGE", STAGE)
    options: dict[str, Any] = {"settings": {"publish": {"public_base_url": PUBLIC}}}
    with world_of(tmp_path, "expired-certificate", **options) as world:
        yield world


def test_an_issue_that_a_lost_answer_had_made_is_adopted_and_not_opened_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DEBRIEF_STAGE", STAGE)
    with world_of(tmp_path, "checkout-latency") as world:
        world.jira.fails_next(r"POST .*/issue$", Reply(dropped=True), after_effect=True)
        world.resolves()
        world.settles()
        total = sums(counted(world, capsys))
        assert (total["IssuesOpened"], total["IssuesAdopted"]) == (2, 1)
        world.jira.expects_issues(3)


def test_a_sweep_counts_what_is_parked_now_also_where_nothing_is(drafted: World, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    drafted.sweeps()
    drafted.passes(timedelta(hours=1))
    total = sums(counted(drafted, capsys))
    assert (total["ItemsParked"], total["JourneysDone follow_up"]) == (0, 1)

    parked = followed(9, drafted.clock.now(), standing="parked", issue_id=None, issue_key=None, issue_link=None)
    Following(drafted.store).change(parked, lambda _: parked)
    drafted.sweeps()
    drafted.passes(timedelta(hours=1))
    assert sums(counted(drafted, capsys))["ItemsParked"] == 1


def test_doubles_are_counted_every_day_also_where_there_are_none(drafted: World, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    live(drafted, timedelta(minutes=30))
    doubles = [figure.value for figure in counted(drafted, capsys) if figure.name == "Doubles"]
    assert doubles == [0]

    payload: dict[str, Any] = next(one for one in drafted.jira.requests if one.path.endswith("/issue")).json()
    assert drafted.house.jira is not None
    drafted.house.jira.create_issue(payload)
    drafted.clock.advance(timedelta(days=1))
    live(drafted, timedelta(minutes=30))
    doubles = [figure.value for figure in counted(drafted, capsys) if figure.name == "Doubles"]
    assert doubles == [1]


def test_reminders_digests_and_closed_postmortems_are_counted(drafted: World, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    for _ in range(24 * 7):
        drafted.sweeps()
        drafted.passes(timedelta(hours=1))
    total = sums(counted(drafted, capsys))
    told = [said for said in drafted.slack.workspace.posted if said["channel"].startswith("@")]
    digests = [said for said in drafted.slack.workspace.posted if said["channel"] == "team-checkout"]
    assert (total["RemindersSent"], total["DigestsPosted"]) == (len(told), len(digests))
    assert digests
    assert "PostmortemsClosed" not in total

    for key in ("CHK-1", "CHK-2", "CHK-3"):
        drafted.jira.person_closes(key)
    for _ in range(26):
        drafted.sweeps()
        drafted.passes(timedelta(hours=1))
    assert sums(counted(drafted, capsys))["PostmortemsClosed"] == 1


def test_a_disabled_subscription_is_counted_and_so_is_its_enabling(
    webhooked: World, capsys: pytest.CaptureFixture[str]
):
    subscriptions = webhooked.pagerduty.subscriptions
    subscriptions.adds("PSUB01", f"{PUBLIC}/pagerduty", WEBHOOK_SECRET, lambda _body, _headers: 403)
    live(webhooked, QUARTER)
    capsys.readouterr()
    for number in range(5):
        subscriptions.tells(resolve(webhooked, number))
        webhooked.clock.advance(timedelta(minutes=1))
    live(webhooked, timedelta(minutes=45))
    total = sums(counted(webhooked, capsys))
    assert (total["SubscriptionsDisabled"], total["SubscriptionsEnabled"], total["SubscriptionsWrong"]) == (1, 1, 0)
    assert total["MissedResolves"] == 5
    assert total["WebhooksAccepted pagerduty"] == 0, "a silent day is a nought, and no gap"


def test_a_subscription_that_a_person_must_mend_is_counted_at_every_look(
    webhooked: World, capsys: pytest.CaptureFixture[str]
):
    webhooked.pagerduty.subscriptions.adds("PSUB01", f"{PUBLIC}/pagerduty", active=False)
    live(webhooked, timedelta(hours=1))
    wrong = [figure.value for figure in counted(webhooked, capsys) if figure.name == "SubscriptionsWrong"]
    assert wrong == [1, 1, 1, 1]
