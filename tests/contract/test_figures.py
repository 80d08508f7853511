"""What is counted for a stage: lines that CloudWatch makes metrics of, each fact once, and nothing on one machine."""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.start import journey_name
from connectors.meter import METRICS, Meter
from handlers.envelope import Request, Source, answered
from handlers.receive import receive
from tests.contract.figures import Figure, figures_in, figures_of
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.world import World, world_of

STAGE = "test"


@pytest.fixture
def staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[World]:
    monkeypatch.setenv("DEBRIEF_STAGE", STAGE)
    with world_of(tmp_path, "checkout_latency") as opened:
        yield opened


def counted(world: World, capsys: pytest.CaptureFixture[str]) -> list[Figure]:
    """What was counted since the last time."""
    found = figures_in(capsys.readouterr().out, world.clock.now())
    for figure in found:
        metric = METRICS[figure.name]
        assert figure.namespace == f"Debrief/{STAGE}"
        assert (figure.unit, tuple(name for name, _ in figure.dimensions)) == (metric.unit, metric.dimensions)
        assert set(figure.beside) <= {"incident", "delivery", "journey", "step"}
    return found


def sums(figures: list[Figure]) -> dict[str, float]:
    """By name and values of dimensions."""
    totals = dict[str, float]()
    for figure in figures:
        key = " ".join([figure.name, *(value for _, value in figure.dimensions)])
        totals[key] = totals.get(key, 0) + figure.value
    return totals


def resolve_of(world: World) -> dict[str, Any]:
    return next(one for one in world.scripts[0].webhooks if one["event"]["event_type"] == "incident.resolved")


def test_a_webhook_and_its_journey_are_counted_once(staged: World, capsys: pytest.CaptureFixture[str]):
    resolved = resolve_of(staged)
    assert staged.rings(resolved).status == 202
    assert sums(counted(staged, capsys)) == {"WebhooksAccepted pagerduty": 1}
    staged.settles()
    found = counted(staged, capsys)
    total = sums(found)

    assert total["JourneysStarted postmortem"] == total["JourneysDone postmortem"] == 1
    assert "JourneysFailed postmortem" not in total
    assert total["IssuesOpened"] == len(staged.jira.expects_issues(3))
    assert "IssuesAdopted" not in total
    (draft,) = [figure for figure in found if figure.name == "TimeToDraft"]
    quiet = staged.house.settings.quiet_period.total_seconds()
    assert quiet <= draft.value < quiet + 120
    assert (draft.beside["incident"], draft.beside["step"]) == (staged.incident_id(), "publish")


@pytest.mark.parametrize("more", [{}, {"backfill": []}], ids=["again", "long ago"])
def test_a_draft_that_a_person_asked_for_tells_nothing_of_how_long_drafts_take(
    staged: World, capsys: pytest.CaptureFixture[str], more: dict[str, Any]
):
    resolved = datetime.fromisoformat(resolve_of(staged)["event"]["occurred_at"])
    staged.clock.advance(timedelta(days=3))
    journey = journey_name(staged.incident_id(), resolved if more else staged.clock.now())
    staged.engine.start("postmortem", journey, {"incident_id": staged.incident_id(), "journey": journey} | more)
    staged.settles()
    total = sums(counted(staged, capsys))
    assert total["JourneysDone postmortem"] == 1
    assert "TimeToDraft" not in total


def test_without_a_stage_nothing_is_counted(world: World, capsys: pytest.CaptureFixture[str]):
    world.resolves()
    world.settles()
    world.reconciles()
    world.settles()
    assert capsys.readouterr().out == ""


def test_what_is_refused_or_ignored_is_counted_by_its_reason(staged: World, capsys: pytest.CaptureFixture[str]):
    resolved = resolve_of(staged)
    staged.rings(resolved)
    staged.rings(resolved)
    staged.rings({"event": resolved["event"] | {"id": "01PING", "event_type": "pagey.ping"}})
    staged.rings({"event": resolved["event"] | {"id": "01SERVICE", "event_type": "service.updated"}})
    staged.rings({"event": resolved["event"] | {"id": "01OLD", "occurred_at": "2026-01-01T00:00:00Z"}})
    staged.rings({"event": resolved["event"] | {"agent": "another body"}})
    staged.rings({})
    staged.receives(b"{}", {})
    staged.receives(bytes(300 * 1024), {})
    staged.hears_of_changes(b"{}", {})
    staged.hears_clicks(b"{}", {})
    staged.rings(resolved, secret="whsec-another")

    assert sums(counted(staged, capsys)) == {
        "WebhooksAccepted pagerduty": 1,
        "WebhooksIgnored pagerduty duplicate": 1,
        "WebhooksIgnored pagerduty ping": 1,
        "WebhooksIgnored pagerduty not_wanted": 1,
        "WebhooksIgnored pagerduty too_old": 1,
        "WebhooksIgnored pagerduty changed": 1,
        "WebhooksIgnored pagerduty unreadable": 1,
        "WebhooksRefused pagerduty signature": 2,
        "WebhooksRefused pagerduty size": 1,
        "WebhooksRefused jira signature": 1,
        "WebhooksRefused slack signature": 1,
    }


def test_a_fault_of_ours_is_counted_and_a_stranger_who_must_come_back_is_none(
    staged: World, capsys: pytest.CaptureFixture[str]
):
    secrets = staged.machine.secrets()
    doorway, source = replace(staged.doorway(), secrets=lambda: secrets), Source("pagerduty", staged.house.meter)
    body = body_of(resolve_of(staged))
    forged = Request(sign(body, "whsec-another"), body)
    answers = [answered(lambda request: receive(request, doorway), forged, source).status for _ in range(2)]
    assert answers == [403, 503]
    assert sums(counted(staged, capsys)) == {
        "WebhooksRefused pagerduty signature": 1,
        "WebhooksRefused pagerduty unjudged": 1,
    }
    staged.machine.secrets_file.write_text("SLACK_TOKEN=x\n")
    staged.rings(resolve_of(staged))
    assert sums(counted(staged, capsys)) == {"ReceiverFaults": 1}


def test_a_journey_that_fails_for_good_is_counted_as_failed(staged: World, capsys: pytest.CaptureFixture[str]):
    staged.write_secrets(PAGERDUTY_TOKEN="wrong")
    staged.stop()
    staged.start()
    staged.resolves()
    staged.settles()
    total = sums(counted(staged, capsys))
    assert (total["JourneysStarted postmortem"], total["JourneysFailed postmortem"]) == (1, 1)
    assert not {"JourneysDone postmortem", "TimeToDraft"} & set(total)


def test_what_could_not_be_read_is_counted_by_its_source(staged: World, capsys: pytest.CaptureFixture[str]):
    staged.write_secrets(SLACK_TOKEN="xoxb-wrong")
    staged.stop()
    staged.start()
    staged.resolves()
    staged.settles()
    total = sums(counted(staged, capsys))
    assert total["Gaps slack"] >= 1
    assert "Gaps pagerduty" not in total


def test_a_resolve_that_nobody_announced_is_counted_and_a_silent_day_is_a_nought(
    staged: World, capsys: pytest.CaptureFixture[str]
):
    staged.clock.advance(timedelta(minutes=10))
    staged.reconciles()
    staged.passes(timedelta(minutes=1))
    found = counted(staged, capsys)
    total = sums(found)
    assert total["MissedResolves"] == sum(
        figure.name == "JourneysStarted" and ("Kind", "postmortem") in figure.dimensions for figure in found
    )
    assert total["JourneysDone reconcile"] == 1
    assert total["WebhooksAccepted pagerduty"] == 0


def test_every_dimension_has_few_values(staged: World, capsys: pytest.CaptureFixture[str]):
    staged.resolves()
    staged.settles()
    staged.sweeps()
    staged.passes(timedelta(hours=1))
    values = {value for figure in counted(staged, capsys) for _, value in figure.dimensions}
    known = {"pagerduty", "slack", "jira", "confluence", "postmortem", "observe", "follow_up", "reconcile"}
    reasons = {"duplicate", "not_wanted", "merged", "unreadable", "too_old", "changed", "ping"}
    assert values <= known | reasons


@pytest.mark.parametrize(
    ("name", "value", "dimensions"),
    [("Webhooks", 1, {}), ("Doubles", 1, {"Kind": "x"}), ("Gaps", 1, {})],
)
def test_a_figure_that_nobody_described_is_a_mistake_also_on_one_machine(
    name: str, value: float, dimensions: dict[str, str]
):
    with pytest.raises((KeyError, ValueError)):
        Meter(None, lambda: pytest.fail("asked for the time")).count(name, value, **dimensions)


def test_the_checker_sees_what_cloudwatch_would_not_take(staged: World):
    lines = list[str]()
    Meter(STAGE, staged.clock.now, lines.append).count("Gaps", 2, Source="slack")
    (line,) = lines
    assert figures_of(line, staged.clock.now())[0].value == 2
    breaks: list[tuple[str, str]] = [
        ('"Gaps":2', '"Gaps":"2"'),
        ('"Source":"slack"', '"Source":""'),
        (',"Source":"slack"', ""),
        ('"Unit":"Count"', '"Unit":"Things"'),
        ('"Timestamp":', '"Timestamp":0'),
        ('"Gaps":2', '"Gaps":NaN'),
    ]
    for before, after in breaks:
        broken = line.replace(before, after)
        assert broken != line
        with pytest.raises((AssertionError, KeyError, ValueError)):
            figures_of(broken, staged.clock.now())
