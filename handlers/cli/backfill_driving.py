"""Driving many journeys to their ends, a few at a time and no faster than is polite, here or on a stage."""

from collections import deque
from collections.abc import Callable, Iterable
from threading import Event
from time import monotonic
from typing import Literal, NamedTuple, Protocol

from handlers.backfill import Due
from handlers.cli.exits import Ended, code_from_kind, sentence_case

AT_ONCE = 3
MOST_FAILURES_IN_A_ROW = 3
"""What refuses so many one after another refuses the next, too: a token, a scope, an outage."""


class Outcome(NamedTuple):
    """What became of one. `why` is a sentence; `kind` the class of the error where it failed."""

    state: Literal["made", "not due", "failed", "started"]
    why: str = ""
    kind: str = ""


class Driver(Protocol):
    """Where the journeys run."""

    def begin(self, one: Due, /) -> str | Outcome:
        """Start its journey, or find it at work: its name; or what it came to already."""
        ...

    def outcome(self, one: Due, journey: str, /) -> Outcome | None:
        """None while it is at work."""
        ...


class Pace(NamedTuple):
    """How many are begun a minute, and how often (seconds) those at work are looked at."""

    per_minute: float
    look_every: float = 0.5

    @property
    def between(self) -> float:
        """Seconds from one beginning to the next."""
        return 60 / self.per_minute


def drive(driver: Driver, due: Iterable[Due], pace: Pace, on_done: Callable[[Due, Outcome], None]) -> None:
    """Until all have ended. Raises Ended where they fail one after another; what was begun goes on the next time."""
    todo, at_work, in_a_row, next_at = deque(due), dict[str, Due](), 0, monotonic()
    while todo or at_work:
        ended = list[tuple[Due, Outcome]]()
        if todo and len(at_work) < AT_ONCE and monotonic() >= next_at:
            one, next_at = todo.popleft(), monotonic() + pace.between
            begun = driver.begin(one)
            if isinstance(begun, str):
                at_work[begun] = one
            else:
                ended.append((one, begun))
        for journey, one in list(at_work.items()):
            if outcome := driver.outcome(one, journey):
                ended.append((at_work.pop(journey), outcome))
        for one, outcome in ended:
            on_done(one, outcome)
            in_a_row = in_a_row + 1 if outcome.state == "failed" else 0
            if in_a_row == MOST_FAILURES_IN_A_ROW:
                raise Ended(code_from_kind(outcome.kind), _stopped(outcome))
        Event().wait(0 if ended else min(pace.look_every, pace.between))


def outcome_of_error(error: str) -> Outcome:
    """Of a journey's kept error, "NotAllowed: reading ...: status 401. ..."."""
    kind, colon, sentence = error.partition(": ")
    is_known = bool(colon) and kind.isidentifier()
    return Outcome("failed", sentence_case(sentence if is_known else error), kind if is_known else "")


def _stopped(outcome: Outcome) -> str:
    return f"Stopped, because {MOST_FAILURES_IN_A_ROW} failed one after another. The last: {outcome.why}"
