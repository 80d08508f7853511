"""The figures that people ask of a stage, as lines that CloudWatch makes metrics of. Standard library only.

The embedded metric format: one JSON object a line on standard output, as it is
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html,
read 2026-11-21). Nothing is asked of AWS for it. A dimension has few values, or each of them is paid for; ids stand
beside the figures, where a search of the log finds them.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from connectors.logs import bound_now

NAMESPACE = "Debrief/{stage}"


@dataclass(frozen=True, slots=True)
class Metric:
    """`says` is what one of it means, in the words of docs/observability.md."""

    says: str
    dimensions: tuple[str, ...] = ()
    unit: Literal["Count", "Seconds"] = "Count"


METRICS: Mapping[str, Metric] = {
    "WebhooksAccepted": Metric("a signed delivery that started something", ("Source",)),
    "WebhooksIgnored": Metric("a signed delivery that needs nothing, answered 2xx", ("Source", "Reason")),
    "WebhooksRefused": Metric("a delivery that is not believed", ("Source", "Reason")),
    "ReceiverFaults": Metric("a delivery answered 503 by a fault of ours"),
    "JourneysStarted": Metric("a journey began", ("Kind",)),
    "JourneysDone": Metric("a journey came to its end", ("Kind",)),
    "JourneysFailed": Metric("a journey ended for good without its end", ("Kind",)),
    "TimeToDraft": Metric("from the resolve to the first published draft", unit="Seconds"),
    "Gaps": Metric("something that could not be read, in a draft as it was composed", ("Source",)),
    "IssuesOpened": Metric("a Jira issue was made"),
    "IssuesAdopted": Metric("an issue was found that a lost answer had made"),
    "ItemsParked": Metric("action items that have no issue now and wait for a person, counted every hour"),
    "Doubles": Metric("action items with more than one issue, counted every day"),
    "RemindersSent": Metric("a person was reminded"),
    "DigestsPosted": Metric("a digest was posted"),
    "PostmortemsClosed": Metric("a postmortem was closed because all its items are done"),
    "MissedResolves": Metric("a resolve that no webhook announced, found by asking"),
    "SubscriptionsDisabled": Metric("webhook subscriptions that PagerDuty had disabled, at a look"),
    "SubscriptionsEnabled": Metric("a webhook subscription was enabled again"),
    "SubscriptionsWrong": Metric("webhook subscriptions that a person must mend, at a look"),
}


def _to_standard_output(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


class Meter:
    """Writes figures of a stage; of none without one. `now` is the clock."""

    def __init__(
        self, stage: str | None, now: Callable[[], datetime], write: Callable[[str], None] = _to_standard_output
    ) -> None:
        self._stage, self._now, self._write = stage, now, write

    def count(self, name: str, value: float = 1, /, **dimensions: str) -> None:
        """Say a figure. Its name and its dimensions are those of METRICS: KeyError and ValueError otherwise."""
        metric = METRICS[name]
        if tuple(dimensions) != metric.dimensions:
            raise ValueError(f"{name} has the dimensions {metric.dimensions}.")
        if not self._stage:
            return
        directive = {
            "Namespace": NAMESPACE.format(stage=self._stage),
            "Dimensions": [list(metric.dimensions)],
            "Metrics": [{"Name": name, "Unit": metric.unit}],
        }
        about = {"Timestamp": int(self._now().timestamp() * 1000), "CloudWatchMetrics": [directive]}
        line: dict[str, Any] = {"_aws": about, name: value, **dimensions, **bound_now()}
        self._write(json.dumps(line, separators=(",", ":")) + "\n")


SILENT = Meter(None, lambda: datetime(1970, 1, 1, tzinfo=UTC))
"""Of no stage: it checks and writes nothing."""
