"""What was written on resolving, which often holds the whole story in one sentence."""

from postmortem.timeline import TimelineEvent
from postmortem.told import Told


def resolution_notes(told: Told) -> tuple[TimelineEvent, ...]:
    """What was written on resolving, and what was added once it was over."""
    events = told.timeline.events
    ids = {note.id for note in told.evidence.notes if note.is_resolution}
    resolved = [place for place, event in enumerate(events) if event.kind == "resolved"]
    after = {event.id for event in events[resolved[-1] :] if event.kind == "note"} if resolved else set[str]()
    return tuple(event for event in events if event.id in ids | after)
