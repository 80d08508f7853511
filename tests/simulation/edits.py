"""Random edits, random regenerations, kills and races: nothing a person wrote is lost, nothing they deleted comes back.

    python -m tests.simulation.edits [RUNS] [FIRST_SEED]

Prints one JSON line; a failure ends it with the seed, and the document before and after.
"""

import json
import sys
from collections import Counter
from random import Random
from time import perf_counter

from tests.simulation.generated import Generated
from tests.simulation.hand import Hand
from tests.simulation.oracle import Oracle, Seen
from tests.simulation.weather import Killed, Weather

NAME = "drafts/postmortem.md"


class Run:
    """One document's life, by one seed. `counts` tells what it met."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.said, self.hand = Generated(self.chance), Hand(self.chance)
        self.weather, self.oracle, self.counts = Weather(), Oracle(), Counter[str]()
        self.there = Seen()
        self.said.begins()

    def lives(self) -> Counter[str]:
        self.publishes()
        for _ in range(self.chance.randint(2, 6)):
            self.edits()
            self.said.moves_on()
            weather = self.chance.choice((self.calm, self.calm, self.killed, self.raced))
            (weather if self.tells_its_edition() else self.calm)()
            self.publishes()
        return self.counts

    def edits(self) -> None:
        content = self.weather.files.get(NAME)
        if content is None:
            return
        before = Seen.of(content)
        edited = self.hand.edits(content.decode())
        self.counts["edits"] += 1
        if edited is None:
            del self.weather.files[NAME]
            self.oracle, self.there = Oracle(), Seen()
            self.counts["deleted files"] += 1
            return
        self.weather.files[NAME] = edited.encode()
        self.there = Seen.of(edited.encode())
        self.said.watched = {int(word[1:]) for word in self.there.touched} if self.chance.random() < 0.7 else set()
        self.oracle.watches(before, self.there, self.hand.changed, is_plain=self.hand.is_plain)

    def tells_its_edition(self) -> bool:
        """Where a person took out the comment and our status line, a write that was lost cannot be told from one whose
        every line they deleted (docs/decisions/0008-edits-survive.md): there is no kill and no race then."""
        content = self.weather.files.get(NAME, b"")
        return b"debrief:edition" in content or b" composed 2026" in content

    def calm(self) -> None:
        """Nothing happens besides."""

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
            before = self.weather.files.get(NAME, b"")
            self.edits()
            if NAME in self.weather.files and not self.tells_its_edition():
                comments = [line for line in before.splitlines() if b"debrief:edition" in line]
                self.weather.files[NAME] += b"\n" + b"\n".join(comments) + b"\n"

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
        content = self.weather.files[NAME]
        self._publish()
        assert self.weather.files[NAME] == content, "publishing again changed something"

    def _publish(self) -> None:
        self.counts["publications"] += 1
        self.weather.publisher().publish(NAME, self.said.render().encode())

    def _judge(self) -> None:
        now = Seen.of(self.weather.files[NAME])
        self.oracle.judges(self.there, now, self.said)
        self.counts["suggestions"] += len(now.suggestions)
        self.counts["lines of people"] += len(now.hand)
        self.there = now

    def _twin(self) -> None:
        self.weather.publisher().publish(NAME, self.said.render().encode())

    def _twin_then_person(self) -> None:
        self._twin()
        self._meanwhile_published()
        self.edits()

    def _meanwhile_published(self) -> None:
        """What was published before a person came counts as such, if it was."""
        now = Seen.of(self.weather.files.get(NAME))
        if self.weather.files.get(NAME) is not None:
            self._judge_if_written(now)

    def _judge_if_written(self, now: Seen) -> None:
        if now.lines != self.there.lines:
            self._judge()


def main(runs: int = 10_000, first: int = 1) -> int:
    counts, began = Counter[str](), perf_counter()
    for seed in range(first, first + runs):
        run = Run(seed)
        try:
            counts += run.lives()
        except AssertionError as error:
            print(json.dumps({"runs": seed - first, "failed": seed, "why": str(error)}))
            return 1
    print(json.dumps({"runs": runs, "lost": 0, "seconds": round(perf_counter() - began, 1)} | counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
