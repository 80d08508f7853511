"""What wakes a person, and the page they look at then: every figure in them is one that is really written."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.meter import METRICS
from tests.contract.stack import OSLS, resources

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "observability.md").read_text()
NAMESPACE = "Debrief/dev"
AWS = {
    "AWS/Lambda": {"Errors", "Duration", "DurableExecutionFailed", "ApproximateRunningDurableExecutions"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
}
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
(read 2026-11-21)"""
SOURCES = {"pagerduty", "slack", "jira", "confluence"}
KINDS = {"postmortem", "observe", "follow_up", "reconcile"}
needs_osls = pytest.mark.skipif(
    not OSLS.exists(), reason="osls is not installed: `npm ci`, which `make test` does where Node is"
)


def written() -> dict[str, set[str]]:
    """The figures that some line of the code writes, with the names of their dimensions there."""
    found = dict[str, set[str]]()
    for file in (*(ROOT / "handlers").rglob("*.py"), *(ROOT / "connectors").rglob("*.py")):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in METRICS and file.name != "meter.py":
                found.setdefault(str(node.value), set())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "count":
                name = node.args[0] if node.args else None
                if isinstance(name, ast.Constant) and name.value in METRICS:
                    found.setdefault(str(name.value), set()).update(one.arg for one in node.keywords if one.arg)
    return found


def test_every_figure_that_is_described_is_written_somewhere():
    assert set(written()) == set(METRICS)


def test_the_page_tells_of_every_figure_and_of_no_other():
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w, ]*) \| (.+) \|$", PAGE, re.MULTILINE)
    assert told == [(name, one.unit, ", ".join(one.dimensions), one.says) for name, one in METRICS.items()]


@needs_osls
def test_the_page_tells_of_every_alarm_with_its_entry_in_the_runbook():
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        entry = alarm["Properties"]["AlarmDescription"].rpartition("/")[2]
        assert re.search(rf"^\| .*\*{name}\*.*\({re.escape(entry)}\) \|$", PAGE, re.MULTILINE), name
        assert f"*{name}*" in (ROOT / "docs" / "runbook.md").read_text()


def _check(namespace: str, name: str, dimensions: dict[str, Any]) -> None:
    if namespace != NAMESPACE:
        assert name in AWS[namespace]
        return
    assert tuple(dimensions) == METRICS[name].dimensions, name
    assert dimensions.get("Source", "jira") in SOURCES
    assert dimensions.get("Kind", "observe") in KINDS


@needs_osls
def test_every_alarm_looks_at_a_figure_that_is_written():
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        asked = [alarm["Properties"]] if "MetricName" in alarm["Properties"] else []
        asked += [one["MetricStat"]["Metric"] for one in alarm["Properties"].get("Metrics", []) if "MetricStat" in one]
        assert asked, name
        for metric in asked:
            dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", [])}
            _check(metric["Namespace"], metric["MetricName"], dimensions)


@needs_osls
def test_every_alarm_tells_somebody_names_its_entry_and_says_when_it_is_over():
    for name, alarm in resources("AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        assert re.search(r"[a-z]\. docs/runbook\.md#[a-z0-9-]+$", properties["AlarmDescription"]), name
        assert properties["AlarmActions"] == properties["OKActions"] == [{"Ref": "Alarms"}]
        # CloudWatch looks back a week at the most, and a day where a period is under an hour.
        periods = [properties["Period"]] if "Period" in properties else [86400]
        window = periods[0] * properties["EvaluationPeriods"]
        assert window <= (7 * 86400 if periods[0] >= 3600 else 86400)


@needs_osls
def test_alarms_stand_on_what_the_issue_asks_for():
    metrics = {
        alarm["Properties"].get("MetricName", "NoWebhooks") for alarm in resources("AWS::CloudWatch::Alarm").values()
    }
    assert {
        "NoWebhooks", "SubscriptionsDisabled", "ApproximateNumberOfMessagesVisible", "DurableExecutionFailed",
        "ItemsParked", "Doubles", "ReceiverFaults", "Errors",
    } <= metrics  # fmt: skip


def _dashboard() -> list[dict[str, Any]]:
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    text: str = dashboard["Properties"]["DashboardBody"]["Fn::Sub"]
    return json.loads(text)["widgets"]


@needs_osls
def test_the_dashboard_begins_with_whether_anything_is_wrong_and_forgets_no_alarm():
    (alarms,) = [widget for widget in _dashboard() if widget["type"] == "alarm"]
    shown = {re.fullmatch(r"\$\{(\w+)\.Arn\}", one).group(1) for one in alarms["properties"]["alarms"]}  # pyright: ignore[reportOptionalMemberAccess]
    assert shown == set(resources("AWS::CloudWatch::Alarm"))
    assert alarms["y"] == min(widget["y"] for widget in _dashboard() if widget["type"] != "text")


@needs_osls
def test_the_dashboard_shows_figures_that_are_written_and_every_one_of_ours():
    shown = set[str]()
    for widget in _dashboard():
        for row in widget["properties"].get("metrics", []):
            if isinstance(row[0], dict):
                expression: str = row[0]["expression"]
                (name,) = re.findall(r'MetricName="(\w+)"', expression)
                (schema,) = re.findall(r"\{([^}]+)\}", expression)
                assert schema == ",".join([NAMESPACE, *METRICS[name].dimensions])
            else:
                words = [part for part in row if isinstance(part, str)]
                name = words[1]
                _check(words[0], name, dict(zip(words[2::2], words[3::2], strict=True)))
            shown.add(name)
    assert set(METRICS) <= shown


@needs_osls
def test_the_widgets_of_the_dashboard_fill_its_24_columns_and_none_lies_on_another():
    taken = set[tuple[int, int]]()
    for widget in _dashboard():
        for x in range(widget["x"], widget["x"] + widget["width"]):
            for y in range(widget["y"], widget["y"] + widget["height"]):
                assert x < 24
                assert (x, y) not in taken
                taken.add((x, y))
    assert len(taken) == 24 * (max(y for _, y in taken) + 1)
