"""How long the incident took, each time with the two events it was measured from, or why it is unknown."""

import re
from collections.abc import Callable
from datetime import timedelta

from postmortem.noun import Noun
from postmortem.timeline import Timeline, TimelineEvent

_MITIGATED = re.compile(
    r"\b(mitigated|impact (has |is )?(ended|over)|back (to normal|online)|recovered|all clear|"
    r"(is|are|we['’]re|it['’]s|they['’]re|came) (all |fully |now )?back up(?! (of|the)\b)|"
    r"no (longer|more) (failing|errors|seeing)|(is|are|looks?) healthy|"
    r"errors? (rates? )?(is|are|went|back) (now )?(at |to |down to )?(zero|gone|normal)|"
    r"(works?|working|healthy|green|consistent|balanced|normal|stable|served|reachable) again)\b",
    re.IGNORECASE,
)
# One such word in the sentence is enough: a time that is unknown can be asked for, a wrong one is believed.
_NOT_YET = re.compile(
    r"\b(not|cannot|\w+n['’]t|(ca|wo|is|are|do|does|did|was|has|have)nt|never|nothing|nobody|none|neither|nor|unable|"
    r"no(?! (longer|more|further|new|errors?|failures?|alerts?|impact|customers?)\b)(?= \w)|no one|hardly|barely|yet|"
    r"(un)?til|once|when|whether|if|unless|before|should|would|could|might|will|going to|gonna|"
    r"hop(e|es|ed|ing)|need\w*|tr(y|ies|ied|ying)|want\w*|wait\w*|expect\w*|get|gets|getting|bring|bringing|"
    r"almost|nearly|partly|partial\w*|only|half|first|canar(y|ies)|some|one of|most of|a few|"
    r"let (me|us) know|make sure|still (down|fail\w*|see\w*|broken|bad))\b|"
    r"['’]ll\b|\?",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b((fail(s|ing)?|down|broken|slow|erroring|seeing \w+|happening|paging) again|still (fail\w*|down|broken|slow|"
    r"see(s|ing)?|happening|erroring)|(came|coming|is|are) back(?! (up|to normal|online|to|in)\b)[.!]?$|spoke too soon|"
    r"not (fixed|mitigated|resolved|over)|false hope|it['’]s back[.!]?$)",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


class ResponseTime(Noun):
    """One duration of this incident. `seconds` is None where `why_unknown` says why.

    `from_event` and `to_event` are ids of the events it was measured from; `said` is the sentence that was taken for
    its end, where words were, so that a reader can refuse it.
    """

    name: str
    seconds: int | None = None
    from_event: str | None = None
    to_event: str | None = None
    said: str | None = None
    why_unknown: str | None = None


class ResponseTimes(Noun):
    """`time_to_acknowledge / mitigate / resolve`, from when PagerDuty triggered the incident."""

    time_to_acknowledge: ResponseTime
    time_to_mitigate: ResponseTime
    time_to_resolve: ResponseTime


def measure_response_times(timeline: Timeline) -> ResponseTimes:
    """Measure from the first trigger; acknowledgement is the first, resolution the last of the record."""
    triggered, ended = _first(timeline, "triggered"), find_mitigation(timeline)
    resolved = _last(timeline, "resolved", "reopened")
    is_open = resolved is not None and resolved.kind == "reopened"
    return ResponseTimes(
        time_to_acknowledge=_measured(
            "time_to_acknowledge", triggered, _first(timeline, "acknowledged"), "nobody acknowledged it in PagerDuty"
        ),
        time_to_mitigate=_measured(
            "time_to_mitigate", triggered, ended, "nobody said in words when the impact ended", _says_mitigated
        ),
        time_to_resolve=_measured(
            "time_to_resolve",
            triggered,
            None if is_open else resolved,
            "it was reopened after its last resolve" if is_open else "no resolve is on record",
        ),
    )


def find_mitigation(timeline: Timeline) -> TimelineEvent | None:
    """The first statement by a person that the impact had ended which nobody took back, and no reopening did.

    Only what was said before the last resolve counts.
    """
    triggered, resolved = _first(timeline, "triggered"), _last(timeline, "resolved")
    since = _last(timeline, "reopened") or triggered
    said = [
        event
        for event in timeline.events
        if _is_a_persons(event)
        and (since is None or event.at >= since.at)
        and (resolved is None or event.at <= resolved.at)
    ]
    taken_back = max((place for place, event in enumerate(said) if _TAKEN_BACK.search(event.text)), default=-1)
    return next((event for event in said[taken_back + 1 :] if _says_mitigated(event.text)), None)


def _is_a_persons(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot


def _says_mitigated(text: str) -> str | None:
    """The sentence that says so, plainly: no wish, no question, nothing that lies ahead."""
    sentences = (part.strip() for part in _SENTENCE_ENDS.split(text))
    return next((part for part in sentences if _MITIGATED.search(part) and not _NOT_YET.search(part)), None)


def _first(timeline: Timeline, kind: str) -> TimelineEvent | None:
    return next((event for event in timeline.events if event.kind == kind), None)


def _last(timeline: Timeline, *kinds: str) -> TimelineEvent | None:
    return next((event for event in reversed(timeline.events) if event.kind in kinds), None)


def _measured(
    name: str,
    start: TimelineEvent | None,
    end: TimelineEvent | None,
    why_not: str,
    said: Callable[[str], str | None] = lambda _: None,
) -> ResponseTime:
    if start is None:
        return ResponseTime(name=name, why_unknown="no trigger of the incident is on record")
    if end is None:
        return ResponseTime(name=name, from_event=start.id, why_unknown=why_not)
    if end.at < start.at:
        why = "the record puts its end before its start: which of the two times is wrong?"
        return ResponseTime(name=name, from_event=start.id, to_event=end.id, why_unknown=why)
    seconds = round((end.at - start.at) / timedelta(seconds=1))
    return ResponseTime(name=name, seconds=seconds, from_event=start.id, to_event=end.id, said=said(end.text))


def duration_in_words(seconds: float) -> str:
    """ "2 d 3 h", "1 h 12 min", "45 s": the two largest units, days included."""
    left, parts = round(seconds), list[str]()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
