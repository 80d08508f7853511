"""What every test may ask for."""

import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.contract.openapi_document import shared_folder
from tests.world import World, world_of

pytest.register_assert_rewrite("tests.contract.clicking")  # whose asserts else say nothing where they fail


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """The whole house on fake vendors, with the checkout incident just resolved and nothing told yet."""
    with world_of(tmp_path, "checkout_latency") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _hears_the_log() -> Generator[None]:
    """Every test hears Debrief's log, whatever a terminal, or a simulation, has silenced in the one before."""
    ours = logging.getLogger("debrief")
    ours.setLevel(logging.NOTSET)
    yield
    ours.setLevel(logging.NOTSET)
    logging.disable(logging.NOTSET)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line where the vendors' documents and the real data are not here, however many tests they would feed."""
    skipped = len(terminalreporter.stats.get("skipped", []))
    if skipped and not shared_folder().is_dir():
        terminalreporter.write_line(
            f"{skipped} tests skipped: the vendors' documents and real data (../shared) are not here."
        )
