"""Where a line comes from, in words that a reader knows and with a link where there is one."""

from collections.abc import Iterable
from datetime import datetime

from postmortem.document import Citation
from postmortem.incident import Incident
from postmortem.timeline import TimelineEvent

_WORDS = {
    "pagerduty/log_entry/": "PagerDuty log",
    "pagerduty/alert/": "PagerDuty alert",
    "pagerduty/note/": "PagerDuty note",
    "pagerduty/change/": "PagerDuty change event",
    "pagerduty/event/": "PagerDuty webhook",
    "pagerduty/incident/": "PagerDuty incident",
}


def cite_event(event: TimelineEvent) -> Citation:
    """The record that the event itself was read from."""
    label = f"#{event.channel_name}" if event.channel_name else _label(event.id)
    return Citation(evidence_id=event.id, label=label, link=event.link)


def cite_incident(incident: Incident) -> Citation:
    """The incident as a whole; for one that only a chat tells of, the chat."""
    label = "PagerDuty incident" if incident.from_pagerduty else "chat"
    return Citation(evidence_id=f"pagerduty/incident/{incident.id}", label=label, link=incident.link)


def cite_all(events: Iterable[TimelineEvent]) -> tuple[Citation, ...]:
    return tuple(cite_event(event) for event in events)


def clock(at: datetime) -> str:
    """A time of day with its zone: "14:03:22 UTC"."""
    return f"{at:%H:%M:%S} UTC"


def day_and_clock(at: datetime) -> str:
    """A moment with date and zone: "2026-03-26 14:03:22 UTC"."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _label(evidence_id: str) -> str:
    return next((words for prefix, words in _WORDS.items() if evidence_id.startswith(prefix)), "record")
