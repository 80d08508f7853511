"""What the engine on AWS asks of the journal of one durable execution. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wait:
    """What an execution waits for, by the name of the wait, and until when."""

    name: str
    until: datetime


class ExecutionJournal(Protocol):
    """Opened by every invocation anew. Every method raises NotKept where what it is to keep was not kept.

    `outcomes` is what was kept of each step by its key (JSON; of a wait the moment when it is over); `waits` what the
    execution has asked for, in order; `failures` how often its journey was to be run again.
    """

    outcomes: dict[str, str]
    waits: list[Wait]
    failures: int

    def keep(self, key: str, outcome: str) -> None:
        """At once or soon, and with all that was given before it: at the latest when the execution waits."""
        ...

    def rests(self, wait: Wait, again: Iterable[str] | None = None) -> None:
        """The execution is about to wait. With `again` its journey has failed: the keys of what is to be done again."""
        ...


def name_of_execution(arn: str) -> str:
    """What no other is called, ever: the name it was started with, and an id of the service's own, as its ARN ends."""
    return arn.rpartition("durable-execution/")[2]
