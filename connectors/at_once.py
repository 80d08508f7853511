"""Several steps in one, where none has to wait: what is kept of each costs a write, and an item took three."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from connectors.steps import Json, Steps


class MustWait(Exception):
    """It cannot be done at once: `duration` has to pass first."""

    def __init__(self, duration: timedelta) -> None:
        super().__init__(duration)
        self.duration = duration


class AtOnce:
    """`Steps` inside a step: they keep nothing, and raise MustWait where they would wait."""

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        del name
        return function()

    def wait(self, name: str, duration: timedelta) -> None:
        del name
        raise MustWait(duration)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        del name
        return [function(self, item) for item in items]


def at_once[T: Json](steps: Steps, name: str, act: Callable[[Steps], T]) -> T:
    """Act in one step, where that needs no wait; else wait, and do it step by step.

    For what may be begun again from the top: what was done before the wait is done a second time, so each part of it
    asks the ledger, or changes nothing when it is repeated.
    """

    def whole() -> dict[str, T | float]:
        try:
            return {"done": act(AtOnce())}
        except MustWait as wait:
            return {"wait": wait.duration.total_seconds()}

    came = steps.run(f"{name} at once", whole)
    if "done" in came:
        return came["done"]  # pyright: ignore[reportReturnType] # what `act` returned, as JSON
    steps.wait(f"{name}: wait", timedelta(seconds=came["wait"]))  # pyright: ignore[reportArgumentType]
    return act(steps)
