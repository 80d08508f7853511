"""What both stores promise of records: one suite, on SQLite and on DynamoDB (moto over HTTP)."""

from datetime import datetime, timedelta

import pytest

from connectors.store.limits import LARGEST_RECORD
from connectors.store.port import ABSENT, Conflict, Store
from connectors.store.sqlite import SqliteStore
from tests.contract.stores import Aws, Clock, fill_table, race

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

HOSTILE_KEYS = ["", "\0", "a\0b", "\ud800", "a" * 1025, "é" * 600]


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
