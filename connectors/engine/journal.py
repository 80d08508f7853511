"""The journal of one machine: one SQLite file that remembers journeys and what their steps came to.

What `start` promised survives a power cut (synchronous=FULL); a step's outcome survives the death of the process
and may be lost with the power: then the step runs again, as steps may (synchronous=NORMAL in WAL mode never
corrupts, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

State = Literal["running", "waiting", "done", "failed"]

_TABLES = """
CREATE TABLE IF NOT EXISTS journeys (
    name TEXT PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'running',
    wake_at TEXT, attempts INTEGER NOT NULL DEFAULT 0, error TEXT, result TEXT, started_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS journeys_by_state ON journeys (state, wake_at);
CREATE TABLE IF NOT EXISTS steps (
    journey TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (journey, key)
);
"""
_JOURNEYS = "SELECT name, kind, payload, state, wake_at, attempts, error, result, started_at FROM journeys"
_IN_ORDER = f"{_JOURNEYS} ORDER BY started_at, name"


class JournalInUse(Exception):
    """Another process has this journal open: two engines would run every journey twice."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey as the journal knows it.

    `payload` and `result` are JSON text. `wake_at` is set while it waits, `error` is one sentence once it failed or
    while it waits to be tried again, `attempts` counts the failures so far.
    """

    name: str
    kind: str
    payload: str
    state: State
    wake_at: datetime | None
    attempts: int
    error: str | None
    result: str | None
    started_at: datetime


class Journal:
    """One connection, one lock: a write takes some tens of microseconds, and every method is safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Raises JournalInUse."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._claim = _claimed(path)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # before SQLite does it for everybody to read
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()
            self._claim.close()

    def add(self, name: str, kind: str, payload: str, now: datetime) -> bool:
        """Remember a new journey, on disk before this returns. False where the name is taken."""
        with self._lock:
            self._db.execute("PRAGMA synchronous=FULL")
            try:
                added = self._db.execute(
                    "INSERT OR IGNORE INTO journeys (name, kind, payload, started_at) VALUES (?, ?, ?, ?)",
                    (name, kind, payload, _text(now)),
                )
                return added.rowcount == 1
            finally:
                self._db.execute("PRAGMA synchronous=NORMAL")

    def journey(self, name: str) -> Journey | None:
        rows = self._read(_JOURNEYS + " WHERE name = ?", name)
        return _journey(rows[0]) if rows else None

    def journeys(self) -> list[Journey]:
        """All of them, oldest first."""
        return [_journey(row) for row in self._read(_IN_ORDER)]

    def states(self) -> dict[str, int]:
        """How many journeys are in which state."""
        return dict(self._read("SELECT state, count(*) FROM journeys GROUP BY state"))

    def due(self, now: datetime) -> list[str]:
        """Names of the journeys that have something to do now, the one that waited longest first."""
        rows = self._read(
            "SELECT name FROM journeys WHERE state = 'running' OR (state = 'waiting' AND wake_at <= ?)"
            " ORDER BY coalesce(wake_at, started_at), name",
            _text(now),
        )
        return [row[0] for row in rows]

    def next_wake(self) -> datetime | None:
        """When the first of the waiting journeys is due."""
        [[wake_at]] = self._read("SELECT min(wake_at) FROM journeys WHERE state = 'waiting'")
        return _moment(wake_at)

    def outcomes(self, name: str) -> dict[str, str]:
        return dict(self._read("SELECT key, outcome FROM steps WHERE journey = ?", name))

    def wait_until(self, name: str, moment: datetime) -> str | None:
        """The key of the kept wait that ends at this moment, without the scopes around it; None where none does."""
        return _wait_among(self.outcomes(name), moment)

    def keep(self, name: str, key: str, outcome: str) -> None:
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO steps VALUES (?, ?, ?)", (name, key, outcome))

    def begin(self, name: str) -> None:
        with self._lock:
            self._db.execute("UPDATE journeys SET state = 'running', wake_at = NULL WHERE name = ?", (name,))

    def wait(self, name: str, wake_at: datetime) -> None:
        with self._lock:
            self._db.execute(
                "UPDATE journeys SET state = 'waiting', wake_at = ? WHERE name = ?", (_text(wake_at), name)
            )

    def retry(self, name: str, wake_at: datetime, error: str, forget: Iterable[str]) -> None:
        """Let the journey be run again at `wake_at`, without the outcomes that failed it."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.executemany("DELETE FROM steps WHERE journey = ? AND key = ?", ((name, key) for key in forget))
            self._db.execute(
                "UPDATE journeys SET state = 'waiting', wake_at = ?, error = ?, attempts = attempts + 1 WHERE name = ?",
                (_text(wake_at), error, name),
            )

    def fail(self, name: str, error: str) -> None:
        """Its outcomes are kept, for whoever looks for the reason."""
        with self._lock:
            self._db.execute(
                "UPDATE journeys SET state = 'failed', wake_at = NULL, error = ? WHERE name = ?", (error, name)
            )

    def finish(self, name: str, result: str) -> None:
        """Its outcomes are needed no more and go; its name stays, so that it never starts again."""
        with self._lock, self._db:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM steps WHERE journey = ?", (name,))
            self._db.execute(
                "UPDATE journeys SET state = 'done', wake_at = NULL, error = NULL, result = ? WHERE name = ?",
                (result, name),
            )

    def forget(self, kind: str, before: datetime) -> int:
        """Strike out what ended of a kind, and began before this moment: its names may start again. How many."""
        with self._lock:
            ended = "kind = ? AND state IN ('done', 'failed') AND started_at < ?"
            at = (kind, _text(before))
            self._db.execute(f"DELETE FROM steps WHERE journey IN (SELECT name FROM journeys WHERE {ended})", at)  # noqa: S608 # no value in it
            return self._db.execute(f"DELETE FROM journeys WHERE {ended}", at).rowcount  # noqa: S608

    def _read(self, sql: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()


class JournalReader:
    """A journal read beside the engine that holds it, or after that has ended: nothing is claimed, and nothing written.

    Raises what sqlite3 raises.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)

    def close(self) -> None:
        self._db.close()

    def journeys(self) -> list[Journey]:
        """All of them, oldest first."""
        return [_journey(row) for row in self._db.execute(_IN_ORDER).fetchall()]

    def waits_in(self, name: str) -> str | None:
        """The name of the wait that a waiting journey rests in; None where it waits to be tried again."""
        rows = self._db.execute("SELECT wake_at FROM journeys WHERE name = ?", (name,)).fetchall()
        wake_at = _moment(rows[0][0]) if rows else None
        kept = self._db.execute("SELECT key, outcome FROM steps WHERE journey = ?", (name,)).fetchall()
        return _wait_among(dict(kept), wake_at) if wake_at else None


def _wait_among(outcomes: dict[str, str], moment: datetime) -> str | None:
    for key, outcome in outcomes.items():
        if not outcome.startswith("{") and datetime.fromisoformat(outcome) == moment:
            return key.rpartition("\x1f")[2]
    return None


def _claimed(path: Path) -> IO[str]:
    """The operating system's lock: it ends with the process, however that ends."""
    claim = path.with_name(path.name + ".lock").open("a+")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.seek(0)
        holder = claim.read().strip() or "unknown"
        claim.close()
        raise JournalInUse(
            f"The journal {path} is in use by process {holder}: stop that one, or give this one another data folder."
        ) from None
    claim.truncate(0)
    claim.write(str(os.getpid()))
    claim.flush()
    return claim


def _journey(row: tuple[Any, ...]) -> Journey:
    name, kind, payload, state, wake_at, attempts, error, result, started_at = row
    return Journey(
        name=name,
        kind=kind,
        payload=payload,
        state=state,
        wake_at=_moment(wake_at),
        attempts=attempts,
        error=error,
        result=result,
        started_at=datetime.fromisoformat(started_at),
    )


def _text(moment: datetime) -> str:
    """Of one width and zone, so that the order of texts is the order of moments."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
