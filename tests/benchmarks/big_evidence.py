"""Evidence of any size, straight as the core's nouns: plausible chat, alerts and log entries, the same every time.

A night of one incident: chat every few seconds in a channel with threads, people who mention each other, reactions,
bots that copy PagerDuty, alerts that repeat, pages that escalate. One message in 500 is marked as an action item.
"""

from datetime import UTC, datetime, timedelta

from postmortem.evidence import (
    EVIDENCE_SCHEMA,
    Alert,
    ChangeEvent,
    Evidence,
    LogEntry,
    LogEntryKind,
    Message,
    Note,
    Reaction,
    Reading,
)
from postmortem.incident import Incident, Reference, Responder
from postmortem.moment import Moment
from postmortem.people import Person
from tests.incidents.small_talk import sentence

BEGAN = datetime(2026, 11, 10, 22, 0, tzinfo=UTC)
LASTED = timedelta(hours=10)
PEOPLE = 40
_KINDS: tuple[LogEntryKind, ...] = ("notified", "notified", "assigned", "escalated", "notified", "acknowledged")


def big_evidence(messages: int, alerts: int, log_entries: int) -> Evidence:
    return Evidence(
        schema_version=EVIDENCE_SCHEMA,
        incident=_incident(),
        collected_at=BEGAN + LASTED + timedelta(minutes=2),
        log_entries=tuple(_log_entry(number, log_entries) for number in range(log_entries)),
        alerts=tuple(_alert(number, alerts) for number in range(alerts)),
        notes=tuple(_note(number) for number in range(10)),
        changes=tuple(_change(number) for number in range(10)),
        messages=tuple(_message(number, messages) for number in range(messages)),
        people=tuple(person for number in range(PEOPLE) for person in _person(number)),
        readings=(Reading(source="slack", what="messages of #inc-4190", count=messages),),
    )


def _at(place: int, count: int, after: float = 0.0) -> Moment:
    at = BEGAN + LASTED * (place / max(1, count)) + timedelta(seconds=after)
    return Moment(at=at, original=at.isoformat())


def _incident() -> Incident:
    return Incident(
        id="QBENCHMARK0001",
        title="Search results are stale",
        status="resolved",
        created_at=_at(0, 1),
        resolved_at=_at(1, 1),
        number=4190,
        link="https://acme.pagerduty.com/incidents/QBENCHMARK0001",
        urgency="high",
        priority="P2",
        service=Reference(id="PSEARCH", name="Search"),
        teams=(Reference(id="PTEAM01", name="Discovery"),),
        responders=tuple(Responder(person_id=f"pagerduty:P{number:05}", participation="joined") for number in range(8)),
    )


def _person(number: int) -> tuple[Person, Person]:
    name, email = f"Person {number:02}", f"person{number:02}@acme.example"
    return (
        Person(id=f"pagerduty:P{number:05}", name=name, email=email, timezone="Europe/Berlin"),
        Person(id=f"slack:U{number:05}", name=name, handle=f"person{number:02}", email=email, timezone="Europe/Berlin"),
    )


def _log_entry(number: int, count: int) -> LogEntry:
    kind = "triggered" if number == 0 else "resolved" if number == count - 1 else _KINDS[number % len(_KINDS)]
    return LogEntry(
        id=f"pagerduty/log_entry/R{number:08}",
        kind=kind,
        vendor_kind=f"{kind}_log_entry",
        moment=_at(number, count - 1),
        sequence=number,
        text=f"{kind.capitalize()}: Person {number % PEOPLE:02}, level {number % 4}",
        person_id=f"pagerduty:P{number % PEOPLE:05}",
        subject_ids=(f"pagerduty:P{(number + 1) % PEOPLE:05}",),
        link=f"https://acme.pagerduty.com/log_entries/R{number:08}",
    )


def _alert(number: int, count: int) -> Alert:
    return Alert(
        id=f"pagerduty/alert/Q{number:08}",
        moment=_at(number, count, 0.5),
        text=f"[FIRING] SearchIndexLag on node {number % 50}",
        severity=("critical", "error", "warning")[number % 3],
        status="resolved",
        alert_key=f"search-index-lag-{number % 50}",
        details=(("cluster", "eu-west-1"), ("lag", f"{number % 900} s")),
        link=f"https://acme.pagerduty.com/alerts/Q{number:08}",
    )


def _note(number: int) -> Note:
    person_id = f"pagerduty:P{number % PEOPLE:05}"
    return Note(
        id=f"pagerduty/note/N{number:04}", moment=_at(number, 10, 5), text=sentence(number), person_id=person_id
    )


def _change(number: int) -> ChangeEvent:
    return ChangeEvent(
        id=f"pagerduty/change/01{number:04}", moment=_at(number, 10, -9), text=f"Deployed build {number}"
    )


def _message(number: int, count: int) -> Message:
    moment = _at(number, count, 0.1)
    id_ = f"slack/C0INC4190/{moment.at.timestamp():.6f}"
    in_thread = number % 5 in (3, 4)  # of five messages, two answer the last that stood in the channel
    parent = _at(number - number % 5 + 2, count, 0.1).at.timestamp() if in_thread else None
    is_bot = number % 20 == 0
    return Message(
        id=id_,
        channel_id="C0INC4190",
        channel_name="inc-4190",
        moment=moment,
        text=_text(number, is_bot=is_bot),
        person_id=f"slack:U{number * 7 % PEOPLE:05}",
        thread_id=f"slack/C0INC4190/{parent:.6f}" if parent else None,
        is_bot=is_bot,
        is_pinned=number % 1000 == 7,
        mention_ids=(f"slack:U{number % PEOPLE:05}",) if number % 9 == 0 else (),
        reactions=(Reaction(emoji="eyes", person_ids=(f"slack:U{number % PEOPLE:05}",)),) if number % 11 == 0 else (),
        pagerduty_incident_ids=("QBENCHMARK0001",) if is_bot else (),
        link=f"https://acme.slack.com/archives/C0INC4190/p{int(moment.at.timestamp() * 1_000_000)}",
    )


def _text(number: int, *, is_bot: bool) -> str:
    if is_bot:
        return ("Acknowledged", "Escalated", "Note added", "Assigned")[number // 20 % 4] + " by PagerDuty"
    if number % 500 == 250:
        return f"ACTION: @person{number % PEOPLE:02} {sentence(number)} by 2026-11-{20 + number % 8}"
    mention = f"@person{number % PEOPLE:02} " if number % 9 == 0 else ""
    return mention + sentence(number)
