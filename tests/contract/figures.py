"""Reads lines in CloudWatch's embedded metric format as strictly as its specification, and says what they hold.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
(read 2026-11-21): what it forbids fails here, where CloudWatch would only count nothing.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LARGEST = 1024 * 1024
MOST_DIMENSIONS = 30
LONGEST_VALUE = 1024
UNITS = {
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
    "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "None", "Bytes/Second", "Count/Second",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    namespace: str
    name: str
    unit: str
    value: float
    dimensions: tuple[tuple[str, str], ...]
    beside: dict[str, Any]


def figures_in(output: str, now: datetime) -> list[Figure]:
    """Every figure of an output that holds nothing but such lines."""
    assert output == "" or output.endswith("\n")
    return [figure for line in output.splitlines() for figure in figures_of(line, now)]


def figures_of(line: str, now: datetime) -> list[Figure]:
    """The figures of one line; fails where the line breaks the specification."""
    assert len(line.encode()) <= LARGEST
    root = json.loads(line, parse_constant=_no_number, object_pairs_hook=_each_once)
    about = root["_aws"]
    assert set(about) == {"Timestamp", "CloudWatchMetrics"}
    at = about["Timestamp"]
    assert type(at) is int
    # CloudWatch takes what is two weeks old at the most, and two hours ahead.
    assert timedelta(days=-14) < datetime.fromtimestamp(at / 1000, UTC) - now < timedelta(hours=2)
    assert about["CloudWatchMetrics"]
    found = list[Figure]()
    for directive in about["CloudWatchMetrics"]:
        found += _directed(directive, root)
    return found


def _directed(directive: dict[str, Any], root: dict[str, Any]) -> list[Figure]:
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    _is_text(directive["Namespace"], 1024)
    assert not directive["Namespace"].startswith("AWS/")
    assert directive["Dimensions"], "each set of dimensions makes a metric, also the empty one"
    assert 1 <= len(directive["Metrics"]) <= 100
    return [
        _figure(directive["Namespace"], metric, names, root)
        for metric in directive["Metrics"]
        for names in directive["Dimensions"]
    ]


def _figure(namespace: str, metric: dict[str, Any], names: list[str], root: dict[str, Any]) -> Figure:
    assert {"Name"} <= set(metric) <= {"Name", "Unit", "StorageResolution"}
    _is_text(metric["Name"], 1024)
    assert metric.get("Unit", "None") in UNITS
    assert metric.get("StorageResolution", 60) in (1, 60)
    value = root[metric["Name"]]
    assert type(value) in (int, float)
    assert len(names) == len(set(names)) <= MOST_DIMENSIONS
    for name in names:
        _is_text(name, 250)
        _is_text(root[name], LONGEST_VALUE)
    told = {metric["Name"], "_aws", *names}
    beside = {name: one for name, one in root.items() if name not in told}
    return Figure(
        namespace,
        metric["Name"],
        metric.get("Unit", "None"),
        value,
        tuple((name, root[name]) for name in names),
        beside,
    )


def _is_text(value: Any, longest: int) -> None:
    assert isinstance(value, str)
    assert value.strip()
    assert value.isascii()
    assert value.isprintable()
    assert not value.startswith(":")
    assert len(value) <= longest


def _no_number(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), "a name stands there twice"
    return dict(pairs)
