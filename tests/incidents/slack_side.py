"""One Slack channel of a script, written from a chat as people read it.

A chat is text, one message a line:

    --- 2026-03-11
    14:03:05 ada: p99 on /pay is 4.2 s {:eyes: bea carl; pinned}
      14:03:40 bea: only eu-west? {edited 14:04:00}
    14:04:10 * carl joins

A line that is indented answers the last one that is not. "@bea" and "#channel" become Slack's own entities, links get
their angle brackets, &, < and > are escaped. In braces at the end: reactions with who gave them, `pinned`, `edited`
with a time, `deleted`, `broadcast`, `file` with a name. After `*` stands what somebody did to the channel.
"""

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from tests.incidents.cast import DOMAIN, TEAM_ID, Actor
from tests.incidents.ids import slack_id

_LINE = re.compile(r"( *)(\d\d:\d\d:\d\d) (\* )?([\w.-]+)(:| )(.*?)(?: \{([^{}]+)\})?")
_ENTITY = re.compile(r"(?<![\w@])@([\w.-]*\w)|(?<![\w#])#([a-z][\w-]+)|(https?://[^\s|]+[\w/])")
_SUBTYPES = {
    "joins": ("channel_join", "<@{user}> has joined the channel"),
    "leaves": ("channel_leave", "<@{user}> has left the channel"),
    "archives": ("channel_archive", "<@{user}> archived the channel"),
    "topic": ("channel_topic", "<@{user}> set the channel topic: {rest}"),
}


class Channel:
    """A channel that fills up; `info` is its conversations.info with messages and pins at the end."""

    def __init__(self, name: str, cast: dict[str, Actor], created: datetime, *, private: bool = False) -> None:
        self.id = slack_id("C", name)
        self.name, self.private = name, private
        self.is_archived, self.is_member = False, True
        self.messages: list[dict[str, Any]] = []
        self.pins: list[str] = []
        self.topic = ""
        self._cast, self._created = cast, created
        self._taken: set[str] = set()

    def tells(self, chat: str, day: date) -> None:
        """Add a chat that begins on `day` (UTC)."""
        parent: dict[str, Any] | None = None
        for line in chat.strip("\n").split("\n"):
            if not line.strip():
                continue
            if line.startswith("---"):
                day = date.fromisoformat(line.removeprefix("---").strip())
                continue
            message = self._from_line(line, day, parent if line.startswith(" ") else None)
            parent = parent if line.startswith(" ") else message

    def says(self, who: str, at: datetime, text: str, **fields: Any) -> dict[str, Any]:
        """One message of a person or a bot; `fields` are added as they are. Returns the message."""
        actor = self._cast[who]
        message: dict[str, Any] = {"type": "message", "user": actor.slack_id, "text": self._encoded(text)}
        message |= {"ts": self._free_ts(at), "team": TEAM_ID}
        if actor.is_bot:
            bot = {"bot_id": slack_id("B", who), "app_id": slack_id("A", who)}
            profile: dict[str, Any] = {
                "id": bot["bot_id"],
                "app_id": bot["app_id"],
                "name": actor.name,
                "deleted": False,
            }
            icons = {f"image_{size}": f"https://{DOMAIN}.slack.com/{who}_{size}.png" for size in (36, 48, 72)}
            profile |= {"updated": 1767225600, "team_id": TEAM_ID, "icons": icons}
            message |= {**bot, "bot_profile": profile}
        self.messages.append(message | fields)
        return self.messages[-1]

    def answers(self, parent: dict[str, Any], who: str, at: datetime, text: str, **fields: Any) -> dict[str, Any]:
        """A reply in the thread of `parent`, which learns of it."""
        message = self.says(who, at, text, thread_ts=parent["ts"], **fields)
        if "user" in parent:
            message["parent_user_id"] = parent["user"]
        replies = [each for each in self.messages if each.get("thread_ts") == parent["ts"] and each is not parent]
        users = list(dict.fromkeys(each["user"] for each in replies if "user" in each))
        parent |= {
            "thread_ts": parent["ts"],
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": message["ts"],
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }
        return message

    def info(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.is_archived,
            "is_general": False,
            "is_shared": False,
            "is_member": self.is_member,
            "created": int(self._created.timestamp()),
            "creator": next(iter(self._cast.values())).slack_id,
            "context_team_id": TEAM_ID,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len({message.get("user") for message in self.messages}),
            "messages": self.messages,
            "pins": self.pins,
        }

    def _from_line(self, line: str, day: date, parent: dict[str, Any] | None) -> dict[str, Any]:
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise ValueError(f"this line of the chat cannot be read: {line!r}")
        _, clock, star, who, _, text, marks = match.groups()
        at = datetime.combine(day, datetime.strptime(clock, "%H:%M:%S").time(), UTC)  # noqa: DTZ007 - a clock, no zone
        if star:
            return self._happens(who, at, text)
        text = text.strip()
        message = self.answers(parent, who, at, text) if parent else self.says(who, at, text)
        for mark in (marks or "").split(";"):
            self._mark(message, mark.strip(), day)
        return message

    def _happens(self, who: str, at: datetime, what: str) -> dict[str, Any]:
        verb, _, rest = what.strip().partition(" ")
        subtype, text = _SUBTYPES[verb.rstrip(":")]
        message = self.says(who, at, "", subtype=subtype)
        message["text"] = text.format(user=message["user"], rest=rest)
        if subtype == "channel_topic":
            self.topic = message["topic"] = rest
        self.is_archived = self.is_archived or subtype == "channel_archive"
        return message

    def _mark(self, message: dict[str, Any], mark: str, day: date) -> None:
        word, _, rest = mark.partition(" ")
        if word.startswith(":"):
            users = [self._cast[who].slack_id for who in rest.split()]
            reaction = {"name": word.strip(":"), "users": users, "count": len(users)}
            message.setdefault("reactions", []).append(reaction)
        elif word:
            _MARKS[word](self, message, rest, day)

    def _pin(self, message: dict[str, Any], rest: str, day: date) -> None:
        self.pins.append(message["ts"])
        message["pinned_to"] = [self.id]

    def _edit(self, message: dict[str, Any], clock: str, day: date) -> None:
        at = datetime.fromisoformat(f"{day}T{clock}+00:00")
        message["edited"] = {"user": message["user"], "ts": f"{int(at.timestamp())}.000000"}

    def _delete(self, message: dict[str, Any], rest: str, day: date) -> None:
        """A deleted message whose thread lives on."""
        message |= {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True}

    def _broadcast(self, message: dict[str, Any], rest: str, day: date) -> None:
        message["subtype"] = "thread_broadcast"

    def _attach(self, message: dict[str, Any], name: str, day: date) -> None:
        file_id = slack_id("F", message["ts"], name)
        link = f"https://{DOMAIN}.slack.com/files/{message['user']}/{file_id}/{name}"
        file = {"id": file_id, "name": name, "title": name, "mimetype": "image/png", "permalink": link}
        message |= {"files": [file], "upload": False}

    def _encoded(self, text: str) -> str:
        """What a person typed, as Slack stores it."""

        def entity(match: re.Match[str]) -> str:
            handle, channel, link = match.groups()
            if link:
                return f"<{link}>"
            if channel:
                return f"<#{slack_id('C', channel)}|{channel}>"
            if handle in ("here", "channel"):
                return f"<!{handle}>"
            return f"<@{self._cast[handle].slack_id}>" if handle in self._cast else match.group()

        return _ENTITY.sub(entity, html.escape(text, quote=False))

    def _free_ts(self, at: datetime) -> str:
        seconds, micros = int(at.timestamp()), at.microsecond or 1009 + 370 * (len(self.messages) % 1000)
        while f"{seconds}.{micros:06d}" in self._taken:
            micros += 10
        self._taken.add(f"{seconds}.{micros:06d}")
        return f"{seconds}.{micros:06d}"


_MARKS: dict[str, Callable[[Channel, dict[str, Any], str, date], None]] = {
    "pinned": Channel._pin,
    "edited": Channel._edit,
    "deleted": Channel._delete,
    "broadcast": Channel._broadcast,
    "file": Channel._attach,
}
