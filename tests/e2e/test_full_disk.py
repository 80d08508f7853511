"""`debrief serve` on a disk that is full in the middle of a journey, and after room was made."""

import resource
from collections.abc import Generator
from http.client import HTTPException
from pathlib import Path

import pytest

from handlers.cli.exits import Exit
from tests.e2e.serving import Served, until
from tests.e2e.test_kill import Checkout
from tests.neighbours import WEBHOOK_SECRET
from tests.vendors.pagerduty_webhooks import deliver

ROOM = 400_000
"""Bytes a file may have: the journal outgrows that in the middle of the journey."""


@pytest.fixture
def town(tmp_path: Path) -> Generator[Checkout]:
    opened = Checkout(tmp_path)
    opened.move_in()
    yield opened
    opened.move_out()


def answers(town: Checkout, served: Served) -> list[int]:
    """To every webhook of the incident; 0 where there was none."""
    return [_answer(f"{served.address}/pagerduty", webhook) for webhook in town.scripts[0].webhooks]


def _answer(url: str, webhook: dict[str, object]) -> int:
    try:
        return deliver(url, webhook, WEBHOOK_SECRET)[0]
    except (OSError, HTTPException):
        return 0


def test_a_full_disk_ends_in_one_sentence_and_nothing_is_lost_or_doubled(town: Checkout):
    served = town.serves()
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))

    given = answers(town, served)

    assert served.ends()[0] == Exit.UNREACHABLE
    assert not set(given) - {0, 202, 503}
    assert town.log.read_text().endswith(
        f"Look at the disk that holds {town.machine.home}: is there room, is it whole?\n"
    )
    assert "Traceback" not in town.log.read_text()

    served = town.serves()
    assert set(answers(town, served)) == {202}, "PagerDuty sends again what was not accepted"
    until(lambda: set(served.journeys()) == {"done"}, "the journey is over")
    assert served.stops()[0] == 0
    town.expects_everything_once()
