"""Where a line comes from, in words that a reader knows and with a link where there is one."""

from collections.abc import Iterable
from datetime import datetime

from postmortem.incident import Incident
from postmortem.line import Citation
from postmortem.places import IN_CHAT, IN_THE_DOCUMENT
from postmortem.timeline import TimelineEvent

_WORDS = {
    "pagerduty/log_entry/": "PagerDuty log",
    "pagerduty/alert/": "PagerDuty alert",
    "pagerduty/note/": "PagerDuty note",
    "pagerduty/change/": "PagerDuty change event",
    "pagerduty/event/": "PagerDuty webhook",
    "pagerduty/task/": "PagerDuty task",
    "pagerduty/incident/": "PagerDuty incident",
    "pagerduty/past_incident/": "PagerDuty past incidents",
    "pagerduty/related_incident/": "PagerDuty related incidents",
    "debrief/postmortem/": "its postmortem",
    IN_CHAT: "Slack",
    IN_THE_DOCUMENT: "written in the document",
}


def cite_event(event: TimelineEvent) -> Citation:
    """The record that the event itself was read from."""
    return cite_record(event.id, event.link, event.channel_name)


def cite_record(evidence_id: str, link: str | None, channel_name: str | None = None) -> Citation:
    """One record, by the channel it was said in or the kind of record it is."""
    return Citation(
        evidence_id=evidence_id, label=f"#{channel_name}" if channel_name else _label(evidence_id), link=link
    )


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


def moment_seen_from(here: datetime, there: datetime) -> str:
    """The time of day, with the date where that is another one."""
    return clock(there) if here.date() == there.date() else day_and_clock(there)


def _label(evidence_id: str) -> str:
    return next((words for prefix, words in _WORDS.items() if evidence_id.startswith(prefix)), "record")
