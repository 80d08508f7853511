"""What an engine tells of a journey while it runs, for a display, a log or a count. Standard library only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Event = Literal["started", "resumed", "done", "failed", "waiting"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that happened; a replayed step is not told again.

    `step` is the way to it ("threads > 3 > read"), "" for the journey itself. `seconds` is how long a step took, or how
    long is waited; `until` is when a wait ends, `why` is one sentence where the journey failed or waits to be tried
    again. `kind` is the journey's.
    """

    journey: str
    step: str
    event: Event
    seconds: float | None = None
    until: datetime | None = None
    why: str | None = None
    kind: str = ""


type Tell = Callable[[Progress], None]


def untold(_: Progress) -> None:
    """Tells nobody."""
