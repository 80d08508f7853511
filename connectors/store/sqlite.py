"""The store of one machine: records in one SQLite file, files in a folder beside it. Standard library only."""

import json
import sqlite3
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.disk import disk_errors, make_private
from connectors.store.folder import Folder
from connectors.store.limits import check_key, check_name, json_from_value, last_second
from connectors.store.port import ABSENT, Conflict, File, Record

BUSY_SECONDS = 30.0
"""How long a write waits for another process that is writing."""
PAGE = 500

_TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS records (
    "partition" TEXT NOT NULL,
    sort TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY ("partition", sort)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS expiry ON records (expires_at) WHERE expires_at IS NOT NULL;
COMMIT;
"""
_READ = 'SELECT value, version, expires_at FROM records WHERE "partition" = ? AND sort = ?'
_WRITE = 'INSERT OR REPLACE INTO records ("partition", sort, value, version, expires_at) VALUES (?, ?, ?, ?, ?)'
_DELETE = 'DELETE FROM records WHERE "partition" = ? AND sort = ?'
_DELETE_EXPIRED = "DELETE FROM records WHERE expires_at <= ?"
_PAGE = """
SELECT sort, value, version FROM records
WHERE "partition" = :partition AND sort >= :prefix AND sort > :after
AND substr(sort, 1, length(:prefix)) = :prefix AND (expires_at IS NULL OR expires_at > :now)
ORDER BY sort LIMIT :page
"""


class SqliteStore:
    """Safe for many threads and several processes. What was acknowledged is on disk: it survives a kill."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Open or make the store in `folder`. `now` is the aware time; records expire by it."""
        self._now, self._path, self._lock = now, folder / "records.sqlite", threading.Lock()
        self._files = Folder(folder / "files", folder / "files.unfinished")
        with disk_errors("opening the store", folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "files").mkdir(mode=0o700, exist_ok=True)
            make_private(self._path)
            self._connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._close = weakref.finalize(self, self._connection.close)
            self._prepare()

    def close(self) -> None:
        """Let go of the files. Nothing is lost without it."""
        self._close()

    def read(self, partition: str, sort: str) -> Record | None:
        check_key(partition, sort)
        with self._lock, disk_errors(f"reading the record {partition}/{sort}", self._path):
            row = self._connection.execute(_READ, (partition, sort)).fetchone()
        return None if self._is_absent(row) else Record(partition, sort, json.loads(row[0]), row[1])

    def write(
        self,
        partition: str,
        sort: str,
        value: dict[str, Any],
        *,
        expected: int | None = None,
        expires_at: datetime | None = None,
    ) -> int:
        check_key(partition, sort)
        text, expiry = json_from_value(partition, sort, value), last_second(expires_at) if expires_at else None
        with self._writing(f"writing the record {partition}/{sort}") as connection:
            row = connection.execute(_READ, (partition, sort)).fetchone()
            self._check(row, expected, f"{partition}/{sort}")
            version = row[1] + 1 if row else 1
            connection.execute(_WRITE, (partition, sort, text, version, expiry))
            if expiry is not None:
                connection.execute(_DELETE_EXPIRED, (int(self._now().timestamp()),))
        return version

    def delete(self, partition: str, sort: str, *, expected: int) -> None:
        check_key(partition, sort)
        with self._writing(f"deleting the record {partition}/{sort}") as connection:
            row = connection.execute(_READ, (partition, sort)).fetchone()
            if self._is_absent(row):
                raise Conflict(f"the record {partition}/{sort} is not there any more")
            self._check(row, expected, f"{partition}/{sort}")
            connection.execute(_DELETE, (partition, sort))

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        check_key(partition, prefix or "any")
        return self._pages(partition, prefix)

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        check_name(name)
        with self._writing(f"saving the file {name}"):  # the write lock of the database is the lock of the folder
            return self._files.save(name, content, expected)

    def load(self, name: str) -> File | None:
        return self._files.load(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        return self._files.names(prefix)

    def location(self, name: str) -> str:
        return self._files.location(name)

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        # https://www.sqlite.org/pragma.html#pragma_synchronous (read 2026-11-21): in WAL only FULL is durable.
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_TABLES)

    @contextmanager
    def _writing(self, tried: str) -> Generator[sqlite3.Connection]:
        """One writer over all threads and processes; what is done inside happens whole or not at all."""
        with self._lock, disk_errors(tried, self._path), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def _pages(self, partition: str, prefix: str) -> Iterator[Record]:
        after = ""
        while page := self._page(partition, prefix, after):
            for sort, value, version in page:
                yield Record(partition, sort, json.loads(value), version)
            after = page[-1][0]

    def _page(self, partition: str, prefix: str, after: str) -> "list[tuple[str, str, int]]":
        where = {"partition": partition, "prefix": prefix, "after": after, "page": PAGE}
        with self._lock, disk_errors(f"listing the records of {partition}", self._path):
            return self._connection.execute(_PAGE, where | {"now": int(self._now().timestamp())}).fetchall()

    def _is_absent(self, row: tuple[str, int, int | None] | None) -> bool:
        return row is None or (row[2] is not None and row[2] <= self._now().timestamp())

    def _check(self, row: tuple[str, int, int | None] | None, expected: int | None, key: str) -> None:
        found = ABSENT if row is None or self._is_absent(row) else row[1]
        if expected is not None and expected != found:
            raise Conflict(f"the record {key} is at version {found}, not {expected}")
