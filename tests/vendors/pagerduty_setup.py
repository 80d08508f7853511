"""A PagerDuty connector over real HTTP to the fake, with a clock that only notes down how long it was asked to wait."""

import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from connectors.pagerduty.api import PagerDutyApi
from connectors.retrying import Budget
from connectors.steps import Json, Steps
from tests.contract.openapi import problems_of_exchange, spec
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.wire import Reply, Request, served

_REST, _SLACK = "pagerduty-rest.json", "pagerduty-slack-integration.json"
_SLACK_PATH = "/integration-slack"


@dataclass
class Clock:
    """`slept` holds every sleep in seconds; time passes by sleeping, and by what `passes` is told of."""

    slept: list[float] = field(default_factory=list)
    passed: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def passes(self, seconds: float) -> None:
        self.passed += seconds

    def now(self) -> float:
        return sum(self.slept) + self.passed

    def budget(self, seconds: float = 60.0) -> Budget:
        return Budget(self.sleep, self.now, seconds)


@dataclass
class PlainSteps:
    """The port without an engine: children on threads, names checked, results through JSON, waits noted down.

    `passes` is told of every wait, in seconds, and may move a clock.
    """

    waited: list[timedelta] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    passes: Callable[[float], object] = lambda _: None

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        self._once(name)
        kept = json.dumps(function())
        assert len(kept) < 200_000
        return cast("T", json.loads(kept))

    def wait(self, name: str, duration: timedelta) -> None:
        self._once(name)
        self.waited.append(duration)
        self.passes(duration.total_seconds())

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        self._once(name)
        with ThreadPoolExecutor(8) as pool:
            started = [pool.submit(function, PlainSteps(self.waited, passes=self.passes), item) for item in items]
        return [one.result() for one in started]

    def _once(self, name: str) -> None:
        assert name not in self.names
        self.names.add(name)


@dataclass
class Watched:
    """The fake, with every exchange kept, so that it can be held against PagerDuty's own document."""

    fake: FakePagerDuty
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        reply = self.fake.answer(request)
        self.exchanges.append((request, reply))
        return reply

    def state(self) -> dict[str, Any]:
        return self.fake.state()

    def problems(self) -> list[str]:
        """What PagerDuty's documents do not allow; empty where they are absent."""
        if spec(_REST) is None:
            return []
        return [problem for request, reply in self.exchanges for problem in _problems(request, reply)]


def _problems(request: Request, reply: Reply) -> list[str]:
    if request.path.startswith(_SLACK_PATH):
        return problems_of_exchange(_SLACK, request, reply, base_path=_SLACK_PATH)
    return problems_of_exchange(_REST, request, reply)


@dataclass
class PagerDutyWorld:
    fake: FakePagerDuty
    api: PagerDutyApi
    clock: Clock
    watched: Watched
    url: str

    def calls(self, where: str = "") -> list[str]:
        calls = [f"{request.method} {request.path}" for request in self.fake.requests]
        return [call for call in calls if where in call]


@contextmanager
def pagerduty_world(
    fake: FakePagerDuty, *, seconds: float = 60.0, is_documented: bool = True, **options: Any
) -> Generator[PagerDutyWorld]:
    """The fake served, a connector to it. What was exchanged must fit PagerDuty's documents when the block ends.

    Not `is_documented`: the fake is made to answer what no document allows.
    """
    clock, watched = Clock(), Watched(fake)
    settings: dict[str, Any] = {"user_token": fake.user_token, "sender": "ada@acme.example"} | options
    with served(watched, latency=settings.pop("latency", 0.0)) as url:
        api = PagerDutyApi(settings.pop("token", fake.token), clock.budget(seconds), base_url=url, **settings)
        try:
            yield PagerDutyWorld(fake, api, clock, watched, url)
        finally:
            api.close()
    if is_documented:
        assert watched.problems() == []
