"""The moments that a response is measured by, each with the event that tells it and how sure that is."""

from collections.abc import Iterator
from typing import Literal

from postmortem.line import Line
from postmortem.moment import Utc
from postmortem.noun import Noun
from postmortem.response_times import ResponseTimes, measure_response_times
from postmortem.timeline import Timeline

MilestoneName = Literal["impact_started", "detected", "acknowledged", "mitigated", "resolved"]
# A system's record, a person's statement, or our reading of an order of events.
Confidence = Literal["recorded", "stated", "inferred"]


class Milestone(Noun):
    """One moment. `why` says in words what it rests on; `said` is the sentence it was taken from, if it was said."""

    name: MilestoneName
    at: Utc
    event_id: str
    confidence: Confidence
    why: str
    said: str | None = None


class Milestones(Noun):
    """What was found, in the order of the names, and what contradicts itself, as questions to a person."""

    found: tuple[Milestone, ...] = ()
    questions: tuple[Line, ...] = ()

    def named(self, name: MilestoneName) -> Milestone | None:
        return next((milestone for milestone in self.found if milestone.name == name), None)


def find_milestones(timeline: Timeline) -> Milestones:
    return Milestones(found=tuple(_found(timeline, measure_response_times(timeline))))


_MEASURED: tuple[tuple[MilestoneName, Confidence], ...] = (
    ("acknowledged", "recorded"),
    ("mitigated", "stated"),
    ("resolved", "recorded"),
)


def _found(timeline: Timeline, times: ResponseTimes) -> Iterator[Milestone]:
    by_id = {event.id: event for event in timeline.events}
    measured = (times.time_to_acknowledge, times.time_to_mitigate, times.time_to_resolve)
    for (name, confidence), time in zip(_MEASURED, measured, strict=True):
        if time.to_event:
            end = by_id[time.to_event]
            yield Milestone(name=name, at=end.at, event_id=end.id, confidence=confidence, why=end.why, said=time.said)
