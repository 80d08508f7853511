"""Whom the response reached, and when: pages, acknowledgements, escalations, coming together, hand-offs."""

from collections.abc import Iterator, Sequence

from postmortem.citations import cite_all, cite_record, clock
from postmortem.evidence import LogEntry, LogEntryKind
from postmortem.line import Citation, Line
from postmortem.observations import Observation
from postmortem.response_times import duration_in_words
from postmortem.sections.quoting import ask
from postmortem.sections.roles import COMMANDER, RESPONDERS
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_MANY_PAGES = 10  # to one person in one incident: more of them wake nobody anew
_LATE = 15 * 60
_SHOWN = 5
_ORDINALS = ("first", "second", "third")


def count_pages(told: Told) -> Iterator[Line]:
    """How many notifications went to how many people, and how many of them acknowledged."""
    pages = _entries(told, "notified")
    if not pages:
        return
    paged = {told.identities.human(subject) for page in pages for subject in page.subject_ids}
    acknowledged = _entries(told, "acknowledged")
    answered = {told.identities.human(entry.person_id) for entry in acknowledged if entry.person_id}
    to = f" to {counted(len(paged), 'person', 'people')}" if paged else ""
    by = f" by {counted(len(answered), 'person', 'people')}" if answered else ""
    sent = f"{counted(len(pages), 'notification')} went out{to}"
    text = f"{sent}; {counted(len(acknowledged), 'acknowledgement')} came back{by}."
    yield Line(text=text, label="pages", citations=_cite((*pages[:_SHOWN], *acknowledged[:_SHOWN])))
    yield from _silent_after_acknowledging(told)
    if paged and len(pages) > _MANY_PAGES * len(paged):
        yield ask(f"Which of the {len(pages)} notifications told somebody something new?", RESPONDERS)


def _silent_after_acknowledging(told: Told) -> Iterator[Line]:
    lapsed = _entries(told, "unacknowledged")
    if lapsed:
        times, first = times_in_words(len(lapsed)), clock(lapsed[0].moment.at)
        text = f"An acknowledgement lapsed {times}, and PagerDuty paged again: first at {first}."
        yield Line(text=text, label="pages", citations=_cite(lapsed[:_SHOWN]))


def count_escalations(told: Told) -> Iterator[Line]:
    """How often it was escalated, and at which step it was answered."""
    escalated = _entries(told, "escalated")  # a delegation is a hand-off
    exhausted = _entries(told, "escalation_exhausted")
    detected, acknowledged = told.milestones.named("detected"), _entries(told, "acknowledged")
    if escalated and detected:
        first = escalated[0]
        after = duration_in_words(max(0, (first.moment.at - detected.at).total_seconds()))
        times, answered = times_in_words(len(escalated)), _answered(escalated, acknowledged)
        text = f"It was escalated {times}, first {after} after the trigger{answered}."
        yield Line(text=text, label="escalations", citations=_cite((*escalated[:_SHOWN], *acknowledged[:1])))
    if exhausted:
        text = f"The escalation path ended without an answer at {clock(exhausted[0].moment.at)}."
        yield Line(text=text, label="escalations", citations=_cite(exhausted[:_SHOWN]))


def _answered(escalated: Sequence[LogEntry], acknowledged: Sequence[LogEntry]) -> str:
    if not acknowledged:
        return "; nobody acknowledged it in PagerDuty"
    first = acknowledged[0].moment.at
    before = sum(entry.moment.at <= first for entry in escalated)
    return (
        f"; level {before + 1} answered, at {clock(first)}" if before else f"; level 1 had answered at {clock(first)}"
    )


def time_to_assemble(told: Told) -> Iterator[Line]:
    """When the first, second and third person were active on record, and when named roles were taken."""
    detected = told.milestones.named("detected")
    if detected is None:
        return
    arrivals = _arrivals(told, [event for event in told.timeline.events if event.at >= detected.at])[: len(_ORDINALS)]
    waits = [duration_in_words((event.at - detected.at).total_seconds()) for event in arrivals]
    if len(arrivals) > 1:
        came = ", ".join(f"the {nth} after {wait}" for nth, wait in zip(_ORDINALS, waits, strict=False))
        text = f"People were active on record since the detection: {came}."
        yield Line(text=text, label="assembly", citations=cite_all(arrivals))
        if (arrivals[1].at - detected.at).total_seconds() > _LATE:
            yield ask(f"For {waits[1]} one person was active on record: who else was needed, and when?", COMMANDER)
    yield from _roles(told)
    yield from _requests(told)


def _arrivals(told: Told, events: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The first act of each human: an acknowledgement, a word, a note, an answer to a request; being paged is none."""
    first: dict[str, TimelineEvent] = {}
    for event in events:
        acts = event.kind in ("acknowledged", "message", "note", "status_update", "responder", "role", "resolved")
        if acts and event.who and not event.is_bot and not told.identities.is_bot(event.who):
            first.setdefault(told.identities.human(event.who), event)
    return list(first.values())


def _roles(told: Told) -> Iterator[Line]:
    """When each role was taken first, and how often it changed hands."""
    detected = told.milestones.named("detected")
    by_role: dict[str, list[Observation]] = {}
    for seen in sorted(told.evidence.observations, key=lambda seen: (seen.moment.at, seen.id)):
        if seen.kind == "role" and seen.role and detected and seen.moment.at >= detected.at:
            by_role.setdefault(seen.role, []).append(seen)
    for role, changes in sorted(by_role.items()):
        wait = duration_in_words((changes[0].moment.at - detected.at).total_seconds()) if detected else ""
        again = f", and changed {times_in_words(len(changes) - 1)} after that" if len(changes) > 1 else ""
        text = f"The role {role} was recorded {wait} after the detection{again}."
        yield Line(text=text, label="roles", citations=_cite(changes[:_SHOWN]))
    if not by_role and len(told.participants) > len(_ORDINALS) and not _has_commander(told):
        yield ask("No role is on record: who led the response, and did everybody know?", COMMANDER)


def _has_commander(told: Told) -> bool:
    return any(responder.role for responder in told.evidence.incident.responders)


def _requests(told: Told) -> Iterator[Line]:
    """Requests for responders and the answers to them."""
    asked = _entries(told, "responder_asked")
    replies = _entries(told, "responder_replied")
    if not asked:
        return
    wait = ""
    if replies and replies[0].moment.at >= asked[0].moment.at:
        wait = f", the first {duration_in_words((replies[0].moment.at - asked[0].moment.at).total_seconds())} later"
    text = f"{counted(len(asked), 'request')} for responders went out and {counted(len(replies), 'answer')} came{wait}."
    yield Line(text=text, label="requests", citations=_cite((*asked[:_SHOWN], *replies[:_SHOWN])))


def count_hand_offs(told: Told) -> Iterator[Line]:
    """Reassignments by people while it was open; those by the escalation policy are escalations."""
    detected = told.milestones.named("detected")
    moved = [
        entry
        for entry in _entries(told, "assigned", "delegated")
        if entry.person_id and detected and entry.moment.at > detected.at
    ]
    if moved:
        times = ", ".join(clock(entry.moment.at) for entry in moved[:_SHOWN])
        text = f"It was handed to somebody else {times_in_words(len(moved))} ({times})."
        yield Line(text=text, label="hand-offs", citations=_cite(moved[:_SHOWN]))
        yield ask("What had to be told again when it was handed over, and where was it written?", RESPONDERS)


def counted(count: int, one: str, many: str | None = None) -> str:
    """ "1 page", "3 pages", "2 people"."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def times_in_words(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _entries(told: Told, *kinds: LogEntryKind) -> list[LogEntry]:
    """The log entries of these kinds in PagerDuty's order."""
    entries = (entry for entry in told.evidence.log_entries if entry.kind in kinds)
    return sorted(entries, key=lambda entry: (entry.sequence, entry.id))


def _cite(records: Sequence[LogEntry | Observation]) -> tuple[Citation, ...]:
    return tuple(cite_record(record.id, record.link) for record in records)
