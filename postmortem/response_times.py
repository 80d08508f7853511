"""How long the incident took, each time with the two moments it was measured from, or why it is unknown."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from postmortem.milestones import Confidence, Milestone, MilestoneName, Milestones
from postmortem.moment import Utc
from postmortem.noun import Noun

ResponseTimeName = Literal[
    "time_to_detect", "time_to_acknowledge", "time_to_mitigate", "time_to_resolve", "impact_span"
]

_HEADINGS: dict[ResponseTimeName, str] = {
    "time_to_detect": "Time to detect",
    "time_to_acknowledge": "Time to acknowledge",
    "time_to_mitigate": "Time to mitigate",
    "time_to_resolve": "Time to resolve",
    "impact_span": "Impact span",
}
_NOT_FOUND: dict[MilestoneName, str] = {
    "impact_started": "neither an alert from before the trigger nor a person tells when the impact began",
    "detected": "no trigger of the incident is on record",
    "acknowledged": "nobody acknowledged it in PagerDuty, or said that they took it on",
    "mitigated": "nobody said in words when the impact ended",
    "resolved": "no resolve is on record",
}
_FROM_WEAKEST: tuple[Confidence, ...] = ("inferred", "stated", "recorded")
_BACKWARDS = "the record puts its end before its start: which of the two times is wrong?"


class ResponseTime(Noun):
    """One duration of this incident. `seconds` is None where `why_unknown` says why.

    `from_event` and `to_event` are ids of the events it was measured from, `from_at` and `to_at` the moments. These
    are the events' own, but where a person said when something was. `from_said` and `said` are the sentences that were
    taken for its start and its end, where words were, so that a reader can refuse them. `confidence` is that of the
    weaker of the two.
    """

    name: ResponseTimeName
    heading: str
    seconds: int | None = None
    from_event: str | None = None
    to_event: str | None = None
    from_at: Utc | None = None
    to_at: Utc | None = None
    from_said: str | None = None
    said: str | None = None
    confidence: Confidence | None = None
    why_unknown: str | None = None


class ResponseTimes(Noun):
    """`time_to_detect` is from the impact's start to the detection, `impact_span` from its start to the mitigation (or
    the resolve); the other three are from the detection. See `docs/glossary.md`.
    """

    time_to_detect: ResponseTime
    time_to_acknowledge: ResponseTime
    time_to_mitigate: ResponseTime
    time_to_resolve: ResponseTime
    impact_span: ResponseTime

    @property
    def measured(self) -> tuple[ResponseTime, ...]:
        """All of them, in the order in which they are read."""
        return (
            self.time_to_detect,
            self.time_to_acknowledge,
            self.time_to_mitigate,
            self.time_to_resolve,
            self.impact_span,
        )


_MOMENTS: dict[ResponseTimeName, tuple[MilestoneName, MilestoneName]] = {
    "time_to_detect": ("impact_started", "detected"),
    "time_to_acknowledge": ("detected", "acknowledged"),
    "time_to_mitigate": ("detected", "mitigated"),
    "time_to_resolve": ("detected", "resolved"),
    "impact_span": ("impact_started", "mitigated"),
}
_ASKS_FOR: dict[MilestoneName, str] = {
    "impact_started": "When did the impact begin?",
    "detected": "When was it detected?",
    "acknowledged": "When was it acknowledged?",
    "mitigated": "When did the impact end?",
    "resolved": "When was it resolved?",
}
# Where a contradiction asks for the moment already, with the words that it quotes.
_ASKED: dict[MilestoneName, re.Pattern[str]] = {
    "impact_started": re.compile(r"impact begin\?|” was said at [-\d: UTC]{20,26}; (?:is )?that "),
    "mitigated": re.compile(r"when did the impact end\?"),
}


def open_moments(measured: ResponseTimes, asked: Iterable[str]) -> tuple[str, ...]:
    """A question for each moment that is missing, once, with what is known of it.

    `asked` are the questions about what contradicts itself: a moment that one of them asks for is not asked again.
    """
    told = tuple(asked)
    missing: dict[MilestoneName, str] = {}
    for one in measured.measured:
        start, end = _MOMENTS[one.name]
        if one.seconds is None and one.why_unknown and not (one.from_at and one.to_at):
            missing.setdefault(end if one.from_at else start, _as_sentence(one.why_unknown))
    backwards = (
        f"{one.heading}: {one.why_unknown}"
        for one in measured.measured
        if one.seconds is None and one.to_at and one.from_at
    )
    left: dict[MilestoneName, str] = {name: why for name, why in missing.items() if not _is_asked(name, told)}
    return (*backwards, *(f"{_ASKS_FOR[name]} {why}" for name, why in left.items()))


def _is_asked(name: MilestoneName, told: Iterable[str]) -> bool:
    words = _ASKED.get(name)
    return words is not None and any(words.search(text) for text in told)


def _as_sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:].rstrip('.')}."


def measure_response_times(milestones: Milestones) -> ResponseTimes:
    """Measure between milestones, and nothing else."""
    is_known = milestones.named("mitigated") or milestones.why_not("mitigated")
    ended: MilestoneName = "mitigated" if is_known else "resolved"
    return ResponseTimes(
        time_to_detect=_measured("time_to_detect", milestones, "impact_started", "detected"),
        time_to_acknowledge=_measured("time_to_acknowledge", milestones, "detected", "acknowledged"),
        time_to_mitigate=_measured("time_to_mitigate", milestones, "detected", "mitigated"),
        time_to_resolve=_measured("time_to_resolve", milestones, "detected", "resolved"),
        impact_span=_measured("impact_span", milestones, "impact_started", ended),
    )


def _measured(name: ResponseTimeName, milestones: Milestones, start: MilestoneName, end: MilestoneName) -> ResponseTime:
    told = ResponseTime(name=name, heading=_HEADINGS[name])
    since, until = milestones.named(start), milestones.named(end)
    told = told.model_copy(update={**_start(since), **_end(until)})
    if since is None or until is None:
        missing = start if since is None else end
        return told.model_copy(update={"why_unknown": milestones.why_not(missing) or _NOT_FOUND[missing]})
    if until.at < since.at:
        return told.model_copy(update={"why_unknown": _BACKWARDS})
    return told.model_copy(update={"seconds": whole_seconds(since.at, until.at), "confidence": _weaker(since, until)})


def _start(milestone: Milestone | None) -> dict[str, object]:
    if milestone is None:
        return {}
    return {"from_event": milestone.event_id, "from_at": milestone.at, "from_said": milestone.said}


def _end(milestone: Milestone | None) -> dict[str, object]:
    if milestone is None:
        return {}
    return {"to_event": milestone.event_id, "to_at": milestone.at, "said": milestone.said}


def _weaker(one: Milestone, other: Milestone) -> Confidence:
    return min((one, other), key=lambda milestone: _FROM_WEAKEST.index(milestone.confidence)).confidence


def whole_seconds(start: datetime, end: datetime) -> int:
    return round((end - start) / timedelta(seconds=1))


def duration_in_words(seconds: float) -> str:
    """ "2 d 3 h", "1 h 12 min", "45 s": the two largest units, days included."""
    left, parts = round(seconds), list[str]()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
