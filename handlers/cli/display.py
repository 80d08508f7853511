"""What a person sees while it works: bars on a terminal, plain lines everywhere else. All of it on standard error."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from connectors.engine.progress import Progress as Step
from handlers.cli.plain import plain
from handlers.cli.tally import SOURCES, Tally
from postmortem.evidence import Part

PLAIN_EVERY_SECONDS = 5.0

# By the first words of a step's name (handlers/journey.py): the row it belongs to, and what is being done.
_PHASES = {
    "look again": ("incident", "Reading the incident"),
    "collect": ("sources", "Reading the sources"),
    "put the evidence together": ("draft", "Putting the evidence together"),
    "compose": ("draft", "Composing the draft"),
    "publish with issues": ("draft", "Publishing the draft with its issues"),
    "publish": ("draft", "Publishing the draft"),
    "read the route": ("Jira", "Looking at the Jira project"),
    "open issues": ("Jira", "Opening issues"),
    "announce": ("announcement", "Saying it in Slack and on the incident"),
    "note in PagerDuty": ("announcement", "Saying it in Slack and on the incident"),
}


def phase_of(step: str) -> tuple[str, str] | None:
    """The row and the words for a step; None for one that nobody needs to see."""
    return next((phase for begins, phase in _PHASES.items() if step.startswith(begins)), None)


class Display(Protocol):
    """Told what happens, from any thread."""

    tally: Tally

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def on_part(self, source: str, part: Part) -> None: ...

    def on_step(self, step: Step) -> None: ...

    def say(self, sentence: str) -> None: ...

    def pause(self) -> None:
        """A person is being asked: leave the screen alone until the next thing happens."""
        ...


def display_on(console: Console) -> Display:
    return Bars(console) if console.is_terminal else Lines(console, time.monotonic)


class Lines:
    """A line when something begins, and the counts of a source every few seconds and at its end."""

    def __init__(self, console: Console, seconds: Callable[[], float]) -> None:
        self.tally = Tally()
        self._console, self._seconds = console, seconds
        self._lock = threading.Lock()
        self._said: set[str] = set()
        self._last = seconds()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._say_counts()

    def pause(self) -> None: ...

    def say(self, sentence: str) -> None:
        self._console.print(plain(sentence), soft_wrap=True, markup=False, highlight=False)

    def on_part(self, source: str, part: Part) -> None:
        self.tally.add(source, part)
        with self._lock:
            due = self._seconds() - self._last >= PLAIN_EVERY_SECONDS
            self._last = self._seconds() if due else self._last
        if due:
            self._say_counts()

    def on_step(self, step: Step) -> None:
        if step.event == "waiting" and step.until:
            self._once(waiting_words(step))
            return
        phase = phase_of(step.step) if step.event == "started" else None
        if phase is not None:
            if phase[0] == "draft":
                self._say_counts()
            self._once(phase[1])

    def _say_counts(self) -> None:
        for source in self.tally.sources():
            self._once(f"{SOURCES[source]}: {self.tally.words(source)}")

    def _once(self, sentence: str) -> None:
        with self._lock:
            new = sentence not in self._said
            self._said.add(sentence)
        if new:
            self.say(sentence)


class Bars:
    """A row for each source with its counts, and for what is made of them."""

    def __init__(self, console: Console) -> None:
        self.tally = Tally()
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:<12}"),
            BarColumn(bar_width=8),
            TextColumn("{task.fields[words]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._rows: dict[str, TaskID] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._finish(*self._rows)
        self._progress.stop()

    def pause(self) -> None:
        self._progress.stop()

    def say(self, sentence: str) -> None:
        self._progress.console.print(plain(sentence), markup=False, highlight=False)

    def on_part(self, source: str, part: Part) -> None:
        self.tally.add(source, part)
        self._show(SOURCES.get(source, source), self.tally.words(source))

    def on_step(self, step: Step) -> None:
        if step.event == "waiting" and step.until:
            self._show("waiting", waiting_words(step))
            return
        phase = phase_of(step.step) if step.event == "started" else None
        if phase is None or phase[0] in ("incident", "sources"):
            return
        self._finish(*(row for row in self._rows if row != phase[0]))
        self._show(phase[0], phase[1])

    def _show(self, row: str, words: str) -> None:
        with self._lock:
            self._progress.start()
            if row not in self._rows:
                self._rows[row] = self._progress.add_task(plain(row), total=None, words=plain(words))
            self._progress.update(self._rows[row], words=plain(words))

    def _finish(self, *rows: str) -> None:
        with self._lock:
            for row in rows:
                self._progress.update(self._rows[row], total=1, completed=1)


def waiting_words(step: Step) -> str:
    what = step.step.rpartition(" > ")[2]
    why = f" ({what})" if what else ""
    return f"Waiting until {step.until:%H:%M:%S} UTC{why}" if step.until else "Waiting"
