"""What every test may ask for."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.world import World, world_of


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    """The whole house on fake vendors, with the checkout incident just resolved and nothing told yet."""
    with world_of(tmp_path, "checkout_latency") as opened:
        yield opened
