"""A slice of the seeds, that a seed is always lived the same way, and that the harness notices what it is there for."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from handlers.wiring import Doorway
from tests.simulation.endings import Ending, ending_of, unsaid
from tests.simulation.faults import Fault, Kind
from tests.simulation.life import Home
from tests.simulation.living import left_behind, lives
from tests.simulation.seeds import Tally, never_reached, run, shortest
from tests.simulation.states import MUST_BE_REACHED
from tests.simulation.story import HOUSES, Beginning, Story, house_of, points_of, story_of
from tests.vendors.jira import FakeJira
from tests.vendors.wire import Reply, Request

ROOT = Path(__file__).parents[2]
UNTIL_ALL_IS_DONE = timedelta(hours=2)


class TwoOfEach(FakeJira):
    """A Jira that makes two issues of every create."""

    def answer(self, request: Request) -> Reply:
        if request.method == "POST" and request.path.endswith("/issue"):
            super().answer(request)
        return super().answer(request)


class JiraMakesTwo(Home):
    def open(self) -> Self:
        self.jira = TwoOfEach(now=self.jira.now)
        return super().open()


class Seen(Home):
    """A household that shows what there was when one was closed last."""

    end: ClassVar[Ending]

    def close(self) -> None:
        Seen.end = ending_of(self)
        super().close()


class NothingIsStarted(Home):
    """A household whose receiver accepts what it hears, and starts nothing."""

    def doorway(self) -> Doorway:
        def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
            return True

        return replace(super().doorway(), start=start)


def test_all_goes_well_in_a_hundred_and_fifty_lives():
    tally = run(20_000, 150, "both", jobs=1)

    assert [(lived.story.seed, lived.story.mode, lived.wrong) for lived in tally.wrong] == []
    assert tally.calls > 150 * 150
    assert tally.checks > 150 * 40  # after every call that may have changed anything
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


def test_a_life_that_begins_later_ends_as_the_undisturbed_life_of_its_house_does():
    """Or says why not: it is a process that was killed there."""
    for house in (0, 7, 8):
        undisturbed = replace(house_of(house), lasts=UNTIL_ALL_IS_DONE)
        whole = end_of(undisturbed)
        later = {point: end_of(replace(undisturbed, begins=Beginning(house, point))) for point in points_of(house)}

        assert {point: unsaid(Fault(Kind.KILL), whole, end) for point, end in later.items()} == dict.fromkeys(later)
        assert sum(end == whole for end in later.values()) > len(later) / 2


def test_a_life_that_begins_later_is_the_same_whoever_was_there_before():
    story = next(story for seed in range(20) if (story := story_of(seed, "safety")).begins)
    once = lives(story).digest

    left_behind.cache_clear()

    assert lives(story).digest == once


def test_the_houses_in_which_lives_begin_later_are_of_every_sort():
    houses = [house_of(number) for number in range(HOUSES)]

    assert all({house.script[name] for house in houses} == {True, False} for name in houses[0].script)
    assert {house.options["jira_lag"] for house in houses} == {0.0, 3.0, 300.0}
    assert {house.options["anchored"] for house in houses} == {True, False}
    assert {house.options["confluence"] for house in houses} == {True, False}
    assert all(
        {name in house.options["settings"] for house in houses} == {True, False}
        for name in ("publish", "document", "jira")
    )


def test_a_state_that_no_life_came_through_is_named():
    assert never_reached(Tally()) == list(MUST_BE_REACHED)


def end_of(story: Story) -> Ending:
    assert lives(story, Seen).wrong is None
    return Seen.end


def counted(*, jobs: int, hash_seed: str) -> dict[str, Any]:
    """What the command prints of some seeds."""
    command = [sys.executable, "-m", "tests.simulation.seeds", "--from", "40", "--count", "12", "--jobs", str(jobs)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
