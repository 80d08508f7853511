"""A small world around the fake Slack for tests: a clock that only tests move, plain steps, and what was kept."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from connectors.retrying import Budget
from connectors.slack.api import SlackApi
from connectors.slack.channel import Found
from connectors.slack.collect import collect
from connectors.steps import Json, Steps
from postmortem.evidence import Part
from tests.vendors.slack import FakeSlack
from tests.vendors.slack_memory import APP_ID, BOT_ID, BOT_USER_ID, Raw

START = 1_767_600_000
"""2026-01-05 08:00:00 UTC, in Unix seconds."""


class SlackWorld:
    """`slack` is the fake, `api` speaks to it in process; both go by `seconds`, which sleeping and waiting move."""

    def __init__(self, channels: Iterable[Raw] = (), users: Iterable[Raw] = (), **fake: Any) -> None:
        self.seconds = float(START + 90_000)
        self.slack = FakeSlack(now=lambda: self.seconds, **fake).holds({"channels": [*channels], "users": [*users]})
        self.slept: list[float] = []
        self.budget = Budget(self.sleep, lambda: self.seconds, seconds=20.0)
        self.api = SlackApi(self.slack.token, self.budget, base_url="http://127.0.0.1/api/", send=self.slack.send)
        self.steps = PlainSteps(self)
        self.kept: dict[str, Part] = {}

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def keep(self, name: str, part: Part) -> str:
        """Kept as it would be on disk: it must survive the way there and back."""
        self.kept[name] = Part.model_validate_json(part.model_dump_json())
        return name

    def collects(self, channel_id: str = "C00INC042", **more: Any) -> Part:
        """Everything that one reading of the channel kept, as one Part."""
        found = Found(channel_id, "inc-42", "you named it")
        since, until = more.pop("since", moment(0)), more.pop("until", moment(80_000))
        more.setdefault("at_once", 1)
        names = collect(self.api, self.steps, self.keep, found, since=since, until=until, **more)
        return whole(self.kept[name] for name in names)


class Killed(BaseException):
    """The process is gone."""


class PlainSteps:
    """Steps as a straight line: every result makes the way through JSON, a wait moves the clock.

    It may be killed after so many steps, and started again over its journal. `suspends` ends the run at every new
    wait, as the engines do.
    """

    def __init__(self, world: SlackWorld) -> None:
        self.world = world
        self.names: list[str] = []
        self.waits: list[timedelta] = []
        self.largest = 0
        self.suspends = False
        self._journal: dict[str, str] = {}
        self._steps_left: int | None = None

    def dies_after(self, steps: int) -> None:
        self._steps_left = steps

    def starts_again(self) -> None:
        self._steps_left, self.names = None, []

    def run[T: Json](self, name: str, function: Callable[[], T]) -> T:
        assert name not in self.names, f"two steps are called {name!r}"
        self.names.append(name)
        if name not in self._journal:
            if self._steps_left == 0:
                raise Killed
            self._journal[name] = json.dumps(function())
            self._steps_left = None if self._steps_left is None else self._steps_left - 1
        self.largest = max(self.largest, len(self._journal[name]))
        return cast("T", json.loads(self._journal[name]))

    def wait(self, name: str, duration: timedelta) -> None:
        if name in self._journal:
            return
        self._journal[name] = "null"
        self.waits.append(duration)
        self.world.seconds += duration.total_seconds()
        if self.suspends:
            raise Killed

    def each[I: Json, T: Json](self, name: str, items: Sequence[I], function: Callable[[Steps, I], T]) -> list[T]:
        return [function(self, item) for item in items]


def moment(seconds: float) -> datetime:
    """So many seconds after START."""
    return datetime.fromtimestamp(START, UTC) + timedelta(seconds=seconds)


def ts(seconds: int, micros: int = 100) -> str:
    return f"{START + seconds}.{micros:06d}"


def said(seconds: int, text: str = "hello", user: str = "U0000001", **more: Any) -> Raw:
    """A message, so many seconds after START."""
    return {"user": user, "text": text, "ts": ts(seconds)} | more


def person(number: int, **more: Any) -> Raw:
    profile = {"real_name": f"Person {number}", "display_name": f"p{number}", "email": f"p{number}@acme.example"}
    return {"id": f"U{number:07d}", "name": f"p{number}", "tz": "Europe/Berlin", "profile": profile} | more


def channel(*messages: Raw, **more: Any) -> Raw:
    return {"id": "C00INC042", "name": "inc-42", "messages": [*messages]} | more


def whole(parts: Iterable[Part]) -> Part:
    parts = tuple(parts)
    return Part(
        messages=tuple(sorted((each for part in parts for each in part.messages), key=lambda each: each.moment.at)),
        people=tuple({each.id: each for part in parts for each in part.people}.values()),
        readings=tuple(each for part in parts for each in part.readings),
        gaps=tuple(dict.fromkeys(each for part in parts for each in part.gaps)),
    )


TRIGGER = "1.U0000001.fake"
A_VIEW: Raw = {
    "type": "modal",
    "callback_id": "debrief.edit",
    "title": {"type": "plain_text", "text": "Edit"},
    "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "hello"}}],
}


def a_world(**fake: Any) -> SlackWorld:
    """A message, a reply, one of ours, and a button that was just pressed."""
    ours = {"user": BOT_USER_ID, "bot_id": BOT_ID, "app_id": APP_ID}
    messages = (said(0), said(5, "a reply", thread_ts=ts(0)), said(10, "ours") | ours)
    world = SlackWorld([channel(*messages, pins=[ts(0)])], [person(1)], **fake)
    world.slack.workspace.triggers[TRIGGER] = {"at": float("inf"), "user": "U0000001", "used": False}
    return world


Call = Callable[[SlackApi], Any]

READS: dict[str, Call] = {
    "auth.test": lambda api: api.auth_test(),
    "conversations.history": lambda api: api.conversations_history("C00INC042"),
    "conversations.replies": lambda api: api.conversations_replies("C00INC042", ts(0)),
    "conversations.info": lambda api: api.conversations_info("C00INC042"),
    "conversations.list": lambda api: api.conversations_list(),
    "conversations.join": lambda api: api.conversations_join("C00INC042"),
    "users.info": lambda api: api.users_info("U0000001"),
    "users.lookupByEmail": lambda api: api.users_lookup_by_email("p1@acme.example"),
    "pins.list": lambda api: api.pins_list("C00INC042"),
    "conversations.open": lambda api: api.conversations_open("U0000001"),
    "chat.update": lambda api: api.chat_update("C00INC042", ts(10), "hello again", key="k"),
}
WRITES: dict[str, Call] = {
    "chat.postMessage": lambda api: api.chat_post_message("C00INC042", "hello", key="k"),
    "chat.postEphemeral": lambda api: api.chat_post_ephemeral("C00INC042", "U0000001", "only you"),
    "views.open": lambda api: api.views_open(TRIGGER, A_VIEW),
    "files.completeUploadExternal": lambda api: api.files_upload("C00INC042", "draft.md", b"# Draft", comment="here"),
}
CALLS = READS | WRITES
