"""How long the incident took, each time with the two events it was measured from, or why it is unknown."""

import re
from datetime import timedelta

from postmortem.noun import Noun
from postmortem.timeline import Timeline, TimelineEvent

_MITIGATED = re.compile(
    r"\b(mitigated|impact (has |is )?(ended|over)|back (up|to normal|online)|recovered|all clear|"
    r"no (longer|more) (failing|errors|seeing)|(is|are|looks?) healthy|"
    r"errors? (rates? )?(is|are|went|back) (now )?(at |to |down to )?(zero|gone|normal)|"
    r"(works?|working|healthy|green|consistent|balanced|normal|stable|served|reachable) again)\b",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"\b(not|isn['’]?t|never|until|once|when|if|should be|will be|hope)\b|\?", re.IGNORECASE)


class ResponseTime(Noun):
    """One duration of this incident. `seconds` is None where `why_unknown` says why.

    `from_event` and `to_event` are ids of the events it was measured from.
    """

    name: str
    seconds: int | None = None
    from_event: str | None = None
    to_event: str | None = None
    why_unknown: str | None = None


class ResponseTimes(Noun):
    """`time_to_acknowledge / mitigate / resolve`, from when PagerDuty triggered the incident."""

    time_to_acknowledge: ResponseTime
    time_to_mitigate: ResponseTime
    time_to_resolve: ResponseTime


def measure_response_times(timeline: Timeline) -> ResponseTimes:
    """Measure from the first trigger; acknowledgement is the first, resolution the last of the record."""
    triggered = _first(timeline, "triggered")
    resolved = _last(timeline, "resolved", "reopened")
    is_open = resolved is not None and resolved.kind == "reopened"
    return ResponseTimes(
        time_to_acknowledge=_measured(
            "time_to_acknowledge", triggered, _first(timeline, "acknowledged"), "nobody acknowledged it in PagerDuty"
        ),
        time_to_mitigate=_measured(
            "time_to_mitigate", triggered, find_mitigation(timeline), "nobody said in words when the impact ended"
        ),
        time_to_resolve=_measured(
            "time_to_resolve",
            triggered,
            None if is_open else resolved,
            "it was reopened after its last resolve" if is_open else "no resolve is on record",
        ),
    )


def find_mitigation(timeline: Timeline) -> TimelineEvent | None:
    """The last statement by a person that the impact had ended: before the last resolve, and never reopened since."""
    triggered, resolved = _first(timeline, "triggered"), _last(timeline, "resolved")
    since = _last(timeline, "reopened") or triggered
    said = (
        event
        for event in reversed(timeline.events)
        if (since is None or event.at >= since.at) and (resolved is None or event.at <= resolved.at)
    )
    return next((event for event in said if _is_a_persons(event) and _says_mitigated(event.text)), None)


def _is_a_persons(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot


def _says_mitigated(text: str) -> bool:
    return any(_MITIGATED.search(part) and not _NOT_YET.search(part) for part in re.split(r"(?<=[.!?\n])\s*", text))


def _first(timeline: Timeline, kind: str) -> TimelineEvent | None:
    return next((event for event in timeline.events if event.kind == kind), None)


def _last(timeline: Timeline, *kinds: str) -> TimelineEvent | None:
    return next((event for event in reversed(timeline.events) if event.kind in kinds), None)


def _measured(name: str, start: TimelineEvent | None, end: TimelineEvent | None, why_not: str) -> ResponseTime:
    if start is None:
        return ResponseTime(name=name, why_unknown="no trigger of the incident is on record")
    if end is None:
        return ResponseTime(name=name, from_event=start.id, why_unknown=why_not)
    if end.at < start.at:
        why = "the record puts its end before its start: which of the two times is wrong?"
        return ResponseTime(name=name, from_event=start.id, to_event=end.id, why_unknown=why)
    seconds = round((end.at - start.at) / timedelta(seconds=1))
    return ResponseTime(name=name, seconds=seconds, from_event=start.id, to_event=end.id)


def duration_in_words(seconds: float) -> str:
    """ "2 d 3 h", "1 h 12 min", "45 s": the two largest units, days included."""
    left, parts = round(seconds), list[str]()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
