"""What more than one file of these tests asks for."""

from collections.abc import Generator

import pytest

from tests.contract.serving import Visitor, visited
from tests.world import World


@pytest.fixture
def visitor(world: World) -> Generator[Visitor]:
    with visited(world) as somebody:
        yield somebody


@pytest.fixture
def page(world: World) -> str:
    """The path of a page that there is: the draft has been made."""
    world.resolves()
    world.settles()
    return f"/postmortems/{world.incident_id()}"
