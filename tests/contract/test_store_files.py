"""What both stores promise of files: one suite, run on a folder and on S3 (moto over HTTP)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.store.life import Life
from connectors.store.port import Conflict, Store
from connectors.store.shelf import Shelf, list_postmortems
from postmortem.life import StatusChange
from tests.contract.stores import race
from tests.world import world_of

pytest_plugins = ["tests.contract.store_fixtures"]

HOSTILE_NAMES = [
    *("", "/", "//", "a//b", "/etc/passwd", "a/", "a/b/"),
    *(
        ".",
        "..",
        "./a",
        "a/.",
        "a/./b",
        "../a",
        "a/../b",
        "a/..",
        "..a",
        "a..b",
        "a/..b",
        "...",
        "../../../../etc/shadow",
    ),
    *("a\0", "a\0.md", "\0", "a\n", "a\nb", "a\tb", "a b", " a", "a\\b", "..\\a", "C:\\a", "C:/a", "~/a", "a:b"),
    *(
        "a*",
        "a?",
        "%2e%2e/a",
        "a%00",
        "$HOME",
        "`a`",
        "a|b",
        "<a>",
        "é",
        "ａ",
        "a\u202eb",
        "a\u2215b",
        "\ud800",
        "日本",
    ),
    *("a" * 256, "a/" * 500 + "a"),
]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", bytes(range(256)), b"\r\n\xff\xfe", b"x" * 3_000_000],
    ids=["empty", "nul", "all", "bom", "3 MB"],
)
def test_a_file_holds_any_bytes(store: Store, content: bytes) -> None:
    version = store.save("drafts/PINC1/a.md", content)
    file = store.load("drafts/PINC1/a.md")
    assert file is not None
    assert (file.name, file.content, file.version) == ("drafts/PINC1/a.md", content, version)


def test_a_file_is_replaced_and_its_version_follows_its_content(store: Store) -> None:
    first, second, third = (store.save("a.md", content) for content in (b"one", b"two", b"one"))
    assert first == third != second


def test_a_conditional_save_succeeds_only_over_the_version_it_names(store: Store) -> None:
    first = store.save("a.md", b"one", expected="")
    second = store.save("a.md", b"two", expected=first)
    for stale in ("", first):
        with pytest.raises(Conflict, match=r"the file a\.md is not the one that was read"):
            store.save("a.md", b"three", expected=stale)
    with pytest.raises(Conflict):
        store.save("b.md", b"three", expected=second)
    file = store.load("a.md")
    assert file is not None
    assert (file.content, file.version) == (b"two", second)
    assert list(store.names()) == ["a.md"]


def test_of_twenty_threads_that_save_one_file_one_wins(store: Store) -> None:
    created = race(20, lambda n: store.save("a.md", b"%d" % n, expected=""))
    assert len(created) == 1
    assert len(race(20, lambda n: store.save("a.md", b"again %d" % n, expected=created[0]))) == 1


def test_whoever_loads_while_others_save_sees_one_whole_file(store: Store) -> None:
    contents = {letter * 100_000 for letter in (b"a", b"b", b"c")}
    store.save("a.md", b"a" * 100_000)

    def save_or_load(number: int) -> None:
        for letter in (b"a", b"b", b"c"):
            if number % 2:
                store.save("a.md", letter * 100_000)
            file = store.load("a.md")
            assert file is not None
            assert file.content in contents

    race(6, save_or_load)


def test_names_are_listed_sorted_and_to_the_end(store: Store) -> None:
    names = [
        "a-b.md",
        "a.md",
        "a/1",
        "a/10",
        "a/2",
        "a/b/c.md",
        "b",
        *(f"drafts/PINC{n}/a.md" for n in range(7)),
        "z_z",
    ]
    for name in reversed(names):
        store.save(name, b"")
    assert list(store.names()) == sorted(names)
    assert list(store.names("a")) == ["a-b.md", "a.md", "a/1", "a/10", "a/2", "a/b/c.md"]
    assert list(store.names("a/1")) == ["a/1", "a/10"]
    assert list(store.names("a/b/")) == ["a/b/c.md"]
    assert list(store.names("drafts/PINC3")) == ["drafts/PINC3/a.md"]
    assert list(store.names("none/here")) == []


def test_hostile_names_are_refused(store: Store) -> None:
    assert len(HOSTILE_NAMES) >= 40
    for name in HOSTILE_NAMES:
        attempts: Sequence[Callable[[], Any]] = (
            lambda name=name: store.save(name, b"x"),
            lambda name=name: store.load(name),
            lambda name=name: store.location(name),
        )
        for attempt in attempts:
            with pytest.raises(ValueError, match="a file's name is a short relative path"):
                attempt()
    assert list(store.names()) == []


@pytest.mark.parametrize("prefix", ["..", "/", "../", "/etc", "a/../", "a//", "\0", "é", "a" * 100 + "!"])
def test_a_hostile_prefix_is_refused(store: Store, prefix: str) -> None:
    with pytest.raises(ValueError, match="no file's name begins like this"):
        store.names(prefix)


def test_a_person_is_told_where_a_file_is(store: Store) -> None:
    store.save("drafts/PINC1/a.md", b"x")
    assert store.location("drafts/PINC1/a.md").endswith("/drafts/PINC1/a.md")


def test_a_review_is_still_listed_when_a_postmortem_loaded_before_it_is_kept(tmp_path: Path) -> None:
    with world_of(tmp_path, "expired-certificate") as world:
        world.resolves()
        world.settles()
        before, incident_id = world.postmortem(), world.incident_id()
        change = StatusChange(to="reviewed", by="Ada", at=before.composed_at)
        Life(world.store, incident_id).move(change)
        Shelf(world.store, incident_id).keep_postmortem(before)
        assert dict(list_postmortems(world.store))[incident_id]["status"] == "reviewed"
