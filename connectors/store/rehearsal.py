"""A store for a look ahead: it reads what is kept, and what is written to it is forgotten with it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from connectors.store.limits import check_key, check_name, check_prefix, json_from_value
from connectors.store.port import ABSENT, Conflict, File, Record, Store


class RehearsalStore:
    """Over a real store, of which nothing is changed. Its records do not expire: it lives as long as one command."""

    def __init__(self, kept: Store) -> None:
        self._kept, self._lock = kept, threading.RLock()
        self._records: dict[tuple[str, str], Record | None] = {}
        self._files: dict[str, File] = {}

    def close(self) -> None:
        self._kept.close()

    def read(self, partition: str, sort: str) -> Record | None:
        check_key(partition, sort)
        with self._lock:
            if (partition, sort) in self._records:
                return _copied(self._records[partition, sort])
            return self._kept.read(partition, sort)

    def write(
        self,
        partition: str,
        sort: str,
        value: dict[str, Any],
        *,
        expected: int | None = None,
        expires_at: datetime | None = None,  # noqa: ARG002 # it is forgotten before
    ) -> int:
        text = json_from_value(partition, sort, value)
        with self._lock:
            version = self._checked(partition, sort, expected) + 1
            self._records[partition, sort] = Record(partition, sort, json.loads(text), version)
            return version

    def delete(self, partition: str, sort: str, *, expected: int) -> None:
        with self._lock:
            if not self._checked(partition, sort, expected):
                raise Conflict(f"the record {partition}/{sort} is not there any more")
            self._records[partition, sort] = None

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        check_key(partition, prefix or "any")
        with self._lock:
            found = {record.sort: record for record in self._kept.list(partition, prefix)}
            ours = {
                sort: _copied(record)
                for (where, sort), record in self._records.items()
                if where == partition and sort.startswith(prefix)
            }
        merged = found | ours
        return (record for sort in sorted(merged) if (record := merged[sort]))

    def save(self, name: str, content: bytes, *, expected: str | None = None) -> str:
        check_name(name)
        with self._lock:
            there = self.load(name)
            if expected is not None and expected != (there.version if there else ""):
                raise Conflict(f"the file {name} is another one by now")
            version = f"rehearsed-{hashlib.sha256(content).hexdigest()}"
            self._files[name] = File(name, content, version)
            return version

    def load(self, name: str) -> File | None:
        with self._lock:
            return self._files.get(name) or self._kept.load(name)

    def names(self, prefix: str = "") -> Iterator[str]:
        check_prefix(prefix)
        with self._lock:
            ours = {name for name in self._files if name.startswith(prefix)}
        return iter(sorted({*self._kept.names(prefix), *ours}))

    def location(self, name: str) -> str:
        return self._kept.location(name)

    def _checked(self, partition: str, sort: str, expected: int | None) -> int:
        """The version that is there now. Raises Conflict where another is expected."""
        there = self.read(partition, sort)
        found = there.version if there else ABSENT
        if expected is not None and expected != found:
            raise Conflict(f"the record {partition}/{sort} is at version {found}, not {expected}")
        return found


def _copied(record: Record | None) -> Record | None:
    """What a reader changes in a value does not change what is kept."""
    return record and Record(record.partition, record.sort, json.loads(json.dumps(record.value)), record.version)
