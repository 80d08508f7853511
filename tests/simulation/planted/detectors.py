"""What may see a defect, each by a name: the general ones of the simulation, in the order in which they find things.

A detector is given its argument and the limits, and says what it saw first, and after how many.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.simulation.boundaries import every_fault, fair_passage
from tests.simulation.faults import Fault, Kind, reaches
from tests.simulation.invariants import Broken
from tests.simulation.passage import Strike, passes
from tests.simulation.planted.targeted import TARGETED, Seen


@dataclass(frozen=True, slots=True)
class Limits:
    most_seeds: int


@dataclass(frozen=True, slots=True)
class Found:
    """`what`: the first thing that did not hold; None where everything did. `after` how many, of what it `counts`."""

    what: str | None
    after: int
    counts: str


type Detector = Callable[[str, Limits], Found]

MOST_WALKS = (60, 600, 2000)
"""Of a scope: few at first, because a short trace is found soon where there is one."""
MOST_PASSAGES = 60


def schedules(_argument: str, _limits: Limits) -> Found:
    """Every scope, not far at first, then farther."""
    from tests.simulation.schedules import SCOPES, explore

    walks = 0
    for most in MOST_WALKS:
        for name, scope in SCOPES.items():
            explored = explore(scope, most)
            walks += explored.walked
            if explored.violations:
                return Found(f"{name}: {next(iter(explored.violations))}", walks, "schedules")
    return Found(None, walks, "schedules")


def seeds(_argument: str, limits: Limits) -> Found:
    """Whole lives, from seed 1 on, in both modes."""
    from tests.simulation.living import lives
    from tests.simulation.seeds import mode_of
    from tests.simulation.story import story_of

    for seed in range(1, limits.most_seeds + 1):
        lived = lives(story_of(seed, mode_of(seed, "both")))
        if lived.wrong:
            return Found(lived.wrong, seed, "seeds")
    return Found(None, limits.most_seeds, "seeds")


def boundaries(argument: str, _limits: Limits) -> Found:
    """Faults at every call of a small world whose name has these words: "plain RESET jira POST" is one kind of fault,
    "plain PERSON:3+PERSON:9 engine begins" two variants at once.

    Judged by what must always hold, not by its likeness to the life in fair weather.
    """
    scope, todo = passages(argument)
    for number, strikes in enumerate(todo, 1):
        passed = passes(scope, strikes)
        if passed.wrong:
            return Found(f"{' '.join(map(str, passed.strikes))}: {passed.wrong}", number, "passages")
    return Found(None, len(todo), "passages")


def passages(argument: str) -> tuple[str, list[tuple[Strike, ...]]]:
    """The small world, and what strikes in each passage through it."""
    scope, which, what = (*argument.split(" ", 2), "")[:3]
    calls = [call for call in fair_passage(scope).calls if what in str(call)]
    together = list(product(*map(_faults, which.split("+"))))
    todo = [(call.number, faults) for call in calls for faults in together if reaches(faults[0], call)]
    chosen = todo[:: max(1, len(todo) // MOST_PASSAGES)]
    return scope, [tuple(Strike(at, fault) for fault in faults) for at, faults in chosen]


def _faults(which: str) -> list[Fault]:
    kind, _, variant = which.partition(":")
    return [Fault(Kind[kind], int(variant))] if variant else every_fault([Kind[kind]])


def edits(_argument: str, limits: Limits) -> Found:
    """Random edits and regenerations of one document."""
    from tests.simulation.edits.__main__ import lived

    for seed in range(1, limits.most_seeds + 1):
        _, failure = lived(seed)
        if failure:
            return Found(f"{failure['kind']}: {failure['why']}", seed, "seeds")
    return Found(None, limits.most_seeds, "seeds")


def fuzz(_argument: str, _limits: Limits) -> Found:
    """Forged and genuine deliveries at the receivers."""
    from tests.simulation.fire.fuzz import fuzz as fire

    count = 20_000
    fuzzed = fire(count, 1, 1)
    what = next((f"{name}: {shown[0]}" for name, shown in fuzzed.wrong.items()), None)
    return Found(what[:300] if what else None, count, "pairs")


def lint(_argument: str, _limits: Limits) -> Found:
    """The contracts of the imports, and the names that only handlers may use."""
    here = Path(sys.executable).parent
    for command in (["ruff", "check", "--no-cache", "--select", "TID251", "handlers", "connectors", "postmortem"],
                    ["lint-imports", "--no-cache"]):  # fmt: skip
        ran = subprocess.run([here / command[0], *command[1:]], capture_output=True, text=True, check=False)
        if ran.returncode:
            return Found(" ".join(ran.stdout.split())[:200], 1, "runs")
    return Found(None, 1, "runs")


def contract(argument: str, _limits: Limits) -> Found:
    """The tests of a file, or one of them."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", argument]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    what = (failed or ran.stdout.splitlines() or [ran.stderr])[-1]
    return Found(what[:300] if ran.returncode else None, 1, "runs")


def _targeted(simulation: Callable[[], int]) -> Detector:
    def detector(_argument: str, _limits: Limits) -> Found:
        try:
            return Found(None, simulation(), "cases")
        except (Seen, Broken) as seen:
            return Found(str(seen), 1, "runs")

    return detector


DETECTORS: dict[str, Detector] = {
    "schedules": schedules,
    "seeds": seeds,
    "boundaries": boundaries,
    "edits": edits,
    "fuzz": fuzz,
    "lint": lint,
    "contract": contract,
} | {name: _targeted(simulation) for name, simulation in TARGETED.items()}
