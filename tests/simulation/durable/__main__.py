"""The same life on the local engine and on AWS's durable executions, with the same faults, must end the same.

    python -m tests.simulation.durable --count 200 [--seed N]

Each seed is one life (an incident, what people and the machine do about it) with up to four faults at vendors, the
store and between steps. It is lived twice: by the local engine, and on the test runner of AWS's durable execution SDK,
both on a virtual clock. What is left behind is compared: issues, messages, notes, documents, the ledger, decisions,
and how the journeys ended. Prints one JSON object; exits 1 where two ends differ.
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import seed as seed_chance
from typing import Any

from tests.simulation.durable.ends import differences, end_of
from tests.simulation.durable.stories import SETTINGS, Story, lived, story_of
from tests.simulation.durable.twins import DurableTwin, Twin, Weather, twin_of
from tests.simulation.report import Failure, Report


@dataclass
class Lived:
    """What became of one seed. `reached` of each engine: how many of its faults met a call."""

    story: Story
    different: list[str] = field(default_factory=list[str])
    local: Counter[str] = field(default_factory=Counter[str])
    durable: Counter[str] = field(default_factory=Counter[str])
    operations: int = 0


def live_twice(seed: int) -> Lived:
    """Both lives of a seed, one after the other."""
    story = story_of(seed)
    lived_so = Lived(story)
    here, lived_so.local, _ = _live(Twin, story)
    there, lived_so.durable, lived_so.operations = _live(DurableTwin, story)
    lived_so.different = list(differences(here, there))
    return lived_so


def _live(kind: type[Twin], story: Story) -> tuple[dict[str, Any], Counter[str], int]:
    seed_chance(story.seed)  # tenacity draws its waits from it
    weather = Weather(story.faults)
    with twin_of(kind, story.script, settings=SETTINGS, weather=weather, width=story.width) as twin:
        lived(twin, story.life)
        reached = Counter(str(fault.kind) for fault in weather.reached)
        return end_of(twin), reached, _most_operations(twin)


def _most_operations(twin: Twin) -> int:
    """Of one execution; the service allows 3,000."""
    names = [journey.name for journey in twin.engine.journeys()]
    return max(map(twin.engine.operations, names), default=0) if isinstance(twin, DurableTwin) else 0


def run(seeds: Iterable[int]) -> tuple[dict[str, Any], list[Failure]]:
    every, failures = list[Lived](), list[Failure]()
    for seed in seeds:
        every.append(one := live_twice(seed))
        if one.different:
            again = f"uv run python -m tests.simulation.durable --count 1 --seed {seed}"
            what = f"{one.story.life}, {one.story.script}: {one.different[0]}"
            failures.append(Failure(what, again, one.story.told(), {"seed": seed, "differences": one.different[1:6]}))
        print(f"{len(every)} lived twice, {len(failures)} ended differently", end="\r", file=sys.stderr)
    return _figures(every), failures


def _figures(every: list[Lived]) -> dict[str, Any]:
    injected = Counter(str(fault.kind) for one in every for fault in one.story.faults.values())
    local, durable = (sum((getattr(one, side) for one in every), Counter[str]()) for side in ("local", "durable"))
    return {
        "executions": len(every),
        "same": sum(not one.different for one in every),
        "lives": dict(Counter(one.story.life for one in every)),
        "faults": {
            kind: {"injected": count, "reached_local": local[kind], "reached_durable": durable[kind]}
            for kind, count in sorted(injected.items())
        },
        "most_operations": max((one.operations for one in every), default=0),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.durable",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=200, help="how many seeds (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)  # every fault would be told
    report = Report()
    figures, report.failures = run(range(asked.seed, asked.seed + asked.count))
    return report.finish(figures)


if __name__ == "__main__":
    sys.exit(main())
