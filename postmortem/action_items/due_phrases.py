"""Due dates said in words: which words name one. What day they mean is decided in `due_readings.py`."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from postmortem.action_items import due_readings as means
from postmortem.action_items.business_days import MONDAYS_TO_FRIDAYS
from postmortem.action_items.due_readings import Said, group, is_firm
from postmortem.noun import Noun
from postmortem.settings import Holidays

_WEEKDAY = r"(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|r|ur)?(?:day)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_SPELT = r"a\s+couple\s+of|couple\s+of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_COUNT = rf"(?P<count>\d{{1,3}}|{_SPELT})"
_RANGE = rf"{_COUNT}(?:\s*(?:-|–|to|or)\s*(?P<most>\d{{1,3}}|{_SPELT}))?"
_UNIT = r"(?P<unit>(?:business\s+|working\s+|work)?days?|weeks?|fortnights?|months?)"
_SHORT_UNIT = r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?)"
_PERIOD = r"(?P<period>day|week|month|quarter|year)"
_CLOCK = r"\d{1,2}(?::\d\d)?\s*(?:am|pm)|\d{1,2}:\d\d|noon|midday|midnight|lunch(?:time)?"
_DAYS_END = r"eod|cob|cop|(?:the\s+)?(?:end\s+of\s+(?:the\s+)?day|close\s+of\s+(?:business|play)|end\s+of\s+business)"
_HOUR = rf"(?:(?:{_CLOCK}|{_DAYS_END})(?:\s+(?:utc|on))*,?\s+)"
_LATER = rf"(?:,?\s+(?:at\s+)?(?:{_CLOCK}|morning|afternoon|evening|night|eod|cob|cop)(?:\s+utc)?)?"
_WHICH = r"(?P<which>next|this\s+coming|this|coming|upcoming)"
_BY = (
    r"due(?:\s+(?:on|by|date|in))?\s*:?|deadline(?:\s+(?:is|of))?\s*:?|eta\s*:?|on\s+or\s+before|by|before|until|till?|"
    r"(?:no|not)\s+later\s+than|at\s+the\s+latest\s+(?:by|on)|latest(?:\s+(?:by|on))?\s*:?"
)
_I = rf"(?:(?:(?P<by>{_BY})|(?P<on>on|for))\s+(?:the\s+)?)"
_STOPS = r"(?=\s*(?:$|[.,;:)\]!?\n]|[-–—]\s|at\s+the\s+latest\b))"
_PART = r"(?P<part>(?:the\s+)?(?:start|beginning|middle)\s+of|early(?:\s+in)?|mid|late(?:\s+in)?)[\s-]+(?:the\s+)?"
_FEAST = r"(?P<feast>(?:christmas|xmas)(?:\s+eve)?|new\s+year['’]s\s+eve|new\s+year(?:['’]s(?:\s+day)?)?)"
_NOT_WORDS = re.compile(r"https?://\S+|`[^`]*`")
# What broke "on Monday" is not due on Monday.
_LOOKS_BACK = re.compile(
    r"(?:\b(?:outage|incident|failure|broke|down|seen|went|happening|was|were|since|last|every|each|past|previous|from|"
    r"of|after|between|like|ran|began|hit|saw)|\w\w(?<!e)ed)\s*\Z",
    re.IGNORECASE,
)
# "To be deployed on Monday", "get it reviewed today".
_LOOKS_AHEAD = re.compile(r"\b(?:be|get|gets|have|being)\s+(?:\S{1,20}\s+){0,3}\w+ed\s*\Z", re.IGNORECASE)
_FAR_BACK = 80

type _Means = Callable[[re.Match[str], Said], date | None]


class DuePhrase(Noun):
    """A due date and the very words it was read from; `reading` says how, where they leave that open."""

    due_on: date
    phrase: str
    reading: str = ""


class _Pattern(NamedTuple):
    words: re.Pattern[str]
    means: _Means
    is_bare: bool  # may look back: it needs words before it that do not


def find_due_phrase(text: str, said_on: date, holidays: Holidays = MONDAYS_TO_FRIDAYS) -> DuePhrase | None:
    """The due date that the text names, or None: one after "by" or "due" before any other, then the first.

    `said_on` is the date on which it was said, in its author's zone; `holidays` are the days that "business days" and
    the end of a week leave out: any other day stays as it was said. A date before `said_on` is no due date. Addresses
    and code are not read, and of phrases within phrases the longest counts.
    """
    plain = _NOT_WORDS.sub(lambda match: "\0" * len(match.group()), text)
    found = [(match, pattern) for pattern in _PATTERNS for match in pattern.words.finditer(plain)]
    said = Said(said_on, holidays)
    for match, pattern in sorted(_longest(found), key=lambda one: (not is_firm(one[0]), one[0].start())):
        due_on = _due_on(match, pattern, said)
        if due_on and due_on >= said_on:
            reading = _reading(match, pattern.means)
            return DuePhrase(due_on=due_on, phrase=match.group().strip(" ."), reading=reading)
    return None


def _longest(found: list[tuple[re.Match[str], _Pattern]]) -> Iterator[tuple[re.Match[str], _Pattern]]:
    """Without those that lie within another: what they say alone is not what was said."""
    end = -1
    for match, pattern in sorted(found, key=lambda one: (one[0].start(), -one[0].end())):
        if match.end() > end:
            yield match, pattern
            end = match.end()


def _due_on(match: re.Match[str], pattern: _Pattern, said: Said) -> date | None:
    """None for a date that no calendar holds, and for one that looks back. Before a day is the day before it."""
    if (
        not is_firm(match)
        and pattern.is_bare
        and _looks_back(match.string[max(0, match.start() - _FAR_BACK) : match.start()])
    ):
        return None
    try:
        due_on = pattern.means(match, said)
        counts_itself = pattern.means in _KNOW_BEFORE
        return means.before(due_on, said) if due_on and group(match, "by") == "before" and not counts_itself else due_on
    except (OverflowError, ValueError):
        return None


def _looks_back(words_before: str) -> bool:
    return bool(_LOOKS_BACK.search(words_before) and not _LOOKS_AHEAD.search(words_before))


def _reading(match: re.Match[str], meaning: _Means) -> str:
    """How words were read that others may read otherwise; "" for all that are plain."""
    if meaning is means.part_of_period and group(match, "period") == "week":
        part = group(match, "part").removeprefix("the ").split()[0]
        return {"early": "read as the Tuesday of that week", "mid": "read as the Wednesday of that week"}.get(
            part, "read as the last working day of that week" if part == "late" else "read as its first working day"
        )
    if meaning in (means.part_of_period, means.part_of_named_month):
        part = group(match, "part").removeprefix("the ").split()[0]
        days = {"early": "read as the 10th", "mid": "read as the 15th", "middle": "read as the 15th"}
        return days.get(part, "read as its last day" if part == "late" else "read as its first working day")
    if meaning is means.end_of_period and group(match, "period") == "week":
        return "read as the last working day of that week"
    if meaning is means.weekend:
        return "read as the last working day before it" if is_firm(match) else "read as its Sunday"
    return _READINGS.get(meaning, "")


_KNOW_BEFORE: frozenset[_Means] = frozenset((means.end_of_period, means.quarter, means.named_month, means.weekend))
_READINGS: dict[_Means, str] = {means.quarter: "read as a quarter of the calendar year"}

_WORDS: tuple[tuple[str, _Means, bool], ...] = (
    (
        rf"{_I}?(?P<year>20\d\d)(?P<sep>[-/])(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?:T\d\d:\d\d(?::\d\d)?Z?)?",
        means.iso_date,
        True,
    ),
    (r"(?<!\.)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>20\d\d)", means.iso_date, True),
    (rf"{_I}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>20\d\d)", means.iso_date, True),
    (
        rf"(?:(?P<by>{_BY})|(?P<on>on))\s+(?!24/7)(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})(?:/(?P<year>20\d\d|\d\d))?",
        means.slashed_date,
        True,
    ),
    (rf"{_I}?{_HOUR}?(?:{_WEEKDAY},?\s+(?:the\s+)?)?{_MONTH}\s+{_DAY}{_YEAR}", means.month_and_day, True),
    (rf"{_I}?{_HOUR}?(?:{_WEEKDAY},?\s+(?:the\s+)?)?{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}", means.month_and_day, True),
    (
        (
            rf"(?:(?P<by>{_BY})|(?P<on>on))\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)"
            rf"(?:\s+of\s+(?P<which>this|next)\s+month)?{_STOPS}"
        ),
        means.day_of_month,
        True,
    ),
    (
        (
            rf"(?:{_I}|(?P<first>first\s+thing\s+(?:on\s+)?)){_HOUR}?(?:{_WHICH}\s+)?{_WEEKDAY}"
            rf"(?P<week>\s+(?:of\s+)?next\s+week)?{_LATER}"
        ),
        means.weekday,
        True,
    ),
    (rf"{_HOUR}(?:{_WHICH}\s+)?{_WEEKDAY}(?P<week>\s+(?:of\s+)?next\s+week)?", means.weekday, True),
    (rf"{_WHICH}\s+(?:week\s+(?:on\s+)?)?{_WEEKDAY}{_LATER}", means.weekday, True),
    (rf"{_WEEKDAY}(?P<week>\s+(?:of\s+)?next\s+week){_LATER}", means.weekday, True),
    (rf"(?-i:(?=[A-Z])){_WEEKDAY}{_LATER}{_STOPS}", means.weekday, True),
    (
        rf"{_I}?{_COUNT}\s+weeks?\s+(?:from|on|after)\s+(?:{_WHICH}\s+)?{_WEEKDAY}",
        means.weeks_from_weekday,
        False,
    ),
    (rf"{_I}?(?-i:(?=[A-Za-z])){_WEEKDAY}\s+week{_STOPS}", means.weeks_from_weekday, True),
    (rf"{_I}?{_RANGE}\s+{_UNIT}\s+(?:from\s+)?(?P<from>now|today|tomorrow)", means.from_now, False),
    (
        (
            rf"(?:(?:in|(?P<by>within|inside))(?:\s+(?:the\s+)?next)?|(?:over|during)\s+(?:the\s+)?next)\s+"
            rf"{_RANGE}\s+{_UNIT}(?:['’]s?\s+time)?"
        ),
        means.from_now,
        False,
    ),
    (rf"(?:in|(?P<by>within))\s+(?:the\s+next\s+)?{_RANGE}\s+{_SHORT_UNIT}{_STOPS}", means.from_now, False),
    (rf"(?P<by>within)\s+the\s+(?:next\s+)?{_SHORT_UNIT}", means.from_now, False),
    (
        rf"(?:(?P<by>within)\s+the\s+(?:next\s+)?|(?:in|over|during)\s+the\s+next\s+){_UNIT}",
        means.from_now,
        False,
    ),
    (
        rf"{_I}?{_HOUR}?(?:later\s+|first\s+thing\s+)?(?P<relative>day\s+after\s+tomorrow|tomorrow){_LATER}",
        means.relative_day,
        False,
    ),
    (rf"{_I}?{_HOUR}?(?:later\s+)?(?P<relative>today|tonight){_LATER}", means.relative_day, True),
    (rf"{_I}?(?:later\s+)?(?P<relative>this\s+(?:afternoon|evening))", means.relative_day, True),
    (
        rf"{_I}?(?:the\s+)?(?P<ends>end\s+of)\s+(?:the\s+)?(?:(?P<which>next|this)\s+)?{_PERIOD}",
        means.end_of_period,
        False,
    ),
    (rf"{_I}?(?:the\s+)?{_PERIOD}(?P<ends>[\s-]end)", means.end_of_period, False),
    (
        rf"{_I}?(?:the\s+)?(?:(?P<ends>end\s+of)\s+(?:the\s+)?)?{_PERIOD}\s+(?P<which>after\s+next)",
        means.end_of_period,
        False,
    ),
    (rf"{_I}?(?:the\s+)?end\s+of\s+{_MONTH}{_YEAR}", means.end_of_named_month, False),
    (rf"{_I}?(?:in\s+)?{_PART}(?:(?P<which>next|this)\s+)?{_PERIOD}", means.part_of_period, False),
    (rf"{_I}?(?:in\s+)?{_PART}{_MONTH}{_YEAR}", means.part_of_named_month, False),
    (rf"(?:in|(?P<by>before))\s+(?-i:(?=[A-Z])){_MONTH}{_YEAR}{_STOPS}", means.named_month, True),
    (rf"{_I}?(?P<which>next|this)\s+(?!day){_PERIOD}", means.end_of_period, True),
    (rf"{_I}?(?P<end>eod|cob|cop|eow|eom|eoq|eoy)", means.abbreviated_end, False),
    (rf"{_I}?(?P<end>close\s+of\s+(?:business|play)|end\s+of\s+business)", means.abbreviated_end, False),
    (
        (
            rf"(?:{_I}|in\s+|during\s+)?(?:(?:the\s+)?(?:(?P<ends>end\s+of)|(?P<starts>(?:start|beginning)\s+of))\s+)"
            rf"Q(?P<quarter>[1-4])(?:\s+(?P<year>20\d\d))?"
        ),
        means.quarter,
        False,
    ),
    (rf"(?:(?P<by>{_BY})|in|during)\s+Q(?P<quarter>[1-4])(?:\s+(?P<year>20\d\d))?", means.quarter, True),
    (
        r"(?:^|(?<=[(,;:–—-])|(?<=[(,;:–—-]\s))Q(?P<quarter>[1-4])(?:\s+(?P<year>20\d\d))?(?=\s*[).]?\s*$)",
        means.quarter,
        True,
    ),
    (rf"(?P<by>{_BY})\s+(?:the\s+|(?P<which>next|this)\s+)?weekend", means.weekend, False),
    (r"(?:on|over|during)\s+(?:the|(?P<which>next|this))\s+weekend", means.weekend, True),
    (rf"(?P<by>{_BY})\s+(?:the\s+)?{_FEAST}", means.feast, False),
    (rf"(?P<by>by|before|until|till?)\s+(?:{_CLOCK})(?:\s+utc)?(?=\s*(?:$|[.,;:)!?]))", means.today, False),
    (rf"{_I}(?:(?:next|this)\s+)?{_WEEKDAY}\s+after\s+next", means.no_day, False),
    (rf"{_I}?(?:early|mid|late)(?:\s+in)?[\s-]+(?:Q[1-4]|(?:next|this|the)\s+(?:quarter|year))", means.no_day, False),
)
_PATTERNS = tuple(
    _Pattern(re.compile(rf"(?<![\w/-])(?:{words})(?![\w/-]|['’]s\b)", re.IGNORECASE), meaning, is_bare)
    for words, meaning, is_bare in _WORDS
)
