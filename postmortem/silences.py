"""Silences: the stretches of an incident in which neither a person nor a system left a word."""

from collections.abc import Iterator
from itertools import pairwise

from postmortem.incident import Urgency
from postmortem.noun import Noun
from postmortem.response_times import whole_seconds
from postmortem.timeline import Timeline

# Half of what handbooks of incident response ask for between two updates (30 minutes): shorter pauses are work.
SILENCE_AFTER = 15 * 60
# Nobody is woken for a low urgency: an hour without a word is usual there.
_SILENCE_AFTER_LOW = 60 * 60

_OPENING = ("triggered", "reopened")


class Silence(Noun):
    """Nothing is on record between these two events, which follow each other. `seconds` is how long."""

    from_event: str
    to_event: str
    seconds: int


def find_silences(timeline: Timeline, urgency: Urgency | None) -> tuple[Silence, ...]:
    """In the order of the timeline, between a trigger or reopening and the resolve that follows it.

    An incident that no PagerDuty record tells of is open from its first event to its last.
    """
    least = _SILENCE_AFTER_LOW if urgency == "low" else SILENCE_AFTER
    return tuple(silence for silence in _pauses(timeline) if silence.seconds >= least)


def _pauses(timeline: Timeline) -> Iterator[Silence]:
    """Between each two events that follow each other while the incident was open.

    An event that stands for repeats goes on until the last of them.
    """
    is_open = not any(event.kind in _OPENING for event in timeline.events)
    latest = None
    for one, other in pairwise(timeline.events):
        is_open = one.kind in _OPENING or (is_open and one.kind != "resolved")
        latest = max(latest or one.at, one.at, one.until or one.at)
        if is_open:
            yield Silence(from_event=one.id, to_event=other.id, seconds=max(0, whole_seconds(latest, other.at)))
