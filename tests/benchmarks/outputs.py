"""Every output of a document of 10,000 events: seconds of one core, each apart and together, and memory.

The page's own figures are in `page.py`, those of an edited Confluence page in `confluence.py`.
"""

from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.children import run_child
from tests.benchmarks.figure import Figure

CHILD = "tests.benchmarks.outputs_child"
RUNS = 3
OUTPUTS = ("Markdown", "HTML page", "Confluence storage")


def measure() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        run_child(CHILD, folder)  # composes the document, so that composing it is not measured
        usual = sorted((run_child(CHILD, folder) for _ in range(RUNS)), key=_seconds)[RUNS // 2]
    for output in OUTPUTS:
        size = f"{usual['bytes'][output] / 1e6:.1f} MB, from the document as data."
        yield Figure(f"{output} of 10,000 events: CPU", usual["seconds"][output], "s", None, size)
    yield Figure(
        "Markdown, HTML page and Confluence storage of 10,000 events: CPU",
        _seconds(usual),
        "s",
        3,
        f"One after the other on one core, {usual['events']:,} events, the document already composed.",
    )
    yield Figure(
        "Markdown, HTML page and Confluence storage of 10,000 events: peak memory",
        usual["peak_mb"],
        "MB",
        250,
        "Of the whole process that reads the document and makes all three, interpreter and libraries included.",
    )


def _seconds(run: dict[str, Any]) -> float:
    return sum(run["seconds"][output] for output in OUTPUTS)
