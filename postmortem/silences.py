"""Silences: the stretches of an incident in which neither a person nor a system left a word."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, takewhile

from postmortem.incident import Urgency
from postmortem.milestones import Milestones
from postmortem.noun import Noun
from postmortem.response_times import whole_seconds
from postmortem.timeline import Timeline, TimelineEvent

# Half of what handbooks of incident response ask for between two updates (30 minutes): shorter pauses are work.
SILENCE_AFTER = timedelta(minutes=15)
# Nobody is woken for a low urgency: an hour without a word is usual there.
_TIMES_AT_LOW_URGENCY = 4
_GONE_HOME = 4 * 60 * 60
_OPENING = ("triggered", "reopened")


class Silence(Noun):
    """Nothing is on record between these two events, which follow each other. `seconds` is how long."""

    from_event: str
    to_event: str
    seconds: int


def find_silences(
    timeline: Timeline, milestones: Milestones, urgency: Urgency | None, silence_after: timedelta = SILENCE_AFTER
) -> tuple[Silence, ...]:
    """In the order of the timeline, from the detection to the resolve, and not between a resolve and a reopening.

    Where nothing tells the end, the first pause of some hours is taken for it.
    """
    detected, resolved = milestones.named("detected"), milestones.named("resolved")
    if detected is None:
        return ()
    until = resolved.at if resolved else None
    within = [event for event in timeline.events if event.at >= detected.at and (until is None or event.at <= until)]
    pauses = _pauses(within)
    if until is None:
        pauses = takewhile(lambda pause: pause.seconds < _GONE_HOME, pauses)
    least = silence_after.total_seconds() * (_TIMES_AT_LOW_URGENCY if urgency == "low" else 1)
    return tuple(pause for pause in pauses if pause.seconds >= least)


def _pauses(events: Sequence[TimelineEvent]) -> Iterator[Silence]:
    """Between each two events that follow each other while the incident was open.

    An event that stands for repeats goes on until the last of them.
    """
    is_open, latest = True, None
    for one, other in pairwise(events):
        is_open = one.kind in _OPENING or (is_open and one.kind != "resolved")
        latest = max(latest or one.at, one.at, one.until or one.at)
        if is_open:
            yield Silence(from_event=one.id, to_event=other.id, seconds=max(0, whole_seconds(latest, other.at)))
