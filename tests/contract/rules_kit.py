"""What a connector shows to be held to the ten rules: one small object per vendor, and a vendor that misbehaves."""

import re
import socket
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.errors import ConnectorError
from connectors.retrying import Budget
from tests.vendors.wire import Reply, Request, Vendor

type Call = Callable[[Any], Any]
"""Makes one logical call on a connector's api."""

CANARY = "the words of a customer 5521"
"""Stands for what people wrote: it is in what we send and in what the vendor answers, and must be nowhere else."""


@dataclass
class Watch:
    """A clock that only sleeping moves. Unix time, in seconds."""

    at: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def budget(self, seconds: float = 60.0) -> Budget:
        return Budget(self.sleep, lambda: self.at, seconds)


@dataclass
class Moody:
    """A vendor before its fake: answers with `mood` the next `times` requests whose "POST /path" `where` finds.

    `mood` is given how many times it spoke before. `asked` is every request with the time it came.
    """

    fake: Vendor
    watch: Watch
    asked: list[tuple[float, Request]] = field(default_factory=list)
    mood: Callable[[int], Reply] | None = None
    where: str = ""
    times: int = 0
    after_effect: bool = False
    spoken: int = 0

    def turns(self, mood: Callable[[int], Reply] | Reply, *, where: str = "", times: int = 10**6) -> None:
        self.mood = (lambda _: mood) if isinstance(mood, Reply) else mood
        self.where, self.times, self.spoken = where, times, 0

    def answer(self, request: Request) -> Reply:
        self.asked.append((self.watch.at, request))
        if self.mood is None or self.spoken >= self.times or not re.search(self.where, _line(request)):
            return self.fake.answer(request)
        self.spoken += 1
        if self.after_effect:
            self.fake.answer(request)
        return self.mood(self.spoken - 1)

    def state(self) -> dict[str, Any]:
        return self.fake.state()

    def lines(self, where: str = "") -> list[str]:
        return [_line(request) for _, request in self.asked if re.search(where, _line(request))]


@dataclass(frozen=True)
class Write:
    """A call that makes something outside. `where` finds the request that makes it; `find` looks for what was made."""

    call: Call
    where: str
    find: Call | None = None


@dataclass(frozen=True)
class Endless:
    """A list that does not end. `page` answers its n-th request; it must be given up within `most` requests."""

    read: Call
    where: str
    page: Callable[[int], Reply]
    most: int


@dataclass(frozen=True)
class Size:
    """`measured` is how large the vendor finds what we make of a text; it takes `most`."""

    most: int
    measured: Callable[[str], int]


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One vendor, as the ten rules see it. Adding a connector means writing one of these.

    `inside` connects without a network and notes the timeout of each request, `outside` over HTTP with a timeout.
    `means` is the error that a status without a usable body stands for, None for a value, (status, is it a write).
    `limited` is the vendor's "too fast", with a wait in seconds. `endpoint` is how its README writes a request.
    `records` are translations, each with a record that it knows.
    """

    name: str
    api: type
    readme: Path
    reads: Mapping[str, Call]
    writes: Mapping[str, Write]
    fake: Callable[[], Vendor]
    inside: Callable[[Vendor, Budget, list[Any]], Any]
    outside: Callable[[str, Budget, float], Any]
    secrets: tuple[str, ...]
    means: Callable[[int, bool], type[ConnectorError] | None]
    limited: Callable[[int], Reply]
    endless: Mapping[str, Endless]
    endpoint: Callable[[Request], str]
    records: Mapping[str, tuple[Callable[[Any], object], dict[str, Any]]]
    sizes: Mapping[str, Size]

    @property
    def calls(self) -> dict[str, Call]:
        return {**self.reads, **{name: write.call for name, write in self.writes.items()}}


@dataclass
class Meeting:
    """A connector and its vendor, met in process."""

    vendor: Moody
    api: Any
    watch: Watch
    timeouts: list[Any]


def meet(connector: Connector, *, seconds: float = 60.0) -> Meeting:
    watch, timeouts = Watch(), list[Any]()
    vendor = Moody(connector.fake(), watch)
    return Meeting(vendor, connector.inside(vendor, watch.budget(seconds), timeouts), watch, timeouts)


@contextmanager
def silence() -> Generator[str]:
    """A server that takes every connection and never answers; its base URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _line(request: Request) -> str:
    return f"{request.method} {request.path}"
