"""A world whose journeys die once at every boundary of every step, and before and after every kind of write."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from connectors.engine.local import LocalEngine
from connectors.steps import Json, Steps
from connectors.store.decisions import Decisions
from connectors.store.following import Following
from connectors.store.port import Store
from connectors.store.reminded import Reminded
from handlers.wiring import bound
from tests.world import KINDS, World

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})?|\d{2}:\d{2}(:\d{2})? UTC|debrief:edition \w+")


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@dataclass
class Deaths:
    """Where a process was killed so far: once at every place, while it is dangerous."""

    seen: set[str] = field(default_factory=set)
    is_dangerous: bool = False

    def at(self, place: str) -> None:
        if self.is_dangerous and place not in self.seen:
            self.seen.add(place)
            raise Killed


class DyingSteps:
    """`Steps` that die before each step, after its work and before it is kept, and once it is kept."""

    def __init__(self, steps: Steps, deaths: Deaths, scope: str) -> None:
        self._steps, self._deaths, self._scope = steps, deaths, scope

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        place = f"{self._scope} > {name}"

        def call() -> T:
            self._deaths.at(f"before {place}")
            value = function()
            self._deaths.at(f"not kept {place}")
            return value

        value = self._steps.run(name, call)
        self._deaths.at(f"after {place}")
        return value

    def wait(self, name: str, duration: timedelta) -> None:
        self._deaths.at(f"waits {self._scope} > {name}")
        self._steps.wait(name, duration)
        self._deaths.at(f"waited {self._scope} > {name}")

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        def child(steps: Steps, item: I) -> T:
            return function(DyingSteps(steps, self._deaths, f"{self._scope} > {name} {item}"), item)

        return self._steps.each(name, items, child)


@dataclass
class DyingStore:
    """A store whose process dies before and after each kind of write."""

    store: Store
    deaths: Deaths

    def write(self, partition: str, sort: str, value: dict[str, Any], **more: Any) -> int:
        place = f"{partition} {sort} {value.get('state', '')}"
        self.deaths.at(f"before writing {place}")
        version = self.store.write(partition, sort, value, **more)
        self.deaths.at(f"written {place}")
        return version

    def save(self, name: str, content: bytes, **more: Any) -> str:
        self.deaths.at(f"before saving {name}")
        version = self.store.save(name, content, **more)
        self.deaths.at(f"saved {name}")
        return version

    def delete(self, partition: str, sort: str, **more: Any) -> None:
        self.deaths.at(f"before deleting {partition} {sort}")
        self.store.delete(partition, sort, **more)
        self.deaths.at(f"deleted {partition} {sort}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class DyingWorld(World):
    """`survives` lets everything happen that falls due, and starts the engine again after each death."""

    def __init__(self, home: Path, *names: str, **options: Any) -> None:
        self.deaths = Deaths()
        super().__init__(home, *names, **options)

    def start(self) -> None:
        super().start()
        self.house = replace(self.house, store=DyingStore(self.store, self.deaths))  # pyright: ignore[reportArgumentType]
        self._wakes()

    def survives(self, duration: timedelta) -> int:
        """Let so much time pass, full of deaths. How many there were."""
        before, until = len(self.deaths.seen), self.clock.now() + duration
        self.deaths.is_dangerous = True
        while (left := until - self.clock.now()) > timedelta(0):
            try:
                self.passes(left)
            except Killed:
                self._wakes()
        self.deaths.is_dangerous = False
        return len(self.deaths.seen) - before

    def _wakes(self) -> None:
        """The engine of a new process: on the journal that the last one left behind."""
        self.engine.close()
        kinds = {kind: self._dying(function) for kind, function in bound(KINDS, self.house).items()}
        self.engine = LocalEngine(self.machine.home / "journal.db", kinds, self.clock, ordered=Random(7))

    def _dying(self, function: Callable[[Steps, Any], Json]) -> Callable[[Steps, Any], Json]:
        return lambda steps, bell: function(DyingSteps(steps, self.deaths, bell.get("journey", "")), bell)


def left_behind(world: World) -> dict[str, Any]:
    """Everything that people see, and what is followed; without the moments at which it happened."""
    told: dict[str, Any] = {
        "issues": [
            _issue(world, issue) for issue in sorted(world.jira.issues, key=lambda one: one["fields"]["summary"])
        ],
        "slack": sorted((said["channel"], _latest(world, said)) for said in world.slack.workspace.posted),
        "notes": sorted(map(str, world.pagerduty.written_notes)),
        "drafts": sorted(world.drafts().values()),
        "status": [world.postmortem().status],
        "decided": [decision.model_dump_json() for decision in Decisions(world.store, world.incident_id()).all()],
        "followed": sorted(one.model_dump_json(exclude={"read_at"}) for one in Following(world.store).all()),
        "told": sorted(memory.model_dump_json() for memory in Reminded(world.store).memories().values()),
        "news": sorted(record.sort for record in world.store.list("NEWS") if record.value.get("is_new", True)),
    }
    return {name: _timeless(value) for name, value in told.items()}


def _issue(world: World, issue: dict[str, Any]) -> dict[str, Any]:
    fields = issue["fields"]
    told = {name: fields.get(name) for name in ("summary", "duedate", "labels", "issuelinks")}
    assignee, key = (fields.get("assignee") or {}).get("displayName"), issue["key"]
    comments, links = [str(one["body"]) for one in world.jira.comments(key)], world.jira.remote_links.get(key, [])
    return told | {"assignee": assignee, "status": fields["status"]["name"], "comments": comments, "links": links}


def _latest(world: World, said: dict[str, Any]) -> str:
    """A message as it reads now."""
    for channel in world.slack.workspace.channels.values():
        if (message := channel.messages.get(str(said.get("ts")))) and message.get("text"):
            return f"{message['text']}\n{message.get('blocks')}"
    return str(said["text"])


def _timeless(value: Any) -> Any:
    match value:
        case str():
            return _MOMENT.sub("(then)", value)
        case list() | tuple():
            return [_timeless(one) for one in value]
        case dict():
            return {name: _timeless(one) for name, one in value.items()}
        case _:
            return value
