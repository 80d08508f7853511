"""The very same journey on AWS Lambda durable functions, in their SDK's own runner, ends in the same vendors' state."""

import functools
import logging
from collections.abc import Generator
from pathlib import Path

import pytest

from connectors.engine.durable import durable_handler
from connectors.steps import Json
from handlers.journey import make_postmortem
from tests.contract.test_engine import executed
from tests.contract.test_journey import announcements
from tests.world import World, world_of


@pytest.fixture(autouse=True)
def _quiet() -> Generator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_the_journey_on_durable_functions_makes_what_the_local_engine_makes(tmp_path: Path):
    (tmp_path / "local").mkdir()
    (tmp_path / "durable").mkdir()
    with world_of(tmp_path / "local", "checkout-latency") as local:
        for webhook in local.scripts[0].webhooks:
            local.rings(webhook)
        local.settles()
        expected = _made(local)
    with world_of(tmp_path / "durable", "checkout-latency") as world:
        bell: Json = {"incident_id": world.incident_id(), "journey": "pm-durable-1"}
        ended = executed(durable_handler(functools.partial(make_postmortem, house=world.house)), bell)

        assert ended.error is None
        assert _made(world) == expected


def _made(world: World) -> tuple[list[str], int, int, int]:
    issues = sorted(issue["fields"]["summary"] for issue in world.jira.issues)
    return issues, len(world.drafts()), len(announcements(world)), len(world.pagerduty.written_notes)
