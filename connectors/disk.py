"""What the disk and SQLite answered, as our errors: one sentence with the remedy. Standard library only."""

import errno
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from connectors.errors import BadReply, ConnectorError, NotAllowed, Unreachable

# https://www.sqlite.org/rescode.html (read 2026-11-21): the primary codes; an extended code begins with one of them.
_NOT_ALLOWED = ("SQLITE_PERM", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_AUTH")
_UNREADABLE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def make_private(database: Path) -> None:
    """Only its owner reads the records, also those that an older release left open; made where it is not there yet.

    SQLite gives -wal and -shm the rights of the database, but those that are there keep theirs. The folder around is
    the person's own: it is left as it is.
    """
    os.close(os.open(database, os.O_CREAT | os.O_RDWR, 0o600))  # before SQLite does it for everybody to read
    for file in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        with suppress(FileNotFoundError, PermissionError):  # not there, or another user's own
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


@contextmanager
def disk_errors(tried: str, place: Path) -> Generator[None]:
    """Name what SQLite and the file system raise. `place` is the file or folder that a person has to look at."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", None)
        if code is None:  # the sqlite3 module itself was used wrongly
            raise
        raise _named(code, str(error), tried, place) from error
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise _not_allowed(tried, error.strerror or "permission denied", place) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise NotAllowed(tried, "a file stands where a folder belongs", f"Look at {place}.") from error
        raise _no_room(tried, error.strerror or str(error), place) from error


def _named(code: str, came_back: str, tried: str, place: Path) -> ConnectorError:
    if code.startswith(_NOT_ALLOWED):
        return _not_allowed(tried, came_back, place)
    if code.startswith(_UNREADABLE):
        return BadReply(tried, came_back, f"Put back a saved copy of {place}.")
    if code.startswith("SQLITE_BUSY"):
        return Unreachable(tried, came_back, f"Another program holds {place}: end it, or wait.")
    return _no_room(tried, came_back, place)


def _not_allowed(tried: str, came_back: str, place: Path) -> NotAllowed:
    return NotAllowed(tried, came_back, f"Give this user the right to read and write {place}.")


def _no_room(tried: str, came_back: str, place: Path) -> Unreachable:
    return Unreachable(tried, came_back, f"Look at the disk that holds {place}: is there room, is it whole?")
