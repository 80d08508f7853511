"""A slice of the seeds, that a seed is always lived the same way, and that the harness notices what it is there for."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from handlers.wiring import Doorway
from tests.simulation.living import Home, lives
from tests.simulation.seeds import Tally, never_reached, run, shortest
from tests.simulation.states import MUST_BE_REACHED
from tests.simulation.story import story_of
from tests.vendors.wire import Reply, Request

ROOT = Path(__file__).parents[2]


class JiraMakesTwo(Home):
    """A household whose Jira makes two issues of every create."""

    def open(self) -> Self:
        once = self.jira.answer

        def twice(request: Request) -> Reply:
            if request.method == "POST" and request.path.endswith("/issue"):
                once(request)
            return once(request)

        self.jira.answer = twice
        return super().open()


class NothingIsStarted(Home):
    """A household whose receiver accepts what it hears, and starts nothing."""

    def doorway(self) -> Doorway:
        def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
            return True

        return replace(super().doorway(), start=start)


def test_all_goes_well_in_a_hundred_and_fifty_lives():
    tally = run(20_000, 150, "both", jobs=1)

    assert [(lived.story.seed, lived.story.mode, lived.wrong) for lived in tally.wrong] == []
    assert tally.calls > 150 * 300
    assert tally.checks > 150 * 100  # after every call that may have changed anything
    assert tally.reached.total() > 150


def test_a_seed_gives_the_same_bytes_in_every_process_and_however_many_there_are():
    alone, abreast = counted(jobs=1, hash_seed="1"), counted(jobs=2, hash_seed="2")

    timed = ("commit", "seconds", "runs_per_second", "cpu_seconds_per_run")
    assert {name: alone[name] for name in alone if name not in timed} == {
        name: abreast[name] for name in abreast if name not in timed
    }


def test_a_second_issue_of_one_key_is_noticed_at_once_and_told_with_the_shortest_life_that_shows_it():
    live = partial(lives, kind=JiraMakesTwo)
    lived = next(lived for seed in range(20) if (lived := live(story_of(seed, "safety"))).wrong)
    short = shortest(lived, live)

    assert lived.number == 1
    assert (short.number, short.story.faults, short.story.deeds) == (1, (), ())
    assert "WRONG: invariant 1" in short.trace[-1]


def test_an_accepted_resolve_of_which_nothing_came_is_noticed_when_the_faults_are_over():
    lived = lives(replace(story_of(1, "liveness"), faults=(), deeds=()), NothingIsStarted)

    assert lived.number == 6


def test_a_state_that_no_life_came_through_is_named():
    assert never_reached(Tally()) == list(MUST_BE_REACHED)


def counted(*, jobs: int, hash_seed: str) -> dict[str, Any]:
    """What the command prints of some seeds."""
    command = [sys.executable, "-m", "tests.simulation.seeds", "--from", "40", "--count", "12", "--jobs", str(jobs)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
