"""What happened, in sentences that an executive can read: computed facts, each with its source."""

from collections.abc import Iterator

from postmortem.citations import cite_all, cite_incident, day_and_clock
from postmortem.evidence import Evidence
from postmortem.incident import Incident
from postmortem.line import Line, Section
from postmortem.response_times import ResponseTimes, duration_in_words
from postmortem.sections.roles import COMMANDER
from postmortem.timeline import Timeline
from postmortem.told import Told


def summarise(told: Told) -> Section:
    """At most five sentences, and a question for the one that no record answers."""
    lines = [
        *_what(told.evidence.incident, told.timeline),
        *_how_long(told.evidence.incident, told.timeline, told.response_times),
        *_who(told.evidence, len(told.participants)),
    ]
    question = Line(text="In one sentence without jargon: what did customers notice?", asked_of=COMMANDER)
    return Section(key="summary", heading="Summary", lines=(*lines, question))


def _what(incident: Incident, timeline: Timeline) -> Iterator[Line]:
    if not incident.from_pagerduty:
        yield from _what_the_chat_tells(timeline)
        return
    rank = ", ".join(
        words for words in (incident.priority, f"{incident.urgency} urgency" if incident.urgency else None) if words
    )
    where = f" on {incident.service.name}" if incident.service else ""
    text = f"“{incident.title}”{where}{f' ({rank})' if rank else ''}."
    yield Line(text=text, citations=(cite_incident(incident),))


def _what_the_chat_tells(timeline: Timeline) -> Iterator[Line]:
    if not timeline.events:
        return
    first, last = timeline.events[0], timeline.events[-1]
    channels = sorted({f"#{event.channel_name}" for event in timeline.events if event.channel_name})
    text = f"Told by the chat alone: {', '.join(channels)}, {day_and_clock(first.at)} to {day_and_clock(last.at)}."
    yield Line(text=text, citations=cite_all((first, last)))


def _how_long(incident: Incident, timeline: Timeline, times: ResponseTimes) -> Iterator[Line]:
    by_id = {event.id: event for event in timeline.events}
    lasted = times.time_to_resolve
    if lasted.seconds is not None and lasted.from_event and lasted.to_event:
        start, end = by_id[lasted.from_event], by_id[lasted.to_event]
        reopened = [event for event in timeline.events if event.kind == "reopened"]
        again = f", reopened {len(reopened)} time{'s' if len(reopened) > 1 else ''} on the way" if reopened else ""
        span = f"{day_and_clock(start.at)} to {day_and_clock(end.at)}"
        text = f"It lasted {duration_in_words(lasted.seconds)} ({span}){again}."
        yield Line(text=text, citations=cite_all((start, end, *reopened)))
    if incident.merged_into:
        text = f"It was merged into {incident.merged_into.name}."
        yield Line(text=text, citations=(cite_incident(incident),))


def _who(evidence: Evidence, people: int) -> Iterator[Line]:
    if people:
        text = f"{people} {'person' if people == 1 else 'people'} took part; they are listed under People."
        yield Line(text=text, citations=(cite_incident(evidence.incident),))
