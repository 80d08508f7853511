"""What both stores promise: one suite, run on SQLite with a folder and on DynamoDB with S3 (moto over HTTP)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.store.limits import LARGEST_RECORD
from connectors.store.port import ABSENT, Conflict, Store
from connectors.store.sqlite import SqliteStore
from tests.contract.stores import Aws, Clock, fill_table

pytest_plugins = ["tests.contract.store_fixtures"]

AWKWARD = {
    "float": 0.1,
    "small": 1e-300,
    "big": 2**70,
    "nothing": None,
    "yes": True,
    "nested": [{"a": [1, [2, {"b": []}]]}, {}, ""],
    "value": "reserved",
    "status": "reserved too",
    "#expires_at": ":now",
    "text": "שלום 日本 \U0001f525 \x00 \x1f",
    "lone": "\ud83d",
    "": "empty key",
}

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
HOSTILE_KEYS = ["", "\0", "a\0b", "\ud800", "a" * 1025, "é" * 600]


def race(count: int, attempt: Callable[[int], Any]) -> list[Any]:
    """Let threads attempt at once; the results of those who did not meet a Conflict."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return attempt(number)
        except Conflict:
            return None

    with ThreadPoolExecutor(count) as pool:
        return [result for result in pool.map(run, range(count)) if result is not None]


def sorts(store: Store, partition: str, prefix: str = "") -> list[str]:
    return [record.sort for record in store.list(partition, prefix)]


def test_what_was_never_written_is_absent(store: Store) -> None:
    assert store.read("INC#1", "META") is None
    assert list(store.list("INC#1")) == []
    assert store.load("drafts/none.md") is None
    assert list(store.names()) == []


def test_versions_count_from_one(store: Store) -> None:
    assert [store.write("INC#1", "META", {"n": n}) for n in range(3)] == [1, 2, 3]

    record = store.read("INC#1", "META")
    assert record is not None
    assert (record.partition, record.sort, record.value, record.version) == ("INC#1", "META", {"n": 2}, 3)


def test_any_json_survives(store: Store) -> None:
    store.write("INC#1", "META", AWKWARD)
    record = store.read("INC#1", "META")
    assert record is not None
    assert record.value == AWKWARD


def test_a_conditional_write_succeeds_only_over_the_version_it_names(store: Store) -> None:
    assert store.write("INC#1", "META", {"n": 1}, expected=ABSENT) == 1
    assert store.write("INC#1", "META", {"n": 2}, expected=1) == 2
    for stale in (ABSENT, 1, 3):
        with pytest.raises(Conflict, match=f"the record INC#1/META is at version 2, not {stale}"):
            store.write("INC#1", "META", {"n": 9}, expected=stale)
    record = store.read("INC#1", "META")
    assert record is not None
    assert record.value == {"n": 2}


def test_a_version_of_what_is_absent_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict, match="is at version 0, not 1"):
        store.write("INC#1", "META", {}, expected=1)


def test_of_twenty_threads_that_create_one_record_one_wins(store: Store) -> None:
    winners = race(20, lambda n: store.write("INC#1", "META", {"n": n}, expected=ABSENT) and (n,))
    record = store.read("INC#1", "META")
    assert record is not None
    assert winners == [(record.value["n"],)]


def test_of_twenty_threads_that_replace_one_version_one_wins(store: Store) -> None:
    store.write("INC#1", "META", {"n": "first"})
    winners = race(20, lambda n: store.write("INC#1", "META", {"n": n}, expected=1))
    assert winners == [2]


def test_no_increment_is_lost_between_threads(store: Store) -> None:
    store.write("INC#1", "COUNT", {"n": 0})

    def increment(_: int) -> None:
        for _ in range(5):
            while True:
                record = store.read("INC#1", "COUNT")
                assert record is not None
                try:
                    store.write("INC#1", "COUNT", {"n": record.value["n"] + 1}, expected=record.version)
                    break
                except Conflict:
                    continue

    race(4, increment)
    record = store.read("INC#1", "COUNT")
    assert record is not None
    assert (record.value, record.version) == ({"n": 20}, 21)


def test_an_expired_record_is_absent(store: Store, clock: Clock) -> None:
    store.write("EVT#1", "META", {"n": 1}, expires_at=clock() + timedelta(seconds=10))
    store.write("EVT#1", "OTHER", {"n": 2})
    clock.moves(timedelta(seconds=9))
    assert sorts(store, "EVT#1") == ["META", "OTHER"]

    clock.moves(timedelta(seconds=1))
    assert store.read("EVT#1", "META") is None
    assert sorts(store, "EVT#1") == ["OTHER"]
    with pytest.raises(Conflict):
        store.write("EVT#1", "META", {"n": 3}, expected=1)
    with pytest.raises(Conflict):
        store.delete("EVT#1", "META", expected=1)
    store.write("EVT#1", "META", {"n": 3}, expected=ABSENT)
    clock.moves(timedelta(days=400))
    assert sorts(store, "EVT#1") == ["META", "OTHER"]


def test_a_later_write_decides_whether_a_record_expires(store: Store, clock: Clock) -> None:
    soon = clock() + timedelta(seconds=10)
    store.write("EVT#1", "KEPT", {}, expires_at=soon)
    store.write("EVT#1", "KEPT", {})
    store.write("EVT#1", "PROLONGED", {}, expires_at=soon)
    store.write("EVT#1", "PROLONGED", {}, expires_at=soon + timedelta(seconds=1), expected=1)
    store.write("EVT#1", "ENDED", {})
    store.write("EVT#1", "ENDED", {}, expires_at=soon)

    clock.moves(timedelta(seconds=10))
    assert sorts(store, "EVT#1") == ["KEPT", "PROLONGED"]


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="expires_at carries no zone"):
        store.write("EVT#1", "META", {}, expires_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_long_partition_is_listed_to_the_end_and_in_order(store: Store, request: pytest.FixtureRequest) -> None:
    parts = [f"PART#{number:04}" for number in range(1_050)]
    if isinstance(store, SqliteStore):
        for sort in reversed(parts):
            store.write("INC#1", sort, {"sort": sort})
    else:
        aws: Aws = request.getfixturevalue("aws")
        fill_table(aws.dynamodb, aws.table, "INC#1", parts[::-1])
    store.write("INC#1", "OUT#jira#00", {})
    store.write("INC#10", "PART#9999", {})

    assert [record.value["sort"] for record in store.list("INC#1", "PART#")] == parts
    assert sorts(store, "INC#1", "PART#104") == parts[1040:]
    assert sorts(store, "INC#1") == ["OUT#jira#00", *parts]


def test_large_records_are_listed_to_the_end(store: Store) -> None:
    for number in range(9):
        store.write("INC#1", f"PART#{number}", {"text": "x" * 300_000})
    assert [len(record.value["text"]) for record in store.list("INC#1")] == [300_000] * 9


def test_a_prefix_means_its_letters_and_nothing_else(store: Store) -> None:
    names = ["%", "%a", "A", "_", "a", "a%", "a_", "ab", "b", "é", "日", "\U0001f525"]
    for name in reversed(names):
        store.write("INC#1", name, {})
    assert sorts(store, "INC#1") == names
    assert sorts(store, "INC#1", "a") == ["a", "a%", "a_", "ab"]
    assert sorts(store, "INC#1", "%") == ["%", "%a"]
    assert sorts(store, "INC#1", "_") == ["_"]


def test_only_the_named_version_is_deleted(store: Store) -> None:
    store.write("INC#1", "META", {})
    version = store.write("INC#1", "META", {})
    with pytest.raises(Conflict):
        store.delete("INC#1", "META", expected=1)
    store.delete("INC#1", "META", expected=version)
    assert store.read("INC#1", "META") is None
    with pytest.raises(Conflict):
        store.delete("INC#1", "META", expected=version)
    with pytest.raises(Conflict):
        store.delete("INC#1", "NEVER", expected=1)


def test_of_twenty_threads_that_delete_one_record_one_wins(store: Store) -> None:
    store.write("INC#1", "META", {})

    def delete(number: int) -> int:
        store.delete("INC#1", "META", expected=1)
        return number

    assert len(race(20, delete)) == 1


@pytest.mark.parametrize("key", HOSTILE_KEYS, ids=ascii)
def test_a_key_that_one_store_could_not_hold_is_refused_by_both(store: Store, key: str) -> None:
    for partition, sort in ((key, "META"), ("INC#1", key)):
        with pytest.raises(ValueError, match=r"a record's (key|partition|sort)"):
            store.write(partition, sort, {})
        with pytest.raises(ValueError, match=r"a record's (key|partition|sort)"):
            store.read(partition, sort)
    with pytest.raises(ValueError, match="a record's"):
        store.list(key)


def test_a_record_that_is_too_large_is_refused_in_a_sentence(store: Store) -> None:
    frame = len('{"t":""}')
    store.write("INC#1", "LARGE", {"t": "x" * (LARGEST_RECORD - frame)})
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole sentence is below)
        store.write("INC#1", "LARGER", {"t": "x" * (LARGEST_RECORD - frame + 1)})
    assert str(refused.value) == (
        "the record INC#1/LARGER has 350,001 bytes and a record holds 350,000: "
        "save it as a file and keep the file's name in the record"
    )
    assert sorts(store, "INC#1") == ["LARGE"]


def test_what_is_not_json_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write("INC#1", "META", {"n": float("nan")})
    with pytest.raises(TypeError):
        store.write("INC#1", "META", {"n": {1, 2}})


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
