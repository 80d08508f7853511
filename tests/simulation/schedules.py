"""Every interleaving of the protocol that makes an issue once, in small worlds: `python -m tests.simulation.schedules`.

Prints one JSON object, and exits 1 where anything that must hold did not. `schedules` counts the different orders in
which things can happen, from the beginning to the end; `walked` those that were walked: an order that comes into a
state that was seen before has that state's future, which was walked then.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.report import commit
from tests.simulation.small_jira import Scope
from tests.simulation.small_world import Move, SmallWorld

SCOPES: dict[str, Scope] = {
    "two workers": Scope(faults=2, kills=1),
    "two workers, held up": Scope(faults=1, pauses=2),
    "two workers and a clock": Scope(faults=1, clocks=1),
    "two workers, killed beside a clock": Scope(faults=0, kills=1, clocks=1),
    "two workers, held up, and a clock": Scope(faults=1, clocks=1, pauses=1),
    "twins of one journey": Scope(tokens=(1, 1), faults=1, kills=1, pauses=1),
    "twins of one journey, held up, and a clock": Scope(tokens=(1, 1), faults=0, clocks=1, pauses=1),
    "parking, two workers": Scope(then="park", faults=2, kills=1),
    "without an anchor": Scope(anchored=False, faults=2, kills=1),
    "without an anchor, held up, and a clock": Scope(anchored=False, faults=1, clocks=1, pauses=1),
    "three workers": Scope(tokens=(1, 2, 3), faults=2),
    "three workers, one killed": Scope(tokens=(1, 2, 3), faults=1, kills=1),
    "two workers and a twin": Scope(tokens=(1, 2, 2), faults=1, kills=1),
    "one worker, killed often": Scope(tokens=(1,), faults=2, kills=2, pauses=1),
}
MUST_BE_REACHED = (
    "creates, and the answer is lost",
    "sends a create that never arrives",
    "sends a create that arrives late",
    "is refused",
    "is asked to slow down",
    "is refused the link to the anchor",
    "is killed, and starts again",
    "the clock jumps ahead",
    "the clock is set back",
    "later: it was held up, and is begun again",
    "later: somebody else wrote the ledger first",
    "ends done",
    "ends free: Another journey has taken over this incident and goes on with it.",
    "ends sent: It is unclear whether it was made: the answer was lost.",
    "ends sent: The answer to its create was lost, and it is not there; the settings say not to make it again.",
)


@dataclass
class Place:
    """A state that is being explored: what can happen in it, how far that is walked, and how many schedules follow."""

    key: tuple[Any, ...]
    moves: list[Move]
    next: int = 0
    schedules: int = 0


@dataclass
class Explored:
    """`violations` counts each kind; `shortest` is the shortest trace of each, in words."""

    schedules: int = 0
    walked: int = 0
    states: int = 0
    sometimes: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    shortest: dict[str, list[str]] = field(default_factory=dict)

    def add(self, more: "Explored") -> None:
        self.schedules, self.walked = self.schedules + more.schedules, self.walked + more.walked
        self.states += more.states
        self.sometimes += more.sometimes
        self.violations += more.violations
        for what, trace in more.shortest.items():
            self.keep(what, trace)

    def keep(self, what: str, trace: list[str]) -> None:
        known = self.shortest.get(what)
        self.shortest[what] = trace if known is None or len(trace) < len(known) else known


def explore(scope: Scope, most: int | None = None) -> Explored:
    """Depth first through everything that can happen; at most `most` walks."""
    explored, futures, path = Explored(), dict[tuple[Any, ...], int](), list[Place]()
    while most is None or explored.walked < most:
        world = _again(scope, path)
        _close(path, futures, _walk_on(world, path, futures, explored))
        explored.walked += 1
        if not path[0].moves[path[0].next :]:
            break
    explored.schedules, explored.states = path[0].schedules, len(futures) + len(path)
    return explored


def _again(scope: Scope, path: Sequence[Place]) -> SmallWorld:
    """The way to where something else happens now. Only that is news."""
    world = SmallWorld(scope)
    for place in path:
        world.sometimes.clear()
        world.happens(place.moves[place.next])
    return world


def _walk_on(world: SmallWorld, path: list[Place], futures: dict[tuple[Any, ...], int], explored: Explored) -> int:
    """To the end, a violation, or a state that was seen. How many schedules this one stands for."""
    schedules = 1
    while not world.violation and (moves := world.moves()):
        key = world.key()
        if key in futures:
            schedules = futures[key]
            break
        path.append(Place(key, moves))
        world.happens(moves[0])
    if world.violation:
        explored.violations[world.violation] += 1
        explored.keep(world.violation, [_in_words(place.moves[place.next]) for place in path])
    explored.sometimes += world.sometimes
    return schedules


def _close(path: list[Place], futures: dict[tuple[Any, ...], int], schedules: int) -> None:
    """Go back to the last place at which something else can happen; the first is never closed."""
    path[-1].schedules += schedules
    path[-1].next += 1
    while len(path) > 1 and path[-1].next == len(path[-1].moves):
        done = path.pop()
        futures[done.key] = done.schedules
        path[-1].schedules += done.schedules
        path[-1].next += 1


def _in_words(move: Move) -> str:
    how, worker = move
    return how if worker < 0 else f"worker {worker + 1} {how}"


def run(scopes: Sequence[Scope], most: int | None = None) -> Explored:
    found = Explored()
    for scope in scopes:
        found.add(explore(scope, most))
    return found


def main() -> int:
    began = time.monotonic()
    found = run([*SCOPES.values()])
    missing = [state for state in MUST_BE_REACHED if not found.sometimes[state]]
    told = {
        "commit": commit(),
        "scopes": len(SCOPES),
        "schedules": found.schedules,
        "walked": found.walked,
        "states": found.states,
        "seconds": round(time.monotonic() - began, 1),
        "sometimes": dict(sorted(found.sometimes.items())),
        "never_reached": missing,
        "violations": [
            {"what": what, "times": times, "shortest": found.shortest[what]}
            for what, times in found.violations.most_common()
        ],
    }
    print(json.dumps(told, indent=1))
    return 1 if missing or found.violations else 0


if __name__ == "__main__":
    sys.exit(main())
