"""What the fake Slack remembers: a workspace with people and channels, and what was posted to it."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

type Raw = dict[str, Any]

BOT_USER_ID = "U0DEBRIEF1"
BOT_ID = "B0DEBRIEF1"
APP_ID = "A0DEBRIEF1"


class Refusal(Exception):
    """Slack says no: {"ok": false, "error": ...} and whatever it adds."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer: Raw = {"ok": False, "error": error} | more


@dataclass
class Channel:
    """`messages` by ts. Parents and replies lie side by side, as Slack stores them."""

    info: Raw
    messages: dict[str, Raw] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    _by_thread: dict[str, list[str]] | None = None

    @property
    def kind(self) -> str:
        """Which family of scopes guards it."""
        if self.info.get("is_im"):
            return "im"
        if self.info.get("is_mpim"):
            return "mpim"
        return "groups" if self.info.get("is_private") else "channels"

    def put(self, message: Raw) -> None:
        ts = message["ts"]
        self._by_thread = None
        if ts not in self.messages:
            insort(self.order, ts, key=ts_key)
        self.messages[ts] = message

    def forget(self, ts: str) -> None:
        """Somebody deletes a message that has no thread: nothing is left of it."""
        self._by_thread = None
        del self.messages[ts]
        self.order.remove(ts)

    def replies(self, thread_ts: str) -> list[Raw]:
        return [self.messages[ts] for ts in self._threads().get(thread_ts, ())]

    def parents(self) -> list[Raw]:
        """What conversations.history shows, oldest first: parents, lone messages, replies sent to the channel too."""
        threads = self._threads()
        shown = (self.messages[ts] for ts in self.order)
        return [
            self._as_parent(message, threads)
            for message in shown
            if message.get("thread_ts", message["ts"]) == message["ts"] or message.get("subtype") == "thread_broadcast"
        ]

    def thread(self, ts: str) -> list[Raw]:
        """The parent and its replies, oldest first; empty where there is no such message."""
        if ts not in self.messages:
            return []
        thread_ts = self.messages[ts].get("thread_ts", ts)
        if thread_ts not in self.messages:
            return []
        return [self._as_parent(self.messages[thread_ts], self._threads()), *self.replies(thread_ts)]

    def _threads(self) -> dict[str, list[str]]:
        if self._by_thread is not None:
            return self._by_thread
        threads: dict[str, list[str]] = {}
        for ts in self.order:
            thread_ts = self.messages[ts].get("thread_ts", ts)
            if thread_ts != ts:
                threads.setdefault(thread_ts, []).append(ts)
        self._by_thread = threads
        return threads

    def _as_parent(self, message: Raw, threads: dict[str, list[str]]) -> Raw:
        replies = threads.get(message["ts"])
        if not replies:
            return message
        users = list(dict.fromkeys(str(self.messages[ts].get("user", "")) for ts in replies))[:5]
        return message | {
            "thread_ts": message["ts"],
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1],
            "reply_users": users,
            "subscribed": False,
        }


@dataclass
class Workspace:
    team: Raw = field(default_factory=lambda: {"id": "T0000000A", "domain": "acme", "url": "https://acme.slack.com/"})
    users: dict[str, Raw] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    posted: list[Raw] = field(default_factory=list)
    files: dict[str, Raw] = field(default_factory=dict)
    ephemerals: list[Raw] = field(default_factory=list)
    triggers: dict[str, Raw] = field(default_factory=dict)
    views: dict[str, Raw] = field(default_factory=dict)

    def load(self, slack: Raw) -> None:
        """Take over a script's `slack`; several scripts share one workspace, the last one names the team."""
        self.team |= slack.get("team", {})
        for user in slack.get("users", ()):
            self.users[user["id"]] = user
        for channel in slack.get("channels", ()):
            info = {key: value for key, value in channel.items() if key not in ("messages", "pins")}
            held = self.channels.setdefault(channel["id"], Channel(_defaults(info) | info))
            held.pins.extend(channel.get("pins", ()))
            for message in channel.get("messages", ()):
                held.put({"type": "message"} | message)

    def named(self, name: str) -> Channel:
        for channel in self.channels.values():
            if name.removeprefix("#") in (channel.info["name"], channel.info["id"]):
                return channel
        raise AssertionError(f"the fake Slack has no channel {name!r}; it has {self._names()}")

    def post(self, channel: Channel, message: Raw, now: float) -> Raw:
        """Remember a message under the next free ts."""
        latest = int(float(channel.order[-1]) * 1_000_000) if channel.order else 0
        micros = max(int(now * 1_000_000), latest + 100)
        message = {"type": "message", "ts": f"{micros // 1_000_000}.{micros % 1_000_000:06d}"} | message
        channel.put(message)
        return message

    def state(self) -> Raw:
        return {
            "team": self.team,
            "users": sorted(self.users),
            "channels": {
                channel.info["name"]: {"info": channel.info, "messages": len(channel.messages), "pins": channel.pins}
                for channel in self.channels.values()
            },
            "posted": self.posted,
            "ephemerals": self.ephemerals,
            "views": self.views,
            "files": {key: file | {"content": len(file["content"])} for key, file in self.files.items()},
        }

    def _names(self) -> Iterable[str]:
        return [channel.info["name"] for channel in self.channels.values()]


def ts_key(ts: str) -> tuple[int, int]:
    """The order of ts; an unreadable one, which only a script can bring in, comes first."""
    seconds, _, micros = ts.partition(".")
    return (int(seconds), int(micros or 0)) if seconds.isdigit() and (micros or "0").isdigit() else (0, 0)


def _defaults(info: Raw) -> Raw:
    is_private = bool(info.get("is_private"))
    return {
        "is_channel": not is_private,
        "is_group": is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": False,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": True,
        "created": 1_700_000_000,
        "creator": "U0CREATOR1",
        "name_normalized": info.get("name", ""),
        "unlinked": 0,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
