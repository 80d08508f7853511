"""What in the record contradicts itself, as questions that quote both moments: nothing is smoothed over."""

from collections.abc import Iterator, Sequence

from postmortem.contradictions.clocks import a_day_off, against_the_sequence, before_the_trigger, outside_of_time
from postmortem.contradictions.ends import (
    alerts_after_mitigation,
    begins_after_the_end,
    closed_by_timer,
    still_open,
    two_ends,
)
from postmortem.contradictions.starts import alert_before_stated_start, two_starts, unclear_starts
from postmortem.evidence import Evidence
from postmortem.line import Line
from postmortem.milestones import Milestone
from postmortem.start_of_impact import StartOfImpact
from postmortem.timeline import Timeline


def list_contradictions(
    timeline: Timeline,
    evidence: Evidence,
    start: StartOfImpact,
    found: Sequence[Milestone],
    doubtful: Milestone | None = None,
) -> tuple[Line, ...]:
    """Each contradiction once, always in this order; what several records ask alike cites them all.

    `doubtful` is the end of the impact that somebody told while alerts went on.
    """
    kept: dict[str, Line] = {}
    for line in _contradictions(timeline, evidence, start, found, doubtful):
        same = kept.get(line.text)
        cited = dict.fromkeys((*(same.citations if same else ()), *line.citations))
        kept[line.text] = line.model_copy(update={"citations": tuple(cited)})
    return tuple(kept.values())


def _contradictions(
    timeline: Timeline,
    evidence: Evidence,
    start: StartOfImpact,
    found: Sequence[Milestone],
    doubtful: Milestone | None,
) -> Iterator[Line]:
    detected = next((one for one in found if one.name == "detected"), None)
    yield from before_the_trigger(timeline)
    yield from against_the_sequence(timeline)
    yield from outside_of_time(timeline, evidence)
    yield from a_day_off(timeline)
    yield from unclear_starts(start, detected)
    yield from two_starts(start)
    yield from alert_before_stated_start(timeline, start)
    yield from two_ends(timeline)
    yield from alerts_after_mitigation(timeline, doubtful)
    yield from begins_after_the_end(timeline)
    yield from closed_by_timer(timeline, evidence)
    yield from still_open(timeline, evidence)
