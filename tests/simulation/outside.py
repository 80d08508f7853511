"""The gate through which every call to the outside goes: to a vendor, to the store, and from step to step.

What meets a call there is the weather's to say (`faults.py`). The gate counts, and remembers what was met.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal, Protocol

from connectors.steps import Json, Steps
from connectors.store.port import File, Record, Store
from tests.simulation.pages import honest
from tests.vendors.wire import Reply, Request, Vendor

type Side = Literal["pagerduty", "slack", "jira", "confluence", "store", "engine"]
VENDORS: tuple[Side, ...] = ("pagerduty", "slack", "jira", "confluence")


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@dataclass(frozen=True)  # one with slots is pickled by Python code
class Call:
    """One call to the outside, the `number`th of its run (from 1). `what` is "POST /rest/api/3/issue", or "write
    INC#Q1 LEASE", or the way to a step. `writes`: whether it changes something there. `request`: to a vendor."""

    number: int
    to: Side
    what: str
    writes: bool
    request: Request | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.to} {self.what}"


class Meets(Protocol):
    """Lets a call happen, or not, or more than that: it is given the call and what carries it out."""

    def __call__(self, call: Call, act: Callable[[], Any], /) -> Any: ...


def fair(_call: Call, act: Callable[[], Any]) -> Any:
    """Nothing happens but what was asked for."""
    return act()


def unnoticed(_call: Call) -> None:
    """Nobody looks."""


@dataclass
class Outside:
    """`meets` is the weather. `after` is told of every call that came back: the place for what must always hold.
    `calls` stand in the order in which they began, `ended` in that in which they came back: one may begin within
    another. `paused` is for how long processes stood still in all; `unsent` how many writes to vendors have something
    else happen before they are sent."""

    meets: Meets = fair
    after: Callable[[Call], None] = unnoticed
    calls: list[Call] = field(default_factory=list[Call])
    ended: list[Call] = field(default_factory=list[Call])
    met: Counter[str] = field(default_factory=Counter[str])
    paused: timedelta = timedelta(0)
    unsent: int = 0

    @contextmanager
    def sends_later(self, call: Call) -> Generator[None]:
        """While something else happens before this call is carried out."""
        is_unsent = call.to in VENDORS and call.writes
        self.unsent += is_unsent
        try:
            yield
        finally:
            self.unsent -= is_unsent

    def passes(self, to: Side, what: str, writes: bool, act: Callable[[], Any], request: Request | None = None) -> Any:
        call = Call(len(self.calls) + 1, to, what, writes, request)
        self.calls.append(call)
        try:
            return self.meets(call, act)
        finally:
            self.ended.append(call)
            self.after(call)


@dataclass
class GatedVendor:
    """A fake vendor behind the gate. Only what Jira, say, is asked to look up by POST counts as no writing."""

    vendor: Vendor
    to: Side
    outside: Outside

    def answer(self, request: Request) -> Reply:
        what = f"{request.method} {request.path}"
        act = partial(self.vendor.answer, honest(request))
        return self.outside.passes(self.to, what, _writes(self.to, request), act, request)

    def state(self) -> dict[str, Any]:
        return self.vendor.state()


_READING = ("/search/jql", "/bulkfetch", "conversations.history", "conversations.replies", "conversations.info",
            "conversations.list", "users.", "auth.test", "pins.list", "files.info", "team.info")  # fmt: skip


def _writes(to: Side, request: Request) -> bool:
    if to == "slack" or request.method == "POST":
        return not any(name in request.path for name in _READING)
    return request.method != "GET"


@dataclass
class GatedStore:
    """A store behind the gate, method by method."""

    store: Store
    outside: Outside

    def read(self, partition: str, sort: str) -> Record | None:
        return self._reads(f"read {partition} {sort}", partial(self.store.read, partition, sort))

    def list(self, partition: str, prefix: str = "") -> Iterator[Record]:
        return iter(self._reads(f"list {partition} {prefix}", lambda: list(self.store.list(partition, prefix))))

    def load(self, name: str) -> File | None:
        return self._reads(f"load {name}", partial(self.store.load, name))

    def names(self, prefix: str = "") -> Iterator[str]:
        return iter(self._reads(f"names {prefix}", lambda: list(self.store.names(prefix))))

    def write(self, partition: str, sort: str, value: dict[str, Any], **more: Any) -> int:
        return self._writes(f"write {partition} {sort}", partial(self.store.write, partition, sort, value, **more))

    def delete(self, partition: str, sort: str, **more: Any) -> None:
        self._writes(f"delete {partition} {sort}", partial(self.store.delete, partition, sort, **more))

    def save(self, name: str, content: bytes, **more: Any) -> str:
        return self._writes(f"save {name}", partial(self.store.save, name, content, **more))

    def location(self, name: str) -> str:
        return self.store.location(name)

    def close(self) -> None:
        self.store.close()

    def _reads(self, what: str, act: Callable[[], Any]) -> Any:
        return self.outside.passes("store", what, False, act)

    def _writes(self, what: str, act: Callable[[], Any]) -> Any:
        return self.outside.passes("store", what, True, act)


@dataclass
class GatedSteps:
    """`Steps` with the gate before each, and between the end of its work and the moment when that is kept."""

    steps: Steps
    outside: Outside
    scope: str

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        def call() -> T:
            self._passes(f"begins {self.scope} > {name}")
            value = function()
            self._passes(f"ends {self.scope} > {name}")
            return value

        return self.steps.run(name, call)

    def wait(self, name: str, duration: timedelta) -> None:
        self.steps.wait(name, duration)

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        def child(steps: Steps, item: I) -> T:
            return function(GatedSteps(steps, self.outside, f"{self.scope} > {name}"), item)

        return self.steps.each(name, items, child)

    def _passes(self, what: str) -> None:
        self.outside.passes("engine", what, False, lambda: None)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a run's trace."""

    at: datetime
    what: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.what}"
