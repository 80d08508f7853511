"""The port to what we keep: small records with a version, and files with a version. Standard library only.

Everything that must be safe against two writers (the ledger, deliveries, leases, documents) is built on the two
conditional writes here, so that both implementations are proven by one suite.

A key, a name, or a value that a store could not hold is a ValueError (`limits.py`), the same one in every store.
Where the store itself fails: Unreachable (nothing was changed), OutcomeUnknown (a write may have happened: read, then
decide), NotAllowed and NotFound (a person must act), BadReply (what is kept there cannot be read).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """A small JSON object.

    `partition` groups what is read together; `sort` names it inside; `version` counts from 1.
    """

    partition: str
    sort: str
    value: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class File:
    """Bytes under a name. `version` is opaque: equal versions mean equal content."""

    name: str
    content: bytes
    version: str


class Conflict(Exception):
    """Somebody else wrote first: read again and decide anew."""


ABSENT = 0
"""As `expected`: only write where nothing is there yet."""


class Store(Protocol):
    def read(self, partition: str, sort: str) -> Record | None:
        """Strongly consistent. None where absent or expired."""
        ...

    def write(
        self,
        partition: str,
        sort: str,
        value: dict[str, Any],
        *,
        expected: int | None = None,
        expires_at: datetime | None = None,
    ) -> int:
        """Write and return the new version. With `expected`, only over exactly that version (ABSENT: over nothing).

        `value` is JSON of at most 350 KB. An expired record counts as nothing. A record that was deleted or has
        expired may count from 1 again: what must only ever grow is kept in a record that is neither.
        Raises Conflict.
        """
        ...

    def delete(self, partition: str, sort: str, *, expected: int) -> None:
        """Remove exactly that version. Raises Conflict, also where nothing is there any more."""
        ...

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        """Every record of a partition whose sort begins with prefix, in the order of sort; to the end.

        The order is that of the text's code points. What is written meanwhile may or may not appear.
        """
        ...

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        """Save a file and return its version. With `expected`, only over exactly that version ("": over nothing).

        `name` is a relative path of [A-Za-z0-9._/-] without "..": anything else is a ValueError. A name is never
        also the folder of another ("a" and "a/b"). Whoever reads sees the old file or the new one. Raises Conflict.
        """
        ...

    def load(self, name: str) -> File | None:
        """The file with its version; None where there is none."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of files that begin with prefix, sorted."""
        ...

    def location(self, name: str) -> str:
        """Where a person finds the file: a path or an s3:// address."""
        ...

    def close(self) -> None:
        """Give back files and connections of its own."""
        ...
