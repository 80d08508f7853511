"""The incident as the chat alone tells of it, where no PagerDuty record was given."""

import hashlib
import re
from collections.abc import Iterable

from postmortem.evidence import Message
from postmortem.incident import Incident

_MOST_NAMES = 3
UNNAMED = "Incident in #"
"""Begins the title of an incident to which no person gave one."""
FROM_CHAT = re.compile(r"slack-[0-9a-f]{10}")
"""The id of an incident that the chat alone tells of."""


def incident_from_chat(messages: Iterable[Message], title: str | None = None) -> Incident | None:
    """An incident that begins with the first message; None where nobody wrote anything.

    `id` is "slack-" and ten digits of a hash over the first day and the channels: the same messages give the same
    incident. `title` is what a person calls it. When it was resolved is not known: a chat's end is not the incident's.
    """
    said = sorted((message for message in messages if not message.is_deleted), key=lambda one: (one.moment.at, one.id))
    if not said:
        return None
    day = said[0].moment.at.date().isoformat()
    names = sorted({message.channel_name for message in said})
    digest = hashlib.sha256("\0".join((day, *names)).encode("utf-8", "replace")).hexdigest()
    return Incident(
        id=f"slack-{digest[:10]}",
        title=title or f"Incident in {_some(names)} on {day} (UTC)",
        status="resolved",
        created_at=said[0].moment,
        from_pagerduty=False,
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more channels" if len(names) > _MOST_NAMES else ""
    return ", ".join(f"#{name}" for name in names[:_MOST_NAMES]) + more
