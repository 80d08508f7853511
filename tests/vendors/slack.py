"""The fake Slack: one workspace, as strict as Slack about token, scopes, membership, cursors and sizes.

slack = FakeSlack().holds(script.slack)
with served(slack) as url:
    api = SlackApi(slack.token, budget, base_url=f"{url}/api/")
...
slack.channel("inc-42").expects("Draft postmortem ready")
assert slack.unexpected() == []
"""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from connectors.slack.client import Answer
from tests.vendors.slack_hands import Deliver, UserTalk
from tests.vendors.slack_memory import APP_ID, Channel, Raw, Refusal, Workspace
from tests.vendors.slack_methods import READING, Call
from tests.vendors.slack_modals import FORMS
from tests.vendors.slack_posting import POSTING, upload
from tests.vendors.slack_wire import in_process
from tests.vendors.wire import Reply, Request, json_reply

FAKE_TOKEN = "xoxb-1-fake-debrief"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
"""The one of the example in https://docs.slack.dev/authentication/verifying-requests-from-slack (read 2026-11-21)."""
METHODS = READING | POSTING | FORMS
ALL_SCOPES = frozenset(
    [
        "channels:history", "channels:join", "channels:read", "chat:write", "files:write", "groups:history",
        "groups:read", "im:history", "im:write", "metadata.message:read", "pins:read", "reactions:read", "users:read",
        "users:read.email",
    ]
)  # fmt: skip


@dataclass
class _Fault:
    pattern: re.Pattern[str]
    reply: Reply
    times: int
    after_effect: bool


@dataclass
class _Limit:
    """`calls` in `seconds`, counted per method in a fixed window that begins with the first call."""

    pattern: re.Pattern[str]
    calls: int
    seconds: float
    windows: dict[str, tuple[float, int]]


class FakeSlack:
    """`token` and `scopes` are what it accepts and grants; `now` is its clock, a Unix time in seconds.

    `delivers` is where it tells the app of clicks, signed with `signing_secret`. `small_pages` turns on the 15 messages
    a page that commercially distributed apps get. `requests` is every request that arrived, `calls` the same as
    (method, arguments).
    """

    def __init__(
        self,
        *,
        token: str = FAKE_TOKEN,
        scopes: frozenset[str] = ALL_SCOPES,
        now: Callable[[], float] = time.time,
        small_pages: bool = False,
    ) -> None:
        self.token, self.scopes, self.now, self.small_pages = token, scopes, now, small_pages
        self.workspace = Workspace()
        self.signing_secret = SIGNING_SECRET
        self.delivers: Deliver | None = None
        self.requests: list[Request] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._faults: list[_Fault] = []
        self._limits: list[_Limit] = []
        self._expected: list[str] = []
        self._lock = threading.RLock()

    def holds(self, slack: Raw) -> Self:
        with self._lock:
            self.workspace.load(json.loads(json.dumps(slack)))
        return self

    def fails_next(self, method: str, reply: Reply, times: int = 1, *, after_effect: bool = False) -> None:
        """Answer the next `times` calls of methods that match with this, before or after doing what was asked."""
        self._faults.append(_Fault(re.compile(method), reply, times, after_effect))

    def limits(self, method: str, calls: int, seconds: float = 60.0) -> None:
        """Allow so many calls of each matching method in so many seconds, then 429 with a Retry-After."""
        self._limits.append(_Limit(re.compile(method), calls, seconds, {}))

    def channel(self, name: str) -> "ChannelTalk":
        return ChannelTalk(self, self.workspace.named(name))

    def user(self, name: str, *, home: str | None = None) -> UserTalk:
        """A person of the workspace, by name or id; `home` is another organisation's workspace they come from."""
        users = self.workspace.users.values()
        found = [user for user in users if name in (user["id"], user.get("name"))]
        assert found, f"the fake Slack has no user {name!r}"
        return UserTalk(self, found[0], home)

    def unexpected(self) -> list[Raw]:
        """What was posted and no test expected."""
        return [message for message in self.workspace.posted if message["ts"] not in self._expected]

    def count(self, method: str) -> int:
        return sum(1 for called, _ in self.calls if called == method)

    def state(self) -> Raw:
        with self._lock:
            return self.workspace.state() | {"calls": len(self.calls), "scopes": sorted(self.scopes)}

    def send(self, request: urllib.request.Request, timeout: float) -> Answer:
        """The same without a network, for `SlackApi(send=...)`."""
        return in_process(self)(request, timeout)

    def answer(self, request: Request) -> Reply:
        with self._lock:
            method = request.path.rsplit("/api/", 1)[-1].strip("/")
            self.requests.append(request)
            self.calls.append(
                (method, {name: values[0] for name, values in request.form().items()} if _is_form(request) else {})
            )
            fault = next((fault for fault in self._faults if fault.times and fault.pattern.search(method)), None)
            if fault is None:
                return self._honest(method, request)
            fault.times -= 1
            if fault.after_effect:
                self._honest(method, request)
            return fault.reply

    def _honest(self, method: str, request: Request) -> Reply:
        if "/upload/v1/" in request.path:
            accepted = upload(self.workspace, request.path.rsplit("/", 1)[-1], request.body)
            return Reply(200 if accepted else 404, body=b"OK" if accepted else b"")
        if wait := self._wait(method):
            return json_reply({"ok": False, "error": "ratelimited"}, 429, {"retry-after": str(wait)})
        try:
            headers = {"x-slack-req-id": "fake", "x-oauth-scopes": ",".join(sorted(self.scopes))}
            return json_reply({"ok": True} | self._do(method, request), headers=headers)
        except Refusal as refusal:
            return json_reply(refusal.answer)

    def _do(self, method: str, request: Request) -> Raw:
        if request.method != "POST":
            raise Refusal("invalid_post_type")
        if method not in METHODS:
            raise Refusal("unknown_method", req_method=method)
        self._check_token(request)
        run, scope = METHODS[method]
        call = Call(
            method=method,
            arguments=_arguments(request),
            scopes=self.scopes,
            small_pages=self.small_pages,
            now=self.now(),
            base_url=f"http://{request.headers.get('host', '127.0.0.1')}",
        )
        if scope:
            call.need(scope)
        return run(self.workspace, call)

    def _check_token(self, request: Request) -> None:
        authorization = request.headers.get("authorization", "")
        if not authorization.startswith("Bearer "):
            raise Refusal("not_authed")
        if authorization.removeprefix("Bearer ") != self.token:
            raise Refusal("invalid_auth")

    def _wait(self, method: str) -> int:
        """Seconds to wait before the next call, 0 where it may go through."""
        now = self.now()
        for limit in self._limits:
            if not limit.pattern.search(method):
                continue
            began, used = limit.windows.get(method, (now, 0))
            if now >= began + limit.seconds:
                began, used = now, 0
            if used >= limit.calls:
                return max(1, -int(now - began - limit.seconds))
            limit.windows[method] = (began, used + 1)
        return 0


@dataclass
class ChannelTalk:
    """How tests speak about one channel."""

    slack: FakeSlack
    channel: Channel

    def expects(self, *words: str) -> Raw:
        """Exactly one message with all these words was posted here; it counts as expected from now on."""
        unexpected = [entry for entry in self.slack.unexpected() if entry["channel"] == self.channel.info["name"]]
        found = [entry for entry in unexpected if all(word in _visible_text(entry) for word in words)]
        seen = [_visible_text(entry)[:200] for entry in unexpected]
        assert found, f"#{self.channel.info['name']}: nobody posted {words}; posted: {seen}"
        self.slack._expected.append(found[0]["ts"])
        return found[0]

    def shows(self, *words: str) -> Raw | None:
        """The one of the app's messages that has all these words as it stands now; None where none has."""
        ours = [message for message in self.channel.messages.values() if message.get("app_id") == APP_ID]
        found = [message for message in ours if all(word in _visible_text(message) for word in words)]
        assert len(found) <= 1, f"#{self.channel.info['name']}: {len(found)} messages have {words}"
        return found[0] if found else None

    def says(self, user_id: str, text: str, *, ts: str | None = None, thread_ts: str | None = None, **more: Any) -> str:
        """Somebody writes here. Returns the message's ts."""
        message: Raw = {"user": user_id, "text": text} | more
        if thread_ts:
            message["thread_ts"] = thread_ts
        if ts:
            message["ts"] = ts
        return str(self.slack.workspace.post(self.channel, message, self.slack.now())["ts"])


def _visible_text(message: Raw) -> str:
    """The text and everything in the blocks, and the names of files."""
    return "\n".join([message.get("text", ""), json.dumps(message.get("blocks", []), ensure_ascii=False)]) + "".join(
        file["name"] for file in message.get("files", ())
    )


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _arguments(request: Request) -> dict[str, str]:
    """A form. Slack takes JSON too, for some methods only: Debrief sends none."""
    if request.body and not _is_form(request):
        raise Refusal("invalid_form_data")
    return {name: values[0] for name, values in request.form().items()}
