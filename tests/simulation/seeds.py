"""Whole lives by the thousand, each drawn from its seed: `python -m tests.simulation.seeds --count 10000`.

Prints one JSON object; exits 1 where something did not hold, or, from 1,000 seeds on, where a state that must be
reached was not. `--seed N --trace` tells one life in words.
"""

import argparse
import gc
import hashlib
import logging
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from tests.simulation.faults import Kind
from tests.simulation.life import Lived
from tests.simulation.living import lives
from tests.simulation.report import Failure, Report
from tests.simulation.states import MUST_BE_REACHED
from tests.simulation.story import Mode, Story, story_of

AT_ONCE = 50
"""Lives that a process is given at a time."""
ENOUGH_FOR_EVERY_STATE = 1_000
MOST_SHORTENED = 5
MOST_TOLD = 50
MOST_TRIES = 150
_HELP = """\
A life is one small incident from its webhooks to the later look at its draft: real handlers, real connectors with the
vendors' own clients, the local engine in virtual time, fake vendors with memory. Faults strike at the calls to the
outside, people and other machines are at work meanwhile. In safety mode there are faults all the time, and what must
always hold is checked after every call. In liveness mode the faults stop; a quarter of an hour later everything must be
done, or visibly parked. With both, even seeds are lived in safety mode, odd ones in liveness mode.

One life in ten goes from its first webhook to its end. The others begin after some call of a life in which nothing
happened, in one of thirty-two houses, with a new process on what that life left behind, as after a kill; faults are
drawn from there on. The undisturbed lives are gone through once a process, so that ten thousand lives need not repeat
them.

The same seed gives the same bytes, however many processes work: "digest" is that of all lives together.
"""


@dataclass
class Tally:
    """What many lives came to."""

    runs: int = 0
    cpu_seconds: float = 0.0
    calls: int = 0
    checks: int = 0
    lived_for: timedelta = timedelta(0)
    injected: Counter[str] = field(default_factory=Counter[str])
    reached: Counter[str] = field(default_factory=Counter[str])
    recovered: Counter[str] = field(default_factory=Counter[str])
    states: Counter[str] = field(default_factory=Counter[str])
    digests: list[str] = field(default_factory=list[str])
    wrong: list[Lived] = field(default_factory=list[Lived])

    def counts(self, lived: Lived) -> None:
        self.runs += 1
        self.calls += lived.calls
        self.checks += lived.checks
        self.lived_for += lived.lived_for
        self.injected += _kinds_of(lived.story)
        self.reached += lived.met
        self.states += lived.states
        self.digests.append(lived.digest)
        if lived.wrong:
            self.wrong.append(replace(lived, log=[]))
        else:
            self.recovered += lived.met

    def adds(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def _kinds_of(story: Story) -> Counter[str]:
    return Counter([one.fault.kind for one in story.faults] + [one.what.kind for one in story.deeds])


def mode_of(seed: int, mode: str) -> Mode:
    """The mode that a seed is lived in."""
    if mode == "both":
        return "liveness" if seed % 2 else "safety"
    return "liveness" if mode == "liveness" else "safety"


def lived_all(seeds: Sequence[int], mode: str) -> Tally:
    """Live these seeds, one after the other. Python looks for cycles when they are over."""
    _settle_down()
    began, tally = time.process_time(), Tally()
    gc.disable()
    for seed in seeds:
        tally.counts(lives(story_of(seed, mode_of(seed, mode))))
    gc.enable()
    gc.collect()
    tally.cpu_seconds = time.process_time() - began
    return tally


@cache
def _settle_down() -> None:
    """Once a process: what Debrief tells of every fault is of no interest here, and Python never looks for cycles among
    what was imported (measured 2026-11-21: a tenth of the time)."""
    logging.disable()
    gc.collect()
    gc.freeze()


def run(first: int, count: int, mode: str, jobs: int) -> Tally:
    """Live so many seeds, in as many processes; the tally is the same however many."""
    batches = [range(start, min(start + AT_ONCE, first + count)) for start in range(first, first + count, AT_ONCE)]
    whole = Tally()
    for number, tally in enumerate(_lived(batches, mode, jobs), 1):
        whole.adds(tally)
        if number % 10 == 0:
            print(f"{whole.runs} of {count} lives, {len(whole.wrong)} went wrong", file=sys.stderr)
    return whole


def _lived(batches: Sequence[Sequence[int]], mode: str, jobs: int) -> Iterator[Tally]:
    if jobs == 1:
        yield from (lived_all(batch, mode) for batch in batches)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(lived_all, batches, [mode] * len(batches))


def shortest(lived: Lived, live: Callable[[Story], Lived] = lives) -> Lived:
    """The shortest life found that goes wrong in the same way: things are left out, one after the other."""
    tries, best = 0, lived
    shorter = iter(lived.story.shorter())
    while tries < MOST_TRIES and (story := next(shorter, None)):
        tries += 1
        tried = live(story)
        if tried.wrong and tried.number == lived.number:
            best, shorter = tried, iter(story.shorter())
    return best


def failures(wrong: Iterable[Lived]) -> list[Failure]:
    """Of every kind of failure the first is told with the shortest trace, the others as they are."""
    told, shortened = list[Failure](), set[int | None]()
    for lived in list(wrong)[:MOST_TOLD]:
        is_first = lived.number not in shortened and len(shortened) < MOST_SHORTENED
        shortened.add(lived.number)
        told.append(_failure(lived, shortest(lived) if is_first else None))
    return told


def _failure(lived: Lived, short: Lived | None) -> Failure:
    story = lived.story
    again = f"python -m tests.simulation.seeds --seed {story.seed} --mode {story.mode} --trace"
    left = short.story if short else story
    needs = [*map(str, left.faults), *map(str, left.deeds)]
    return Failure(
        lived.wrong or "", again, (short or lived).trace, {"seed": story.seed, "mode": story.mode, "needs": needs}
    )


def never_reached(tally: Tally) -> list[str]:
    return [state for state in MUST_BE_REACHED if not tally.states[state]]


def figures(tally: Tally, first: int, count: int, mode: str, seconds: float) -> dict[str, object]:
    faults = {
        str(kind): {
            "injected": tally.injected[kind],
            "reached": tally.reached[kind],
            "recovered": tally.recovered[kind],
        }
        for kind in Kind
    }
    return {
        "seeds": [first, first + count - 1],
        "mode": mode,
        "runs": tally.runs,
        "runs_per_second": round(tally.runs / seconds, 1),
        "cpu_seconds_per_run": round(tally.cpu_seconds / tally.runs, 4),
        "virtual_hours": round(tally.lived_for / timedelta(hours=1)),
        "calls": tally.calls,
        "invariants_checked": tally.checks,
        "faults": faults,
        "states": dict(sorted(tally.states.items())),
        "never_reached": never_reached(tally),
        "digest": hashlib.sha256("".join(tally.digests).encode()).hexdigest(),
        "went_wrong": len(tally.wrong),
    }


def tell(seed: int, mode: Mode) -> int:
    """One life in words."""
    lived = lives(story_of(seed, mode))
    story = lived.story
    print(f"seed {seed}, {mode}: {story.options}, for {story.lasts}, calm after {story.calm_after}")
    for line in (*story.faults, *story.deeds):
        print(f"  drawn: {line}")
    for at, what in lived.log:
        print(f">>> {at:%d %H:%M:%S} {what}" if isinstance(what, str) else f"{what.number:4} {at:%d %H:%M:%S} {what}")
    print(f"{lived.calls} calls; {lived.wrong or 'all is well'}; digest {lived.digest}")
    return 1 if lived.wrong else 0


def parser() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(
        prog="python -m tests.simulation.seeds", description=_HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--count", type=int, default=10_000, help="how many seeds (10000)")
    asked.add_argument("--from", type=int, default=0, dest="first", metavar="N", help="the first seed (0)")
    asked.add_argument("--jobs", type=int, default=2, help="how many processes (2)")
    asked.add_argument("--mode", choices=("safety", "liveness", "both"), default="both")
    asked.add_argument("--seed", type=int, help="live this one alone, and tell of it")
    asked.add_argument("--trace", action="store_true", help="tell the life of --seed, call by call")
    return asked


def main() -> int:
    asked = parser().parse_args()
    if asked.seed is not None and asked.trace:
        return tell(asked.seed, mode_of(asked.seed, asked.mode))
    first, count = (asked.seed, 1) if asked.seed is not None else (asked.first, max(1, asked.count))
    report = Report()
    tally = run(first, count, asked.mode, min(asked.jobs, count))
    told = figures(tally, first, count, asked.mode, report.seconds)
    report.failures += failures(tally.wrong)
    if count >= ENOUGH_FOR_EVERY_STATE:
        again = f"python -m tests.simulation.seeds --from {first} --count {count}"
        report.failures += [Failure(f"never reached: {state}", again) for state in never_reached(tally)]
    return report.finish(told)


if __name__ == "__main__":
    sys.exit(main())
