"""Forms and direct messages of the fake Slack: views.open within the three seconds of a trigger, conversations.open."""

from typing import Any

from tests.vendors.slack_blocks import problems_of_view
from tests.vendors.slack_memory import APP_ID, BOT_ID, Channel, Raw, Refusal, Workspace
from tests.vendors.slack_methods import Call, Method, parsed

TRIGGER_SECONDS = 3.0
"""https://docs.slack.dev/interactivity/handling-user-interaction (read 2026-11-21)"""


def views_open(world: Workspace, call: Call) -> Raw:
    view = parsed(call, "view", "invalid_arguments")
    trigger = world.triggers.get(call.arguments.get("trigger_id", ""))
    if trigger is None:
        raise Refusal("invalid_trigger_id")
    if call.now > trigger["at"] + TRIGGER_SECONDS:
        raise Refusal("expired_trigger_id")
    if trigger["used"]:
        raise Refusal("exchanged_trigger_id")
    if problems := problems_of_view(view, world.users):
        raise Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in problems]})
    trigger["used"] = True
    view_id = f"V{len(world.views) + 1:08d}"
    shown = _view(world, view_id, view, call.now)
    world.views[view_id] = shown | {"for": trigger["user"]}
    return {"view": shown}


def _view(world: Workspace, view_id: str, view: Raw, now: float) -> Raw:
    return {
        "id": view_id,
        "team_id": world.team["id"],
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        "root_view_id": view_id,
        "previous_view_id": None,
        "app_id": APP_ID,
        "app_installed_team_id": world.team["id"],
        "bot_id": BOT_ID,
        "hash": f"{int(now)}.{view_id.casefold()}",
        "state": {"values": {}},
    } | view


def conversations_open(world: Workspace, call: Call) -> Raw:
    user = world.users.get(call.arguments.get("users", ""))
    if user is None:
        raise Refusal("user_not_found")
    if user.get("is_bot"):
        raise Refusal("cannot_dm_bot")
    if user.get("deleted"):
        raise Refusal("user_disabled")
    return {"channel": {"id": direct_channel(world, user).info["id"]}}


def direct_channel(world: Workspace, user: Raw) -> Channel:
    """The one direct message between this user and the app."""
    channel_id = f"D{user['id'][1:]}"
    if channel_id not in world.channels:
        info: dict[str, Any] = {"id": channel_id, "name": f"@{user['name']}", "user": user["id"], "is_im": True}
        world.load({"channels": [info]})
    return world.channels[channel_id]


FORMS: dict[str, tuple[Method, str | None]] = {
    "views.open": (views_open, None),
    "conversations.open": (conversations_open, "im:write"),
}
