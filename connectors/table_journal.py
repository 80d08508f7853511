"""The journal of one durable execution, in the store: what its steps came to, by name, and the waits it has asked for.

A log: records in order, each with what was new since the one before, and none is ever changed. What a step came to is
kept at the latest when the execution waits or its journey has failed, and every few seconds while it works: an
invocation that dies in between does those seconds again, as steps may be done again. What ends well needs no record.

The number of a record is taken by the first to write it. Of two invocations of one execution (one that was taken for
dead, and the one that followed) the second to write finds that, and ends.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from connectors.engine.execution import Wait
from connectors.engine.kept_steps import NotKept, shown
from connectors.errors import ConnectorError
from connectors.store.port import ABSENT, Conflict, Store

KEPT_FOR = timedelta(days=60)
"""Ours: an execution lasts 30 days at most and is remembered for 30 more (serverless.yml, durableConfig)."""
WRITTEN_EVERY = timedelta(seconds=5)
MOST_BYTES = 100_000
"""Ours: a record holds 350 KB, and one outcome has 200 at most."""


@dataclass
class _News:
    """What the next record will tell."""

    outcomes: dict[str, Any] = field(default_factory=dict[str, Any])
    bytes: int = 0
    since: datetime | None = None

    def add(self, key: str, outcome: str, now: datetime) -> None:
        self.outcomes[key] = json.loads(outcome) if outcome.startswith("{") else outcome
        self.bytes += len(key) + len(outcome)
        self.since = self.since or now

    def is_due(self, now: datetime, every: timedelta) -> bool:
        return self.bytes > MOST_BYTES or (self.since is not None and now - self.since >= every)


class TableJournal:
    """Implements `ExecutionJournal`. Read once, when it is opened; raises NotKept where the store does not answer."""

    def __init__(
        self, store: Store, execution: str, now: Callable[[], datetime], every: timedelta = WRITTEN_EVERY
    ) -> None:
        """`execution` is what no other execution is called, ever. `now` is the aware time; `every` is how long an
        outcome may be known to this invocation alone."""
        self._store, self._partition, self._now, self._every = store, _partition(execution), now, every
        self._lock, self._news = Lock(), _News()
        self.outcomes, self.waits, self.failures = dict[str, str](), list[Wait](), 0
        try:
            records = list(store.list(self._partition))
        except ConnectorError as error:
            raise NotKept(f"reading the journal of {execution}: {error}") from None
        self._count = len(records)
        for record in records:
            self._takes_up(record.value)

    def keep(self, key: str, outcome: str) -> None:
        with self._lock:
            self._news.add(key, outcome, self._now())
            if self._news.is_due(self._now(), self._every):
                self._write({})

    def rests(self, wait: Wait, again: Iterable[str] | None = None) -> None:
        told: dict[str, Any] = {"wait": [wait.name, wait.until.isoformat()]}
        if again is not None:
            told["again"] = sorted(again)
        with self._lock:
            self._write(told)
        self._rests(told)

    def _write(self, told: dict[str, Any]) -> None:
        """Raises NotKept: also where it is there already, for nobody but another invocation can have written it."""
        value = told | {"outcomes": self._news.outcomes}
        number, expires_at = f"{self._count:06}", self._now() + KEPT_FOR
        try:
            self._store.write(self._partition, number, value, expected=ABSENT, expires_at=expires_at)
        except Conflict:
            raise NotKept("another invocation of the same execution is at work") from None
        except ConnectorError as error:
            raise NotKept(f"keeping what the steps came to: {error}") from None
        self._count, self._news = self._count + 1, _News()

    def _takes_up(self, told: dict[str, Any]) -> None:
        self.outcomes |= {key: _text(outcome) for key, outcome in told["outcomes"].items()}
        if "wait" in told:
            self._rests(told)

    def _rests(self, told: dict[str, Any]) -> None:
        name, until = told["wait"]
        self.waits.append(Wait(name, datetime.fromisoformat(until)))
        self.failures += "again" in told
        for key in told.get("again", ()):
            self.outcomes.pop(key, None)


def newest_step(store: Store, execution: str) -> str | None:
    """The way to the step or wait that was kept last ("collect > 0 > read"); None where none is."""
    keys = [key for record in store.list(_partition(execution)) for key in record.value["outcomes"]]
    return shown(keys[-1]) if keys else None


def _partition(execution: str) -> str:
    return f"RUN#{execution}"


def _text(outcome: Any) -> str:
    """As it was given to be kept."""
    return outcome if isinstance(outcome, str) else json.dumps(outcome, separators=(",", ":"))
