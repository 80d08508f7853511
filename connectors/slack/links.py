"""Slack channels out of addresses, in every form an incident tool writes them. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_ADDRESS = re.compile(r"(?:https?|slack)://[^\s<>|\"'`\\)\]}]{1,2000}", re.IGNORECASE)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_TEAM = re.compile(r"[TE][A-Z0-9]{2,20}")


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A channel by id, and its workspace where the address names one."""

    channel_id: str
    team_id: str | None = None


def channel_links(text: str) -> tuple[ChannelLink, ...]:
    """Every Slack channel that an address in the text points to, in order, each once.

    Forms: https://<team>.slack.com/archives/C1..., https://slack.com/app_redirect?channel=C1&team=T1,
    https://app.slack.com/client/T1/C1, slack://channel?team=T1&id=C1. A host that only looks like Slack's is none.
    Source: https://docs.slack.dev/interactivity/deep-linking (read 2026-11-20).
    """
    found = (_channel_link(address.replace("&amp;", "&").rstrip(".,;:!?")) for address in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(link for link in found if link is not None))


def _channel_link(address: str) -> ChannelLink | None:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    query = parse_qs(parts.query)
    if parts.scheme.lower() == "slack":
        return _link(_first(query, "id"), _first(query, "team")) if host == "channel" else None
    if host != "slack.com" and not host.endswith(".slack.com"):
        return None
    path = parts.path.strip("/").split("/")
    match path:
        case ["archives", channel, *_]:
            return _link(channel, None)
        case ["app_redirect"]:
            return _link(_first(query, "channel"), _first(query, "team"))
        case ["client", team, channel, *_]:
            return _link(channel, team)
        case _:
            return None


def _link(channel: str | None, team: str | None) -> ChannelLink | None:
    if channel is None or not _CHANNEL.fullmatch(channel):
        return None
    return ChannelLink(channel, team if team and _TEAM.fullmatch(team) else None)


def _first(query: dict[str, list[str]], name: str) -> str | None:
    values = query.get(name)
    return values[0] if values else None
