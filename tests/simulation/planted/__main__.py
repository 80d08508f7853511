"""Does the harness work? Known defects, one at a time, in a throwaway copy of the tree: each must be caught.

    python -m tests.simulation.planted [--only NAME] [--jobs 2] [--most-seeds 300] [--list]

Every defect is a patch file in this folder; its first lines say what it does, who is known to have it, and which
detectors are tried in which order. The same detectors must see nothing in a copy without any defect. Prints one JSON
object: per defect the detector that caught it, after how many seeds, runs or schedules, and in how many seconds. Exits
1 where one was not caught, where a patch does not apply any more, or where the undamaged copy is not clean.
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulation.planted.defects import Defect, DoesNotApply, defects
from tests.simulation.planted.workbench import Looked, copied, look
from tests.simulation.report import Failure, Report


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one defect. `stale` says why its patch does not apply."""

    defect: Defect
    looked: Looked | None = None
    stale: str | None = None

    @property
    def is_caught(self) -> bool:
        return self.looked is not None and self.looked.caught_by is not None

    def told(self) -> dict[str, Any]:
        return {"defect": self.defect.name, "caught": self.is_caught} | (
            self.looked.told() if self.looked else {"why": self.stale}
        )


def judged(tree: Path, most_seeds: int, defect: Defect) -> Verdict:
    with copied(tree) as copy:
        try:
            defect.plant(copy)
        except DoesNotApply as stale:
            return Verdict(defect, stale=str(stale))
        return Verdict(defect, look(copy, defect.detectors, most_seeds=most_seeds))


def is_clean(tree: Path, most_seeds: int, detector: str) -> Looked:
    """What this detector sees where there is nothing: it should be nothing."""
    looked = look(tree, [detector], most_seeds=most_seeds)
    print(f"undamaged, {detector}: {looked.saw or 'clean'}", file=sys.stderr)
    return looked


def failures_of(verdicts: Sequence[Verdict], undamaged: Mapping[str, Looked]) -> Iterator[Failure]:
    for verdict in verdicts:
        name, tried = verdict.defect.name, ", ".join(verdict.defect.detectors)
        again = f"uv run python -m tests.simulation.planted --only {name}"
        if verdict.stale:
            yield Failure(verdict.stale, again)
        elif not verdict.is_caught:
            yield Failure(f"{name} is not caught: {tried} have a hole", again)
    for detector, looked in undamaged.items():
        if looked.saw:
            what = f"the undamaged copy is not clean: {detector} saw {looked.saw}"
            yield Failure(what, f"uv run python -m tests.simulation.planted.look '{detector}'")


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    chosen = [defect for defect in defects() if asked.only is None or asked.only in defect.name]
    if asked.list:
        print("\n".join(f"{defect.name}: {defect.what}" for defect in chosen))
        return 0
    if not chosen:
        print(f"No defect has {asked.only!r} in its name: --list names them all.", file=sys.stderr)
        return 2
    report = Report()
    with copied() as tree, ThreadPoolExecutor(asked.jobs) as pool:
        detectors = sorted({detector for defect in chosen for detector in defect.detectors}, key=_slowest_first)
        planted = pool.map(partial(_told, tree, asked.most_seeds), chosen)
        clean = pool.map(partial(is_clean, tree, asked.most_seeds), detectors)
        verdicts, undamaged = list(planted), dict(zip(detectors, clean, strict=True))
    report.failures += failures_of(verdicts, undamaged)
    return report.finish(_figures(verdicts, undamaged))


def _told(tree: Path, most_seeds: int, defect: Defect) -> Verdict:
    verdict = judged(tree, most_seeds, defect)
    by = f"caught by {verdict.looked.caught_by}" if verdict.looked and verdict.is_caught else "NOT CAUGHT"
    print(f"{defect.name}: {by}", file=sys.stderr)
    return verdict


def _figures(verdicts: Sequence[Verdict], undamaged: Mapping[str, Looked]) -> dict[str, Any]:
    caught = [verdict.looked.caught_by or "" for verdict in verdicts if verdict.looked and verdict.is_caught]
    return {
        "caught": f"{len(caught)} of {len(verdicts)}",
        "undamaged_is_clean": not any(looked.saw for looked in undamaged.values()),
        "by_detector": dict(Counter(by.partition(" ")[0] for by in caught).most_common()),
        "defects": [verdict.told() for verdict in verdicts],
        "undamaged": {detector: looked.told() for detector, looked in undamaged.items()},
    }


def _slowest_first(detector: str) -> tuple[bool, str]:
    return (not detector.startswith("seeds"), detector)


def _asked(arguments: list[str]) -> Any:
    parser = ArgumentParser("python -m tests.simulation.planted", description=__doc__,
                            formatter_class=RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--only", metavar="NAME", help="only the defects with this in their name")
    parser.add_argument("--jobs", type=int, default=2, help="how many are looked at side by side")
    parser.add_argument("--most-seeds", type=int, default=300, help="after so many a defect counts as not caught")
    parser.add_argument("--list", action="store_true", help="name the defects, and do nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
