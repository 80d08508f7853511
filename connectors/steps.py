"""The port of three methods between the journey and whatever runs it. Standard library only."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Steps(Protocol):
    """Durable steps. Whatever the engine, a step is at-least-once; what must happen once goes through the ledger.

    Names are unique within their scope, 1 to 200 printable ASCII characters, and stable over releases: a renamed
    step breaks waiting journeys. Outside its steps a journey decides by kept results only, in the same order every
    time. `finally` and `with` around a wait are left and entered again at every replay: no effects there.
    """

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        """Call the function and keep its result (JSON, under 200 KB); after a restart return what is kept.

        A ConnectorError is kept too and raised again by every replay, with the same class, sentence and fields. What
        else the function raises becomes a Mistake and fails the journey: make a value of what the journey must know.
        The function does not use `steps`.
        """
        ...

    def wait(self, name: str, duration: timedelta) -> None:
        """Go on no sooner than `duration` after this wait was first reached, restarts included. At most 366 days."""
        ...

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[["Steps", I], T]) -> list[T]:
        """Side by side, one child scope per item; results (JSON) in the order of the items.

        All children run to their end or their wait. Then the failure of the first that failed, in the order of the
        items, is raised.
        """
        ...
