"""The incident as the chat alone tells of it, where no PagerDuty record was given."""

import re
from collections.abc import Iterable

from postmortem.evidence import Message
from postmortem.incident import Incident

_ODD = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 40
_MOST_NAMES = 3


def incident_from_chat(messages: Iterable[Message], title: str | None = None) -> Incident | None:
    """An incident that begins with the first message; None where nobody wrote anything.

    `id` is "slack-<first day>-<channels>", so that the same messages give the same incident. `title` is what a person
    calls it. When it was resolved is not known: the chat's end is not the incident's.
    """
    said = sorted((message for message in messages if not message.is_deleted), key=lambda one: (one.moment.at, one.id))
    if not said:
        return None
    day = said[0].moment.at.date().isoformat()
    names = sorted({message.channel_name for message in said})
    slug = _ODD.sub("-", "-".join(names).casefold()).strip("-")[:_LONGEST_SLUG].strip("-")
    return Incident(
        id=f"slack-{day}-{slug or 'channel'}",
        title=title or f"Incident in {_some(names)} on {day} (UTC)",
        status="resolved",
        created_at=said[0].moment,
        from_pagerduty=False,
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more channels" if len(names) > _MOST_NAMES else ""
    return ", ".join(f"#{name}" for name in names[:_MOST_NAMES]) + more
