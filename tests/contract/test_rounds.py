"""What a round of a journey goes on with stays as it was, whoever runs the same journey beside it."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.store.shelf import Shelf
from connectors.store.sqlite import SqliteStore

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_twin_writes_beside_what_a_round_goes_on_with(tmp_path: Path):
    store = SqliteStore(tmp_path, lambda: NOON)
    shelf = Shelf(store, "Q1")
    ours = shelf.keep_round("pm-Q1-1", "items", b"[1]")
    twins = shelf.keep_round("pm-Q1-1", "items", b"[]")
    assert (shelf.of_round(ours), shelf.of_round(twins)) == (b"[1]", b"[]")
    assert shelf.keep_round("pm-Q1-1", "items", b"[1]") == ours
    store.close()
