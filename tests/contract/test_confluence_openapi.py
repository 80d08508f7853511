"""Every request we send to Confluence, and every answer our fake gives, against Atlassian's own document."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from connectors.confluence.keep_page import bring_up_to_date, create, find, keep_as_kept, mark
from connectors.errors import ConnectorError
from tests.contract.openapi import problems_of_exchange, spec
from tests.vendors.confluence_world import ConfluenceWorld, draft_of

SPEC = "confluence-v2.json"
DRAFT = draft_of("one", "two")


@pytest.fixture(autouse=True)
def _needs_the_document() -> None:
    if spec(SPEC) is None:
        pytest.skip("Atlassian's document (../shared/specs or $DEBRIEF_SHARED) is absent")


def _problems(world: ConfluenceWorld) -> list[str]:
    """Labels are written in version 1, of which the document does not speak."""
    second = [exchange for exchange in world.exchanges if exchange[0].path.startswith("/wiki/api/v2/")]
    return [problem for one in second for problem in problems_of_exchange(SPEC, *one, base_path="/wiki/api/v2")]


def test_a_page_from_its_creation_to_its_second_version_is_as_the_document_says():
    world = ConfluenceWorld()
    assert find(world.api, DRAFT) is None
    page_id = create(world.api, DRAFT, world.editions).page_id
    mark(world.api, page_id, DRAFT)
    keep_as_kept(world.api, page_id, 1, world.editions)
    world.fake.edits(world.fake.the_page(), lambda body: body.replace("one", "one, says Bea"))
    bring_up_to_date(world.api, page_id, draft_of("one", "two", "three"), world.editions)
    assert find(world.api, DRAFT) is not None
    assert _problems(world) == []
    assert {request.method for request, _ in world.exchanges} == {"GET", "POST", "PUT"}
    assert {reply.status for _, reply in world.exchanges} == {200}


REFUSALS: dict[str, tuple[int, Callable[[ConfluenceWorld], object]]] = {
    "no such page": (404, lambda world: world.api.get_page("99")),
    "a title that is taken": (400, lambda world: create(world.api, draft_of(title="Operations"), world.editions)),
    "no token": (401, lambda world: world.client(token="stale").get_page(world.fake.home.id)),
    "an old version": (
        409,
        lambda world: world.api.update_page(
            world.fake.home.id,
            {
                "id": world.fake.home.id,
                "status": "current",
                "title": "Operations",
                "body": {"representation": "storage", "value": "<p/>"},
                "version": {"number": 1},
            },
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_confluence_refuses_is_as_the_document_says(name: str):
    status, call = REFUSALS[name]
    world = ConfluenceWorld()
    with suppress(ConnectorError):
        call(world)
    assert status in [reply.status for _, reply in world.exchanges]
    assert _problems(world) == []
