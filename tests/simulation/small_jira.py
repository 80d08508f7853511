"""What may happen in a small world, and its Jira: true seconds, one key, links at once, an index that is behind."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from connectors.effects import ProofRefused, Unseen, Waits
from connectors.errors import OutcomeUnknown, RateLimited, Rejected, Unreachable

# Seconds. That a create begins within LATEST_CREATE (5) of its claim, that it arrives within LATEST_ARRIVAL of being
# sent, and that a clock jumps ahead by no more than CLOCK_JUMP, are the bounds that the wait rests on: 75 in all.
LATEST_ARRIVAL = 60
CLOCK_JUMP = 10
INDEX_LAG = 300

type Defect = Literal["", "no fencing", "search decides absence", "lost answers are taken for refusals"]

LOST = OutcomeUnknown("Creating", "the answer was lost")
OUTCOMES: dict[str, Exception | None] = {
    "creates": None,
    "creates, and the answer is lost": LOST,
    "sends a create that never arrives": LOST,
    "sends a create that arrives late": LOST,
    "is refused": Rejected("Creating", "no"),
    "is asked to slow down": RateLimited("Creating", "429", retry_after=7),
    "cannot look": Unreachable("Looking", "502"),
    "is refused the link to the anchor": ProofRefused("Creating", "no such issue"),
}


FAULTS = [how for how in OUTCOMES if how not in ("creates", "cannot look")]
"""Of a create."""


@dataclass(frozen=True)
class Scope:
    """What may happen in a schedule. `tokens`: of the workers; an equal token is a twin of the same journey. The
    counts are budgets: of lost or refused answers, kills, clock changes, and of times at which all stand still."""

    tokens: tuple[int, ...] = (1, 2)
    anchored: bool = True
    then: Literal["create", "park"] = "create"
    faults: int = 1
    kills: int = 0
    clocks: int = 0
    pauses: int = 0
    wait: int = 75
    defect: Defect = ""

    @property
    def waits(self) -> Waits:
        return Waits(timedelta(seconds=self.wait), timedelta(seconds=600), self.then)


@dataclass
class Issue:
    """`at` is when Jira has it, in true seconds."""

    at: int
    linked: bool


@dataclass
class SmallJira:
    scope: Scope
    issues: list[Issue] = field(default_factory=list)

    def looks(self, now: int, proof: str | None, search: bool) -> Any:
        """Links are read from the database; the index is behind."""
        there = [n for n, issue in enumerate(self.issues) if issue.at <= now]
        linked = [n for n in there if proof and self.issues[n].linked]
        indexed = [n for n in there if search and self.issues[n].at + INDEX_LAG <= now]
        if found := linked or indexed:
            return {"issue": found[0]}
        decides = proof is not None or self.scope.defect == "search decides absence"
        return Unseen.SURELY_ABSENT if decides else Unseen.NOT_SEEN

    def is_asked(self, now: int, proof: str | None, how: str) -> Any:
        """To create: what the asker is told. An issue that arrives late is there from a later moment on."""
        if how in ("creates", "creates, and the answer is lost", "sends a create that arrives late"):
            self.issues.append(Issue(now + (LATEST_ARRIVAL if "late" in how else 0), proof is not None))
        told = OUTCOMES[how]
        if told is LOST and self.scope.defect == "lost answers are taken for refusals":
            return Unreachable("Creating", "nothing happened")
        return told or {"issue": len(self.issues) - 1}
