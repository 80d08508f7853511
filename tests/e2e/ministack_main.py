"""ministack as a process, with one thing less to refuse: an alarm that computes with several figures.

It knows alarms of one figure only (1.5.33), and sets up nothing of a stack that has another. Nobody asks its alarms.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

type Properties = dict[str, Any]


def lets_alarms_compute(provisioners: Any) -> None:
    """Such an alarm is taken for one of the first of its figures."""
    record: Callable[[str, Properties], Any] = provisioners._cw_metric_alarm_record

    def recorded(name: str, properties: Properties) -> Any:
        figures = [one["MetricStat"]["Metric"] for one in properties.get("Metrics", ()) if "MetricStat" in one]
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        return record(name, plain | {key: figures[0][key] for key in ("MetricName", "Namespace") if figures})

    provisioners._cw_metric_alarm_record = recorded


if __name__ == "__main__":
    lets_alarms_compute(import_module("ministack.services.cloudformation.provisioners"))
    sys.exit(import_module("ministack.app").main())
