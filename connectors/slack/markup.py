"""Slack's markup in both directions: what came in reads as people saw it, what goes out can do nothing but be read.

Angle brackets are parsed first and the three escapes undone afterwards, never the other way round.
Source: https://docs.slack.dev/messaging/formatting-message-text (read 2026-11-20).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

# https://docs.slack.dev/changelog/2018-truncating-really-long-messages (read 2026-11-20)
MOST_CHARACTERS = 40_000

_ENTITY = re.compile(r"<([^<>]*)>")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
_UNSAVEABLE = re.compile("[\x00\ud800-\udfff]")
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def scrub(value: object) -> str:
    """The text without NUL and lone surrogates, which no file or database takes; "" for anything but text."""
    if not isinstance(value, str):
        return ""
    if value.isascii() and "\x00" not in value:
        return value
    return _UNSAVEABLE.sub("\ufffd", value)


def visible(text: str) -> str:
    """The text without what steers a screen or turns the direction of reading: Slack shows both in forms."""
    return _STEERS.sub("", scrub(text))


def shorten(text: str) -> str:
    """The text, cut where it is longer than Slack itself allows."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def unescape(text: str) -> str:
    """Undo the only three escapes Slack has; the ampersand last, so that "&amp;lt;" reads "&lt;"."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Text from outside for a message of ours: no mention, no link and no command can come out of it."""
    return scrub(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def decode(text: str, names: Mapping[str, str], mentioned: list[str]) -> str:
    """Message text as people saw it. Mentioned people's Slack ids are added to `mentioned`, in the order of the text.

    `names` gives the name of a Slack user or channel id.
    """
    if "<" not in text:
        return unescape(text)
    pieces = _ENTITY.split(text)
    for place, piece in enumerate(pieces):
        pieces[place] = _entity(piece, names, mentioned) if place % 2 else unescape(piece)
    return "".join(pieces)


def labelled(address: str, label: str) -> str:
    """A link in plain text: "label (address)", or the address alone where the label says no more."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (address, bare) or bare.removeprefix("https://").removeprefix("http://") == label:
        return bare
    return f"{label} ({bare})"


def mention(user_id: str, label: str, names: Mapping[str, str], mentioned: list[str]) -> str:
    """ "@name" for a person; the id where nobody told the name."""
    mentioned.append(user_id)
    return "@" + (names.get(user_id) or label.lstrip("@") or user_id)


def date_text(seconds: str, fallback: str) -> str:
    """A `<!date>`: the author's own fallback, or the moment in UTC."""
    if fallback:
        return fallback
    if seconds.isascii() and seconds.isdigit() and len(seconds) <= 11:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%d %H:%M UTC")
    return ""


def _entity(inner: str, names: Mapping[str, str], mentioned: list[str]) -> str:
    body, _, label = inner.partition("|")
    label = unescape(label)
    match body[:1]:
        case "@" if len(body) > 1:
            return mention(body[1:], label, names, mentioned)
        case "#" if len(body) > 1:
            return "#" + (label or names.get(body[1:]) or body[1:])
        case "!":
            return _command(body[1:], label)
        case _ if _ADDRESS.match(body):
            return labelled(unescape(body), label)
        case _:
            return f"<{unescape(inner)}>"


def _command(command: str, label: str) -> str:
    name, _, rest = command.partition("^")
    if name == "date":
        return date_text(rest.partition("^")[0], label)
    if name in ("here", "channel", "everyone"):
        return "@" + name
    if name == "subteam":
        return "@" + (label.lstrip("@") or rest)
    return label or name
