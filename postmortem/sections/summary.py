"""What happened, in at most five sentences that an executive can read: each with its source, or asked of a role."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from postmortem.chat_incident import UNNAMED
from postmortem.citations import cite_all, cite_event, cite_incident, clock, day_and_clock
from postmortem.document import Participant
from postmortem.incident import Incident
from postmortem.line import Citation, Line, Section
from postmortem.participants import CHAT_ROLE, COMMANDER_ROLE, PAGED_ROLE, RESPONDER_ROLE
from postmortem.response_times import duration_in_words
from postmortem.sections.headings import BUSINESS, DOWNTIME, USERS
from postmortem.sections.impact_statements import Impact, part_before_tasks, said_about_impact
from postmortem.sections.impact_words import group_of_field, names_a_party
from postmortem.sections.quoting import ask, excerpt, own_words, shorten_quote
from postmortem.sections.resolution_statements import LAST_ACTION_BEFORE, Ending, end_of_impact, how_it_was_resolved
from postmortem.sections.roles import COMMANDER, RESOLVER, SERVICE_OWNER, WHAT_ENDED_IT, WHO_WAS_AFFECTED
from postmortem.sections.symptom import first_symptom
from postmortem.timeline import TimelineEvent
from postmortem.told import Told

_LONGEST = 280
_LONGEST_SYMPTOM = 180
_TELL_WHOM = (USERS, BUSINESS, DOWNTIME)
_AS_TOLD_BY = {
    "mitigated": "The impact ended with the words",
    LAST_ACTION_BEFORE: "The last action before it ended",
}


def summarise(told: Told) -> Section:
    """What happened; who was affected; how long; who responded; how it ended."""
    lines = (_what(told), _whom(told), _how_long(told), _who(told), _how_it_ended(told))
    return Section(key="summary", heading="Summary", lines=lines)


def _what(told: Told) -> Line:
    incident = told.evidence.incident
    if not incident.from_pagerduty:
        return _what_the_chat_tells(told)
    where = f" on {incident.service.name}" if incident.service else ""
    rank = f" ({_rank(incident)})" if _rank(incident) else ""
    return Line(text=f"“{incident.title}”{where}{rank}.", citations=(cite_incident(incident),))


def _rank(incident: Incident) -> str:
    urgency = f"{incident.urgency} urgency" if incident.urgency else None
    return ", ".join(filter(None, (incident.priority, urgency)))


def _what_the_chat_tells(told: Told) -> Line:
    """Its name where it has one, the symptom as reported and as named, and a citation of every channel."""
    title = told.evidence.incident.title
    text = "Told by the chat alone" if title.startswith(UNNAMED) else f"“{title}”, told by the chat alone"
    first_of_channel: dict[str | None, TimelineEvent] = {}
    for symptom, how in zip(_symptoms(told), ("the first symptom was reported", "it was named"), strict=False):
        text += f"; {how} at {clock(symptom.event.at)}: “{shorten_quote(symptom.words, _LONGEST_SYMPTOM)}”"
        first_of_channel.setdefault(symptom.event.channel_name, symptom.event)
    for event in told.timeline.events:
        first_of_channel.setdefault(event.channel_name, event)
    cited = cite_all(first_of_channel.values())
    return Line(text=f"{text}.", citations=cited or (cite_incident(told.evidence.incident),))


class _Symptom(NamedTuple):
    event: TimelineEvent
    words: str


def _symptoms(told: Told) -> Iterator[_Symptom]:
    """What the detection is taken from, and the first sentence that names what was wrong, where that is another's."""
    detected, named = told.milestones.named("detected"), first_symptom(told)
    event = next((event for event in told.timeline.events if detected and event.id == detected.event_id), None)
    if detected and detected.said and event:
        yield _Symptom(event, detected.said)
    if named and (event is None or named.event.id != event.id):
        yield _Symptom(named.event, excerpt(own_words(named.event), named.part))


def _whom(told: Told) -> Line:
    """A custom field that says so, else what stakeholders were told, else what was said; never anything inferred."""
    incident = told.evidence.incident
    field = next((one for one in incident.custom_fields if one.value and group_of_field(one.name) == USERS), None)
    if field:
        return Line(text=f"Affected ({field.name}): {field.value}.", citations=(cite_incident(incident),))
    statement = max(_not_said_yet(told), key=_tells_whom, default=None)
    if statement is None or statement.group not in _TELL_WHOM:
        return ask(WHO_WAS_AFFECTED, SERVICE_OWNER)
    words = shorten_quote(excerpt(own_words(statement.event), statement.sentence.part), _LONGEST)
    by = "Stakeholders were told" if statement.event.kind == "status_update" else "About the impact, it was said"
    return Line(text=f"{by}: “{words}”", citations=(cite_event(statement.event),))


def _not_said_yet(told: Told) -> list[Impact]:
    """Status updates where they tell it; else all that was said, but what the first sentence quotes already."""
    updates = said_about_impact(told, only="status_update")
    if any(one.group in _TELL_WHOM for one in updates):
        return updates
    shown = () if told.evidence.incident.from_pagerduty else {symptom.event.id for symptom in _symptoms(told)}
    return [one for one in said_about_impact(told) if one.event.id not in shown]


def _tells_whom(one: Impact) -> tuple[bool, bool, bool, int]:
    """Of equal ones the first is taken."""
    is_update = one.event.kind == "status_update"
    return one.group in _TELL_WHOM, is_update, names_a_party(one.sentence.plain), one.weight


def _how_long(told: Told) -> Line:
    by_id = {event.id: event for event in told.timeline.events}
    lasted = told.response_times.time_to_resolve
    if lasted.seconds is None or lasted.from_at is None or lasted.to_at is None:
        return _when(told)
    ends = [by_id[id_] for id_ in (lasted.from_event, lasted.to_event) if id_ in by_id]
    reopened = [event for event in told.timeline.events if event.kind == "reopened"]
    again = f", reopened {_times(len(reopened))} on the way{_open_for(told)}" if reopened else ""
    mitigated = end_of_impact(told)
    is_earlier = mitigated is not None and mitigated.at < lasted.to_at
    eased = f"; people said after {_after(told)} that the impact had ended" if is_earlier and _after(told) else ""
    said = [by_id[mitigated.event_id]] if eased and mitigated and mitigated.event_id in by_id else []
    span = f"{day_and_clock(lasted.from_at)} to {day_and_clock(lasted.to_at)}"
    text = f"It lasted {duration_in_words(lasted.seconds)} ({span}){again}{eased}."
    return Line(text=text, citations=cite_all((*ends, *reopened, *said)))


def _open_for(told: Told) -> str:
    """How long its rounds took together, where all of them ended."""
    rounds = [cycle.seconds for cycle in told.cycles if cycle.seconds is not None and cycle.seconds >= 0]
    if not rounds or len(rounds) < len(told.cycles):
        return ""
    return f" and open for {duration_in_words(sum(rounds))} of it"


def _after(told: Told) -> str:
    eased = told.response_times.time_to_mitigate
    return duration_in_words(eased.seconds) if eased.seconds is not None and eased.said else ""


def _when(told: Told) -> Line:
    """Its length cannot be measured: what is known of its span. The rest is asked beside the response times."""
    events, lasted = told.timeline.events, told.response_times.time_to_resolve
    if not events:
        return ask("When did it begin, and when did it end?", COMMANDER)
    if lasted.from_at:
        if lasted.to_at:
            return _backwards(told, lasted.from_at, lasted.to_at)
        detected = [event for event in events if event.id == lasted.from_event]
        text = f"It was detected at {day_and_clock(lasted.from_at)}. Its end is unknown: {lasted.why_unknown}."
        asked_of = None if detected else COMMANDER
        return Line(text=text, asked_of=asked_of, citations=cite_all(detected))
    span = f"The records run from {day_and_clock(events[0].at)} to {day_and_clock(events[-1].at)}."
    text = f"{span} When it began and ended is unknown."
    return Line(text=text, citations=cite_all((events[0], events[-1])))


def _backwards(told: Told, detected_at: datetime, resolved_at: datetime) -> Line:
    lasted = told.response_times.time_to_resolve
    ends = [event for event in told.timeline.events if event.id in (lasted.from_event, lasted.to_event)]
    text = (
        f"By the record it was detected at {day_and_clock(detected_at)} and resolved before that, at "
        f"{day_and_clock(resolved_at)}: which of the two times is wrong?"
    )
    return Line(text=text, asked_of=COMMANDER, citations=cite_all(ends))


def _who(told: Told) -> Line:
    """By role, and those who merely were paged apart."""
    paged = sum(person.role == PAGED_ROLE for person in told.participants)
    took_part = [person for person in told.participants if person.role != PAGED_ROLE]
    if not took_part:
        return ask("Who responded?", COMMANDER)
    groups = list(_groups(took_part))
    listed = f"{', '.join(groups[:-1])} and {groups[-1]}" if len(groups) > 1 else groups[0]
    were = "was" if paged == 1 else "were"
    more = f"; {_people(paged, 'more')} {were} only paged or asked" if paged else ""
    text = f"{listed[:1].upper()}{listed[1:]} took part{more}."
    return Line(text=text, citations=_cited(told))


def _groups(people: list[Participant]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for person in people:
        counts[person.role] = counts.get(person.role, 0) + 1
    for role, count in counts.items():
        if role == COMMANDER_ROLE:
            yield "an incident commander" if count == 1 else f"{count} incident commanders"
        elif role == RESPONDER_ROLE:
            yield f"{count} responder{'' if count == 1 else 's'}"
        elif role == CHAT_ROLE:
            others = "other" if len(counts) > 1 else ""
            yield f"{_people(count, others)} who wrote in the chat"
        else:
            yield f"{count} {role}"


def _cited(told: Told) -> tuple[Citation, ...]:
    """One record of each kind that tells of somebody who is counted."""
    everybody = reversed(told.participants)
    by_label = {source.label: source for person in everybody for source in reversed(person.citations)}
    return tuple(by_label[label] for label in sorted(by_label)) or (cite_incident(told.evidence.incident),)


def _how_it_ended(told: Told) -> Line:
    incident = told.evidence.incident
    if incident.merged_into:
        text = f"It was merged into {incident.merged_into.name}, where it was resolved."
        return Line(text=text, citations=(cite_incident(incident),))
    ending = how_it_was_resolved(told)
    if ending is None:
        return ask(WHAT_ENDED_IT, RESOLVER)
    notes = {note.id for note in told.evidence.notes if note.is_resolution}
    other = "As a note says" if ending.event.kind == "note" else "How it ended, as was said"
    by = "As the resolution note says" if ending.event.id in notes else _AS_TOLD_BY.get(ending.label or "", other)
    return Line(text=f"{by}: “{_words(told, ending)}”", citations=(cite_event(ending.event),))


def _words(told: Told, ending: Ending) -> str:
    """Its words as far as no action item begins: what is to be done stands elsewhere."""
    part = part_before_tasks(told, ending.event, ending.part)
    return shorten_quote(own_words(ending.event)[slice(*part)], _LONGEST)


def _people(count: int, kind: str = "") -> str:
    return f"{count} {kind + ' ' if kind else ''}{'person' if count == 1 else 'people'}"


def _times(count: int) -> str:
    return f"{count} time{'' if count == 1 else 's'}"
