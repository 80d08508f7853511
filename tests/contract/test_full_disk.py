"""A disk that is full: each refusal is one sentence with its remedy, and is made up for once there is room."""

import logging
import resource
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.errors import Unreachable
from connectors.steps import Json, Steps
from handlers.ticks import TICKS, start_ticks
from tests.world import World

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
IS_THERE_ROOM = "is there room, is it whole?"


@contextmanager
def full_disk() -> Generator[None]:
    """No file of this process may grow beyond what an empty journal takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def nothing(_steps: Steps, _bell: Json) -> Json:
    return None


@pytest.fixture
def engine(tmp_path: Path) -> Generator[LocalEngine]:
    opened = LocalEngine(
        tmp_path / "journal.db", dict.fromkeys((tick.kind for tick in TICKS), nothing), VirtualClock(NOW)
    )
    yield opened
    opened.close()


def test_a_journey_that_cannot_be_kept_is_refused_with_the_place_to_look_at(engine: LocalEngine, tmp_path: Path):
    with full_disk(), pytest.raises(Unreachable, match=IS_THERE_ROOM) as refusal:
        engine.start(TICKS[0].kind, "fu-1", {})

    assert f"{tmp_path}/journal.db" in str(refusal.value)
    assert engine.start(TICKS[0].kind, "fu-1", {}), "nothing was kept of it"


def test_a_webhook_that_cannot_be_kept_is_answered_503_and_accepted_when_it_comes_again(
    world: World, caplog: pytest.LogCaptureFixture
):
    (*_, resolve) = [one for one in world.scripts[0].webhooks if one["event"]["event_type"] == "incident.resolved"]
    with full_disk(), caplog.at_level(logging.ERROR, "debrief"):
        answer = world.rings(resolve)

    assert answer.status == 503
    assert IS_THERE_ROOM in caplog.text
    assert "OperationalError" not in caplog.text
    assert world.rings(resolve).reason.startswith("started pm-")


class OnceMore(threading.Event):
    """Is set at the second wait; before the first ends, there is room again."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        soft, hard = resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if self.waits == 2:
            self.set()
        return self.is_set()


def test_what_falls_due_while_the_disk_is_full_is_started_once_there_is_room(
    engine: LocalEngine, caplog: pytest.LogCaptureFixture
):
    with full_disk(), caplog.at_level(logging.ERROR, "debrief"):
        start_ticks(engine, lambda: NOW, OnceMore())

    assert IS_THERE_ROOM in caplog.text
    assert {journey.kind for journey in engine.journeys()} == {tick.kind for tick in TICKS}
