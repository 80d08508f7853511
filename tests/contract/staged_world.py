"""A pytest plugin: a stage on emulated AWS with fake vendors around it, and incidents of some weeks ago."""

from collections.abc import Generator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.wiring import utc_now
from tests.contract.cli import Terminal
from tests.contract.staged import a_stage
from tests.contract.staged_lambda import StagedWorld, furnish, staged_lambda
from tests.contract.stores import Aws
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import Neighbours

LONG_AGO = datetime.now(UTC) - timedelta(days=45)
NAMES = ("checkout-latency", "stale-replica")


@pytest.fixture
def stage_up(
    aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Generator[StagedWorld]:
    scripts = [latest(by_name(name), LONG_AGO) for name in NAMES]
    with ExitStack() as exits:
        vendors = Neighbours(tmp_path, scripts, utc_now, settings={"quiet_period": "0s"})
        exits.callback(vendors.move_out)
        vendors.move_in()
        folder = tmp_path / "here"
        folder.mkdir()
        terminal = Terminal(folder, monkeypatch, capsys)
        staged = a_stage(aws, monkeypatch)
        furnish(staged, vendors)
        service = exits.enter_context(staged_lambda(staged, tmp_path, monkeypatch))
        yield StagedWorld(staged, vendors, service, terminal)
