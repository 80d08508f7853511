"""Edits and deletions that were recorded as messages of their own, applied to what they changed. Pure and total.

Source: https://docs.slack.dev/reference/events/message/message_changed and .../message_deleted (read 2026-11-21).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from postmortem.moment import moment_from_slack_ts

type Raw = Mapping[str, Any]

_STAYS_OF_A_DELETED = ("type", "ts", "thread_ts", "user", "bot_id", "app_id", "metadata")


def settled(raws: Iterable[Raw]) -> list[Raw]:
    """Every message once, as its last edit left it, whatever order the records come in.

    A deleted one keeps its place, and nothing of what it said. A record that names no message stays as it is.
    """
    raws = list(raws)
    if not any(raw.get("subtype") in ("message_changed", "message_deleted") for raw in raws):
        return raws
    versions: dict[object, tuple[float, Raw]] = {}
    deleted: dict[object, Raw] = {}
    for place, raw in enumerate(raws):
        if raw.get("subtype") == "message_deleted" and _seconds(raw.get("deleted_ts")):
            deleted[raw["deleted_ts"]] = _inner(raw, "previous_message")
            continue
        at, message = _version(raw)
        identity = message.get("ts") if _seconds(message.get("ts")) else place
        if identity not in versions or versions[identity][0] <= at:
            versions[identity] = (at, message)
    messages = {identity: message for identity, (_, message) in versions.items()}
    return [*(messages | {ts: _emptied(ts, messages.get(ts, last)) for ts, last in deleted.items()}).values()]


def _version(raw: Raw) -> tuple[float, Raw]:
    """The message that a record tells, and when it was so, in Unix seconds."""
    message, before = _inner(raw, "message"), _inner(raw, "previous_message")
    if raw.get("subtype") == "message_changed" and _seconds(message.get("ts")):
        # Slack records an unfurled link as a change too: nobody edited anything.
        is_edit = "edited" not in message and message.get("text") != before.get("text")
        return _seconds(raw.get("ts")), {**message, "edited": {"ts": raw.get("ts")}} if is_edit else message
    return _seconds(_inner(raw, "edited").get("ts")), raw


def _emptied(ts: object, message: Raw) -> Raw:
    stays = {key: message[key] for key in _STAYS_OF_A_DELETED if key in message}
    return stays | {"ts": ts, "subtype": "message_deleted"}


def _inner(raw: Raw, key: str) -> Raw:
    value = raw.get(key)
    return value if isinstance(value, Mapping) else {}


def _seconds(ts: object) -> float:
    """0 where it cannot be read."""
    try:
        return moment_from_slack_ts(ts).at.timestamp() if isinstance(ts, str) else 0.0
    except ValueError:
        return 0.0
