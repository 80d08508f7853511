"""Evidence: everything we were told about one incident, and what we could not read. Never what we think of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Protocol

from postmortem.incident import Incident
from postmortem.moment import Moment, Utc
from postmortem.noun import Noun
from postmortem.observations import Observation, Written
from postmortem.people import Person, Source

EVIDENCE_SCHEMA = 1
CUT_BY_PAGERDUTY = " … (cut by PagerDuty)"
"""Ends a text that a webhook brought only in part."""

LogEntryKind = Literal[
    "triggered",
    "notified",
    "assigned",
    "escalated",
    "delegated",
    "acknowledged",
    "unacknowledged",
    "snoozed",
    "urgency_changed",
    "priority_changed",
    "field_changed",
    "responder_asked",
    "responder_replied",
    "status_update",
    "annotated",
    "merged",
    "reopened",
    "escalation_exhausted",
    "limit_reached",
    "resolved",
    "unrecognised",
]


class LogEntry(Noun):
    """PagerDuty's record of one thing that happened to the incident.

    `id` is "pagerduty/log_entry/<vendor id>". `vendor_kind` is PagerDuty's word ("notify_log_entry"), kept because new
    ones come. `sequence` is its place in PagerDuty's own order, oldest first: it wins over the clock.
    `person_id` is who did it, `subject_ids` whom it was done to (who was paged), keys into `Evidence.people`.
    `channel` is how (PagerDuty's channel type: "website", "email", "api", "timeout").
    """

    id: str
    kind: LogEntryKind
    vendor_kind: str
    moment: Moment
    sequence: int
    text: str
    person_id: str | None = None
    subject_ids: tuple[str, ...] = ()
    channel: str | None = None
    link: str | None = None


class Alert(Noun):
    """A monitoring signal inside the incident. `id` is "pagerduty/alert/<vendor id>".

    `alert_key` is the sender's own key: alerts that share it are repeats of one. `details` are the sender's
    fields as text, in the sender's order.
    """

    id: str
    moment: Moment
    text: str
    severity: str | None = None
    status: str | None = None
    alert_key: str | None = None
    resolved_at: Moment | None = None
    monitor: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    link: str | None = None


class Note(Noun):
    """A note that a person wrote on the PagerDuty incident. `id` is "pagerduty/note/<vendor id>".

    `is_resolution` marks the note typed while resolving ("Resolution Note: ..."); `text` is without that prefix.
    """

    id: str
    moment: Moment
    text: str
    person_id: str | None = None
    updated_at: Moment | None = None
    is_resolution: bool = False
    link: str | None = None


class ChangeEvent(Noun):
    """A deploy or a configuration change that PagerDuty relates to the incident. `id` is "pagerduty/change/<id>".

    `correlation` is PagerDuty's reason for relating it ("most_recent", "related_service", "intelligent").
    """

    id: str
    moment: Moment
    text: str
    correlation: str | None = None
    service: str | None = None
    link: str | None = None


class Reaction(Noun):
    """An emoji (without colons) on a message, and the people who put it there."""

    emoji: str
    person_ids: tuple[str, ...] = ()

    @property
    def plain_emoji(self) -> str:
        """The emoji in any tone of skin: "+1" of "+1::skin-tone-3"."""
        return self.emoji.partition("::")[0]


class Message(Noun):
    """One chat message. `id` is "slack/<channel id>/<ts>", Slack's own identity of it.

    `text` is decoded: mentions read "@name", links "label (url)", escapes are undone; `mention_ids` are the people
    mentioned in the order of the text. `thread_id` is the id of the message this one answers. A deleted message
    keeps its place and has no text. `pagerduty_incident_ids` are the PagerDuty incidents that links in a bot's
    message point to, so that a copy of a PagerDuty event can be recognised.
    `vendor_kind` is Slack's subtype, "message" where there is none; an unknown one survives here.
    """

    id: str
    channel_id: str
    channel_name: str
    moment: Moment
    text: str
    person_id: str | None = None
    thread_id: str | None = None
    vendor_kind: str = "message"
    is_bot: bool = False
    is_pinned: bool = False
    is_deleted: bool = False
    edited_at: Moment | None = None
    mention_ids: tuple[str, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    files: tuple[str, ...] = ()
    pagerduty_incident_ids: tuple[str, ...] = ()
    link: str | None = None


class PastIncident(Noun):
    """An incident that PagerDuty itself holds to be like this one, or related to it.

    `id` is "pagerduty/past_incident/<id>" or "pagerduty/related_incident/<id>". `why` is PagerDuty's reason in words;
    a past incident's score has no scale that PagerDuty explains, so that only its order is kept (`place`, from 1).
    """

    id: str
    incident_id: str
    title: str
    place: int
    why: str
    created_at: Moment | None = None


class Gap(Noun):
    """Something we could not read, said aloud: what, why, and what a person can do about it, each one sentence."""

    source: Source
    what: str
    why: str
    remedy: str


class Reading(Noun):
    """How much of one kind was read from one source: "120 messages of #inc-42 and 14 threads".

    `since` and `until` bound the window asked for, where there was one.
    """

    source: Source
    what: str
    count: int
    since: Utc | None = None
    until: Utc | None = None
    link: str | None = None


class Part(Noun):
    """What one step of collecting brought home, saved before the next step starts.

    `private_channels` are the ids of the channels read that are not open to everyone here.
    """

    log_entries: tuple[LogEntry, ...] = ()
    alerts: tuple[Alert, ...] = ()
    notes: tuple[Note, ...] = ()
    changes: tuple[ChangeEvent, ...] = ()
    messages: tuple[Message, ...] = ()
    past_incidents: tuple[PastIncident, ...] = ()
    observations: tuple[Observation, ...] = ()
    written: tuple[Written, ...] = ()
    private_channels: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    readings: tuple[Reading, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Evidence(Part):
    """All that was collected for one incident. `collected_at` is when; the order within each tuple means nothing."""

    schema_version: int
    incident: Incident
    collected_at: Utc


def evidence_from_parts(incident: Incident, parts: Iterable[Part], collected_at: datetime) -> Evidence:
    """Put the parts together; the same record read twice (a thread broadcast, a person) is one, the later reading."""
    parts = tuple(parts)
    return Evidence(
        schema_version=EVIDENCE_SCHEMA,
        incident=incident,
        collected_at=collected_at,
        log_entries=_once(part.log_entries for part in parts),
        alerts=_once(part.alerts for part in parts),
        notes=_once(part.notes for part in parts),
        changes=_once(part.changes for part in parts),
        messages=_once(part.messages for part in parts),
        past_incidents=_once(part.past_incidents for part in parts),
        observations=_told_once(_once(part.observations for part in parts)),
        written=tuple(written for part in parts for written in part.written),
        private_channels=tuple(sorted({channel_id for part in parts for channel_id in part.private_channels})),
        people=_people(part.people for part in parts),
        readings=tuple(reading for part in parts for reading in part.readings),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
    )


def _people(groups: Iterable[tuple[Person, ...]]) -> tuple[Person, ...]:
    """One per id: what a later reading does not tell (an e-mail, a time zone), an earlier one may have told."""
    known: dict[str, Person] = {}
    for person in (person for group in groups for person in group):
        before = known.get(person.id)
        told = person.model_dump(exclude_none=True, exclude_defaults=True)
        known[person.id] = before.model_copy(update=told) if before else person
    return tuple(known.values())


def holds_the_same(one: Evidence, other: Evidence) -> bool:
    """Whether two collections hold the same facts: when and how they were read does not count."""
    apart = {"collected_at": None, "readings": ()}
    return _sorted(one.model_copy(update=apart)) == _sorted(other.model_copy(update=apart))


def _sorted(evidence: Evidence) -> dict[str, Any]:
    dumped = evidence.model_dump(mode="json")
    return {name: sorted(value, key=repr) if isinstance(value, list) else value for name, value in dumped.items()}


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


def _once[T: _Identified](groups: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple({record.id: record for group in groups for record in group}.values())


def _told_once(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """What two subscriptions told, as while a secret is replaced, is one fact whatever ids they gave it: the first."""
    first: dict[Observation, Observation] = {}
    for observation in sorted(observations, key=lambda each: each.id):
        first.setdefault(observation.model_copy(update={"id": ""}), observation)
    return tuple(first.values())
