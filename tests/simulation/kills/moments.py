"""The moments at which a process is killed: which kinds there are, and how one is drawn."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.e2e.holding import Moment

ANY = ""
WRITES = (
    r"POST .*/(issue|remotelink|notes|comment)$|PUT |DELETE |/chat\.(postMessage|update)|/files\.|/upload/"
    r"|/views\.|POST .*/properties/"
)


class Kind(StrEnum):
    START_UP = "during start-up"
    DELAY = "some time after the start"
    BEFORE = "before the n-th request has its effect"
    AFTER = "after the n-th request had its effect, before its answer"
    BEFORE_A_WRITE = "before the n-th write outside has its effect"
    AFTER_A_WRITE = "after the n-th write outside had its effect, before its answer"
    BETWEEN = "between two requests"
    AFTER_A_WRITES_ANSWER = "after the answer to a write outside"
    WEBHOOK = "while a webhook is answered"
    SHUT_DOWN = "during shutdown"


WEIGHTS = {
    Kind.START_UP: 2,
    Kind.DELAY: 3,
    Kind.BEFORE: 2,
    Kind.AFTER: 2,
    Kind.BEFORE_A_WRITE: 3,
    Kind.AFTER_A_WRITE: 5,
    Kind.BETWEEN: 3,
    Kind.AFTER_A_WRITES_ANSWER: 4,
    Kind.WEBHOOK: 4,
    Kind.SHUT_DOWN: 2,
}
"""The dangerous ones come more often."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A moment as it was drawn. `share` (0 to 1) is of whatever time there is to choose from; `number` counts."""

    kind: Kind
    share: float
    number: int

    def moment(self) -> Moment | None:
        """For which request to wait; None where it is not a request's moment."""
        match self.kind:
            case Kind.BEFORE | Kind.AFTER:
                return Moment(ANY, after_effect=self.kind is Kind.AFTER, number=self.number)
            case Kind.BEFORE_A_WRITE | Kind.AFTER_A_WRITE:
                return Moment(WRITES, after_effect=self.kind is Kind.AFTER_A_WRITE, number=1 + self.number // 10)
            case Kind.BETWEEN:
                return Moment(ANY, number=self.number, is_answered=True)
            case Kind.AFTER_A_WRITES_ANSWER:
                return Moment(WRITES, number=1 + self.number // 10, is_answered=True)
            case _:
                return None


def draw(chance: Random, *, has_webhooks: bool = True) -> Kill:
    weights = {kind: weight for kind, weight in WEIGHTS.items() if has_webhooks or kind is not Kind.WEBHOOK}
    (kind,) = chance.choices([*weights], [*weights.values()])
    return Kill(kind, chance.random(), chance.randint(1, 40))
