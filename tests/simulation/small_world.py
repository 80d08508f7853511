"""The smallest world in which an issue can be made twice: one line of the ledger, one lease, a Jira, a clock, and
workers that run the real protocol of `connectors/effects.py`, one question at a time.

It does nothing by itself: `moves` says what could happen next, `happens` lets one of it happen.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.effects import (
    Ask,
    Create,
    Effect,
    HoldsLease,
    Later,
    Look,
    Now,
    Read,
    Verdict,
    Write,
    settle,
)
from tests.simulation.small_jira import CLOCK_JUMP, FAULTS, OUTCOMES, Scope, SmallJira

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SET_BACK = -3600
HELD_UP = 5
MOST_ROUNDS = 14
ANCHOR = "CHK-900"

type Move = tuple[str, int]
"""What happens, and to which worker (-1: to the world)."""


@dataclass
class Worker:
    """`at` is when it goes on by its own clock; None: it has come to its end, with `verdict`."""

    token: int
    at: int | None = 0
    protocol: Generator[Ask, Any, Verdict] | None = None
    ask: Ask | None = None
    told: tuple[Any, ...] = ()
    rounds: int = 0
    has_begun: bool = False
    was_fenced: bool = False
    verdict: Verdict | None = None


@dataclass
class SmallWorld:
    scope: Scope
    now: int = 0
    jumped: int = 0
    ledger: Effect = field(default_factory=Effect)
    lease: int = 0
    violation: str = ""
    sometimes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        scope = self.scope
        self.jira = SmallJira(scope)
        self.left = {"faults": scope.faults, "kills": scope.kills, "clocks": scope.clocks, "pauses": scope.pauses}
        self.workers = [Worker(token) for token in scope.tokens]

    # What may happen

    def moves(self) -> list[Move]:
        """Everything that could happen now, the calmest first; () at the end."""
        ready = [n for n, worker in enumerate(self.workers) if self._is_ready(worker)]
        if all(worker.at is None for worker in self.workers):
            return []
        steps = [(how, n) for n in ready for how in self._steps(self.workers[n])]
        calm = [] if ready else [("time passes", -1)]
        return [*steps, *calm, *self._disturbances(bool(ready))]

    def _is_ready(self, worker: Worker) -> bool:
        return worker.protocol is not None or (worker.at is not None and worker.at <= self._clock())

    def _steps(self, worker: Worker) -> Iterator[str]:
        yield "creates" if isinstance(worker.ask, Create) else "goes on"
        if not self.left["faults"]:
            return
        if isinstance(worker.ask, Create):
            yield from (how for how in FAULTS if "anchor" not in how or worker.ask.proof)
        elif isinstance(worker.ask, Look):
            yield "cannot look"

    def _disturbances(self, is_anybody_ready: bool) -> Iterator[Move]:
        mid_round = [n for n, worker in enumerate(self.workers) if worker.protocol]
        if self.left["kills"]:
            yield from (("is killed, and starts again", n) for n in mid_round)
        if self.left["clocks"]:
            yield from (("the clock jumps ahead", -1), ("the clock is set back", -1))
        # Between its last check and its create nobody is held up: a bound.
        if is_anybody_ready and self.left["pauses"] and not any(isinstance(w.ask, Create) for w in self.workers):
            yield ("all are held up", -1)
            if self._due():
                yield ("all stand still until the next is due", -1)

    # What happens

    def happens(self, move: Move) -> None:
        how, n = move
        match how:
            case "time passes" | "all stand still until the next is due":
                self.left["pauses"] -= how != "time passes"
                self._passes_to_the_next()
            case "all are held up":
                self.left["pauses"] -= 1
                self.now += HELD_UP
            case "the clock jumps ahead" | "the clock is set back":
                self.left["clocks"] -= 1
                self.jumped += CLOCK_JUMP if "ahead" in how else SET_BACK
            case "is killed, and starts again":
                self.left["kills"] -= 1
                self._rests(self.workers[n], self._clock())
            case _:
                self.left["faults"] -= how not in ("creates", "goes on")
                self._goes_on(self.workers[n], how)
        self.sometimes[how] += 1
        self._check()

    def _clock(self) -> int:
        return self.now + self.jumped

    def _due(self) -> list[int]:
        """When those who rest go on, by the clock."""
        resting = (worker for worker in self.workers if not self._is_ready(worker))
        return [worker.at for worker in resting if worker.at is not None]

    def _passes_to_the_next(self) -> None:
        self.now += min(self._due()) - self._clock()

    def _rests(self, worker: Worker, until: int | None) -> None:
        worker.at, worker.protocol, worker.ask, worker.told = until, None, None, ()

    def _goes_on(self, worker: Worker, how: str) -> None:
        if worker.protocol is None:
            self._begins(worker)
            return
        self._tells(worker, self._answer(worker, how))
        # While nothing can happen to the clock, nobody can come between what is read on it and what was asked before.
        while isinstance(worker.ask, Now) and not (self.left["clocks"] or self.left["pauses"]):
            self._tells(worker, self._answer(worker, "goes on"))

    def _tells(self, worker: Worker, answer: Any) -> None:
        assert worker.protocol is not None
        worker.told += (_key(answer),)
        try:
            if isinstance(answer, Exception):
                worker.ask = worker.protocol.throw(answer)
            else:
                worker.ask = worker.protocol.send(answer)
        except StopIteration as end:
            self._ends_round(worker, end.value)

    def _begins(self, worker: Worker) -> None:
        """Its first round begins when it takes the lease, which ends that of whoever held it."""
        self.lease = self.lease if worker.has_begun else max(self.lease, worker.token)
        worker.has_begun, worker.rounds = True, worker.rounds + 1
        worker.protocol = settle(worker.token, self.scope.waits, ANCHOR if self.scope.anchored else None)
        worker.ask = next(worker.protocol)

    def _ends_round(self, worker: Worker, verdict: Verdict) -> None:
        if isinstance(verdict, Later):
            self.sometimes[f"later: {verdict.why}"] += 1
            self._rests(worker, self._clock() + int(verdict.seconds) + 1)
            return
        self.sometimes[f"ends {verdict.state}" + (f": {verdict.reason}" if verdict.reason else "")] += 1
        worker.verdict = verdict
        self._rests(worker, None)

    def _answer(self, worker: Worker, how: str) -> Any:
        assert worker.ask is not None
        match worker.ask:
            case Read():
                return self.ledger
            case Write(effect):
                return self._writes(effect)
            case Now():
                is_unchecked = self.scope.defect == "no fencing" and worker.told[-1:] == (True,)
                return self.ledger.sent_at if is_unchecked else NOON + timedelta(seconds=self._clock())
            case HoldsLease():
                worker.was_fenced = worker.token < self.lease
                return not worker.was_fenced or self.scope.defect == "no fencing"
            case Look(proof, search):
                return OUTCOMES[how] if how in OUTCOMES else self.jira.looks(self.now, proof, search)
            case Create(proof):
                self.violation = "a worker creates that had lost its lease before it asked" if worker.was_fenced else ""
                return self.jira.is_asked(self.now, proof, how)

    def _writes(self, effect: Effect) -> bool:
        if effect.version != self.ledger.version:
            return False
        self.ledger = replace(effect, version=effect.version + 1)
        return True

    # What must hold

    def _check(self) -> None:
        if len(self.jira.issues) > 1:
            self.violation = self.violation or "two issues with one key"
        elif self.jira.issues and self.ledger.state not in ("sent", "done"):
            self.violation = self.violation or "an issue was sent, and the ledger knows nothing of it"
        elif any(worker.rounds > MOST_ROUNDS for worker in self.workers):
            self.violation = self.violation or "a worker does not come to an end"
        elif all(worker.at is None for worker in self.workers):
            self.violation = self.violation or self._wrong_at_the_end()

    def _wrong_at_the_end(self) -> str:
        match self.ledger.state:
            case "done":
                is_so = len(self.jira.issues) == 1 and self.ledger.made == {"issue": 0}
                return "" if is_so else "the ledger names an issue that is not there"
            case "parked":
                return "an issue is there, and the ledger says it was refused" if self.jira.issues else ""
            case "sent":
                return "" if self.ledger.reason else "it is unclear, and nobody is told"
            case "free":
                return "the intent is lost: all have ended, and nobody makes the issue"

    def key(self) -> tuple[Any, ...]:
        """Two worlds with the same key have the same future."""
        workers = tuple(
            (w.at, w.told, w.protocol is None, w.rounds, w.has_begun, w.was_fenced, w.verdict is None)
            for w in self.workers
        )
        issues = tuple((issue.at, issue.linked) for issue in self.jira.issues)
        return (self.now, self.jumped, _key(self.ledger), self.lease, issues, tuple(self.left.values()), workers)


def _key(value: Any) -> Any:
    match value:
        case Effect():
            made = value.made["issue"] if value.made else None
            return (value.state, value.token, value.sent_at, value.proof, made, value.reason, value.version)
        case dict():
            return value["issue"]
        case Exception():
            return type(value).__name__
        case _:
            return value
