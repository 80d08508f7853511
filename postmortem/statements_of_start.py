"""When people said that the impact began: only plain statements that carry a time, read on explicit grounds."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from postmortem.clock_times import CLOCK_TIME, Reading, read_clock_time
from postmortem.moment import moved
from postmortem.statements_of_state import SENTENCE_ENDS, SYMPTOM
from postmortem.timeline import TimelineEvent

_TIME = CLOCK_TIME
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|half an)"
_SPAN = (
    r"(?P<roughly>(?:over|almost|nearly|more than|less than|under|at least|up to)\s+)?(?:about|around|roughly|~)?\s?"
    rf"{_COUNT}\s?(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|m|h)\b"
)
_BEGAN = (
    r"(?:started(?! by\b)|began|begun|starting|beginning|kicked off|onset|"
    r"first (?:seen|noticed|observed|reported|hit|errors?|failures?|failed|alerts?|reports?|occurr\w+)|"
    r"start(?: time)?(?: of (?:the )?\w+(?: \w+)?)?(?: was)?:?)"
)
_WENT = (
    r"(?:went (?:down|offline|dark|away)|died|broke|crashed|fell over|spiked|jumped|shot up|"
    r"lost (?:connectivity|power|quorum)|"
    r"stopped (?:working|responding|serving|updating|replicating|processing|accepting|consuming|sending|receiving)|"
    r"(?:became|got|turned) (?:slow|unavailable|unreachable|unresponsive|degraded))"
)
_WORKED = r"(?:fine|ok(?:ay)?|working|worked|healthy|up|normal|good|green)"
_MAY_TELL_A_TIME = re.compile(r"\d|\bnoon|midnight|midday|\bago\b|\bhours?\b|\bmin", re.IGNORECASE)
_WENT_ONLY_WITH_SYMPTOM = re.compile(r"spiked|jumped|shot", re.IGNORECASE)
_WHOLE = re.compile(r"\b(impact|outage|incident|downtime|customers?|users?|(it|this)(['’]s| has| is))\b", re.IGNORECASE)
_LIKE_THIS = re.compile(r"\b(like (this|that)|going on|happening|the case)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:(]|\b(?:when|as|and|but|because|that|while)\b", re.IGNORECASE)
_BEGAN_AT = re.compile(rf"\b{_BEGAN}(?P<between>[^.;\n]{{0,60}}?)\s{_TIME}", re.IGNORECASE)
_SINCE = re.compile(rf"\bsince\s(?:at least\s)?{_TIME}", re.IGNORECASE)
_WENT_AT = re.compile(rf"\b{_WENT}\b[^.;\n]{{0,40}}?\s{_TIME}", re.IGNORECASE)
_UNTIL = re.compile(rf"\b{_WORKED}\s(?:up\s)?(?:until|till|til)\s{_TIME}", re.IGNORECASE)
_AGO = re.compile(rf"\b(?:{_BEGAN}|{_WENT})(?P<between>[^.;\n]{{0,40}}?)\s{_SPAN}\sago\b", re.IGNORECASE)
_FOR = re.compile(
    rf"\b(?:for\sthe\s(?:last|past)|(?:has|have|['’]s|['’]ve)\sbeen\b[^.;\n]{{0,50}}?\sfor)\s{_SPAN}", re.IGNORECASE
)

# Work that begins is not impact that begins, and what comes back is its end.
_WORK = re.compile(
    r"\b(roll\w*[- ]?back|roll-?outs?|deploy\w*|releas\w+|re-?start\w*|reboot\w*|restor\w+|fail(ing|ed)?[- ]?over|"
    r"migrat\w+|"
    r"rebuil\w+|meeting|call|bridge|maintenance|upgrad\w+|import\w*|export\w*|jobs?|back-?ups?|copy\w*|drain\w*|"
    r"investigat\w+|look\w*|work(?!ing)|debugg?\w*|dig\w*|recover\w*|(com|gett)ing back|came back|"
    r"builds?|tests?|scripts?|"
    r"reindex\w*|clean\w*|monitoring|watch\w*|sales?|campaign|class|window|shift|page[ds]?|mitigat\w+|fix\w*|add\w*|"
    r"turn\w*)\b",
    re.IGNORECASE,
)
_IMPACT = re.compile(
    r"^\W*((so|and|ok|yes|yeah|fyi|correction|update|actually|looks like|apparently|seems|i see|impact|start)\W+)*$|"
    r"\b(it|this|that|impact|incident|issues?|problems?|trouble|things|everything|degradation|"
    r"outage|downtime|customers?)"
    r"\b"
    r"(\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_NOT_ITS_SUBJECT = re.compile(
    r"\b(with|after|following|when|because|due|by|from|right|around|as)\b.*", re.IGNORECASE | re.DOTALL
)
_AT_WORK = re.compile(
    r"\b(been|was|am|are|is|['’](m|re|s|ve)) (still )?(looking|debugging|working on|"
    r"investigating|trying|awake|on ?call|"
    r"watching|digging|on (it|this)|fixing|talking|waiting|in (a|the))\b",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"\b(stable|healthy|fine|normal|recover\w*|okay|ok|green|quiet|no (more |new |longer |further )?"
    r"(errors?|alerts?|failures?|failing|impact|issues?|timeouts?)|(not|n['’]t) (seen|failed|had)|without|zero|below|"
    r"resolved|fixed|mitigated|clear\w*|"
    r"dropp\w+|fell|falling|decreas\w+|going down|works|improv\w+|(back|come) (up|online))\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(if|whether|would|could|might|may|maybe|perhaps|probably|possibly|guess\w*|not sure|i think|unsure|"
    r"assum\w+|should|"
    r"will|suspect\w*|presumabl[ye]|next time|scheduled|planned|does(n['’]t| not)|did(n['’]t| not))\b|\?\s*$",
    re.IGNORECASE,
)
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "half an": 0.5,
}


class StartStatement(NamedTuple):
    """What a person said of the start. `readings` are the moments that it can mean, the plain one first; `doubt` says
    why none may be taken. `is_of_impact` where the whole impact is spoken of, and not one thing that broke.
    """

    event: TimelineEvent
    sentence: str
    readings: tuple[Reading, ...] = ()
    doubt: str | None = None
    is_of_impact: bool = True


def find_start_statements(
    events: list[TimelineEvent], zone: str, speakers_zones: dict[str, str]
) -> tuple[StartStatement, ...]:
    """What these events, which people wrote, say of the start, in their order.

    `zone` is the organisation's; `speakers_zones` maps people to theirs, where known.
    """
    return tuple(found for event in events for found in _statements(event, zone, speakers_zones.get(event.who or "")))


def _statements(event: TimelineEvent, zone: str, speakers_zone: str | None) -> Iterator[StartStatement]:
    for sentence in map(str.strip, SENTENCE_ENDS.split(event.text)):
        found = _match(sentence)
        if found is None:
            continue
        match, is_of_impact = found
        if _SUPPOSED.search(sentence):
            yield StartStatement(event, sentence, doubt="it is said as a guess", is_of_impact=is_of_impact)
        elif "unit" in match.groupdict():
            yield _relative(event, sentence, match, is_of_impact)
        else:
            told = read_clock_time(match, event.at, zone, speakers_zone)
            yield StartStatement(event, sentence, told.readings, told.doubt, is_of_impact)


def _match(sentence: str) -> tuple[re.Match[str], bool] | None:
    """The words that tell the time, and whether they speak of the impact as a whole."""
    if not _MAY_TELL_A_TIME.search(sentence):
        return None
    for pattern in (_BEGAN_AT, _AGO):
        if match := _first_about_impact(pattern, sentence):
            return match, True
    if match := _WENT_AT.search(sentence):
        tells_no_symptom = _WENT_ONLY_WITH_SYMPTOM.match(match[0]) and not SYMPTOM.search(sentence)
        return None if tells_no_symptom or _ENDED.search(sentence[: match.end()]) else (match, False)
    if _ENDED.search(_UNTIL.sub("", sentence)) or _AT_WORK.search(sentence):
        return None
    if match := _UNTIL.search(sentence):
        return match, True
    match = _SINCE.search(sentence) or _FOR.search(sentence)
    if match is None or not (SYMPTOM.search(sentence) or _LIKE_THIS.search(sentence)):
        return None
    return match, bool(_WHOLE.search(sentence))


def _first_about_impact(pattern: re.Pattern[str], sentence: str) -> re.Match[str] | None:
    match = pattern.search(sentence)
    while match and not _is_about_impact(sentence, match):
        match = pattern.search(sentence, match.start() + 1)
    return match


def _is_about_impact(sentence: str, match: re.Match[str]) -> bool:
    """Whether it is the impact that began: not some work, and not its end."""
    head = _CLAUSE.split(sentence[max(0, match.start() - 60) : match.start()])[-1]
    done = _NOT_ITS_SUBJECT.sub("", match["between"])
    if _WORK.search(head) or _WORK.search(done) or _ENDED.search(f"{head} {done}"):
        return False
    return bool(SYMPTOM.search(f"{head} {match[0][: match.end('between') - match.start()]}") or _IMPACT.search(head))


def _relative(event: TimelineEvent, sentence: str, match: re.Match[str], is_of_impact: bool) -> StartStatement:
    if match["roughly"]:
        return StartStatement(event, sentence, doubt="it is told only roughly", is_of_impact=is_of_impact)
    count = _WORDS.get(match["count"].lower()) or int(match["count"] if match["count"].isdecimal() else 0)
    hours = match["unit"].lower().startswith("h")
    at = moved(event.at, -timedelta(hours=count if hours else 0, minutes=0 if hours else count))
    why = f"{match['count']} {match['unit']} before it was said"
    return StartStatement(event, sentence, (Reading(at, why, is_plain=True),), is_of_impact=is_of_impact)


def plain_reading(statement: StartStatement, detected_at: datetime | None) -> Reading | None:
    """The moment that the statement tells, if it tells one: no other reading lies nearer before the detection."""
    if not statement.readings or not statement.readings[0].is_plain:
        return None
    plain, *others = statement.readings
    nearer = (one for one in others if one.at > plain.at and (detected_at is None or one.at <= detected_at))
    return None if next(nearer, None) else plain
