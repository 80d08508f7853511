"""What the deployed functions tell of themselves: in Lambda's own runtime, with its own JSON format."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.figures import figures_of
from tests.e2e.on_lambda import ZIPS, on_lambda
from tests.e2e.runtime import missing

pytestmark = pytest.mark.skipif(
    bool(missing()) or not (ZIPS / "journey.zip").exists(),
    reason="make test-e2e builds the zips and fetches the runtime",
)


def told(log: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines that are JSON objects; the emulator's own are none."""
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            yield line, json.loads(line)


def test_figures_and_lines_of_a_whole_journey_come_out_as_cloudwatch_takes_them(tmp_path: Path):
    with on_lambda(tmp_path, "stale-replica") as deployed:
        (script,) = deployed.neighbours.scripts
        (resolved,) = [one for one in script.webhooks if one["event"]["event_type"] == "incident.resolved"]
        assert deployed.rings(resolved)[0] == 202
        assert deployed.rings(resolved)[0] == 202
        deployed.settles()
        incident, secrets = deployed.neighbours.incident_id(), deployed.neighbours.machine.secrets_file.read_text()
    lines = [one for name in ("receive", "journey") for one in told(tmp_path / f"{name}.log")]

    now = datetime.now(UTC)
    figures = [figure for line, one in lines if "_aws" in one for figure in figures_of(line, now)]
    assert {figure.namespace for figure in figures} == {"Debrief/e2e"}
    names = [(figure.name, *(value for _, value in figure.dimensions)) for figure in figures]
    for once in (
        ("WebhooksAccepted", "pagerduty"),
        ("WebhooksIgnored", "pagerduty", "duplicate"),
        ("JourneysStarted", "postmortem"),
        ("JourneysDone", "postmortem"),
        ("TimeToDraft",),
    ):
        assert names.count(once) == 1, once
    assert names.count(("IssuesOpened",)) == 2

    calls = [one for _, one in lines if "vendor" in one]
    assert {one["vendor"] for one in calls} == {"PagerDuty", "Slack", "Jira"}
    assert all(one["incident"] == incident and one["journey"] and one["step"] and one["requestId"] for one in calls)
    assert all(one["level"] == "INFO" and one["timestamp"] for one in calls)
    steps = [one["step"] for _, one in lines if one.get("event") == "done" and "step" in one]
    assert len(steps) == len(set(steps)) > 15, "each once, however often the execution was replayed"

    whole = "\n".join(line for line, _ in lines)
    values = [line.partition("=")[2] for line in secrets.splitlines()]
    assert [value for value in values if len(value) > 8 and value in whole] == []
    texts = [
        message["text"] for message in script.slack["channels"][0]["messages"] if len(message.get("text", "")) > 12
    ]
    assert texts
    assert [text for text in texts if text in whole] == []
