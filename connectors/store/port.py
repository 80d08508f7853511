"""The port to what we keep: small records with a version, and files with a version. Standard library only.

Everything that must be safe against two writers (the ledger, deliveries, leases, documents) is built on the two
conditional writes here, so that both implementations are proven by one suite.
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

        Raises Conflict.
        """
        ...

    def delete(self, partition: str, sort: str, *, expected: int) -> None:
        """Remove exactly that version. Raises Conflict."""
        ...

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        """Every record of a partition whose sort begins with prefix, in the order of sort; to the end."""
        ...

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        """Save a file and return its version. With `expected`, only over exactly that version ("": over nothing).

        `name` is a relative path of [A-Za-z0-9._/-] without "..": anything else is a ValueError. Raises Conflict.
        """
        ...

    def load(self, name: str) -> File | None: ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """Names of files that begin with prefix, sorted."""
        ...

    def location(self, name: str) -> str:
        """Where a person finds the file: a path or an s3:// address."""
        ...
