"""The engine of one machine: replays each journey from its top over a journal in SQLite.

A finished step returns what the journal holds. A wait that is not over ends the run, holding no thread; the journey
is run again when it is due. A process that is killed and started again goes on where the journal ends.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

from connectors.disk import disk_errors
from connectors.engine.clock import Clock
from connectors.engine.journal import Journal, Journey
from connectors.engine.kept_steps import KeptSteps, Run, Suspended
from connectors.engine.outcome import Mistake, failed_at, packed, retry_delay, sentence_of
from connectors.engine.progress import Tell, untold
from connectors.logs import bound, fields_of
from connectors.steps import Json, Steps

type JourneyFunction = Callable[[Steps, Json], Json]

MOST_JOURNEYS_AT_ONCE = 8


class LocalEngine:
    """Runs journeys on this machine. One engine per journal.

    `journeys` maps a kind to its function. With `ordered`, everything runs on the calling thread, one by one, in an
    order that depends on the seed alone: for the simulation. Without, up to `width` children of one `each` run side
    by side. `on_progress` is told what happens, from any thread.
    """

    def __init__(
        self,
        path: Path,
        journeys: Mapping[str, JourneyFunction],
        clock: Clock,
        *,
        ordered: Random | None = None,
        width: int = 32,
        on_progress: Tell = untold,
    ) -> None:
        """Raises JournalInUse where another engine has this journal open."""
        self._journal, self._path = Journal(path), path
        self._functions, self._clock, self._ordered, self._width = journeys, clock, ordered, width
        self._on_progress = on_progress
        self._busy: set[str] = set()
        self._busy_lock = threading.Lock()
        self._wake, self._stop = threading.Event(), threading.Event()

    def close(self) -> None:
        """Let go of the journal. Nothing is written: what was to be kept is kept already."""
        self._journal.close()

    def start(self, kind: str, name: str, payload: Json) -> bool:
        """Start a journey, once: False where the name was started before, whatever became of it.

        Durable when it returns. The journey runs in `serve` or `run_due`. Raises Unreachable where the disk is full.
        """
        if kind not in self._functions:
            raise Mistake(f"There is no journey of the kind {kind!r}.")
        packed(f"the payload of {name}", payload)
        with disk_errors("writing the journal", self._path):
            new = self._journal.add(name, kind, json.dumps(payload, allow_nan=False), self._clock.now())
        self._wake.set()
        return new

    def hurry(self, name: str) -> None:
        """Run a waiting journey at the next occasion, as if it were due: a wait of its own still takes its time."""
        journey = self._journal.journey(name)
        if journey is not None and journey.state == "waiting":
            self._journal.wait(name, self._clock.now())
            self._wake.set()

    def state(self, name: str) -> Journey | None:
        return self._journal.journey(name)

    def journeys(self) -> list[Journey]:
        """Every journey ever started here, oldest first."""
        return self._journal.journeys()

    def states(self) -> dict[str, int]:
        """How many journeys are in which state: asked often, and of thousands."""
        return self._journal.states()

    def forget(self, kind: str, before: datetime) -> int:
        """Strike out the journeys of a kind that ended and were started before this moment. How many. For kinds whose
        names hold the time: theirs never come again."""
        with disk_errors("writing the journal", self._path):
            return self._journal.forget(kind, before)

    def waits_in(self, name: str) -> str | None:
        """The name of the wait that a waiting journey rests in; None where it waits to be tried again."""
        journey = self._journal.journey(name)
        return self._journal.wait_until(name, journey.wake_at) if journey and journey.wake_at else None

    def next_wake(self) -> datetime | None:
        """When the first of the waiting journeys is due; None where none waits."""
        return self._journal.next_wake()

    def run_due(self) -> int:
        """Run every journey that has something to do now, one after another, on this thread. How many ran."""
        names = self._take_due()
        if self._ordered is not None:
            self._ordered.shuffle(names)
        try:
            for name in names:
                self._run(name)
        finally:
            self._let_go(names)
        return len(names)

    def settle(self) -> None:
        """Run and let time pass until nothing runs and nothing waits. Meant for a virtual clock."""
        while True:
            if not self.run_due():
                wake_at = self.next_wake()
                if wake_at is None:
                    return
                self._clock.wait(wake_at, threading.Event())

    def serve(self, stop: threading.Event, workers: int = MOST_JOURNEYS_AT_ONCE) -> None:
        """Run journeys side by side until `stop` is set; then each ends at its next step and goes on next time.

        Raises what the journal raises (a full disk): nothing can be promised without it.
        """
        self._stop = stop
        threading.Thread(target=self._wake_on, args=(stop,), daemon=True).start()
        working: set[Future[None]] = set()
        with ThreadPoolExecutor(workers, thread_name_prefix="journey") as pool:
            try:
                while not stop.is_set():
                    self._wake.clear()
                    working = _still_working(working) | {pool.submit(self._work, name) for name in self._take_due()}
                    self._clock.wait(self.next_wake(), self._wake)
            finally:
                stop.set()
        _still_working(working)

    def _wake_on(self, stop: threading.Event) -> None:
        stop.wait()
        self._wake.set()

    def _work(self, name: str) -> None:
        try:
            self._run(name)
        finally:
            self._let_go([name])
            self._wake.set()

    def _take_due(self) -> list[str]:
        with self._busy_lock:
            names = [name for name in self._journal.due(self._clock.now()) if name not in self._busy]
            self._busy.update(names)
            for name in names:
                self._journal.begin(name)
            return names

    def _let_go(self, names: list[str]) -> None:
        with self._busy_lock:
            self._busy.difference_update(names)

    def _run(self, name: str) -> None:
        """Run one journey from its top to its end, its failure, or its next wait."""
        journey = self._journal.journey(name)
        if journey is None:
            raise Mistake(f"There is no journey {name!r}.")
        payload = json.loads(journey.payload)
        with bound(**fields_of(payload) | {"journey": name}):
            self._run_bound(journey, payload)

    def _run_bound(self, journey: Journey, payload: Json) -> None:
        run = self._begin(journey)
        try:
            result = packed("the journey", self._function(journey)(KeptSteps(run), payload))
        except Suspended as pause:
            self._pause(run, pause)
        except sqlite3.Error:
            raise  # the journal's: it cannot be written down, and nothing was lost
        except Exception as error:  # noqa: BLE001 # the engine is where every failure ends, as one sentence
            self._retry_or_fail(run, journey, error)
        else:
            self._journal.finish(journey.name, result)
            run.tell("", "done")

    def _begin(self, journey: Journey) -> Run:
        run = Run(
            journey=journey.name,
            kind=journey.kind,
            keep_in=partial(self._journal.keep, journey.name),
            kept=self._journal.outcomes(journey.name),
            now=self._clock.now,
            on_progress=self._on_progress,
            width=self._width,
            stop=self._stop,
            ordered=self._ordered,
        )
        run.tell("", "resumed" if run.kept else "started")
        return run

    def _function(self, journey: Journey) -> JourneyFunction:
        if journey.kind not in self._functions:
            raise Mistake(f"This version knows no journey of the kind {journey.kind!r}: run the one that started it.")
        return self._functions[journey.kind]

    def _pause(self, run: Run, pause: Suspended) -> None:
        if pause.until is not None:
            self._journal.wait(run.journey, pause.until)
            run.tell("", "waiting", until=pause.until)

    def _retry_or_fail(self, run: Run, journey: Journey, error: Exception) -> None:
        delay = retry_delay(error, journey.attempts + 1)
        if delay is None:
            self._journal.fail(journey.name, sentence_of(error))
            run.tell_failure(sentence_of(error))
            return
        wake_at = self._clock.now() + delay
        self._journal.retry(journey.name, wake_at, sentence_of(error), failed_at(error))
        run.tell_failure(sentence_of(error), until=wake_at)


def _still_working(working: set[Future[None]]) -> set[Future[None]]:
    """Those that have not ended. Raises what one of the others ended with."""
    ended = {future for future in working if future.done()}
    for future in ended:
        future.result()
    return working - ended
