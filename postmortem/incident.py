"""The incident as PagerDuty knows it, at the moment it was read."""

from typing import Literal

from postmortem.moment import Moment
from postmortem.noun import Noun

Urgency = Literal["high", "low"]
Status = Literal["triggered", "acknowledged", "resolved"]
Participation = Literal[
    "assigned", "acknowledged", "asked", "joined", "declined", "resolved", "role", "escalated", "noted"
]


class Reference(Noun):
    """A thing of PagerDuty's named by id: a service, a team, an escalation policy, another incident."""

    id: str
    name: str
    link: str | None = None


class Responder(Noun):
    """One person and one way in which they took part. Somebody who did three things appears three times.

    `person_id` is a key into `Evidence.people`. `role` is set where PagerDuty names one ("Incident Commander").
    `at` is unknown where PagerDuty tells only that it was so.
    """

    person_id: str
    participation: Participation
    role: str | None = None
    at: Moment | None = None


class CustomField(Noun):
    """A custom field of the incident, its value as text. `name` is the display name."""

    name: str
    value: str | None


class Incident(Noun):
    """What PagerDuty calls an incident. Priority, urgency and an alert's severity are three different things.

    `priority` is the account's own name for it ("P1"); None where the account or the incident has none.
    `merged_into` is set when this incident was merged into another and resolved by that.
    `from_pagerduty` is False where no PagerDuty record was given and the chat alone tells of the incident.
    `reopened_at` is the last time it was reopened; every reopening is a log entry.
    Source: GET /incidents/{id}, https://developer.pagerduty.com/api-reference (read 2026-11-20).
    """

    id: str
    title: str
    status: Status
    created_at: Moment
    number: int | None = None
    link: str | None = None
    urgency: Urgency | None = None
    priority: str | None = None
    service: Reference | None = None
    teams: tuple[Reference, ...] = ()
    escalation_policy: Reference | None = None
    incident_key: str | None = None
    incident_type: str | None = None
    resolved_at: Moment | None = None
    reopened_at: Moment | None = None
    merged_into: Reference | None = None
    responders: tuple[Responder, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    conference_url: str | None = None
    description: str | None = None
    from_pagerduty: bool = True
