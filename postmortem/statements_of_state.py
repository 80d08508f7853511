"""What people said about the state of things: that the impact had ended, that it had not, that somebody took it on."""

import re

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


def find_mitigation(timeline: Timeline) -> TimelineEvent | None:
    """The first statement by a person that the impact had ended which nobody took back, and no reopening did.

    Only what was said before the last resolve counts.
    """
    triggered, resolved = first_of(timeline, "triggered"), last_of(timeline, "resolved")
    since = last_of(timeline, "reopened") or triggered
    said = [
        event
        for event in timeline.events
        if is_a_persons(event)
        and (since is None or event.at >= since.at)
        and (resolved is None or event.at <= resolved.at)
    ]
    taken_back = max((place for place, event in enumerate(said) if _TAKEN_BACK.search(event.text)), default=-1)
    return next((event for event in said[taken_back + 1 :] if says_mitigated(event.text)), None)


def is_a_persons(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot


def says_mitigated(text: str) -> str | None:
    """The sentence that says so, plainly: no wish, no question, nothing that lies ahead."""
    sentences = (part.strip() for part in _SENTENCE_ENDS.split(text))
    return next((part for part in sentences if _MITIGATED.search(part) and not _NOT_YET.search(part)), None)


def first_of(timeline: Timeline, kind: str) -> TimelineEvent | None:
    return next((event for event in timeline.events if event.kind == kind), None)


def last_of(timeline: Timeline, *kinds: str) -> TimelineEvent | None:
    return next((event for event in reversed(timeline.events) if event.kind in kinds), None)
