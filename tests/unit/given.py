"""Evidence for the tests of the core, written in one line a record."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from postmortem.build_timeline import build_timeline
from postmortem.compose import compose
from postmortem.curation import Curation
from postmortem.evidence import (
    Alert,
    ChangeEvent,
    Evidence,
    LogEntry,
    LogEntryKind,
    Message,
    Note,
    Part,
    evidence_from_parts,
)
from postmortem.incident import Incident
from postmortem.moment import Moment, moment_from_iso
from postmortem.observations import Observation, ObservationKind
from postmortem.outputs.markdown import render_markdown
from postmortem.people import Person
from postmortem.settings import Settings
from postmortem.timeline import TimelineEvent

START = datetime(2026, 11, 17, 14, 0, tzinfo=UTC)
COLLECTED = START + timedelta(days=365)
INCIDENT_ID = "QINCIDENT1"
BEA = Person(id="slack:UBEA", name="Bea Lindqvist", handle="bea", email="bea@acme.example")
CARL = Person(id="slack:UCARL", name="Carl Brandt", handle="carl", email="carl@acme.example")
PAGERDUTY_BOT = Person(id="slack:BPAGER", name="PagerDuty", is_bot=True)


def at(seconds: float | str) -> Moment:
    """So many seconds after the start, or an ISO time."""
    if isinstance(seconds, str):
        return moment_from_iso(seconds)
    moment = START + timedelta(seconds=seconds)
    return Moment(at=moment, original=moment.isoformat())


def log(name: str, seconds: float | str, kind: LogEntryKind, *, sequence: int | None = None, **more: Any) -> LogEntry:
    moment = at(seconds)
    place = int((moment.at - START).total_seconds()) if sequence is None else sequence
    told: dict[str, Any] = {"text": f"{kind} {name}", "vendor_kind": kind} | more
    return LogEntry(id=f"pagerduty/log_entry/{name}", kind=kind, moment=moment, sequence=place, **told)


def alert(name: str, seconds: float | str, key: str | None = None, text: str = "Disk full", **more: Any) -> Alert:
    return Alert(id=f"pagerduty/alert/{name}", moment=at(seconds), text=text, alert_key=key, **more)


def change(name: str, seconds: float | str, text: str, **more: Any) -> ChangeEvent:
    return ChangeEvent(id=f"pagerduty/change/{name}", moment=at(seconds), text=text, **more)


def note(name: str, seconds: float | str, text: str, **more: Any) -> Note:
    return Note(id=f"pagerduty/note/{name}", moment=at(seconds), text=text, **more)


def seen(name: str, seconds: float, kind: ObservationKind, text: str, **more: Any) -> Observation:
    return Observation(
        id=f"pagerduty/event/{name}", kind=kind, vendor_kind=f"incident.{kind}", moment=at(seconds), text=text, **more
    )


def said(name: str, seconds: float | str, text: str, **more: Any) -> Message:
    told: dict[str, Any] = {"person_id": BEA.id, "channel_name": "inc-1"} | more
    return Message(id=f"slack/C1/{name}", channel_id="C1", moment=at(seconds), text=text, **told)


def bot_said(name: str, seconds: float, text: str, incident_id: str = INCIDENT_ID, **more: Any) -> Message:
    told: dict[str, Any] = {"person_id": PAGERDUTY_BOT.id, "is_bot": True, "pagerduty_incident_ids": (incident_id,)}
    return said(name, seconds, text, **(told | more))


def evidence(*records: Any, people: Iterable[Person] = (BEA, CARL, PAGERDUTY_BOT), **incident: Any) -> Evidence:
    """Records of any kind, put where they belong. `incident` overrides the incident's own fields.

    The incident itself tells of no event unless `from_pagerduty=True` is given.
    """
    told: dict[str, Any] = {"id": INCIDENT_ID, "title": "Checkout is slow", "status": "resolved", "created_at": at(0)}
    told["from_pagerduty"] = False
    kinds = {
        LogEntry: "log_entries",
        Alert: "alerts",
        ChangeEvent: "changes",
        Note: "notes",
        Message: "messages",
        Observation: "observations",
    }
    fields: dict[str, list[Any]] = {}
    for record in records:
        fields.setdefault(kinds[type(record)], []).append(record)
    part = Part(people=tuple(people), **{name: tuple(values) for name, values in fields.items()})
    return evidence_from_parts(Incident(**(told | incident)), [part], COLLECTED)


def events(*records: Any, **incident: Any) -> tuple[TimelineEvent, ...]:
    return build_timeline(evidence(*records, **incident), Curation()).events


def texts(*records: Any, **incident: Any) -> list[str]:
    return [event.text for event in events(*records, **incident)]


def markdown(found: Evidence, settings: Settings | None = None) -> str:
    return render_markdown(compose(found, settings or Settings(), composed_at=START))
