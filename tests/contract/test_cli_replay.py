"""`debrief replay`: what failed for good is started again under another name, and leaves the queue only then."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.engine.dead_letters import kind_of
from connectors.engine.start import journey_name
from tests.contract.cli import Terminal
from tests.contract.staged_lambda import StagedWorld
from tests.vendors.aws import Fault
from tests.vendors.wire import Reply
from tests.world import World, world_of

pytest_plugins = ["tests.contract.store_fixtures", "tests.contract.staged_world"]


def dies(world: StagedWorld, payload: Any, error: str = "It ended badly.") -> None:
    """Lambda puts it into the queue of what ended badly."""
    sqs, url = world.staged.client("sqs"), world.staged.outputs["DeadLettersUrl"]
    said = {"ErrorMessage": {"DataType": "String", "StringValue": error}}
    body = payload if isinstance(payload, str) else json.dumps(payload)
    sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=said)


def waiting(world: StagedWorld) -> int:
    sqs, url = world.staged.client("sqs"), world.staged.outputs["DeadLettersUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def failed(world: StagedWorld) -> dict[str, Any]:
    """A journey that failed on the stage, and what was done about it since: nothing."""
    incident = world.vendors.scripts[0].pagerduty["incident"]
    world.vendors.pagerduty.fails_next(f"GET /incidents/{incident['id']}$", Reply(403), times=1)
    name = journey_name(incident["id"], datetime.fromisoformat(incident["resolved_at"]))
    payload = {"incident_id": incident["id"], "journey": name}
    world.service.engine.start("postmortem", name, payload)
    world.service.engine.run_due()
    dies(world, payload)
    return payload


def test_what_waits_is_shown_started_under_another_name_and_taken_out(stage_up: StagedWorld):
    payload = failed(stage_up)
    looked = stage_up.runs("replay", "--dry-run")
    assert looked.code == 0
    assert payload["incident_id"] in looked.out
    assert f"journey {payload['journey']}" in looked.out
    assert "Reading the PagerDuty incident" in looked.out
    assert "would start rt-" in looked.out
    assert (waiting(stage_up), stage_up.service.starts) == (1, [])

    came = stage_up.runs("replay")
    assert came.code == 0, came.err
    assert came.out.endswith("1 started again. How they stand: debrief status --stage dev\n")
    (again,) = stage_up.service.starts
    assert again.startswith("rt-")
    assert waiting(stage_up) == 0
    stage_up.service.engine.run_due()
    assert len(stage_up.drafts()) == 1
    assert stage_up.runs("replay").out == ("Nothing waits: no journey of the stage dev in us-east-1 failed for good.\n")


def test_the_same_message_starts_one_journey_where_it_could_not_be_taken_out(stage_up: StagedWorld):
    failed(stage_up)
    stage_up.staged.aws.emulated.faults.append(Fault("DeleteMessage", 400, "AccessDeniedException"))
    refused = stage_up.runs("replay")
    assert (refused.code, refused.err.count("\n")) == (3, 1)
    assert "Allow sqs:DeleteMessage on the queue DeadLetters of the stage" in refused.err
    assert waiting(stage_up) == 1

    assert stage_up.runs("replay").code == 0
    assert len(stage_up.service.starts) == 1
    assert waiting(stage_up) == 0


def test_what_was_made_up_for_is_taken_out_alone(stage_up: StagedWorld):
    payload = failed(stage_up)
    stage_up.terminal.runs("draft", payload["incident_id"], "--yes", "--stage", "dev")
    before = list(stage_up.service.starts)
    came = stage_up.runs("replay")

    assert came.code == 0, came.err
    assert "made up for: rt-" in " ".join(came.out.split())
    assert stage_up.service.starts == before
    assert waiting(stage_up) == 0


def test_what_is_none_of_ours_stays_and_is_named_and_ticks_are_gone(stage_up: StagedWorld):
    dies(stage_up, "no json at all")
    dies(stage_up, {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"})
    came = stage_up.runs("replay")

    assert came.code == 1
    assert "it is none of Debrief's: it stays" in came.out
    assert "a tick of the clock: the next one did its work" in came.out
    assert "0 started again, 1 made up for already, 1 left in the queue." in came.out
    assert waiting(stage_up) == 1
    told = stage_up.runs("replay", "--json").json
    assert [one["said"] for one in told["waiting"]] == ["it is none of Debrief's: it stays"]


def test_what_was_observed_is_kept_after_all(stage_up: StagedWorld):
    dies(stage_up, {"incident_id": "Q1", "event": {"id": "E1", "event_type": "incident.triggered"}})
    assert stage_up.runs("replay").code == 0
    (name,) = stage_up.service.starts
    assert name.startswith("ob-")


def test_a_look_at_an_issue_and_a_snooze_are_done_after_all(stage_up: StagedWorld):
    dies(stage_up, {"issue_id": "10001", "journey": "jc-1"})
    dies(stage_up, {"snooze": {"slack_id": "U1", "until": "2026-12-01T09:00:00+00:00"}})
    came = stage_up.runs("replay")

    assert came.code == 0, came.err
    assert {name[:3] for name in stage_up.service.starts} == {"fu-"}
    assert len(stage_up.service.starts) == 2
    assert waiting(stage_up) == 0
    stage_up.service.engine.run_due()
    assert [journey.error for journey in stage_up.service.engine.journeys()] == [None, None]


def test_where_nobody_may_ask_lambda_it_is_started_all_the_same_and_that_is_said(stage_up: StagedWorld):
    failed(stage_up)
    stage_up.service.refuses = 403
    came = stage_up.runs("replay")

    assert came.code == 0
    assert "What was made up for already is not known." in came.out
    assert len(stage_up.service.starts) == 1


def test_a_queue_that_may_not_be_read_is_one_sentence(stage_up: StagedWorld):
    stage_up.staged.aws.emulated.faults.append(Fault("ReceiveMessage", 400, "AccessDeniedException"))
    came = stage_up.runs("replay")
    assert (came.code, came.err.count("\n")) == (3, 1)
    assert "Allow sqs:ReceiveMessage" in came.err


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"incident_id": "Q1", "journey": "pm-Q1-1"}, "postmortem"),
        ({"incident_id": "Q1", "journey": "pm-Q1-1", "backfill": []}, "postmortem"),
        ({"incident_id": "Q1", "event": {}}, "observe"),
        ({"issue_id": "10001", "journey": "jc-1"}, "follow_up"),
        ({"snooze": {"slack_id": "U1", "until": "2026-12-01T09:00:00+00:00"}}, "follow_up"),
        ({"issue_id": "10001"}, "unknown"),
        ({"source": "aws.scheduler"}, "tick"),
        ({"incident_id": 7, "journey": "x"}, "unknown"),
        ({"journey": "x"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_message_is_known_by_what_its_journey_was_started_with(payload: dict[str, Any], kind: str):
    assert kind_of(payload) == kind


# On this machine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path, "checkout-latency") as opened:
        yield opened


@pytest.fixture
def terminal(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
    monkeypatch.setenv("DEBRIEF_SETTINGS", str(world.machine.settings_file))
    monkeypatch.setenv("DEBRIEF_SECRETS", str(world.machine.secrets_file))
    return terminal


def test_the_failed_journeys_of_this_machine_are_started_again(world: World, terminal: Terminal):
    answer = world.pagerduty.answer
    world.pagerduty.answer = lambda request: Reply(401)  # noqa: ARG005 # its name is the fake's
    world.resolves()
    world.passes(timedelta(minutes=10))
    world.pagerduty.answer = answer
    serving = terminal.runs("replay")
    assert (serving.code, serving.err.count("\n")) == (2, 1)
    assert "debrief: Debrief serve is running here, and starts what failed again by itself" in serving.err

    world.stop()
    looked = terminal.runs("replay", "--dry-run")
    came = terminal.runs("replay")
    world.start()
    assert "1 of 1 would be started again" in looked.out
    assert came.out.endswith("1 started again. They go on while debrief serve runs. How they stand: debrief status\n")
    world.settles()
    assert len(world.drafts()) == 1
    world.jira.expects_issues(3)


def test_where_nothing_failed_nothing_is_made(world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DEBRIEF_HOME", str(terminal.folder / "nowhere"))
    assert terminal.runs("replay").out == "Nothing waits: no journey of this machine failed for good.\n"
    assert not (terminal.folder / "nowhere").exists()
