"""The Confluence page of a long night: seconds of one core, memory, and what an edited page costs."""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.children import run_child
from tests.benchmarks.figure import Figure

CHILD = "tests.benchmarks.confluence_child"
RUNS = 3


def measure() -> Iterator[Figure]:
    runs = sorted((run_child(CHILD) for _ in range(RUNS)), key=_writing)
    usual = runs[len(runs) // 2]
    yield Figure(
        f"Confluence page of {usual['events']:,} events: CPU",
        _writing(usual),
        "s",
        1.5,
        f"{usual['bytes']:,} bytes of storage format, {usual['left_out']} events left out: {_stages(usual)}.",
    )
    yield Figure(
        f"Confluence page of {usual['events']:,} events: merge into an edited page",
        usual["seconds"]["merge"],
        "s",
        3.0,
        f"{usual['units']:,} units, 50 of them changed by a person.",
    )
    yield Figure(
        f"Confluence page of {usual['events']:,} events: peak memory",
        usual["peak_mb"],
        "MB",
        250,
        "Of the whole process, evidence, document and page included.",
    )


def _writing(run: dict[str, Any]) -> float:
    return run["seconds"]["the document's body"] + run["seconds"]["page"]


def _stages(run: dict[str, Any]) -> str:
    return ", ".join(f"{name} {spent:.2f} s" for name, spent in run["seconds"].items())
