"""The methods of the fake Slack: from checked arguments to Slack's answer, refusals in Slack's own words.

Shapes and limits: https://docs.slack.dev/reference/methods (read 2026-11-20).
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.vendors.slack_memory import APP_ID, BOT_ID, BOT_USER_ID, Channel, Raw, Refusal, Workspace, ts_key

SMALL_PAGE = 15
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")


@dataclass(frozen=True)
class Call:
    """One request, its arguments as text, with what the token may do."""

    method: str
    arguments: dict[str, str]
    scopes: frozenset[str]
    small_pages: bool
    now: float
    base_url: str

    def need(self, scope: str) -> None:
        if scope not in self.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def flag(self, name: str) -> bool:
        return self.arguments.get(name, "0").lower() in ("1", "true")

    def ts(self, name: str, error: str) -> tuple[int, int] | None:
        value = self.arguments.get(name)
        if value is None:
            return None
        if not _TS.fullmatch(value):
            raise Refusal(error)
        return ts_key(value)

    def limit(self, default: int, most: int, *, history: bool = False) -> int:
        value = self.arguments.get("limit", str(default))
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise Refusal("invalid_limit")
        return min(int(value), SMALL_PAGE) if history and self.small_pages else int(value)


def auth_test(world: Workspace, call: Call) -> Raw:
    return {
        "url": world.team["url"],
        "team": world.team.get("name", world.team["domain"]),
        "user": "debrief",
        "team_id": world.team["id"],
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def conversations_history(world: Workspace, call: Call) -> Raw:
    channel = _readable(world, call)
    found = [message for message in reversed(channel.parents()) if _in_window(call, message)]
    page, cursor = _page(call, found, call.limit(100, 999, history=True))
    return {
        "messages": [_shown(call, message) for message in page],
        "has_more": cursor is not None,
        "pin_count": len(channel.pins),
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    } | _metadata(cursor)


def conversations_replies(world: Workspace, call: Call) -> Raw:
    channel = _readable(world, call)
    call.ts("ts", "invalid_ts")
    thread = channel.thread(call.arguments.get("ts", ""))
    if not thread:
        raise Refusal("thread_not_found")
    found = [message for message in thread[1:] if _in_window(call, message)]
    page, cursor = _page(call, found, call.limit(1000, 1000, history=True))
    shown = [_shown(call, message) for message in (thread[0], *page)]
    return {"messages": shown, "has_more": cursor is not None} | _metadata(cursor)


def conversations_info(world: Workspace, call: Call) -> Raw:
    channel = _visible(world, call)
    call.need(f"{channel.kind}:read")
    return {"channel": channel.info}


def conversations_list(world: Workspace, call: Call) -> Raw:
    families = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
    kinds: set[str] = set()
    for name in call.arguments.get("types", "public_channel").split(","):
        if name.strip() not in families:
            raise Refusal("invalid_types")
        kinds.add(families[name.strip()])
    for kind in sorted(kinds):
        call.need(f"{kind}:read")
    found = [
        channel.info
        for _, channel in sorted(world.channels.items())
        if channel.kind in kinds
        and (channel.kind == "channels" or channel.info["is_member"])
        and not (call.flag("exclude_archived") and channel.info["is_archived"])
    ]
    page, cursor = _page(call, found, call.limit(100, 999))
    return {"channels": page} | _metadata(cursor or "")


def conversations_join(world: Workspace, call: Call) -> Raw:
    call.need("channels:join")
    channel = _visible(world, call)
    if channel.kind != "channels":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.info["is_archived"]:
        raise Refusal("is_archived")
    if channel.info["is_member"]:
        more = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": channel.info} | more
    channel.info["is_member"] = True
    text = f"<@{BOT_USER_ID}> has joined the channel"
    world.post(channel, {"subtype": "channel_join", "user": BOT_USER_ID, "text": text}, call.now)
    return {"channel": channel.info}


def users_info(world: Workspace, call: Call) -> Raw:
    user = world.users.get(call.arguments.get("user", ""))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": _without_email(user, call)}


def users_lookup_by_email(world: Workspace, call: Call) -> Raw:
    wanted = call.arguments.get("email", "").lower()
    for user in world.users.values():
        if wanted and user.get("profile", {}).get("email", "").lower() == wanted:
            return {"user": user}
    raise Refusal("users_not_found")


def bots_info(world: Workspace, call: Call) -> Raw:
    if call.arguments.get("bot") != BOT_ID:
        raise Refusal("bot_not_found")
    bot = {"id": BOT_ID, "name": "Debrief", "app_id": APP_ID, "user_id": BOT_USER_ID, "deleted": False, "updated": 1}
    return {"bot": bot | {"icons": {"image_36": "https://a", "image_48": "https://a", "image_72": "https://a"}}}


def pins_list(world: Workspace, call: Call) -> Raw:
    channel = _readable(world, call, scope=None)
    pinned = [channel.messages[ts] for ts in channel.pins if ts in channel.messages]
    return {
        "items": [
            {
                "type": "message",
                "channel": channel.info["id"],
                "created": ts_key(message["ts"])[0],
                "created_by": message.get("user", BOT_USER_ID),
                "message": message,
            }
            for message in pinned
        ]
    }


def reactions_get(world: Workspace, call: Call) -> Raw:
    channel = _readable(world, call, scope=None)
    message = channel.messages.get(call.arguments.get("timestamp", ""))
    if message is None:
        raise Refusal("message_not_found")
    return {"type": "message", "channel": channel.info["id"], "message": message}


def _readable(world: Workspace, call: Call, scope: str | None = "history") -> Channel:
    channel = _visible(world, call)
    if scope is not None:
        call.need(f"{channel.kind}:{scope}")
    if not channel.info["is_member"]:
        raise Refusal("not_in_channel")
    return channel


def _visible(world: Workspace, call: Call) -> Channel:
    channel = world.channels.get(call.arguments.get("channel", ""))
    if channel is None or (channel.kind != "channels" and not channel.info["is_member"]):
        raise Refusal("channel_not_found")
    return channel


def _in_window(call: Call, message: Raw) -> bool:
    oldest, latest = call.ts("oldest", "invalid_ts_oldest"), call.ts("latest", "invalid_ts_latest")
    at = ts_key(message["ts"])
    if at in (oldest, latest) and not call.flag("inclusive"):
        return False
    return (oldest is None or at >= oldest) and (latest is None or at <= latest)


def _page(call: Call, found: list[Any], size: int) -> tuple[list[Any], str | None]:
    cursor = call.arguments.get("cursor", "")
    try:
        start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:")) if cursor else 0
    except ValueError as error:
        raise Refusal("invalid_cursor") from error
    end = start + size
    return found[start:end], base64.b64encode(f"next:{end}".encode()).decode() if end < len(found) else None


def _metadata(cursor: str | None) -> Raw:
    return {} if cursor is None else {"response_metadata": {"next_cursor": cursor}}


def _shown(call: Call, message: Raw) -> Raw:
    """Metadata is shown only to who asks for it."""
    if call.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def _without_email(user: Raw, call: Call) -> Raw:
    if "users:read.email" in call.scopes:
        return user
    return user | {"profile": {key: value for key, value in user.get("profile", {}).items() if key != "email"}}


def parsed(call: Call, name: str, error: str) -> Any:
    """An argument that is JSON in a form."""
    try:
        return json.loads(call.arguments.get(name) or "null")
    except ValueError as problem:
        raise Refusal(error) from problem


Method = Callable[[Workspace, Call], Raw]

READING: dict[str, tuple[Method, str | None]] = {
    "auth.test": (auth_test, None),
    "conversations.history": (conversations_history, None),  # the scope hangs on the kind of channel
    "conversations.replies": (conversations_replies, None),
    "conversations.info": (conversations_info, None),
    "conversations.list": (conversations_list, None),
    "conversations.join": (conversations_join, None),
    "users.info": (users_info, "users:read"),
    "users.lookupByEmail": (users_lookup_by_email, "users:read.email"),
    "bots.info": (bots_info, "users:read"),
    "pins.list": (pins_list, "pins:read"),
    "reactions.get": (reactions_get, "reactions:read"),
}
