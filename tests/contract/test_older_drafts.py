"""What an older Debrief kept is no postmortem as data: nothing stumbles over it, its Markdown stays, and a new draft
replaces it."""

import json

from connectors.store.shelf import Shelf
from postmortem.document import POSTMORTEM_SCHEMA
from tests.contract.serving import visited
from tests.world import World


def test_a_postmortem_in_an_older_shape_is_none_until_the_next_draft(world: World):
    _drafted_long_ago(world)

    assert Shelf(world.store, world.incident_id()).postmortem() is None

    before = world.draft()
    world.engine.start("postmortem", "pm-again", {"incident_id": world.incident_id(), "journey": "pm-again"})
    world.settles()
    assert world.postmortem().schema_version == POSTMORTEM_SCHEMA
    assert world.draft().splitlines()[0] == before.splitlines()[0]


def test_its_page_shows_the_markdown_that_is_there(world: World):
    _drafted_long_ago(world)

    with visited(world) as visitor:
        page = visitor.gets(f"/postmortems/{world.incident_id()}")
        told = visitor.gets(f"/postmortems/{world.incident_id()}/document.json")
        listed = visitor.gets("/")

    assert page.status == 307
    assert page.headers["location"].endswith("/document.md")
    assert (told.status, listed.status) == (404, 200)


def _drafted_long_ago(world: World) -> None:
    """What the first release kept: other fields, and other shapes of the same ones."""
    world.resolves()
    world.settles()
    name = f"postmortems/{world.incident_id()}.json"
    file = world.store.load(name)
    assert file is not None
    kept = json.loads(file.content)
    older = {"schema_version": 1, "title": kept["title"], "incident": kept["incident"], "summary": [], "questions": []}
    world.store.save(name, json.dumps(older).encode())
