"""What is seen and kept beside a household, so that afterwards it can be said whether everything went right.

Requests to vendors with what came back, deliveries with what the receiver said, what every step of every journey came
to; and what a story has to say itself, because nobody else knows: what people wrote.
"""

import hmac
import json
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from connectors.errors import LONGEST_HINT, ConnectorError
from connectors.retrying import wait_hint
from connectors.steps import Json, Steps
from handlers.envelope import Response
from handlers.receive import MOST_AHEAD, OLDEST
from tests.simulation.outside import GatedVendor, Outside, Side
from tests.vendors.wire import Reply, Request

_ONE = re.compile(r"(?<=/)(?:[A-Z]+-\d+|[A-Z0-9]{6,}|\d{3,})(?=/|$)")


@dataclass(frozen=True)  # one with slots is pickled by Python code
class Exchange:
    """One request to a vendor, from `began` to `at`. `after` is the number of the gate's call, `life` which process
    sent it. `status` 0: no answer. `until` is when the vendor wants to be asked again, where it said so. Equal
    requests have the same `asked`."""

    began: datetime
    at: datetime
    to: Side
    what: str
    asked: int
    after: int
    life: int
    status: int
    until: datetime | None

    @property
    def failed(self) -> bool:
        return self.status == 0 or self.status == 429 or self.status >= 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the receiver. `journeys` and `writes` are how many more there were after it."""

    at: datetime
    body: bytes
    believed: bool
    status: int | None
    said: str
    journeys: int
    writes: int


@dataclass(frozen=True, slots=True)
class Wrote:
    """A person's words. `where`: the name of a document of the store, "confluence", or the key of an issue."""

    where: str
    text: str


@dataclass
class History:
    """What the steps of one journey came to, by the way to each, as JSON or as an error; `order` is that of its last
    run, by scope."""

    came_to: dict[str, str | ConnectorError] = field(default_factory=dict[str, str | ConnectorError])
    order: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    result: str | None = None
    act: Callable[[Steps], Json] | None = None


@dataclass
class Witness:
    """`secrets` are those of PagerDuty's webhooks that count now. `people_wrote`: what must still be there at the end,
    for a story to say, and to take back where a person deletes it. `seen` is how far who asks has looked, by what is
    looked at.
    """

    now: Callable[[], datetime]
    outside: Outside
    secrets: Callable[[], Iterable[str]]
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    deliveries: list[Delivery] = field(default_factory=list[Delivery])
    people_wrote: list[Wrote] = field(default_factory=list[Wrote])
    histories: dict[str, History] = field(default_factory=dict[str, History])
    seen: dict[str, Any] = field(default_factory=dict[str, Any])

    def wrote(self, where: str, text: str) -> None:
        self.people_wrote.append(Wrote(where, text))

    def took_back(self, text: str) -> None:
        """A person deletes what a person wrote."""
        self.people_wrote = [one for one in self.people_wrote if one.text != text]

    def is_genuine(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether PagerDuty sent this, and lately: judged here without the receiver's code."""
        given = headers.get("x-pagerduty-signature", "").encode()
        ours = [b"v1=" + hmac.new(secret.encode(), body, sha256).hexdigest().encode() for secret in self.secrets()]
        if not any(one in given.split(b",") for one in ours):
            return False
        try:
            at = datetime.fromisoformat(json.loads(body)["event"]["occurred_at"])
        except (ValueError, LookupError, TypeError):
            return False
        return -OLDEST <= at - self.now() <= MOST_AHEAD

    @contextmanager
    def hears(self, body: bytes, headers: dict[str, str], journeys: Callable[[], int]) -> Generator[list[Response]]:
        """Of one delivery, whatever comes of it; the answer is put into the list."""
        believed, calls, before = self.is_genuine(body, headers), len(self.outside.calls), journeys()
        answers, at = list[Response](), self.now()
        try:
            yield answers
        finally:
            said = answers[0] if answers else None
            writes = sum(call.writes and call.to == "store" for call in self.outside.calls[calls:])
            status, words = (said.status, said.content()) if said else (None, "")
            self.deliveries.append(Delivery(at, body, believed, status, words, journeys() - before, writes))

    def remembers(self, steps: Steps, journey: str, act: Callable[[Steps], Json]) -> Json:
        """One run of a journey, from its top to its end or its next wait."""
        history = self.histories.setdefault(journey, History())
        history.order.clear()
        history.act = act
        result = act(Remembered(steps, history))
        history.result = json.dumps(result)
        return result

    @property
    def latest_hint(self) -> datetime | None:
        """Until when a vendor asked to be left alone; a step that paused with its answer counts from its end."""
        until = max((one.until for one in self.exchanges if one.until), default=None)
        return until + self.outside.paused if until else None


@dataclass
class Overheard:
    """A vendor whose exchanges are kept; `life` is the number of the process that asks."""

    vendor: GatedVendor
    witness: Witness
    life: int

    def answer(self, request: Request) -> Reply:
        began, number = self.witness.now(), len(self.vendor.outside.calls) + 1
        reply = Reply(hung=True)
        try:
            reply = self.vendor.answer(request)
        finally:
            self.witness.exchanges.append(self._exchange(request, reply, began, number))
        return reply

    def state(self) -> dict[str, Any]:
        return self.vendor.state()

    def _exchange(self, request: Request, reply: Reply, began: datetime, number: int) -> Exchange:
        now, status = self.witness.now(), 0 if reply.hung or reply.dropped else reply.status
        hint = wait_hint(reply.headers, now=now.timestamp()) if status in (429, 503) else None
        return Exchange(
            began,
            now,
            self.vendor.to,
            f"{request.method} {_ONE.sub('*', request.path)}",
            hash((request.method, request.path, repr(request.query), request.body)),
            number,
            self.life,
            status,
            now + timedelta(seconds=min(hint, LONGEST_HINT)) if hint else None,
        )


@dataclass
class Remembered:
    """`Steps` that write down what each step came to."""

    steps: Steps
    history: History
    scope: str = ""

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        key = self._key(name)
        try:
            value = self.steps.run(name, function)
        except ConnectorError as error:
            self.history.came_to[key] = error
            raise
        self.history.came_to[key] = json.dumps(value)
        return value

    def wait(self, name: str, duration: timedelta) -> None:
        key = self._key(name)
        self.steps.wait(name, duration)
        self.history.came_to[key] = "null"

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        key = self._key(name)

        def child(steps: Steps, place: int) -> T:
            return function(Remembered(steps, self.history, f"{key} > {place} > "), items[place])

        return self.steps.each(name, list(range(len(items))), child)

    def _key(self, name: str) -> str:
        self.history.order.setdefault(self.scope, []).append(name)
        return self.scope + name
