"""What a person at a real terminal sees and is asked: bars, one question, and no writing without a yes."""

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from connectors.engine.progress import Progress
from handlers.cli.display import Bars, Lines
from postmortem.evidence import Message, Part
from postmortem.moment import moment_from_slack_ts
from tests.contract.cli import environment_of
from tests.contract.keyboard import CODES, answering
from tests.world import World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "here"
    here.mkdir()
    return here


def test_a_no_stops_before_anything_is_written(world: World, folder: Path):
    code, shown = answering(folder, environment_of(world, folder), "n", "draft", world.incident_id())

    assert code == 130
    assert "Checkout p99 latency above 4 s in eu-west-1" in shown
    assert "announce the draft in the" in shown
    assert "debrief: Stopped before anything was written." in shown
    world.jira.expects_issues(0)
    assert world.slack.unexpected() == []
    assert world.pagerduty.written_notes == []


def test_a_yes_goes_on_and_every_source_has_a_row_with_its_counts(world: World, folder: Path):
    code, shown = answering(folder, environment_of(world, folder), "y", "draft", world.incident_id())

    assert code == 0, shown
    assert re.search(r"✓ Slack +━+ 45 messages, 4 threads, 9 people", shown)
    assert re.search(r"✓ PagerDuty +━+ 7 alerts, 16 log entries", shown)
    world.jira.expects_issues(3)


def message(number: int, thread: int | None = None) -> Message:
    return Message(
        id=f"slack/C1/{number}",
        channel_id="C1",
        channel_name="inc-1",
        moment=moment_from_slack_ts(f"{1763388000 + number}.000000"),
        text="hello",
        thread_id=f"slack/C1/{thread}" if thread else None,
    )


def test_plain_lines_count_each_thing_once_and_never_flood():
    seconds, file = [0.0], StringIO()
    lines = Lines(Console(file=file, width=80), lambda: seconds[0])
    with lines:
        for number in range(100):
            lines.on_part("slack", Part(messages=(message(number, thread=1), message(0))))
        seconds[0] = 6.0
        lines.on_part("slack", Part(messages=(message(100),)))
        lines.on_step(Progress("pm-1", "compose", "started"))
    assert file.getvalue().splitlines() == ["Slack: 101 messages, 1 thread", "Composing the draft"]


def test_bars_fit_into_80_columns_however_much_was_read():
    file = StringIO()
    with Bars(Console(file=file, width=80, force_terminal=True)) as bars:
        bars.on_part("slack", Part(messages=tuple(message(number, thread=number) for number in range(1, 1500))))
        bars.on_step(Progress("pm-1", "open issues > 0 > open the issue, round 1", "started"))
    rows = [line for line in re.split(r"[\r\n]+", CODES.sub("", file.getvalue())) if line.strip()]
    assert "1,499 messages, 1,499 threads" in rows[-2]
    assert "Opening issues" in rows[-1]
    assert max(len(row) for row in rows) <= 80
