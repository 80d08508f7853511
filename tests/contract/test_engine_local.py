"""What only the engine of one machine promises: it survives a kill, keeps time, and can be made to repeat itself."""

# ruff: noqa: ARG005 # a small journey reads best as a lambda, whether it needs its payload or not

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.engine.clock import RealClock, VirtualClock
from connectors.engine.journal import JournalInUse
from connectors.engine.local import JourneyFunction, LocalEngine
from connectors.engine.outcome import Mistake
from connectors.engine.progress import Progress
from connectors.errors import NotAllowed, RateLimited, Unreachable
from connectors.steps import Json, Steps

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


class Dying:
    """`Steps` around real ones, which die at the n-th boundary: before a call, after it, or once it is kept."""

    def __init__(self, steps: Steps, left: list[int]) -> None:
        self._steps, self._left = steps, left

    def _boundary(self) -> None:
        self._left[0] -= 1
        if self._left[0] == 0:
            raise Killed

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        def call() -> T:
            self._boundary()
            value = function()
            self._boundary()
            return value

        value = self._steps.run(name, call)
        self._boundary()
        return value

    def wait(self, name: str, duration: timedelta) -> None:
        self._boundary()
        self._steps.wait(name, duration)
        self._boundary()

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        return self._steps.each(name, items, lambda steps, item: function(Dying(steps, self._left), item))


class World:
    """The outside: it notes every effect, and never forgets one."""

    def __init__(self) -> None:
        self.effects: list[str] = []

    def effect(self, name: str) -> Callable[[], str]:
        def call() -> str:
            self.effects.append(name)
            return f"{name} number {self.effects.count(name)}"

        return call

    def journey(self, steps: Steps, payload: Json) -> Json:
        """Everything a journey can do: steps, waits, children that wait and fail, children of children."""
        steps.wait("settle", timedelta(seconds=90))
        collected = steps.each("sources", ["pagerduty", "slack", "closed"], self._source)
        steps.run("publish", self.effect("publish"))
        steps.wait("refresh", DAY)
        return [collected, steps.run("announce", self.effect("announce"))]

    def _source(self, steps: Steps, source: Any) -> Json:
        if source == "slack":
            steps.wait("asked to wait", HOUR)
            return steps.each("threads", [1, 2], lambda child, item: child.run("read", self.effect(f"thread {item}")))
        if source == "closed":
            try:
                return steps.run("read", self._refused)
            except NotAllowed:
                return "gap"
        return steps.run("read", self.effect("pagerduty"))

    def _refused(self) -> str:
        self.effects.append("closed")
        raise NotAllowed("Reading", "403")


def opened(folder: Path, journey: JourneyFunction, clock: VirtualClock, **more: Any) -> LocalEngine:
    return LocalEngine(folder / "journal.db", {"test": journey}, clock, **more)


def result_of(engine: LocalEngine, name: str = "pm-1") -> Json:
    state = engine.state(name)
    assert state is not None
    assert state.state == "done", state
    return json.loads(state.result or "")["value"]


# --- killed at every boundary


def run_with_kills(folder: Path, kill_at: int, *, ordered: Random | None) -> tuple[World, Json, bool]:
    """Run the journey, die at that boundary, start again. Also says whether it died at all."""
    world, clock, left = World(), VirtualClock(NOON), [kill_at]

    def dying(steps: Steps, payload: Json) -> Json:
        return world.journey(Dying(steps, left), payload)

    engine = opened(folder, dying, clock, ordered=ordered)
    engine.start("test", "pm-1", None)
    try:
        engine.settle()
    except Killed:
        engine.close()
        engine = opened(folder, dying, clock, ordered=ordered)
        engine.settle()
    result = result_of(engine)
    engine.close()
    return world, result, left[0] <= 0


@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_journey_killed_at_any_boundary_ends_as_if_it_had_not_been(tmp_path: Path, one_by_one: bool):
    boundaries = 0
    died = True
    while died:
        boundaries += 1
        ordered = Random(boundaries) if one_by_one else None
        world, result, died = run_with_kills(tmp_path / str(boundaries), boundaries, ordered=ordered)
        repeated = {name for name in world.effects if world.effects.count(name) > 1}
        assert len(repeated) <= 1, f"only the step it died in may run again, at boundary {boundaries}"
        told = json.dumps(result)
        for name in ("pagerduty", "thread 1", "thread 2", "announce"):
            assert f"{name} number {world.effects.count(name)}" in told, "the kept result is the last one's"
        assert '"gap"' in told
    assert boundaries > 25


def test_a_wait_that_was_reached_before_the_kill_does_not_begin_anew(tmp_path: Path):
    clock = VirtualClock(NOON)
    engine = opened(tmp_path, lambda steps, payload: steps.wait("a day", DAY), clock)
    engine.start("test", "pm-1", None)
    engine.run_due()
    engine.close()
    clock.advance(timedelta(hours=23))

    again = opened(tmp_path, lambda steps, payload: steps.wait("a day", DAY), clock)
    assert again.next_wake() == NOON + DAY
    again.settle()
    assert clock.now() == NOON + DAY
    again.close()


# --- a real SIGKILL of a real process

PROGRAM = """
import sys, threading, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from connectors.engine.clock import RealClock
from connectors.engine.local import LocalEngine

folder, place = Path(sys.argv[1]), sys.argv[2]

def note(line):
    with (folder / "effects").open("a") as file:
        file.write(line + "\\n")

def slow():
    note("slow begins")
    print("in the step", flush=True)
    if place == "step" and not (folder / "again").exists():
        time.sleep(60)
    note("slow ends")

def journey(steps, payload):
    steps.run("first", lambda: note("first"))
    steps.run("slow", slow)
    steps.wait("a moment", timedelta(seconds=2 if place == "wait" else 0))
    steps.run("last", lambda: note("last"))
    stop.set()
    return payload

def tell(progress):
    if progress.event == "waiting":
        print("in the wait", flush=True)

stop = threading.Event()
engine = LocalEngine(folder / "journal.db", {"test": journey}, RealClock(lambda: datetime.now(UTC)), on_progress=tell)
print("started" if engine.start("test", "pm-1", {"incident_id": "P1"}) else "known", flush=True)
engine.serve(stop)
print(engine.state("pm-1").state, flush=True)
"""


def process(folder: Path, place: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), place], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


@pytest.mark.parametrize("place", ["step", "wait"])
def test_a_process_killed_in_mid_journey_goes_on_where_it_was(tmp_path: Path, place: str):
    with process(tmp_path, place) as first:
        assert first.stdout is not None
        while f"in the {place}" not in first.stdout.readline():
            pass
        first.send_signal(signal.SIGKILL)
    (tmp_path / "again").touch()

    second = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), place], capture_output=True, text=True, cwd=ROOT, timeout=30
    )
    assert second.stdout.splitlines()[0] == "known", second.stderr
    assert second.stdout.splitlines()[-1] == "done"
    interrupted = ["first", "slow begins", "slow begins", "slow ends", "last"]
    effects = (tmp_path / "effects").read_text().splitlines()
    assert effects == (interrupted if place == "step" else ["first", "slow begins", "slow ends", "last"])


# --- starting


def test_a_name_starts_once_whatever_became_of_it(tmp_path: Path):
    def journey(steps: Steps, payload: Any) -> Json:
        if payload == "fails":
            raise NotAllowed("Doing it", "403")
        steps.wait("an hour", HOUR)
        return payload

    engine = opened(tmp_path, journey, VirtualClock(NOON))
    assert engine.start("test", "pm-1", "first")
    assert not engine.start("test", "pm-1", "first"), "not begun"
    engine.run_due()
    assert not engine.start("test", "pm-1", "other"), "waiting"
    engine.settle()
    assert not engine.start("test", "pm-1", "other"), "done"
    assert result_of(engine) == "first"
    assert engine.start("test", "pm-2", "fails")
    engine.settle()
    assert not engine.start("test", "pm-2", "fails"), "failed"
    engine.close()


def test_a_started_journey_is_there_for_the_next_process(tmp_path: Path):
    engine = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    engine.start("test", "pm-1", {"incident_id": "P1"})
    engine.close()

    again = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    again.settle()
    assert result_of(again) == {"incident_id": "P1"}
    again.close()


def test_a_journey_of_no_known_kind_is_refused(tmp_path: Path):
    engine = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    with pytest.raises(Mistake, match="There is no journey of the kind 'other'"):
        engine.start("other", "pm-1", None)
    engine.close()


def test_a_journey_whose_kind_is_gone_fails_in_words(tmp_path: Path):
    engine = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    engine.start("test", "pm-1", None)
    engine.close()
    newer = LocalEngine(tmp_path / "journal.db", {}, VirtualClock(NOON))
    newer.settle()
    [state] = newer.journeys()
    assert state.error == ("Mistake: This version knows no journey of the kind 'test': run the one that started it.")
    newer.close()


def test_a_second_engine_on_one_journal_is_refused_in_a_sentence(tmp_path: Path):
    engine = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    with pytest.raises(JournalInUse, match=r"is in use by process \d+: stop that one, or give this one another"):
        opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    engine.close()
    opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON)).close()


def test_nobody_else_on_the_machine_may_read_the_journal(tmp_path: Path):
    engine = opened(tmp_path, lambda steps, payload: payload, VirtualClock(NOON))
    engine.start("test", "pm-1", None)
    for file in tmp_path.glob("journal.db*"):
        assert file.name.endswith(".lock") or file.stat().st_mode & 0o077 == 0, file
    engine.close()


# --- time


def test_three_weeks_pass_at_once_in_virtual_time(tmp_path: Path):
    clock = VirtualClock(NOON)

    def journey(steps: Steps, payload: Json) -> Json:
        for week in range(3):
            steps.wait(f"week {week}", 7 * DAY)
        return clock.now().isoformat()

    engine = opened(tmp_path, journey, clock)
    engine.start("test", "pm-1", None)
    engine.settle()
    assert result_of(engine) == (NOON + 21 * DAY).isoformat()
    engine.close()


def test_a_listing_says_what_each_journey_is_doing(tmp_path: Path):
    def journey(steps: Steps, payload: Any) -> Json:
        if payload == "refused":
            raise NotAllowed("Reading incident P1", "PagerDuty answered 403", "Give the token read access.")
        if payload == "away":
            raise Unreachable("Reading incident P1", "no answer within 10 s")
        steps.wait("an hour", HOUR if payload == "waits" else timedelta(0))
        return None

    engine = opened(tmp_path, journey, VirtualClock(NOON))
    for payload in ("refused", "away", "waits", "ends"):
        engine.start("test", f"pm-{payload}", payload)
    engine.run_due()
    listed = {each.name: (each.state, each.wake_at, each.error) for each in engine.journeys()}
    assert listed == {
        "pm-refused": (
            "failed",
            None,
            "NotAllowed: Reading incident P1: PagerDuty answered 403. Give the token read access.",
        ),
        "pm-away": (
            "waiting",
            NOON + timedelta(seconds=30),
            "Unreachable: Reading incident P1: no answer within 10 s.",
        ),
        "pm-waits": ("waiting", NOON + HOUR, None),
        "pm-ends": ("done", None, None),
    }
    assert all(each.started_at == NOON for each in engine.journeys())
    engine.close()


def test_failures_that_may_pass_are_tried_again_after_30_seconds_to_5_minutes(tmp_path: Path):
    clock, tried_at = VirtualClock(NOON), list[datetime]()

    def journey(steps: Steps, payload: Json) -> Json:
        tried_at.append(clock.now())
        raise Unreachable("Reading incident P1", "no answer within 10 s")

    engine = opened(tmp_path, journey, clock)
    engine.start("test", "pm-1", None)
    engine.settle()
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(tried_at)]
    assert gaps == [30, 120, *[300] * 9]
    engine.close()


def test_a_vendors_hint_is_obeyed_where_it_is_longer_and_no_hint_is_too_long(tmp_path: Path):
    for number, (hint, expected) in enumerate([(5.0, 30.0), (400.0, 400.0), (float("inf"), 3600.0)]):
        limited = RateLimited("Reading history", "Slack answered 429", retry_after=hint)

        def journey(steps: Steps, payload: Json, limited: RateLimited = limited) -> Json:
            raise limited

        engine = opened(tmp_path / str(number), journey, VirtualClock(NOON))
        engine.start("test", "pm-1", None)
        engine.run_due()
        assert engine.next_wake() == NOON + timedelta(seconds=expected)
        engine.close()


# --- trouble of the engine's own


def test_a_journal_that_cannot_be_written_stops_the_engine_and_fails_no_journey(tmp_path: Path):
    engines: list[LocalEngine] = []

    def journey(steps: Steps, payload: Json) -> Json:
        return steps.run("read", lambda: engines.pop().close() if engines else "read")

    engine = opened(tmp_path, journey, VirtualClock(NOON))
    engines.append(engine)
    engine.start("test", "pm-1", None)
    with pytest.raises(sqlite3.Error):
        engine.run_due()

    again = opened(tmp_path, journey, VirtualClock(NOON))
    again.settle()
    assert result_of(again) == "read"
    again.close()


def test_a_display_that_breaks_does_not_break_the_journey(tmp_path: Path):
    def tell(progress: Progress) -> None:
        raise BrokenPipeError

    engine = opened(tmp_path, lambda steps, payload: steps.run("read", lambda: 1), VirtualClock(NOON), on_progress=tell)
    engine.start("test", "pm-1", None)
    engine.settle()
    assert result_of(engine) == 1
    engine.close()


# --- side by side


def test_32_children_run_at_once(tmp_path: Path):
    all_there = threading.Barrier(32, timeout=10)

    def journey(steps: Steps, payload: Json) -> Json:
        return len(steps.each("threads", list(range(32)), lambda child, item: child.run("read", all_there.wait)))

    engine = opened(tmp_path, journey, VirtualClock(NOON))
    engine.start("test", "pm-1", None)
    engine.settle()
    assert result_of(engine) == 32
    engine.close()


# --- seeded order


def order_of_calls(folder: Path, seed: int) -> list[str]:
    world = World()
    engine = opened(folder, world.journey, VirtualClock(NOON), ordered=Random(seed))
    for number in range(3):
        engine.start("test", f"pm-{number}", None)
    engine.settle()
    engine.close()
    return world.effects


def test_one_seed_gives_one_order_of_calls_and_other_seeds_give_others(tmp_path: Path):
    orders = [order_of_calls(tmp_path / f"{seed} {turn}", seed) for seed in range(6) for turn in range(2)]
    assert orders[0::2] == orders[1::2]
    assert len({tuple(order) for order in orders}) > 3


# --- serving


def serving(engine: LocalEngine, stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=engine.serve, args=(stop,))
    thread.start()
    return thread


def real_clock() -> RealClock:
    return RealClock(lambda: datetime.now(UTC))


def test_serving_runs_journeys_side_by_side_and_takes_up_new_ones_at_once(tmp_path: Path):
    both_there, ended, stop = threading.Barrier(2, timeout=10), threading.Semaphore(0), threading.Event()

    def journey(steps: Steps, payload: Json) -> Json:
        steps.run("meet", lambda: both_there.wait() * 0)
        steps.wait("a moment", timedelta(milliseconds=20))
        return None

    def tell(progress: Progress) -> None:
        if progress.event == "done" and not progress.step:
            ended.release()

    engine = LocalEngine(tmp_path / "journal.db", {"test": journey}, real_clock(), on_progress=tell)
    thread = serving(engine, stop)
    engine.start("test", "pm-1", None)
    engine.start("test", "pm-2", None)
    assert ended.acquire(timeout=10)
    assert ended.acquire(timeout=10)
    stop.set()
    thread.join(timeout=10)
    assert [each.state for each in engine.journeys()] == ["done", "done"]
    engine.close()


def test_a_stop_ends_journeys_at_their_next_step_and_they_go_on_next_time(tmp_path: Path):
    inside, stop, made = threading.Event(), threading.Event(), list[str]()

    def journey(steps: Steps, payload: Json) -> Json:
        def first() -> None:
            made.append("first")
            inside.set()
            stop.wait(timeout=10)

        steps.run("first", first)
        steps.run("second", lambda: made.append("second"))
        return None

    engine = LocalEngine(tmp_path / "journal.db", {"test": journey}, real_clock())
    engine.start("test", "pm-1", None)
    thread = serving(engine, stop)
    assert inside.wait(timeout=10)
    stop.set()
    thread.join(timeout=10)
    assert made == ["first"]
    engine.close()

    again = opened(tmp_path, journey, VirtualClock(NOON))
    again.settle()
    assert made == ["first", "second"]
    again.close()


def test_serving_sleeps_while_a_journey_waits(tmp_path: Path):
    waits: list[datetime | None] = []
    stop, waiting = threading.Event(), threading.Event()

    class Watched(RealClock):
        def wait(self, until: datetime | None, wake: threading.Event) -> None:
            waits.append(until)
            super().wait(until, wake)

    def tell(progress: Progress) -> None:
        if progress.event == "waiting" and not progress.step:
            waiting.set()

    clock = Watched(lambda: datetime.now(UTC))
    journeys: dict[str, JourneyFunction] = {"test": lambda steps, payload: steps.wait("an hour", HOUR)}
    engine = LocalEngine(tmp_path / "journal.db", journeys, clock, on_progress=tell)
    thread = serving(engine, stop)
    engine.start("test", "pm-1", None)
    assert waiting.wait(timeout=10)
    stop.set()
    thread.join(timeout=10)
    assert len(waits) < 8, "it does not poll"
    engine.close()


# --- progress


def test_progress_names_each_step_by_the_way_to_it_and_never_a_replayed_one(tmp_path: Path):
    told: list[tuple[str, str]] = []

    def child(steps: Steps, item: Json) -> Json:
        return steps.run("read", lambda: 1)

    def journey(steps: Steps, payload: Json) -> Json:
        steps.each("threads", ["a", "b"], child)
        steps.wait("an hour", HOUR)
        return None

    def tell(progress: Progress) -> None:
        assert progress.journey == "pm-1"
        told.append((progress.step, progress.event))

    engine = opened(tmp_path, journey, VirtualClock(NOON), on_progress=tell, width=1)
    engine.start("test", "pm-1", None)
    engine.settle()
    assert told == [
        ("", "started"),
        ("threads > 0 > read", "started"),
        ("threads > 0 > read", "done"),
        ("threads > 1 > read", "started"),
        ("threads > 1 > read", "done"),
        ("an hour", "waiting"),
        ("", "waiting"),
        ("", "resumed"),
        ("", "done"),
    ]
    engine.close()
