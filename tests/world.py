"""The whole house with fake vendors around it: real wiring, real HTTP on loopback, the engine on a clock we move."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

from connectors.engine.clock import VirtualClock
from connectors.engine.failed import failures_among
from connectors.engine.local import LocalEngine
from connectors.store.arrivals import Arrivals
from connectors.store.deliveries import Deliveries
from connectors.store.followed_issues import is_followed
from connectors.store.observed import keep_event
from connectors.store.shelf import Shelf
from handlers.desk import Desk, desk_with
from handlers.envelope import Request, Response, Source, answered
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.jira_changed import jira_changed
from handlers.journey import make_postmortem
from handlers.observe import observe
from handlers.receive import receive
from handlers.reconcile import reconcile
from handlers.slack_clicked import slack_clicked
from handlers.telling import telling
from handlers.ticks import RECONCILE, start_sweep
from handlers.wiring import Doorway, announced_in, bound, build_house
from postmortem.document import Postmortem
from tests.incidents import by_name
from tests.incidents.script import Script
from tests.neighbours import WEBHOOK_SECRET, Neighbours
from tests.vendors.pagerduty_webhooks import body_of, sign

KINDS = {"postmortem": make_postmortem, "observe": observe, "follow_up": follow_up, "reconcile": reconcile}


class World(Neighbours):
    """One test's world. Times are the script's: the clock stands half a minute after the last webhook.

    `names` are those of incident scripts, or scripts of the test's own. `options` are those of `Neighbours`: settings,
    jira_lag, around.
    """

    def __init__(self, home: Path, *names: str | Script, **options: Any) -> None:
        scripts = [name if isinstance(name, Script) else by_name(name) for name in names]
        self.clock = self.clock_from(_end_of(scripts[0]))
        self.slept: list[float] = []
        super().__init__(home, scripts, self.clock.now, **options)

    def clock_from(self, now: datetime) -> VirtualClock:
        return VirtualClock(now)

    def open(self) -> Self:
        self.move_in()
        self.start()
        self.slack.delivers = self.hears_clicks
        return self

    def start(self) -> None:
        """Start the house, as a process would: again after `stop`, on what the last one left behind."""
        self.machine.home.mkdir(exist_ok=True)
        self.store = self.machine.store()
        self.arrivals = Arrivals(self.store, self.clock.now)
        settings, secrets = self.machine.settings(), self.machine.secrets()
        templates = self.machine.templates(settings)
        self.house: House = build_house(
            settings,
            secrets,
            self.store,
            now=self.clock.now,
            sleep=self.sleeps,
            templates=templates,
            start=self.starts,
            failures=lambda: failures_among(self.engine.journeys(), "postmortem"),
        )
        told = telling(self.house.meter)
        self.engine = LocalEngine(
            self.machine.home / "journal.db", bound(KINDS, self.house), self.clock, on_progress=told
        )

    def sleeps(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def starts(self, kind: str, name: str, payload: dict[str, Any]) -> bool:
        return self.engine.start(kind, name, payload)

    def stop(self) -> None:
        self.engine.close()
        self.house.close()

    def close(self) -> None:
        self.stop()
        self.move_out()

    def rings(self, webhook: dict[str, Any], *, secret: str = WEBHOOK_SECRET) -> Response:
        """Deliver one webhook, signed."""
        body = body_of(webhook)
        return self.receives(body, sign(body, secret))

    def doorway(self) -> Doorway:
        return Doorway(
            secrets=self.machine.secrets,
            deliveries=lambda: Deliveries(self.store, self.clock.now),
            start=self.engine.start,
            now=self.clock.now,
            keep=partial(keep_event, self.store),
            follows=partial(is_followed, self.store),
            announced=partial(announced_in, self.store),
            arrivals=lambda: self.arrivals,
        )

    def desk(self) -> Desk:
        return desk_with(self.store, self.house.settings, self.machine.secrets())

    def hears_clicks(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Where the fake Slack tells of clicks."""
        doorway = self.doorway()
        slack = Source("slack", self.house.meter)
        answer = answered(lambda request: slack_clicked(request, doorway, self.desk), Request(headers, body), slack)
        return answer.status, answer.content()

    def hears_of_changes(self, body: bytes, headers: dict[str, str]) -> Response:
        """Where Jira tells of changes."""
        doorway = self.doorway()
        jira = Source("jira", self.house.meter)
        return answered(lambda request: jira_changed(request, doorway), Request(headers, body), jira)

    def sweeps(self) -> bool:
        """Start the sweep of this hour, as the machine does every hour."""
        return start_sweep(self.engine.start, self.clock.now())

    def reconciles(self) -> bool:
        """Start the look of this quarter of an hour, as the machine does."""
        return RECONCILE.start(self.engine.start, self.clock.now())

    def receives(self, body: bytes, headers: dict[str, str]) -> Response:
        doorway = self.doorway()
        pagerduty = Source("pagerduty", self.house.meter)
        return answered(lambda request: receive(request, doorway), Request(headers, body), pagerduty)

    def resolves(self, place: int = 0) -> Response:
        """Deliver every webhook of a script, in order; returns the answer to the last."""
        answers = [self.rings(webhook) for webhook in self.scripts[place].webhooks]
        return answers[-1]

    def settles(self) -> None:
        """Let time pass until nothing runs and nothing waits."""
        self.engine.settle()

    def passes(self, duration: timedelta) -> None:
        """Let so much time pass, and do what falls due within it, when it does."""
        until = self.clock.now() + duration
        while self.engine.run_due() or ((wake_at := self.engine.next_wake()) and wake_at <= until):
            wake_at = self.engine.next_wake()
            if wake_at and self.clock.now() < wake_at <= until:
                self.clock.advance(wake_at - self.clock.now())
        self.clock.advance(until - self.clock.now())

    def postmortem(self, place: int = 0) -> Postmortem:
        postmortem = Shelf(self.store, self.incident_id(place)).postmortem()
        assert postmortem is not None, "no postmortem was made"
        return postmortem

    def outcome(self, place: int = 0) -> dict[str, Any]:
        return Shelf(self.store, self.incident_id(place)).state().get("outcome", {})

    def state(self, place: int = 0) -> dict[str, Any]:
        """What is remembered of an incident."""
        return Shelf(self.store, self.incident_id(place)).state()

    def drafts(self) -> dict[str, str]:
        """Every document by name."""
        names = list(self.store.names("drafts/"))
        return {name: file.content.decode() for name in names if (file := self.store.load(name))}

    def draft(self) -> str:
        (text,) = self.drafts().values()
        return text


@contextmanager
def world_of(home: Path, *names: str | Script, **options: Any) -> Generator[World]:
    world = World(home, *names, **options)
    try:
        yield world.open()
    finally:
        world.close()


def _end_of(script: Script) -> datetime:
    resolved_at = script.pagerduty["incident"].get("resolved_at") or script.pagerduty["incident"]["created_at"]
    latest = max([resolved_at, *(webhook["event"]["occurred_at"] for webhook in script.webhooks)], key=_moment)
    return _moment(latest) + timedelta(seconds=30)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
