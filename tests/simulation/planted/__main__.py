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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulation.planted.defects import Defect, DoesNotApply, defects
from tests.simulation.planted.workbench import Looked, copied, look
from tests.simulation.report import Failure, Report

LONGEST = 150.0
"""Seconds for one defect: more would mean that nothing sees it. The undamaged copy has as long for each detector."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one defect, or on the undamaged copy (None). `stale` says why its patch does not apply."""

    defect: Defect | None
    looked: Looked | None = None
    stale: str | None = None

    def told(self) -> dict[str, Any]:
        looked = self.looked
        name = self.defect.name if self.defect else "undamaged"
        if looked is None:
            return {"defect": name, "caught": False, "why": self.stale}
        found = {looked.counts: looked.after} if looked.counts else {}
        by = {"by": looked.caught_by} if looked.caught_by else {}
        return {"defect": name, "caught": looked.caught_by is not None, **by, **found, "seconds": looked.seconds,
                "saw": looked.what}  # fmt: skip


def judged(tree: Path, most_seeds: int, defect: Defect) -> Verdict:
    with copied(tree) as copy:
        try:
            defect.plant(copy)
        except DoesNotApply as stale:
            return Verdict(defect, stale=str(stale))
        return Verdict(defect, look(copy, defect.detectors, most_seeds=most_seeds, seconds=LONGEST))


def is_clean(tree: Path, most_seeds: int, detector: str) -> Verdict:
    """Whether this detector sees nothing where there is nothing."""
    return Verdict(None, look(tree, [detector], most_seeds=most_seeds, seconds=LONGEST))


def failures_of(verdicts: Sequence[Verdict], undamaged: Sequence[Verdict]) -> Iterator[Failure]:
    for verdict in verdicts:
        name = verdict.defect.name if verdict.defect else ""
        again = f"uv run python -m tests.simulation.planted --only {name}"
        if verdict.stale:
            yield Failure(verdict.stale, again)
        elif verdict.looked and not verdict.looked.caught_by:
            tried = ", ".join(verdict.defect.detectors) if verdict.defect else ""
            yield Failure(f"{name} is not caught: a hole in {tried}", again, more={"last": verdict.looked.what})
    for verdict in undamaged:
        if verdict.looked and (verdict.looked.caught_by or verdict.looked.what):
            what = f"the undamaged copy is not clean: {verdict.looked.caught_by} saw {verdict.looked.what}"
            yield Failure(what, "uv run python -m tests.simulation.planted")


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
        clean = [pool.submit(is_clean, tree, asked.most_seeds, detector) for detector in detectors]
        verdicts = list(pool.map(partial(_told, tree, asked.most_seeds), chosen))
        undamaged = [future.result() for future in clean]
    report.failures += failures_of(verdicts, undamaged)
    return report.finish(_figures(verdicts, undamaged))


def _told(tree: Path, most_seeds: int, defect: Defect) -> Verdict:
    verdict = judged(tree, most_seeds, defect)
    by = verdict.looked.caught_by if verdict.looked else None
    print(f"{defect.name}: {f'caught by {by}' if by else 'NOT CAUGHT'}", file=sys.stderr)
    return verdict


def _figures(verdicts: Sequence[Verdict], undamaged: Sequence[Verdict]) -> dict[str, Any]:
    caught = [verdict.looked.caught_by for verdict in verdicts if verdict.looked and verdict.looked.caught_by]
    return {
        "caught": f"{len(caught)} of {len(verdicts)}",
        "undamaged_is_clean": not any(one.looked and one.looked.what for one in undamaged),
        "by_detector": dict(Counter(by.partition(" ")[0] for by in caught).most_common()),
        "defects": [verdict.told() for verdict in verdicts],
        "undamaged": [one.told() for one in undamaged],
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
