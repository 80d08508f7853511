"""A vendor that says "later" is waited for, and one that says "at once" again and again is not stormed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.errors import RateLimited
from connectors.patience import patiently
from connectors.steps import Json, Steps

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def asked_at(folder: Path, hint: float, refusals: int) -> list[timedelta]:
    """How long after the first each request came, where so many are refused with this hint."""
    clock, asked = VirtualClock(START), list[timedelta]()

    def read() -> str:
        asked.append(clock.now() - START)
        if len(asked) <= refusals:
            raise RateLimited("Reading history", "Slack answered 429", retry_after=hint)
        return "page"

    def journey(steps: Steps, _payload: Json) -> Json:
        return patiently(steps, "history", read)

    engine = LocalEngine(folder / "journal.db", {"reading": journey}, clock)
    engine.start("reading", "one", None)
    engine.settle()
    engine.close()
    return asked


def test_a_vendor_that_always_says_at_once_is_asked_less_and_less_often(tmp_path: Path):
    asked = asked_at(tmp_path, hint=0, refusals=12)

    assert len(asked) == 13
    within_a_minute = [at for at in asked if at < timedelta(minutes=1)]
    assert len(within_a_minute) == 6
    assert asked[-1] - asked[-2] == timedelta(seconds=30)


def test_a_longer_hint_is_obeyed_to_the_second(tmp_path: Path):
    assert asked_at(tmp_path, hint=3000, refusals=2)[1:] == [timedelta(seconds=3000), timedelta(seconds=6000)]


def test_a_journey_that_gave_up_waiting_asks_again_when_it_is_run_again(tmp_path: Path):
    """Else every later try would only replay the refusals that it kept."""
    asked = asked_at(tmp_path, hint=60, refusals=22)

    assert len(asked) == 23
    assert asked[-1] < timedelta(minutes=30)
