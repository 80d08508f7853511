"""What ended it, in the words of those who ended it."""

from postmortem.line import Section
from postmortem.sections.quoting import ask, quote
from postmortem.sections.roles import RESOLVER
from postmortem.timeline import TimelineEvent
from postmortem.told import Told


def describe_resolution(told: Told) -> Section:
    lines = (
        *(quote(event, told.identities) for event in resolution_notes(told)),
        ask("What ended it, and is that a permanent fix or a temporary one?", RESOLVER),
    )
    return Section(key="resolution", heading="Resolution and recovery", lines=lines)


def resolution_notes(told: Told) -> tuple[TimelineEvent, ...]:
    """What was written on resolving, and what was added once it was over."""
    events = told.timeline.events
    ids = {note.id for note in told.evidence.notes if note.is_resolution}
    resolved = [place for place, event in enumerate(events) if event.kind == "resolved"]
    after = {event.id for event in events[resolved[-1] :] if event.kind == "note"} if resolved else set[str]()
    return tuple(event for event in events if event.id in ids | after)
