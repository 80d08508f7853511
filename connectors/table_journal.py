"""The journal of one durable execution, in the store: what its steps came to, by name, and the waits it has asked for.

A record for each step, so that many may be kept side by side; and one record, STATE, for what must change as a whole:
the waits in their order, how often the journey has failed, and which steps are to be done again for that. A step that
is done again is kept beside its failure, not over it. Of two runs of the same execution (an invocation that was taken
for dead, and the one that followed) the first to keep a step decides what it came to, for both.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from connectors.engine.execution import Wait
from connectors.engine.kept_steps import NotKept, shown
from connectors.errors import ConnectorError
from connectors.store.port import ABSENT, Conflict, Record, Store

KEPT_FOR = timedelta(days=60)
"""Ours: an execution lasts 30 days at most and is remembered for 30 more (serverless.yml, durableConfig)."""
_STATE, _STEP = "STATE", "STEP#"


class TableJournal:
    """Implements `ExecutionJournal`. Read once, when it is opened; raises NotKept where the store does not answer."""

    def __init__(self, store: Store, execution: str, now: Callable[[], datetime]) -> None:
        """`execution` is what no other execution is called, ever. `now` is the aware time."""
        self._store, self._partition, self._now = store, _partition(execution), now
        with _kept(f"reading the journal of {execution}"):
            records = {record.sort: record for record in store.list(self._partition)}
        state = records.pop(_STATE, None)
        told: dict[str, Any] = state.value if state else {"waits": [], "failures": 0, "again": {}}
        self._version = state.version if state else ABSENT
        self._again: dict[str, int] = told["again"]
        self.waits = [Wait(name, datetime.fromisoformat(until)) for name, until in told["waits"]]
        self.failures: int = told["failures"]
        steps = {sort: _step(record) for sort, record in records.items()}
        self.outcomes = {key: outcome for sort, (key, outcome) in steps.items() if sort == self._sort(key)}

    def keep(self, key: str, outcome: str) -> str:
        told = json.loads(outcome) if outcome.startswith("{") else outcome
        value = {"key": key, "outcome": told, "at": self._now().isoformat()}
        with _kept(f"keeping what {key!a} came to"):
            try:
                self._write(self._sort(key), value, ABSENT)
            except Conflict:
                there = self._store.read(self._partition, self._sort(key))
                return _step(there)[1] if there else outcome
        return outcome

    def rests(self, wait: Wait, again: Iterable[str] | None = None) -> None:
        done_again = self._again | {_digest(key): self._again.get(_digest(key), 0) + 1 for key in again or ()}
        waits = [[one.name, one.until.isoformat()] for one in (*self.waits, wait)]
        failures = self.failures + (again is not None)
        told = {"waits": waits, "failures": failures, "again": done_again}
        with _kept("keeping that the journey waits"):
            try:
                self._version = self._write(_STATE, told, self._version)
            except Conflict:
                raise NotKept("Another invocation of the same execution is at work.") from None
        self.waits, self.failures, self._again = [*self.waits, wait], failures, done_again
        for key in again or ():
            self.outcomes.pop(key, None)

    def _sort(self, key: str) -> str:
        return f"{_STEP}{_digest(key)}#{self._again.get(_digest(key), 0)}"

    def _write(self, sort: str, value: dict[str, Any], expected: int) -> int:
        return self._store.write(self._partition, sort, value, expected=expected, expires_at=self._now() + KEPT_FOR)


def newest_step(store: Store, execution: str) -> str | None:
    """The way to the step or wait that was kept last ("collect > 0 > read"); None where none is."""
    records = list(store.list(_partition(execution), _STEP))
    newest = max(records, key=lambda record: record.value["at"], default=None)
    return shown(newest.value["key"]) if newest else None


def _partition(execution: str) -> str:
    return f"RUN#{execution}"


def _digest(key: str) -> str:
    """Keys of children in children may be longer than a record's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _step(record: Record) -> tuple[str, str]:
    """Its key, and its outcome as it was given to be kept."""
    outcome = record.value["outcome"]
    return record.value["key"], outcome if isinstance(outcome, str) else json.dumps(outcome, separators=(",", ":"))


@contextmanager
def _kept(trying: str) -> Generator[None]:
    try:
        yield
    except ConnectorError as error:
        raise NotKept(f"{trying}: {error}") from None
