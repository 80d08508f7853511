"""What people said about the state of things: that the impact had ended, that it had not, that somebody took it on."""

import re
from datetime import datetime

from postmortem.sections.quoting import own_words
from postmortem.timeline import Timeline, TimelineEvent

_MITIGATED = re.compile(
    r"\b(mitigated|(impact|outage|downtime) (has |is |now )?(ends|ended|over)|back (to normal|online)|"
    r"recovered|all clear|"
    r"(is|are|we['’]re|it['’]s|they['’]re|came) (all |fully |now )?back up(?! (of|the)\b)|"
    r"no (longer|more) (failing|errors|seeing)|(is|are|looks?) healthy|"
    r"errors? (rates? )?(is|are|went|back) (now )?(at |to |down to )?(zero|gone|normal)|"
    r"(works?|working|healthy|green|consistent|balanced|normal|stable|served|reachable) again|"
    r"(issues?|problems?) (is|are) (now |all )?gone|(can|able to) (\w+ ){1,3}again)\b",
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
    r"(issues?|problems?|errors?) (still )?persists?|still (an issue|a problem)|"
    r"not (fixed|mitigated|resolved|over)|false hope|it['’]s back[.!]?$)",
    re.IGNORECASE | re.MULTILINE,
)
_RESOLVED = re.compile(
    r"\b(resolved|all clear|(incident|outage|event) (is |has been )?(now )?(over|closed|done|ended)|"
    r"(i|we) (am |are |have )?(clos(e|ed|ing)|call(ed|ing)?) (this|it|the incident)\b|"
    r"closing (this|it|the incident)( out)?|outage (is )?over)",
    re.IGNORECASE,
)
_TAKES_ON = re.compile(
    r"^\W*(looking|checking|investigating|on it|ack(nowledged|ed|ing)?|taking a look)\b|"
    r"\b((i['’]?m|i am|we['’]?re|we are|am) "
    r"(on it|on this|looking|investigating|checking|taking (a look|this|it)|digging)|"
    r"(i|we) (take|took|have taken|['’]ll take|will take) (this|it|a look|incident command|over)|"
    r"i['’]ll take (a look|it|this|over)|"
    r"(begins?|began|started) (looking|investigating)|(i have|i['’]ve) (just )?been paged)\b",
    re.IGNORECASE,
)
_ASKS_FOR = re.compile(r"\b(any ?(one|body)|some ?(one|body)|who|can you|could you|please|not|n['’]t)\b", re.IGNORECASE)
SYMPTOM = re.compile(
    r"\b(fail(s|ed|ing|ures?)?|errors?|erroring|(?<!way )(?<!write )(?<!slow )(?<!scal)down|outage|"
    r"broken|broke|crash\w*|"
    r"time[sd]?[- ]?outs?|timing out|slow\w*|latency|degraded|degradation|unavailable|unreachable|unresponsive|stuck|"
    r"5\d\ds?|5xx|4\d\ds|not (working|responding|loading|available|going through|being \w+)|"
    r"(is|are|does|do|did|was)n['’]?t (work\w*|load\w*|respond\w*|start\w*|go\w*)|can(not|['’]?t)|unable to|went wrong|"
    r"(stopped|stops) (responding|working|serving|updating)|"
    r"exhausted|expired|refused|dropp\w+|died|dead|hang(s|ing)?|hung|offline|impact\w*|affected|missing|lost|losing|"
    r"corrupt\w*|oom\w*|flapp\w+|unhealthy|fatals?|exceptions?|elevated|spik\w+|saturated|blocked|overload\w*|gone)\b",
    re.IGNORECASE,
)
_NO_SYMPTOM = re.compile(
    r"\b(no(t any)? (more |new |longer |further )?(errors?|failures?|impact|latency|alerts?|timeouts?)|"
    r"without (errors?|impact)|"
    r"no (implications?|effect)|^\W*(if|once|whenever|in case) )",
    re.IGNORECASE,
)
_SYSTEM_ALERT = re.compile(
    r"\b(firing|alert\w*|critical|triggered|problem|down|alarm|unhealthy|breach\w*)\b", re.IGNORECASE
)
_BEGINS_NOW = re.compile(
    r"\b(outage|impact|incident|downtime|degradation) (starts|begins)\b|"
    r"\bmark(s|ing) the (start|beginning|onset) of the (outage|impact|incident|downtime)\b",
    re.IGNORECASE,
)
SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


def find_mitigations(timeline: Timeline, detected_at: datetime | None) -> list[TimelineEvent]:
    """The statements by people that the impact had ended which nobody took back, and no reopening did.

    Only what was said after the detection and before the last resolve counts.
    """
    reopened, resolved = last_of(timeline, "reopened"), last_of(timeline, "resolved")
    since = reopened.at if reopened else detected_at
    said = [
        event
        for event in timeline.events
        if is_a_persons(event)
        and (since is None or event.at >= since)
        and (resolved is None or event.at <= resolved.at)
    ]
    taken_back = max((place for place, event in enumerate(said) if is_taken_back(event.text)), default=-1)
    return [event for event in said[taken_back + 1 :] if says_mitigated(own_words(event))]


def is_a_persons(event: TimelineEvent) -> bool:
    return event.kind in ("message", "note", "status_update") and not event.is_bot


def reports_symptom(event: TimelineEvent) -> str | None:
    """The sentence in which a person says that something is wrong, or asks why; or in which a bot raises an alert."""
    if event.is_deleted or not (event.kind == "message" or is_a_persons(event)):
        return None
    words = _SYSTEM_ALERT if event.is_bot else SYMPTOM
    plain = (part for part in sentences(own_words(event)) if not _NO_SYMPTOM.search(part))
    return next((part for part in plain if words.search(part) and not _RESOLVED.search(part)), None)


def says_taken_on(text: str) -> str | None:
    """The sentence in which somebody says that they look at it."""
    return next((part for part in sentences(text) if _TAKES_ON.search(part) and not _ASKS_FOR.search(part)), None)


def says_resolved(text: str) -> str | None:
    """The sentence that calls the incident itself over."""
    saying = (part for part in sentences(text) if _RESOLVED.search(part))
    return next((part for part in saying if not (_NOT_YET.search(part) or _ASKS_FOR.search(part))), None)


def says_impact_begins(text: str) -> bool:
    """Whether it marks the very moment as the start ("outage starts"), and not as one that was."""
    return bool(_BEGINS_NOW.search(text))


def is_taken_back(text: str) -> bool:
    """Whether it says that things are bad again, or still."""
    return bool(_TAKEN_BACK.search(text))


def sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE_ENDS.split(text)]


def says_mitigated(text: str) -> str | None:
    """The sentence that says so, plainly: no wish, no question, nothing that lies ahead."""
    return next((part for part in sentences(text) if _MITIGATED.search(part) and not _NOT_YET.search(part)), None)


def first_of(timeline: Timeline, *kinds: str) -> TimelineEvent | None:
    return next((event for event in timeline.events if event.kind in kinds), None)


def last_of(timeline: Timeline, *kinds: str) -> TimelineEvent | None:
    return next((event for event in reversed(timeline.events) if event.kind in kinds), None)
