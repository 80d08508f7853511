"""The port of three methods between the journey and whatever runs it. Standard library only."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

type Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Steps(Protocol):
    """Durable steps. Whatever the engine, a step is at-least-once; what must happen once goes through the ledger.

    Names are unique within their scope and stable over releases: a renamed step breaks waiting journeys.
    """

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        """Call the function and keep its result (JSON, under 200 KB); after a restart return what is kept."""
        ...

    def wait(self, name: str, duration: timedelta) -> None:
        """Go on no sooner than `duration` after this wait was first reached, restarts included."""
        ...

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[["Steps", I], T]) -> list[T]:
        """Side by side, one child scope per item; results in the order of the items. A failure of one is raised
        after all have ended."""
        ...
