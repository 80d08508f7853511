"""Due dates said in words, resolved against the moment they were said and the zone they were said in."""

import re
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
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six)"
_INTRODUCED = r"(?:(?:due|by|before|until|till|on|for|no later than|not later than)\s+(?:the\s+)?)"


class DuePhrase(Noun):
    """A due date and the very words it was read from."""

    due_on: date
    phrase: str


def find_due_phrase(text: str, said_on: date) -> DuePhrase | None:
    """The first due date that the text names, or None. `said_on` is the date where it was said."""
    matches = ((match, resolve) for pattern, resolve in _PHRASES if (match := pattern.search(text)))
    for match, resolve in sorted(matches, key=lambda pair: pair[0].start()):
        due_on = resolve(match, said_on)
        if due_on:
            return DuePhrase(due_on=due_on, phrase=match.group().strip())
    return None


def _iso(match: re.Match[str], _said_on: date) -> date | None:
    return _date(int(match["year"]), int(match["month"]), int(match["day"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_and_day(match: re.Match[str], said_on: date) -> date | None:
    month = _MONTHS.index(match["month"][:3].casefold()) + 1
    if match["year"]:
        return _date(int(match["year"]), month, int(match["day"]))
    this_year = _date(said_on.year, month, int(match["day"]))
    if this_year and this_year < said_on:
        return _date(said_on.year + 1, month, int(match["day"]))
    return this_year


def _weekday(match: re.Match[str], said_on: date) -> date:
    """ "by Friday" is the next Friday after today; "next Friday" is the Friday of next week."""
    wanted = next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(match["weekday"].casefold()))
    if (match["which"] or "").casefold() == "next":
        return _monday(said_on) + timedelta(weeks=1, days=wanted)
    return said_on + timedelta(days=(wanted - said_on.weekday() - 1) % 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _relative_day(match: re.Match[str], said_on: date) -> date:
    return said_on + timedelta(days=1 if match["relative"].casefold() == "tomorrow" else 0)


def _in_a_while(match: re.Match[str], said_on: date) -> date:
    count = _NUMBERS.get(match["count"].casefold()) or int(match["count"])
    days = {"d": 1, "w": 7, "m": 30}[match["unit"][0].casefold()]
    return said_on + timedelta(days=count * days)


def _end_of(match: re.Match[str], said_on: date) -> date:
    """The last working day of the week, the last day of the month, today, of this period or the next."""
    later = (match["which"] or "").casefold() == "next"
    unit = match["period"].casefold()
    if unit == "day":
        return said_on
    if unit == "week":
        friday = _monday(said_on) + timedelta(days=4)
        return friday + timedelta(weeks=1 if later or friday < said_on else 0)
    return _last_of_month(said_on, months_later=1 if later else 0)


def _last_of_month(day: date, *, months_later: int) -> date:
    month = day.month + months_later
    first = date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _abbreviated_end(match: re.Match[str], said_on: date) -> date:
    if match["end"].casefold() == "eod":
        return said_on
    friday = _monday(said_on) + timedelta(days=4)
    return friday if friday >= said_on else friday + timedelta(weeks=1)


_PHRASES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = tuple(
    (re.compile(rf"(?<![\w-]){pattern}(?![\w-])", re.IGNORECASE), resolve)
    for pattern, resolve in (
        (rf"{_INTRODUCED}?(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)", _iso),
        (rf"{_INTRODUCED}{_MONTH}\s+{_DAY}(?:,?\s+(?P<year>20\d\d))?", _month_and_day),
        (rf"{_INTRODUCED}{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?P<year>20\d\d))?", _month_and_day),
        (rf"(?:{_INTRODUCED}(?P<which>next|this|coming)?\s*){_WEEKDAY}(?:\s+(?:morning|noon|evening|eod))?", _weekday),
        (rf"(?P<which>next|this|coming)\s+{_WEEKDAY}", _weekday),
        (rf"{_INTRODUCED}?(?P<relative>today|tonight|tomorrow)", _relative_day),
        (rf"(?:in|within)\s+(?:the\s+next\s+)?{_COUNT}\s+(?P<unit>days?|weeks?|months?)", _in_a_while),
        (
            rf"{_INTRODUCED}?(?:the\s+)?end\s+of\s+(?:the\s+)?(?P<which>next|this)?\s*(?P<period>day|week|month)",
            _end_of,
        ),
        (rf"{_INTRODUCED}?(?P<which>next|this)\s+(?P<period>week|month)", _end_of),
        (rf"{_INTRODUCED}?(?P<end>eod|eow)", _abbreviated_end),
    )
)
