"""The manifest of the Slack app: exactly the scopes of the methods that are called, and where presses go. Pure.

https://docs.slack.dev/reference/app-manifest (read 2026-11-21)
"""

import re
from typing import Any

# What a bot token needs for each method: https://docs.slack.dev/reference/methods/<method> (each read 2026-11-21).
# tests/contract/test_slack_manifest.py holds it to the methods that the code calls.
SCOPES: dict[str, tuple[str, ...]] = {
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("channels:history", "im:history"),
    "conversations.info": ("channels:read",),
    "conversations.join": ("channels:join",),
    "conversations.list": ("channels:read",),
    "conversations.open": ("im:write",),
    "conversations.replies": ("channels:history",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "pins.list": ("pins:read",),
    "users.info": ("users:read", "users:read.email"),
    "users.lookupByEmail": ("users:read.email",),
    "views.open": (),
}
# The same methods in a private channel: only for who names an audience in slack.private_channels.
PRIVATE: dict[str, tuple[str, ...]] = {
    "conversations.history": ("groups:history",),
    "conversations.info": ("groups:read",),
    "conversations.list": ("groups:read",),
    "conversations.replies": ("groups:history",),
}
WHY = {
    "channels:history": "read public channels it is in",
    "channels:join": "join a public incident channel by itself",
    "channels:read": "find a channel",
    "chat:write": "announce the draft",
    "files:write": "upload the draft where no page can be opened",
    "groups:history": "read private channels whose audience is named",
    "groups:read": "find those private channels",
    "im:history": "find a reminder of its own again whose answer was lost",
    "im:write": "remind the owner of an action item in a direct message",
    "pins:read": "what people pinned",
    "users:read": "names",
    "users:read.email": "match people with PagerDuty and Jira",
}
# 35 characters: https://docs.slack.dev/reference/app-manifest (read 2026-11-21)
LONGEST_NAME = 35


def bot_scopes(*, private: bool = False) -> tuple[str, ...]:
    """Exactly what the methods need, sorted; with `private` what they need in private channels, too."""
    tables = (SCOPES, PRIVATE) if private else (SCOPES,)
    return tuple(sorted({scope for table in tables for scopes in table.values() for scope in scopes}))


def app_manifest(name: str, request_url: str | None, *, private: bool = False) -> dict[str, Any]:
    """As Slack takes it. Without an address for presses there are no buttons, and interactivity is off.

    No events: Debrief reads a channel when its incident is resolved, and listens to none.
    """
    presses = {"is_enabled": True, "request_url": request_url} if request_url else {"is_enabled": False}
    return {
        "display_information": {
            "name": name,
            "description": "Drafts the postmortem when an incident is resolved",
        },
        "features": {"bot_user": {"display_name": _handle(name), "always_online": False}},
        "oauth_config": {"scopes": {"bot": list(bot_scopes(private=private))}},
        "settings": {
            "interactivity": presses,
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _handle(name: str) -> str:
    """The bot's name: letters, digits, -, _ and . alone."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "debrief"
