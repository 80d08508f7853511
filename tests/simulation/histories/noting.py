"""What a journey asks its steps for: by name, in order, and whose work is really done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.steps import Json, Steps

INSIDE = "\x1f"


@dataclass
class Asked:
    """One run of a journey from its top. `names`: what was asked for, in order, by scope; `worked`: the keys of the
    steps whose work was done. Scopes and keys are those of the local engine's journal."""

    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    worked: set[str] = field(default_factory=set[str])

    def asks(self, scope: str, name: str) -> str:
        self.names.setdefault(scope, []).append(name)
        return scope + name


class NotingSteps:
    """`Steps` that note what they are asked for."""

    def __init__(self, steps: Steps, asked: Asked, scope: str = "") -> None:
        self._steps, self._asked, self._scope = steps, asked, scope

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        key = self._asked.asks(self._scope, name)

        def work() -> T:
            self._asked.worked.add(key)
            return function()

        return self._steps.run(name, work)

    def wait(self, name: str, duration: timedelta) -> None:
        self._asked.asks(self._scope, name)
        self._steps.wait(name, duration)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        key = self._asked.asks(self._scope, name)

        def child(steps: Steps, place: int) -> T:
            scope = f"{key}{INSIDE}{place}{INSIDE}"
            return function(NotingSteps(steps, self._asked, scope), items[place])

        return self._steps.each(name, list(range(len(items))), child)


class RenamingSteps:
    """`Steps` as a later release would ask for them, in which a step has another name."""

    def __init__(self, steps: Steps, names: dict[str, str]) -> None:
        self._steps, self._names = steps, names

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        return self._steps.run(self._names.get(name, name), function)

    def wait(self, name: str, duration: timedelta) -> None:
        self._steps.wait(self._names.get(name, name), duration)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        def child(steps: Steps, item: I) -> T:
            return function(RenamingSteps(steps, self._names), item)

        return self._steps.each(self._names.get(name, name), items, child)
