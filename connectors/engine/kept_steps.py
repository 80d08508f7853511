"""The three methods of the port, over a journal that keeps by name what steps came to: as both engines run journeys."""

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from connectors.engine.outcome import (
    LONGEST_WAIT,
    Mistake,
    Names,
    Outcome,
    outcome_of,
    packed,
    place_of,
    raise_first,
    unpacked,
)
from connectors.engine.progress import Event, Progress, Tell
from connectors.logs import bound, carried
from connectors.steps import Json, Steps

_log = logging.getLogger(__name__)

INSIDE = "\x1f"
"""Between a scope and a name in a key. Not printable, so no name holds it."""
_BEFORE_ANY = datetime.min.replace(tzinfo=UTC)


class Suspended(BaseException):
    """Nothing more to do now. Not an Exception, so that no journey catches it; only the engine does.

    `until` is when there will be, and `name` that of the wait; None: the engine is stopping, go on when it starts.
    """

    def __init__(self, until: datetime | None, name: str = "") -> None:
        super().__init__(until)
        self.until, self.name = until, name


class NotKept(BaseException):
    """The journal cannot be written or read: what was not kept is done again. Its sentence says why.

    Not an Exception either: a journey that took it for a vendor's failure would go on with what nobody remembers.
    """


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one journey: what its steps share. `kept` grows as steps end, and `keep_in` keeps it by key."""

    journey: str
    kind: str
    keep_in: Callable[[str, str], None]
    kept: dict[str, str]
    now: Callable[[], datetime]
    on_progress: Tell
    width: int
    stop: threading.Event = field(default_factory=threading.Event)
    ordered: Random | None = None

    def keep(self, key: str, outcome: str) -> None:
        self.keep_in(key, outcome)
        self.kept[key] = outcome

    def tell(self, key: str, event: Event, *, seconds: float | None = None, until: datetime | None = None) -> None:
        self._tell(Progress(self.journey, shown(key), event, seconds, until, kind=self.kind))

    def tell_failure(self, why: str, until: datetime | None = None) -> None:
        """The journey has failed; with `until`, it is run again then."""
        self._tell(Progress(self.journey, "", "waiting" if until else "failed", until=until, why=why, kind=self.kind))

    def _tell(self, progress: Progress) -> None:
        try:
            self.on_progress(progress)
        except Exception as error:  # noqa: BLE001 # a closed terminal must not fail a journey
            _log.warning("Progress of %s could not be told: %s", self.journey, place_of(error))


@dataclass(frozen=True, slots=True)
class _Child:
    """How one child of an `each` came out: with a failure, in a pause, or with its value."""

    value: Any = None
    failure: Exception | None = None
    pause: Suspended | None = None


class KeptSteps:
    """Implements `Steps` for one scope of one run."""

    def __init__(self, run: Run, scope: str = "") -> None:
        self._run, self._scope, self._names = run, scope, Names()

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        key = self._key(name)
        if key in self._run.kept:
            return unpacked(Outcome(self._run.kept[key]), at=key)
        with bound(step=shown(key)):
            return unpacked(self._performed(key, name, function), at=key)

    def wait(self, name: str, duration: timedelta) -> None:
        key = self._key(name)
        if duration > LONGEST_WAIT:
            raise Mistake(f"The wait {name!r} is {duration.days} days, over the {LONGEST_WAIT.days} an engine keeps.")
        now = self._run.now()
        if key not in self._run.kept:
            self._run.keep(key, (now + duration).isoformat())
            self._run.tell(key, "waiting", until=now + duration)
        until = datetime.fromisoformat(self._run.kept[key])
        if now < until:
            raise Suspended(until, name)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        key = self._key(name)

        def child(place: int) -> _Child:
            scope = f"{key}{INSIDE}{place}{INSIDE}"
            return _came_out(name, lambda: function(KeptSteps(self._run, scope), items[place]))

        children = self._one_by_one(len(items), child) if self._alone(items) else self._abreast(len(items), child)
        pauses = [each.pause for each in children if each.pause]
        if pauses:
            raise _earliest(pauses)
        failures = [each.failure for each in children if each.failure]
        if failures:
            raise_first(failures)
        return [each.value for each in children]

    def _key(self, name: str) -> str:
        if self._run.stop.is_set():
            raise Suspended(None)
        return self._scope + self._names.claim(name)

    def _performed(self, key: str, name: str, function: Callable[[], Json]) -> Outcome:
        began = self._run.now()
        self._run.tell(key, "started")
        outcome = outcome_of(name, function)
        self._run.keep(key, outcome.text)
        seconds = (self._run.now() - began).total_seconds()
        self._run.tell(key, "failed" if outcome.cause else "done", seconds=seconds)
        return outcome

    def _alone(self, items: Sequence[Json]) -> bool:
        return self._run.ordered is not None or len(items) < 2

    def _one_by_one(self, count: int, child: Callable[[int], _Child]) -> list[_Child]:
        places = list(range(count))
        if self._run.ordered is not None:
            self._run.ordered.shuffle(places)
        came_out = {place: child(place) for place in places}
        return [came_out[place] for place in range(count)]

    def _abreast(self, count: int, child: Callable[[int], _Child]) -> list[_Child]:
        with ThreadPoolExecutor(min(count, self._run.width), thread_name_prefix="each") as pool:
            futures = [pool.submit(carried(child), place) for place in range(count)]
            try:
                wait(futures)
            except BaseException:  # Ctrl-C: what has not begun does not begin
                pool.shutdown(cancel_futures=True)
                raise
        return [future.result() for future in futures]


def shown(key: str) -> str:
    """The way to a step, for people: "threads > 3 > read"."""
    return key.replace(INSIDE, " > ")


def _came_out(name: str, function: Callable[[], Json]) -> _Child:
    try:
        return _Child(value=json.loads(packed(f"a child of {name}", function()))["value"])
    except Suspended as pause:
        return _Child(pause=pause)
    except sqlite3.Error:
        raise  # the journal's: it cannot be written down
    except Exception as failure:  # noqa: BLE001 # raised by `each` once its siblings have ended
        return _Child(failure=failure)


def _earliest(pauses: list[Suspended]) -> Suspended:
    """The first to be due; a stop comes before any."""
    return min(pauses, key=lambda pause: pause.until or _BEFORE_ANY)
