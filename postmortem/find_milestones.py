"""Which moments the response is measured by: from alerts, log entries, notes, status updates and words in the chat."""

from collections.abc import Sequence
from itertools import zip_longest

from postmortem.alert_moments import last_clear, last_firing
from postmortem.contradictions import list_contradictions
from postmortem.contradictions.wording import ROUNDING
from postmortem.evidence import Evidence
from postmortem.milestones import Confidence, Milestone, MilestoneName, Milestones
from postmortem.sections.quoting import own_words
from postmortem.start_of_impact import LONGEST_UNSEEN, StartOfImpact, find_start_of_impact
from postmortem.statements_of_state import (
    find_mitigations,
    first_of,
    is_a_persons,
    is_taken_back,
    last_of,
    reports_symptom,
    says_mitigated,
    says_resolved,
    says_taken_on,
)
from postmortem.timeline import Timeline, TimelineEvent, dated_until

_MERGED = "it was merged into another incident, which closed it: the impact may have gone on there"
_STILL_FIRED = "alerts went on after people had said that the impact was over"
_TOLD_TO_BE_OVER = "the first person who said that the impact had ended, and neither people nor alerts took it back"
_NOT_YET_READ = "its resolve is dated after the record was read"
_REOPENED = "it was reopened after its last resolve"


def find_milestones(timeline: Timeline, evidence: Evidence, zone: str) -> Milestones:
    """The same evidence gives the same milestones. `zone` is the organisation's, an IANA name.

    What is dated after the evidence was read is asked, and taken for nothing.
    """
    whole, timeline = timeline, dated_until(timeline, evidence.collected_at)
    detected = _detected(timeline)
    start = find_start_of_impact(timeline, evidence, zone, detected)
    held = find_mitigations(timeline, detected.at if detected else None)
    mitigated, doubtful = _mitigated(timeline, evidence, held)
    resolved = _resolved(timeline, mitigated)
    candidates = (start.milestone, detected, _acknowledged(timeline, detected), mitigated, resolved)
    found = tuple(milestone for milestone in candidates if milestone)
    return Milestones(
        found=found,
        questions=list_contradictions(whole, evidence, start, found, doubtful),
        not_found=_why_not_found(whole, evidence, start, found, doubtful),
    )


def _milestone(
    name: MilestoneName, event: TimelineEvent, confidence: Confidence, why: str, said: str | None = None
) -> Milestone:
    return Milestone(name=name, at=event.at, event_id=event.id, confidence=confidence, why=why, said=said)


def _detected(timeline: Timeline) -> Milestone | None:
    """When PagerDuty triggered the incident; else the first alert or the first word of a symptom.

    A word of a symptom that nothing followed for a day is the history of another incident.
    """
    if triggered := first_of(timeline, "triggered"):
        return _milestone("detected", triggered, "recorded", "PagerDuty triggered the incident")
    pairs = zip_longest(timeline.events, timeline.events[1:])
    followed = (one for one, other in pairs if one and (other is None or other.at - one.at <= LONGEST_UNSEEN))
    first = next((event for event in followed if event.kind == "alert" or reports_symptom(event)), None)
    if first is None or first.kind == "alert":
        return first and _milestone("detected", first, "recorded", "the first alert fired; no trigger is on record")
    who = "an alert in the chat" if first.is_bot else "a person"
    return _milestone("detected", first, "inferred", f"the first report of a symptom, by {who}", reports_symptom(first))


def _acknowledged(timeline: Timeline, detected: Milestone | None) -> Milestone | None:
    """The first acknowledgement in PagerDuty; else the first person who says that they look at it."""
    if acknowledged := first_of(timeline, "acknowledged"):
        return _milestone("acknowledged", acknowledged, "recorded", "the first acknowledgement in PagerDuty")
    for event in timeline.events:
        if detected and event.at >= detected.at and is_a_persons(event) and (said := says_taken_on(own_words(event))):
            return _milestone("acknowledged", event, "stated", "the first person who said that they took it on", said)
    return None


def _mitigated(
    timeline: Timeline, evidence: Evidence, held: Sequence[TimelineEvent]
) -> tuple[Milestone | None, Milestone | None]:
    """The first statement that held after the last alert; else the clearing of that, where the monitor ended it.

    Beside it a statement that alerts went on after: it may have told of the end of something smaller.
    """
    told = [
        _milestone("mitigated", event, "stated", _TOLD_TO_BE_OVER, says_mitigated(own_words(event))) for event in held
    ]
    fired = last_firing(timeline)
    after = next((one for one in told if fired is None or fired - one.at <= ROUNDING), None)
    return (after, None) if after else (last_clear(timeline, evidence), next(iter(told), None))


def _resolved(timeline: Timeline, mitigated: Milestone | None) -> Milestone | None:
    """PagerDuty's last resolve; without PagerDuty, the first person who called it over for good."""
    resolved = last_of(timeline, "resolved", "reopened")
    if resolved:
        return None if resolved.kind == "reopened" else _milestone("resolved", resolved, "recorded", _how(resolved))
    if first_of(timeline, "triggered"):
        return None
    spoken = [event for event in timeline.events if is_a_persons(event) and not event.is_deleted]
    since = max((place for place, event in enumerate(spoken) if is_taken_back(event.text)), default=-1) + 1
    for event in spoken[since:]:
        if (said := says_resolved(own_words(event))) and (mitigated is None or event.at >= mitigated.at):
            return _milestone("resolved", event, "stated", "the first person who called it over, for good", said)
    return None


def _how(resolved: TimelineEvent) -> str:
    return "PagerDuty: resolved" if resolved.who else "PagerDuty: resolved, and no person is named as having done it"


def _why_not_found(
    timeline: Timeline,
    evidence: Evidence,
    start: StartOfImpact,
    found: tuple[Milestone, ...],
    doubtful: Milestone | None,
) -> dict[MilestoneName, str]:
    """What is known of the moments that were not found, beyond that nothing tells them."""
    last = last_of(timeline, "resolved", "reopened")
    known: dict[MilestoneName, str | None] = {
        "impact_started": start.why_unknown,
        "mitigated": _MERGED if evidence.incident.merged_into else _STILL_FIRED if doubtful else None,
        "resolved": last and (_REOPENED if last.kind == "reopened" else _NOT_YET_READ),
    }
    missing = known.keys() - {milestone.name for milestone in found}
    return {name: why for name, why in known.items() if why and name in missing}
