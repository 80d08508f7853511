"""What the store of one machine promises beyond the shared suite: kills, several processes, broken disks."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO

import pytest

from connectors.disk import disk_errors
from connectors.errors import BadReply, ConnectorError, NotAllowed, Unreachable
from connectors.store.port import Conflict
from connectors.store.sqlite import SqliteStore
from tests.contract.stores import Clock

pytest_plugins = ["tests.contract.store_fixtures"]

PREAMBLE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.store.port import ABSENT, Conflict
from connectors.store.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]), lambda: datetime(2026, 3, 1, tzinfo=UTC))
"""
WRITE_FOR_EVER = """
first = int(sys.argv[2])
for number in range(first, first + 1_000_000):
    store.write("INC#1", f"{number:08}", {"n": number}, expected=ABSENT)
    store.save("draft.md", bytes([65 + number % 26]) * 200_000)
    store.save(f"parts/{number}/part.json", b"%d" % number, expected="")
    print(number, flush=True)
"""
INCREMENT = """
for _ in range(20):
    while True:
        record = store.read("INC#1", "COUNT")
        version = record.version if record else ABSENT
        try:
            store.write("INC#1", "COUNT", {"n": (record.value["n"] if record else 0) + 1}, expected=version)
            break
        except Conflict:
            pass
for _ in range(5):
    while True:
        file = store.load("count")
        try:
            store.save("count", b"%d" % (int(file.content if file else 0) + 1), expected=file.version if file else "")
            break
        except Conflict:
            pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path, clock: Clock) -> Generator[SqliteStore]:
    store = SqliteStore(folder, clock)
    yield store
    store.close()


def started(code: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(PREAMBLE + code), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def acknowledged(output: IO[str], count: int) -> list[int]:
    return [int(output.readline()) for _ in range(count)]


def test_every_acknowledged_write_survives_a_sigkill(folder: Path, clock: Clock) -> None:
    known: list[int] = []
    for round_ in range(4):
        writer = started(WRITE_FOR_EVER, folder, round_ * 1_000_000)
        assert writer.stdout is not None
        known += acknowledged(writer.stdout, 7 + 5 * round_)
        writer.kill()
        known += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        writer.stdout.close()
        assert writer.wait() == -9

        store = SqliteStore(folder, clock)
        kept = {record.value["n"] for record in store.list("INC#1")}
        assert kept >= set(known)
        assert len(kept) <= len(known) + round_ + 1
        draft = store.load("draft.md")
        assert draft is not None
        assert len(draft.content) == 200_000
        assert len(set(draft.content)) == 1
        for number in known:
            part = store.load(f"parts/{number}/part.json")
            assert part is not None
            assert part.content == b"%d" % number
        assert all(name == "draft.md" or name.startswith("parts/") for name in store.names())
        store.close()


def test_no_increment_is_lost_between_processes_that_open_a_fresh_store_at_once(folder: Path, clock: Clock) -> None:
    processes = [started(INCREMENT, folder) for _ in range(4)]
    assert [process.communicate()[1] for process in processes] == [None] * 4
    assert [process.returncode for process in processes] == [0] * 4

    store = SqliteStore(folder, clock)
    record, file = store.read("INC#1", "COUNT"), store.load("count")
    assert record is not None
    assert file is not None
    assert (record.value, record.version, file.content) == ({"n": 80}, 80, b"20")
    store.close()


def test_a_commit_waits_for_the_disk(store: SqliteStore) -> None:
    pragmas = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]  # 2 is FULL


def test_a_store_opened_again_has_everything(folder: Path, store: SqliteStore, clock: Clock) -> None:
    store.write("INC#1", "META", {"n": 1})
    version = store.save("a.md", b"x")
    store.close()

    again = SqliteStore(folder, clock)
    record, file = again.read("INC#1", "META"), again.load("a.md")
    assert record is not None
    assert file is not None
    assert (record.value, record.version, file.version) == ({"n": 1}, 1, version)
    again.close()


def test_two_open_stores_see_each_others_writes(folder: Path, store: SqliteStore, clock: Clock) -> None:
    other = SqliteStore(folder, clock)
    store.write("INC#1", "META", {"n": 1})
    assert other.write("INC#1", "META", {"n": 2}, expected=1) == 2
    record = store.read("INC#1", "META")
    assert record is not None
    assert record.value == {"n": 2}
    other.close()


def test_a_store_that_nobody_closed_closes_itself(folder: Path, clock: Clock) -> None:
    SqliteStore(folder, clock).write("INC#1", "META", {})  # a ResourceWarning would fail this


def test_only_its_owner_may_look_inside(folder: Path, store: SqliteStore) -> None:
    store.save("drafts/a.md", b"")
    for path in (folder, folder / "files", folder / "files" / "drafts"):
        assert oct(path.stat().st_mode & 0o777) == "0o700"


def test_only_its_owner_may_read_the_records(folder: Path, store: SqliteStore, clock: Clock) -> None:
    store.write("INC#1", "META", {})
    files = [folder / f"records.sqlite{end}" for end in ("", "-wal", "-shm")]
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3

    for file in files:
        file.chmod(0o644)  # as an older release left them
    again = SqliteStore(folder, clock)
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * 3
    again.close()


def test_a_file_is_found_at_its_location(store: SqliteStore) -> None:
    store.save("drafts/PINC1/a.md", b"what we know")
    assert Path(store.location("drafts/PINC1/a.md")).read_bytes() == b"what we know"


def test_a_name_is_not_also_a_folder(store: SqliteStore) -> None:
    store.save("a/b", b"x")
    store.save("c", b"x")
    for name in ("a", "c/d", "c/d/e"):
        with pytest.raises(ValueError, match=f"{name!r} would be a file and the folder of another file"):
            store.save(name, b"y")
        assert store.load(name) is None
    assert list(store.names()) == ["a/b", "c"]


def test_expired_records_are_swept_by_later_ones(store: SqliteStore, folder: Path, clock: Clock) -> None:
    for number in range(3):
        store.write("EVT#1", str(number), {}, expires_at=clock.after(minutes=1))
    clock.moves(clock.after(minutes=2) - clock())
    store.write("EVT#2", "META", {}, expires_at=clock.after(minutes=1))

    connection = sqlite3.connect(folder / "records.sqlite")
    assert connection.execute("SELECT count(*) FROM records").fetchone() == (1,)
    connection.close()


def test_a_file_that_is_no_database_is_said_in_a_sentence(folder: Path, clock: Clock) -> None:
    folder.mkdir()
    (folder / "records.sqlite").write_bytes(b"this is not a database" * 100)
    with pytest.raises(BadReply) as raised:
        SqliteStore(folder, clock)
    assert str(raised.value) == (f"opening the store: file is not a database. Put back a saved copy of {folder}.")


def test_a_file_where_the_folder_should_be_is_said_in_a_sentence(folder: Path, clock: Clock) -> None:
    folder.write_text("")
    with pytest.raises(NotAllowed, match=f"opening the store: a file stands where a folder belongs. Look at {folder}"):
        SqliteStore(folder, clock)


@pytest.mark.parametrize(
    ("code", "kind", "remedy"),
    [
        ("SQLITE_BUSY", Unreachable, "Another program holds /x: end it, or wait."),
        ("SQLITE_BUSY_SNAPSHOT", Unreachable, "Another program holds /x: end it, or wait."),
        ("SQLITE_FULL", Unreachable, "Look at the disk that holds /x: is there room, is it whole?"),
        ("SQLITE_IOERR_FSYNC", Unreachable, "Look at the disk that holds /x: is there room, is it whole?"),
        ("SQLITE_READONLY", NotAllowed, "Give this user the right to read and write /x."),
        ("SQLITE_CANTOPEN", NotAllowed, "Give this user the right to read and write /x."),
        ("SQLITE_CORRUPT", BadReply, "Put back a saved copy of /x."),
    ],
)
def test_what_sqlite_answers_is_sorted_by_what_to_do_next(code: str, kind: type[ConnectorError], remedy: str) -> None:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorname = code
    with pytest.raises(kind) as raised, disk_errors("writing", Path("/x")):
        raise error
    assert str(raised.value) == f"writing: no. {remedy}"


@pytest.mark.parametrize(
    ("error", "kind"),
    [(PermissionError(13, "Permission denied"), NotAllowed), (OSError(28, "No space left"), Unreachable)],
)
def test_what_the_disk_answers_is_sorted_by_what_to_do_next(error: OSError, kind: type[ConnectorError]) -> None:
    with pytest.raises(kind, match=f"writing: {error.strerror}"), disk_errors("writing", Path("/x")):
        raise error


def in_place(file: Path) -> None:
    file.write_bytes(b"a person's")


def by_a_rename(file: Path) -> None:
    beside = file.with_name("beside")
    beside.write_bytes(b"a person's")
    beside.replace(file)


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("saves", [in_place, by_a_rename])
def test_what_a_persons_editor_saves_while_ours_goes_to_disk_is_a_conflict_and_stays(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, saves: Callable[[Path], None], is_new: bool
) -> None:
    version = "" if is_new else store.save("draft.md", b"old")
    store.save("other.md", b"the folder is there")

    def while_it_waits_for_the_disk(_: int) -> None:
        saves(Path(store.location("draft.md")))

    monkeypatch.setattr("os.fsync", while_it_waits_for_the_disk)
    with pytest.raises(Conflict):
        store.save("draft.md", b"ours", expected=version)

    assert Path(store.location("draft.md")).read_bytes() == b"a person's"


def test_what_an_editor_writes_into_the_file_that_we_are_replacing_is_put_back(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, file = store.save("draft.md", b"old"), Path(store.location("draft.md"))

    with file.open("r+b", buffering=0) as editor:

        def once_ours_has_its_name(_: int) -> None:
            if file.read_bytes() == b"ours":
                editor.write(b"mine")

        monkeypatch.setattr("os.fsync", once_ours_has_its_name)
        with pytest.raises(Conflict):
            store.save("draft.md", b"ours", expected=version)

    assert file.read_bytes() == b"mine"
    monkeypatch.undo()
    again = store.load("draft.md")
    assert again is not None
    store.save("draft.md", b"ours", expected=again.version)
    assert file.read_bytes() == b"ours"


def test_a_file_made_just_before_a_kill_is_not_touched_by_the_next_save(store: SqliteStore, folder: Path) -> None:
    store.save("draft.md", b"ours", expected="")
    (folder / "files.unfinished").hardlink_to(store.location("draft.md"))  # as a kill leaves it

    store.save("other.md", b"other")

    assert Path(store.location("draft.md")).read_bytes() == b"ours"
