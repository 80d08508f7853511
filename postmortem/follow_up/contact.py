"""How the owner of an item is reached: in Slack, within the hours of their own time zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from postmortem.moment import Utc
from postmortem.noun import Noun


class Contact(Noun):
    """One Jira account as a person in Slack. Without `slack_id`, `why` says in a sentence why nobody is reached."""

    account_id: str
    slack_id: str | None = None
    name: str | None = None
    timezone: str | None = None
    why: str | None = None
    asked_at: Utc | None = None


def zone_of(contact: Contact, otherwise: str) -> ZoneInfo:
    """Their time zone; the organisation's where theirs is not known."""
    try:
        return ZoneInfo(contact.timezone or otherwise)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that this machine does not know
        return ZoneInfo(otherwise)


def is_within(hours: str, here: datetime) -> bool:
    """Whether a local time lies in "09:00-17:00", the end not included; hours may go over midnight."""
    first, _, last = hours.partition("-")
    start, end = time.fromisoformat(first), time.fromisoformat(last)
    now = here.time()
    return start <= now < end if start < end else now >= start or now < end
