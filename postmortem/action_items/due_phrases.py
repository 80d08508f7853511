"""Due dates said in words, resolved against the day on which they were said, in the configured zone."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from postmortem.noun import Noun

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = r"(?P<count>\d{1,3}|a\s+couple\s+of|a|an|one|two|three|four|five|six)"
_CLOCK = r"\d{1,2}(?::\d\d)?\s*(?:am|pm)|\d{1,2}:\d\d|noon|midday|midnight"
_HOUR = (
    rf"(?:{_CLOCK}|eod|cob|the\s+end\s+of\s+(?:the\s+)?day|end\s+of\s+day|close\s+of\s+business)(?:\s+(?:utc|on))*\s+"
)
_LATER = rf"(?:,?\s+(?:at\s+)?(?:{_CLOCK}|morning|afternoon|evening|night|eod|cob)(?:\s+utc)?)?"
_WHICH = r"(?P<which>next|this|coming)"
_NEXT_WEEK = r"(?P<week>\s+(?:of\s+)?next\s+week)?"
_UNIT = r"(?P<unit>hours?|(?:business\s+|working\s+)?days?|weeks?|months?)"
_PERIOD = r"(?P<period>day|week|month|quarter|year)"
_BY = r"due(?:\s+(?:on|by|date))?\s*:?|deadline\s*:?|eta\s*:?|by|before|until|till|no\s+later\s+than|not\s+later\s+than"
# What broke "on Monday" is not due on Monday.
_PAST = (
    "outage",
    "incident",
    "failure",
    "happened",
    "broke",
    "failed",
    "crashed",
    "down",
    "seen",
    "deployed",
    "released",
)
_ON = "".join(rf"(?<!{word}\s)" for word in _PAST) + "(?:on|for)"
_INTRODUCED = rf"(?:(?:(?P<by>{_BY})|{_ON})\s+(?:the\s+)?)"
_NOT_WORDS = re.compile(r"https?://\S+|`[^`]*`")

type _Resolve = Callable[[re.Match[str], date], date | None]


class DuePhrase(Noun):
    """A due date and the very words it was read from."""

    due_on: date
    phrase: str


def find_due_phrase(text: str, said_on: date) -> DuePhrase | None:
    """The due date that the text names, or None: one after "by" or "due" before any other, then the first.

    `said_on` is the date on which it was said, in the configured zone. A date that lies before it is no due date.
    Addresses and code are not read.
    """
    plain = _NOT_WORDS.sub(lambda match: "\0" * len(match.group()), text)
    found = ((match, resolve) for pattern, resolve in _PHRASES for match in pattern.finditer(plain))
    for match, resolve in sorted(found, key=_rank):
        due_on = _resolved(match, resolve, said_on)
        if due_on and due_on >= said_on:
            return DuePhrase(due_on=due_on, phrase=match.group().strip())
    return None


def _rank(found: tuple[re.Match[str], _Resolve]) -> tuple[bool, int, int]:
    match = found[0]
    return (not match.groupdict().get("by"), match.start(), -len(match.group()))


def _resolved(match: re.Match[str], resolve: _Resolve, said_on: date) -> date | None:
    """None for a date that no calendar holds. Before a day is the day before; a period knows better itself."""
    try:
        due_on = resolve(match, said_on)
        if due_on and _is_before(match) and resolve not in (_end_of, _end_of_month_named):
            return max(due_on - timedelta(days=1), said_on)
    except (OverflowError, ValueError):
        return None
    return due_on


def _is_before(match: re.Match[str]) -> bool:
    return (match.groupdict().get("by") or "").casefold() == "before"


def _iso(match: re.Match[str], said_on: date) -> date | None:
    """A date that nothing introduces and that is not to come names a day (a log, a release), no deadline."""
    due_on = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return due_on if match["introduced"] or due_on > said_on else None


def _month_and_day(match: re.Match[str], said_on: date) -> date | None:
    """Without a year, the next one that is not over: February 29 waits for a leap year."""
    month, day = _month(match), int(match["day"])
    years = [int(match["year"])] if match["year"] else range(said_on.year, said_on.year + 9)
    days = (date(year, month, day) for year in years if day <= monthrange(year, month)[1])
    return next((due_on for due_on in days if due_on >= said_on), None)


def _month(match: re.Match[str]) -> int:
    return _MONTHS.index(match["month"][:3].casefold()) + 1


def _day_of_month(match: re.Match[str], said_on: date) -> date | None:
    """ "by the 3rd": of this month, or of the next one that has it."""
    for months_later in range(3):
        first = _first_of_month(said_on, months_later)
        if 1 <= int(match["day"]) <= monthrange(first.year, first.month)[1]:
            due_on = first.replace(day=int(match["day"]))
            if due_on >= said_on:
                return due_on
    return None


def _weekday(match: re.Match[str], said_on: date) -> date:
    """ "by Friday" is the next Friday after today, "this Friday" may be today; "next Friday" is that of next week."""
    wanted = next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(match["weekday"].casefold()))
    groups = match.groupdict()
    which = (groups.get("which") or "").casefold()
    if which == "next" or groups.get("week"):
        return _monday(said_on) + timedelta(weeks=1, days=wanted)
    if which == "this":
        return said_on + timedelta(days=(wanted - said_on.weekday()) % 7)
    return said_on + timedelta(days=(wanted - said_on.weekday() - 1) % 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _relative_day(match: re.Match[str], said_on: date) -> date:
    return said_on + timedelta(days=1 if match["relative"].casefold() == "tomorrow" else 0)


def _in_a_while(match: re.Match[str], said_on: date) -> date:
    said, unit = " ".join(match["count"].casefold().split()), match["unit"].casefold()
    count = _NUMBERS.get(said) or int(said)
    if unit.startswith(("business", "working")):
        return _working_days_later(said_on, count)
    if unit.startswith("month"):
        first = _first_of_month(said_on, count)
        return first.replace(day=min(said_on.day, monthrange(first.year, first.month)[1]))
    days = {"h": count // 24, "d": count, "w": 7 * count}[unit[0]]
    return said_on + timedelta(days=days)


def _working_days_later(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day


def _end_of(match: re.Match[str], said_on: date) -> date:
    """Today, the last working day of a week, the last day of anything longer; of this one or of the next."""
    ends_itself = "end" in match.group().casefold()
    later = (match["which"] or "").casefold() == "next" and (ends_itself or not _is_before(match))
    return _last_day(match["period"].casefold(), said_on, later=later)


def _last_day(period: str, said_on: date, *, later: bool) -> date:
    match period:
        case "day":
            return said_on
        case "week":
            friday = _monday(said_on) + timedelta(days=4)
            return friday + timedelta(weeks=1 if later or friday < said_on else 0)
        case "month":
            months_later = 1 if later else 0
        case "quarter":
            months_later = (3 - said_on.month) % 3 + (3 if later else 0)
        case _:
            months_later = 12 - said_on.month + (12 if later else 0)
    return _first_of_month(said_on, months_later + 1) - timedelta(days=1)


def _first_of_month(day: date, months_later: int) -> date:
    month = day.month - 1 + months_later
    return date(day.year + month // 12, month % 12 + 1, 1)


def _end_of_month_named(match: re.Match[str], said_on: date) -> date:
    month = _month(match)
    year = int(match["year"] or said_on.year + (month < said_on.month))
    return date(year, month, monthrange(year, month)[1])


def _abbreviated_end(match: re.Match[str], said_on: date) -> date:
    period = {"d": "day", "b": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}[
        match["end"][-1].casefold()
    ]
    return _last_day(period, said_on, later=False)


_PHRASES: tuple[tuple[re.Pattern[str], _Resolve], ...] = tuple(
    (re.compile(rf"(?<![\w/-]){pattern}(?![\w/-]|['’]s\b)", re.IGNORECASE), resolve)
    for pattern, resolve in (
        (rf"(?P<introduced>{_INTRODUCED})?(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _iso),
        (rf"{_INTRODUCED}(?:{_HOUR})?{_MONTH}\s+{_DAY}{_YEAR}", _month_and_day),
        (rf"{_INTRODUCED}(?:{_HOUR})?{_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}", _month_and_day),
        (rf"(?P<by>{_BY})\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)(?=\s*(?:$|[.,;:)!?]))", _day_of_month),
        (rf"(?:{_INTRODUCED}(?:{_HOUR})?|(?:eod|cob)\s+)(?:{_WHICH}\s+)?{_WEEKDAY}{_NEXT_WEEK}{_LATER}", _weekday),
        (rf"{_WHICH}\s+(?:week\s+(?:on\s+)?)?{_WEEKDAY}{_LATER}", _weekday),
        (rf"{_INTRODUCED}?(?:{_HOUR})?(?P<relative>today|tonight|tomorrow){_LATER}", _relative_day),
        (rf"(?:in|(?P<by>within))\s+(?:the\s+next\s+)?{_COUNT}\s+{_UNIT}(?:['’]s?\s+time)?", _in_a_while),
        (rf"{_INTRODUCED}?(?:the\s+)?end\s+of\s+(?:the\s+)?(?:(?P<which>next|this)\s+)?{_PERIOD}", _end_of),
        (rf"{_INTRODUCED}?(?:the\s+)?end\s+of\s+{_MONTH}{_YEAR}", _end_of_month_named),
        (rf"{_INTRODUCED}?(?P<which>next|this)\s+(?!day){_PERIOD}", _end_of),
        (rf"{_INTRODUCED}?(?P<end>eod|cob|eow|eom|eoq|eoy)", _abbreviated_end),
    )
)
