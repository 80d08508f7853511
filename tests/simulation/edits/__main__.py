"""Random edits, random regenerations, kills and races: nothing a person wrote is lost, nothing they deleted comes back.

    python -m tests.simulation.edits [RUNS] [FIRST_SEED] [--jobs 2] [--page] [--planted DEFECT]

Documents in a store; with --page a page of a Confluence that answers 409, loses answers, and writes it its own way.
Prints one JSON line, and exits 1 where anything was wrong: `failures` has the seeds. With --planted one defect is put
into the merge or the store (planted.py): then nothing but failures is right.
"""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from random import Random
from time import perf_counter
from typing import Any

from tests.simulation.edits.generated import Generated
from tests.simulation.edits.hand import Hand
from tests.simulation.edits.oracle import KINDS, Oracle, Seen, Violation, demand
from tests.simulation.edits.page import PageWeather
from tests.simulation.edits.planted import PLANTED
from tests.simulation.edits.weather import Killed, Weather

type Failure = dict[str, Any]

WEATHERS: dict[str, Callable[[], Weather]] = {"document": Weather, "page": PageWeather} | PLANTED
_MOST_SHOWN = 20
_CHUNK = 50


class Run:
    """One document's life, by one seed. `counts` tells what it met."""

    def __init__(self, seed: int, weather: str = "document") -> None:
        self.chance = Random(seed)
        self.said, self.hand = Generated(self.chance), Hand(self.chance)
        self.weather, self.oracle, self.counts = WEATHERS[weather](), Oracle(), Counter[str]()
        self.there = Seen()
        self.said.begins()

    def lives(self) -> Counter[str]:
        self.publishes()
        for _ in range(self.chance.randint(2, 6)):
            self.edits()
            self.said.moves_on()
            weather = self.chance.choice((self.calm, self.lost, self.killed, self.raced))
            (weather if self.tells_its_edition() else self.calm)()
            self.publishes()
        return self.counts

    def edits(self) -> None:
        content = self.weather.read()
        if content is None:
            return
        before = Seen.of(content)
        edited = self.hand.edits(content.decode())
        self.counts["edits"] += 1
        self.weather.puts(None if edited is None else edited.encode())
        saved = self.weather.read()
        if saved is None:
            self.oracle, self.there = Oracle(), Seen()
            self.counts["deleted files"] += 1
            return
        self.there = Seen.of(saved)
        self.said.watched = {int(word[1:]) for word in self.there.touched} if self.chance.random() < 0.7 else set()
        self.oracle.watches(before, self.there, self.hand.changed, is_plain=self.hand.is_plain)

    def tells_its_edition(self) -> bool:
        """Where a person took out the comment and our status line, a write that was lost cannot be told from one whose
        every line they deleted (docs/decisions/0008-edits-survive.md): there is no kill and no race then."""
        content = self.weather.read() or b""
        return b"debrief:edition" in content or b" composed 2026" in content

    def calm(self) -> None:
        """Nothing happens besides."""

    def lost(self) -> None:
        """The answer to our write is lost; it was carried out or not."""
        self.weather.loses_an_answer()

    def killed(self) -> None:
        """The process is killed somewhere in a publication; a person may come before the next."""
        self.weather.writes_left = self.chance.choice((0, 0.5, 1, 1.5, 2, 2.5))
        try:
            self.publishes()
        except Killed:
            self.counts["kills"] += 1
        self.weather.writes_left = None
        if self.chance.random() < 0.5:
            self._meanwhile_published()
            before = self.weather.read() or b""
            self.edits()
            after = self.weather.read()
            if after is not None and not self.tells_its_edition():
                comments = [line for line in before.splitlines() if b"debrief:edition" in line]
                self.weather.puts(after + b"\n" + b"\n".join(comments) + b"\n")

    def raced(self) -> None:
        """A person, or a twin of ours, writes between our reading and our writing."""
        self.counts["races"] += 1
        self.weather.meanwhile = self.chance.choice((self.edits, self._twin, self._twin_then_person))
        self._publish()
        self.weather.meanwhile = None

    def publishes(self) -> None:
        """Publish, judge, and publish again: the second time nothing may change."""
        self._publish()
        self._judge()
        content = self.weather.read()
        self._publish()
        demand(self.weather.read() == content, "stale", "publishing again changed something")

    def _publish(self) -> None:
        self.counts["regenerations"] += 1
        self.weather.publishes(self.said.render())

    def _judge(self) -> None:
        now = Seen.of(self.weather.read())
        self.oracle.judges(self.there, now, self.said)
        self.counts["suggestions"] += len(now.suggestions)
        self.counts["lines of people"] += len(now.hand)
        self.there = now

    def _twin(self) -> None:
        self.weather.publishes(self.said.render())

    def _twin_then_person(self) -> None:
        self._twin()
        self._meanwhile_published()
        self.edits()

    def _meanwhile_published(self) -> None:
        """What was published before a person came counts as such, if it was."""
        content = self.weather.read()
        if content is not None:
            self._judge_if_written(Seen.of(content))

    def _judge_if_written(self, now: Seen) -> None:
        if now.lines != self.there.lines:
            self._judge()


def lived(seed: int, weather: str = "document") -> tuple[Counter[str], Failure | None]:
    """What one run met, and what went wrong in it."""
    run = Run(seed, weather)
    try:
        run.lives()
    except Violation as wrong:
        return run.counts, {"seed": seed, "kind": wrong.kind, "why": str(wrong)}
    return run.counts, None


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.simulation.edits")
    parser.add_argument("runs", nargs="?", type=int, default=10_000)
    parser.add_argument("first", nargs="?", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--page", dest="weather", action="store_const", const="page", default="document")
    parser.add_argument("--planted", dest="weather", choices=list(PLANTED))
    asked = parser.parse_args(arguments)
    seeds, began = range(asked.first, asked.first + asked.runs), perf_counter()
    if asked.jobs > 1:
        with ProcessPoolExecutor(asked.jobs) as pool:
            lives = list(pool.map(lived, seeds, [asked.weather] * len(seeds), chunksize=_CHUNK))
    else:
        lives = [lived(seed, asked.weather) for seed in seeds]
    told = _told(lives)
    about = {"what": asked.weather, "runs": len(seeds), "seeds": f"{seeds[0]}-{seeds[-1]}" if seeds else ""}
    print(json.dumps(about | told | {"seconds": round(perf_counter() - began, 1)}))
    return 1 if told["failures"] else 0


def _told(lives: list[tuple[Counter[str], Failure | None]]) -> dict[str, Any]:
    """What all runs met, how often each kind of wrong was found, and where."""
    counts = sum((counts for counts, _ in lives), Counter[str]())
    failures = [failure for _, failure in lives if failure]
    kinds = Counter(failure["kind"] for failure in failures)
    return dict(counts) | {kind: kinds[kind] for kind in KINDS} | {"failures": failures[:_MOST_SHOWN]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
