"""From evidence to a Markdown draft: seconds of one core, memory, and whether ten times as much takes ten times."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.children import run_child
from tests.benchmarks.figure import Figure

CHILD = "tests.benchmarks.draft_child"
USUAL, LARGE = (10_000, 1_000, 2_000), (100_000, 1_000, 2_000)
RUNS = 3
STAGES = ("read evidence", "compose", "markdown")


def measure() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        usual = _median(_drafts(Path(folder), USUAL, RUNS))
        (large,) = _drafts(Path(folder), LARGE, 1)
    composed = usual["seconds"]["read evidence"] + usual["seconds"]["compose"]
    yield Figure(
        "document of 10,000 messages, 1,000 alerts, 2,000 log entries: CPU",
        composed,
        "s",
        3.0,
        "From saved evidence to the composed document on one core. The bar was 2 s, Markdown included, as long as a "
        "draft held a timeline and action items; now every sentence is read for impact, causes, deeds and effects.",
    )
    yield Figure(
        "draft of the same, as Markdown: CPU",
        _seconds(usual),
        "s",
        None,
        f"{usual['chars']:,} characters: {_stages(usual)}.",
    )
    yield Figure(
        "draft of 10,000 messages: peak memory",
        usual["peak_mb"],
        "MB",
        200,
        f"Of the whole process, interpreter and libraries included ({usual['idle_mb']:.0f} MB before reading).",
    )
    yield Figure(
        "draft of 100,000 messages beside 10,000",
        _seconds(large) / _seconds(usual),
        "x",
        12,
        f"Ten times the chat takes {_seconds(large):.1f} s ({_stages(large)}): linear is 10.",
    )
    yield Figure(
        "draft of 100,000 messages: peak memory beside 10,000",
        large["peak_mb"] / usual["peak_mb"],
        "x",
        12,
        f"{large['peak_mb']:.0f} MB.",
    )


def _drafts(folder: Path, size: tuple[int, int, int], runs: int) -> list[dict[str, Any]]:
    arguments = (str(folder), *map(str, size))
    run_child(CHILD, *arguments)  # writes the evidence, so that making it is not measured
    return [run_child(CHILD, *arguments) for _ in range(runs)]


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return sorted(runs, key=_seconds)[len(runs) // 2]


def _seconds(run: dict[str, Any]) -> float:
    return sum(run["seconds"][stage] for stage in STAGES)


def _stages(run: dict[str, Any]) -> str:
    return ", ".join(f"{name} {spent:.2f} s" for name, spent in run["seconds"].items())
