"""Secrets, deliveries and the engine out of order in every way they can be: nothing is refused, nothing is lost.

PagerDuty takes a 4xx for good, and brings back what was answered with 503. What it brings back acts once.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from connectors.engine.clock import VirtualClock
from connectors.engine.local import LocalEngine
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable
from connectors.secrets.kept import Kept
from connectors.steps import Steps
from connectors.store.deliveries import Deliveries
from connectors.store.observed import keep_event, kept_events
from connectors.store.sqlite import SqliteStore
from handlers.envelope import Request, Response, answered
from handlers.receive import receive
from handlers.wiring import Doorway, announced_in
from tests.simulation.fire.doors import NOW
from tests.simulation.fire.forging import event_body
from tests.simulation.outside import Call, GatedStore, Outside
from tests.vendors.pagerduty_webhooks import sign

KINDS = (Unreachable, RateLimited, OutcomeUnknown, NotAllowed, NotFound, Rejected, BadReply)
MOST_AGAIN = 200
A_REQUEST_EVERY = timedelta(milliseconds=100)


class Keeper:
    """A keeper of the webhook secret that fails as it is told to, behind the same memory as the real ones."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.fails: Callable[[], None] = lambda: None
        self.values: tuple[str, ...] = ("first",)
        self.now = now
        self._kept = Kept(self._look, now)

    def read(self, name: str) -> str:
        return self.current_and_previous(name)[0]

    def current_and_previous(self, name: str) -> tuple[str, ...]:
        return self._kept.get(name)

    def refresh(self, name: str, since: datetime, /) -> bool:
        return self._kept.refresh(name, since)

    def _look(self, name: str) -> tuple[str, ...]:
        self.fails()
        if not any(self.values):
            raise NotFound(f"reading the secret {name}", "it is not set")
        return self.values


@dataclass
class Fires:
    """A receiver whose neighbours fail, and the sender that brings back what was not accepted."""

    home: Path
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))
    outside: Outside = field(default_factory=Outside)
    answers: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    starting_fails: Callable[[Callable[[], bool]], bool] = lambda act: act()

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.clock.now)
        self.store = GatedStore(SqliteStore(self.home, self.clock.now), self.outside)
        kinds: dict[str, Any] = {"postmortem": _does_nothing}
        self.engine = LocalEngine(self.home / "journal.db", kinds, self.clock)
        self.doorway = Doorway(
            secrets=lambda: self.keeper,
            deliveries=lambda: Deliveries(self.store, self.clock.now),
            start=self.starts,
            now=self.clock.now,
            keep=partial(keep_event, self.store),
            announced=partial(announced_in, self.store),
        )

    def starts(self, kind: str, name: str, payload: dict[str, Any]) -> bool:
        return self.starting_fails(partial(self.engine.start, kind, name, payload))

    def close(self) -> None:
        self.engine.close()
        self.store.close()

    def knocks(self, body: bytes, secret: str) -> Response:
        answer = answered(partial(receive, doorway=self.doorway), Request(sign(body, secret), body))
        self.answers[f"{'forged' if secret == 'forged' else 'signed'}: {answer.status}"] += 1
        self.clock.advance(A_REQUEST_EVERY)
        if secret != "forged" and answer.status not in (202, 503):
            self.wrong.append(f"a signed delivery was answered {answer.status}: {answer.reason}")
        return answer

    def brings(self, waiting: list[tuple[bytes, str]]) -> None:
        """Again and again, until each was accepted."""
        for _ in range(MOST_AGAIN):
            waiting = [(body, secret) for body, secret in waiting if self.knocks(body, secret).status != 202]
            if not waiting:
                return
            self.clock.advance(timedelta(seconds=1))
        self.wrong.append(f"{len(waiting)} deliveries were never accepted")

    def came_of(self, count: int) -> int:
        """How many journeys and kept events came of the first deliveries."""
        kept = [one for number in range(count) for one in kept_events(self.store.store, f"Q{number:06d}")]
        return len({each.name for each in self.engine.journeys()}) + len(kept)


def _does_nothing(_steps: Steps, _bell: Any) -> None: ...


def delivery(number: int) -> bytes:
    kind = ("incident.resolved", "incident.annotated")[number % 2]
    data = {"type": "incident", "id": f"Q{number:06d}"} if number % 2 == 0 else {}
    return event_body(number, kind, **data)


def outage(home: Path, count: int, seed: int) -> dict[str, Any]:
    """`count` deliveries in all, over everything that can fail."""
    scenes: dict[str, Callable[[Fires, int, Random], None]] = {
        **{f"secrets: {kind.__name__}": partial(_secrets_down, kind) for kind in KINDS},
        "secrets: unforeseen": partial(_secrets_down, RuntimeError),
        "secrets: slow": _secrets_slow,
        "secrets: empty": _secrets_empty,
        "secrets: rotated in mid-flight, under forgeries": _rotated,
        "secrets: down in the middle of a rotation": _rotated_and_down,
        "store: every call may fail": _store_down,
        "engine: starting fails": _start_down,
    }
    told: dict[str, Any] = {"deliveries": 0, "answers": Counter[str](), "scenes": {}, "wrong": []}
    for number, (name, scene) in enumerate(scenes.items()):
        fires, share = Fires(home / f"{number}"), count // len(scenes) + (number < count % len(scenes))
        scene(fires, share, Random(f"{seed}/{name}"))
        if (came := fires.came_of(share)) != share:
            fires.wrong.append(f"{came} journeys and kept events came of {share} events")
        told["deliveries"] += share
        told["answers"] += fires.answers
        told["scenes"][name] = dict(fires.answers)
        told["wrong"] += [f"{name}: {one}" for one in fires.wrong[:5]]
        fires.close()
    return told


def _secrets_down(kind: type[Exception], fires: Fires, count: int, _rng: Random) -> None:
    def fails() -> None:
        raise kind("reading the secret", "no") if kind is not RuntimeError else RuntimeError("no")

    fires.keeper.fails = fails
    _down_then_up(fires, count, lambda: setattr(fires.keeper, "fails", lambda: None))


def _secrets_slow(fires: Fires, count: int, _rng: Random) -> None:
    """Six seconds a look, longer than PagerDuty waits: it gives up, and brings it again."""
    fires.keeper.fails = lambda: fires.clock.advance(timedelta(seconds=6))
    _down_then_up(fires, count, lambda: None)


def _secrets_empty(fires: Fires, count: int, _rng: Random) -> None:
    fires.keeper.values = ("",)
    _down_then_up(fires, count, lambda: setattr(fires.keeper, "values", ("first",)))


def _down_then_up(fires: Fires, count: int, mend: Callable[[], None]) -> None:
    waiting = [(delivery(number), "first") for number in range(count)]
    waiting = [(body, secret) for body, secret in waiting if fires.knocks(body, secret).status != 202]
    mend()
    fires.brings(waiting)


def _rotated(fires: Fires, count: int, rng: Random) -> None:
    """A new secret every twenty deliveries, at once in use by the sender, among four forgeries to one delivery."""
    for start in range(0, count, 20):
        waiting: list[tuple[bytes, str]] = []
        before, new = fires.keeper.values[0], f"secret {start}"
        fires.keeper.values = (new, before)
        for number in range(start, min(start + 20, count)):
            for _ in range(rng.randrange(8)):
                fires.knocks(delivery(number), "forged")
            body, secret = delivery(number), rng.choice((before, new))
            if fires.knocks(body, secret).status != 202:
                waiting.append((body, secret))
        fires.brings(waiting)


def _rotated_and_down(fires: Fires, count: int, rng: Random) -> None:
    fires.keeper.current_and_previous("PAGERDUTY_WEBHOOK_SECRET")

    def sometimes() -> None:
        if rng.random() < 0.7:
            raise rng.choice(KINDS)("reading the secret", "no")

    fires.keeper.fails = sometimes
    _rotated(fires, count, rng)


def _store_down(fires: Fires, count: int, rng: Random) -> None:
    """A third of all calls fails, before or after it was carried out."""

    def meets(call: Call, act: Callable[[], Any]) -> Any:
        roll = rng.random()
        if roll < 0.15:
            raise rng.choice((Unreachable, NotAllowed, BadReply))(call.what, "no answer")
        answer = act()
        if roll < 0.3:
            raise (OutcomeUnknown if call.writes else Unreachable)(call.what, "the answer was lost")
        return answer

    fires.outside.meets = meets
    fires.brings([(delivery(number), "first") for number in range(count)])


def _start_down(fires: Fires, count: int, rng: Random) -> None:
    def fails(act: Callable[[], bool]) -> bool:
        roll = rng.random()
        if roll < 0.25:
            raise rng.choice(
                (Unreachable("starting", "no"), sqlite3.OperationalError("disk full"), Rejected("s", "no"))
            )
        started = act()
        if roll < 0.5:
            raise OutcomeUnknown("starting", "the answer was lost")
        return started

    fires.starting_fails = fails
    fires.brings([(delivery(number), "first") for number in range(count)])
