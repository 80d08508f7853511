"""What a round of a journey goes on with stays as it was, whoever runs the same journey beside it; and is kept once."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.store.shelf import Shelf
from connectors.store.sqlite import SqliteStore
from postmortem.evidence import Gap, Part
from tests.world import world_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_twin_writes_beside_what_a_round_goes_on_with(tmp_path: Path):
    store = SqliteStore(tmp_path, lambda: NOON)
    shelf = Shelf(store, "Q1")
    ours = shelf.keep_round("pm-Q1-1", "items", b"[1]")
    twins = shelf.keep_round("pm-Q1-1", "items", b"[]")
    assert (shelf.of_round(ours), shelf.of_round(twins)) == (b"[1]", b"[]")
    assert shelf.keep_round("pm-Q1-1", "items", b"[1]") == ours
    store.close()


def test_a_part_that_is_read_again_as_it_was_is_kept_once(tmp_path: Path):
    store = SqliteStore(tmp_path, lambda: NOON)
    shelf = Shelf(store, "Q1")
    short, long = (
        Part(gaps=(Gap(source="slack", what="the chat", why="x" * size, remedy="Wait."),)) for size in (9, 9000)
    )
    names = [shelf.keep_part("page", part) for part in (short, long, short, long)]
    assert [*shelf.parts(names)] == [short, long, short, long]
    assert [*store.names()] == [names[1]] == [names[3]]
    assert [record.sort for record in store.list("INC#Q1")] == [names[0]] == [names[2]]
    store.close()


def test_a_look_that_found_nothing_new_keeps_no_second_evidence(tmp_path: Path):
    with world_of(tmp_path, "stale-replica") as world:
        world.resolves()
        world.settles()
        assert world.state()["refresh"] == {"stopped": "nothing was said or done since the draft"}
        assert len([name for name in world.store.names("evidence/") if "/parts/" not in name]) == 1


def test_whoever_was_asked_for_in_the_first_round_is_not_asked_for_in_the_refresh(tmp_path: Path):
    with world_of(tmp_path, "checkout-latency") as world:
        world.resolves()
        world.settles()
        asked = [request.path for request in world.pagerduty.requests if request.path.startswith("/users/")]
        assert asked
        assert len(asked) == len({*asked})
        evidence = Shelf(world.store, world.incident_id()).evidence(world.postmortem().evidence_name or "")
        assert all(
            person.email for person in evidence.people if f"/users/{person.id.removeprefix('pagerduty:')}" in asked
        )
