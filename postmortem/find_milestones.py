"""Which moments the response is measured by: from alerts, log entries, notes, status updates and words in the chat."""

from collections.abc import Iterator

from postmortem.milestones import Confidence, Milestone, MilestoneName, Milestones
from postmortem.statements_of_state import find_mitigation, first_of, last_of, says_mitigated
from postmortem.timeline import Timeline, TimelineEvent


def find_milestones(timeline: Timeline) -> Milestones:
    """The same evidence gives the same milestones."""
    resolved = last_of(timeline, "resolved", "reopened")
    is_open = resolved is not None and resolved.kind == "reopened"
    not_found: dict[MilestoneName, str] = {"resolved": "it was reopened after its last resolve"} if is_open else {}
    return Milestones(found=tuple(_found(timeline, None if is_open else resolved)), not_found=not_found)


def _found(timeline: Timeline, resolved: TimelineEvent | None) -> Iterator[Milestone]:
    moments: tuple[tuple[MilestoneName, TimelineEvent | None, Confidence], ...] = (
        ("detected", first_of(timeline, "triggered"), "recorded"),
        ("acknowledged", first_of(timeline, "acknowledged"), "recorded"),
        ("mitigated", find_mitigation(timeline), "stated"),
        ("resolved", resolved, "recorded"),
    )
    for name, event, confidence in moments:
        if event:
            said = says_mitigated(event.text) if name == "mitigated" else None
            yield Milestone(name=name, at=event.at, event_id=event.id, confidence=confidence, why=event.why, said=said)
