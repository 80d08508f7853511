"""Kill `debrief serve` at random moments and start it again, until so many kills were survived; count what is held.

  python -m tests.simulation.kills --count 200
  python -m tests.simulation.kills --count 25 --seed 17      one life, the one that failed

Real processes on loopback, SIGKILL, vendors that hold what they were asked for. A life has some 25 kills: several
incidents at once, webhooks that are sent until they are accepted and some of them twice, answers that are lost. After
each kill the folder is looked into (torn files, broken databases, accepted webhooks that are forgotten); at rest there
must be one draft, one announcement, one note and one issue per action item of every incident. Prints one JSON object;
exits 1 where anything else was found. A seed draws the same moments again; what the process has done by then depends
on the machine.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.kills.life import Life
from tests.simulation.kills.mortal import Stopped
from tests.simulation.kills.told import Told
from tests.simulation.report import Failure, Report

KILLS_A_LIFE = 25
LINES_TOLD = 40


@dataclass
class Run:
    """All lives of one call of the command."""

    report: Report = field(default_factory=Report)
    told: list[Told] = field(default_factory=list[Told])
    stop: threading.Event = field(default_factory=threading.Event)
    survived: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lives(self, seed: int, kills: int) -> None:
        """Live one life in a folder of its own, which stays where something was wrong."""
        folder = Path(tempfile.mkdtemp(prefix=f"kills-{seed}-"))
        life = Life(seed, kills, folder, self.stop, self._counts)
        try:
            told = life.run()
        except Stopped:
            return
        with self.lock:
            self.told.append(told)
            if told.violations:
                self.report.failures.append(_failure(told, kills, folder, life.log()))
        if not told.violations:
            shutil.rmtree(folder)
        _say(f"life {seed}: {told.number_of_kills()} kills, {told.figures['incidents']} incidents, "
             f"{'as it should be' if not told.violations else told.violations[0]}")  # fmt: skip

    def figures(self) -> dict[str, Any]:
        kills, steps, requests, sums = (
            sum((getattr(told, name) for told in self.told), Counter[str]())
            for name in ("kills", "after_steps", "at_requests", "figures")
        )
        return {
            "kills": kills.total(),
            "lives": len(self.told),
            "moments": dict(sorted(kills.items())),
            "after_steps": {"distinct": len(steps), "most": dict(steps.most_common(8))},
            "at_requests": {"distinct": len(requests), "most": dict(requests.most_common(8))},
            "slowest_vendor_seconds": round(max((told.slowest_vendor for told in self.told), default=0.0), 3),
            **{name.replace(" ", "_"): number for name, number in sorted(sums.items())},
        }

    def _counts(self) -> None:
        with self.lock:
            self.survived += 1
            if self.survived % 10 == 0:
                _say(f"{self.survived} kills in {self.report.seconds:.0f} s")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    run = Run()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with ThreadPoolExecutor(asked.jobs) as pool:
            try:
                for done in [pool.submit(run.lives, *life) for life in _lives(asked.seed, asked.count)]:
                    done.result()
            except KeyboardInterrupt:
                run.stop.set()
                pool.shutdown(cancel_futures=True)
                raise
    except KeyboardInterrupt:
        _say("stopped; nothing is left running")
        return 130
    return run.report.finish(run.figures())


def _lives(seed: int, count: int) -> Iterator[tuple[int, int]]:
    """Seeds, and how many kills each has."""
    number = 0
    while count > 0:
        yield seed + number, min(count, KILLS_A_LIFE)
        number, count = number + 1, count - KILLS_A_LIFE


def _failure(told: Told, kills: int, folder: Path, log: Sequence[str]) -> Failure:
    return Failure(
        what="; ".join(told.violations),
        reproduce=f"python -m tests.simulation.kills --count {kills} --seed {told.seed}",
        trace=log[-LINES_TOLD:],
        more={"seed": told.seed, "kills": told.number_of_kills(), "held": str(folder)},
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.kills",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=200, help="kills to survive, over all lives (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first life; the next ones follow (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="lives side by side (default 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
