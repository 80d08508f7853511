"""What a phrase that names a day means on the day on which it was said: dates alone, no words are searched here.

A resolver takes the match of its pattern (`due_phrases.py`) and what was known when it was said. It answers None where
the words leave open which day is meant: such a phrase is no due date. OverflowError and ValueError mean the same.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from postmortem.action_items.business_days import add_business_days, first_working_day, last_working_day
from postmortem.settings import Holidays

type Words = re.Match[str]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
} | {"a": 1, "an": 1, "a couple of": 2, "couple of": 2}
# A date without a year that went by so lately was meant as it was said, and is over.
_JUST_OVER = timedelta(days=60)
_LONG_AGO = timedelta(days=183)
_FEASTS = {"christmas": (12, 25), "christmas eve": (12, 24), "new year": (1, 1), "new year's eve": (12, 31)}


class Said(NamedTuple):
    """The day on which the words were said, in their author's zone, and the days that are not worked."""

    on: date
    holidays: Holidays


def group(match: Words, name: str) -> str:
    """What a group of the pattern holds, in small letters with single spaces; "" where it has none."""
    return " ".join((match.groupdict().get(name) or "").casefold().split())


def is_firm(match: Words) -> bool:
    """Whether "by", "due" or the like comes before it: such words look ahead."""
    return bool(group(match, "by"))


def iso_date(match: Words, said: Said) -> date | None:
    """A date that nothing introduces and that is not to come names a day (a log, a release), no deadline."""
    due_on = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return due_on if group(match, "by") or group(match, "on") or due_on > said.on else None


def slashed_date(match: Words, said: Said) -> date | None:
    """12/25 and 25/12 are one day; 12/03 may be two, and is none."""
    one, two = int(match["one"]), int(match["two"])
    if one <= 12 and two <= 12 and one != two:
        return None
    month, day = sorted((one, two))
    year = group(match, "year")
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return _next_time(match, said, month, day)


def month_and_day(match: Words, said: Said) -> date | None:
    """ "Dec 3"; "may 3" alone is no date: a month that nothing introduces has its capital letter."""
    if match["month"][0].islower() and not (is_firm(match) or group(match, "on")):
        return None
    if group(match, "year"):
        return date(int(match["year"]), _month(match), int(match["day"]))
    return _next_time(match, said, _month(match), int(match["day"]))


def _next_time(match: Words, said: Said, month: int, day: int) -> date | None:
    """This year's, or next year's where this year's is long over. "On" and a bare date may look back farther."""
    this_year = date(said.on.year, month, day)
    if this_year >= said.on:
        is_near = is_firm(match) or this_year - said.on <= _LONG_AGO
        return this_year if is_near else None
    if said.on - this_year <= (_JUST_OVER if is_firm(match) else _LONG_AGO):
        return None
    return date(said.on.year + 1, month, day)


def day_of_month(match: Words, said: Said) -> date | None:
    """ "By the 3rd": of this month, or of the next one that has it; "on the 3rd" only while that is to come."""
    later = group(match, "which") == "next"
    months = (1,) if later else range(3) if is_firm(match) and not group(match, "which") else (0,)
    for months_later in months:
        first = _first_of_month(said.on, months_later)
        if 1 <= int(match["day"]) <= monthrange(first.year, first.month)[1]:
            due_on = first.replace(day=int(match["day"]))
            if due_on >= said.on:
                return due_on
    return None


def weekday(match: Words, said: Said) -> date:
    """ "By Friday" is the next Friday after today, "this Friday" may be today; "next Friday" is that of next week."""
    wanted, which = _weekday_number(match), group(match, "which")
    if which == "next" or group(match, "week"):
        return _monday(said.on) + timedelta(weeks=1, days=wanted)
    if which.startswith("this"):
        return said.on + timedelta(days=(wanted - said.on.weekday()) % 7)
    return said.on + timedelta(days=(wanted - said.on.weekday() - 1) % 7 + 1)


def weeks_from_weekday(match: Words, said: Said) -> date:
    """ "A week from Friday", "Monday week": so many weeks after that day."""
    return weekday(match, said) + timedelta(weeks=_count(match) if group(match, "count") else 1)


def relative_day(match: Words, said: Said) -> date:
    days = {"tomorrow": 1, "day after tomorrow": 2}
    return said.on + timedelta(days=days.get(group(match, "relative"), 0))


def from_now(match: Words, said: Said) -> date:
    """ "In 3 days", "two weeks from now", "a week tomorrow"; of "2 to 3 weeks" the longer; parts of a day are today."""
    count, unit = _count(match), group(match, "unit")
    start = said.on + timedelta(days=group(match, "from") == "tomorrow")
    if unit.startswith(("business", "working", "work")):
        return add_business_days(start, count, said.holidays)
    if unit.startswith("month"):
        first = _first_of_month(start, count)
        return first.replace(day=min(start.day, monthrange(first.year, first.month)[1]))
    hours = {"m": 0, "h": 1, "d": 24, "w": 168, "f": 336}[unit[0]]
    return start + timedelta(days=count * hours // 24)


def _count(match: Words) -> int:
    written = group(match, "most") or group(match, "count") or "a"
    return NUMBERS.get(written) or int(written)


def end_of_period(match: Words, said: Said) -> date | None:
    """The last day worked of a week, the last day of anything longer; "at the end of the day" is an idiom."""
    if group(match, "period") == "day" and match.string[
        max(0, match.start() - 9) : match.start()
    ].casefold().rstrip().endswith(" at"):
        return None
    later = {"": 0, "this": 0, "next": 1, "after next": 2}[group(match, "which")]
    first, last = _span(group(match, "period"), said.on, later)
    if group(match, "by") == "before" and not group(match, "ends"):
        return _day_before(first, said)
    return last_working_day(first, last, said.holidays) if group(match, "period") == "week" else last


def _span(period: str, day: date, later: int) -> tuple[date, date]:
    """A week ends on Friday, and what is said of one on a weekend is said of the next."""
    if period == "day":
        return day, day
    if period == "week":
        monday = _monday(day) + timedelta(weeks=later + (day.weekday() > 4 and not later))
        return monday, monday + timedelta(days=4)
    months = {"month": 1, "quarter": 3}.get(period, 12)
    first = _first_of_month(day, later * months - (day.month - 1) % months)
    return first, _first_of_month(first, months) - timedelta(days=1)


def abbreviated_end(match: Words, said: Said) -> date:
    letter = group(match, "end")[-1]
    period = {"w": "week", "m": "month", "q": "quarter", "y": "year"}.get(letter, "day")
    first, last = _span(period, said.on, 0)
    return last_working_day(first, last, said.holidays) if period == "week" else last


def part_of_period(match: Words, said: Said) -> date | None:
    """Where in a week or a month: `READINGS` says in words what is taken for it."""
    period, later = group(match, "period"), 1 if group(match, "which") == "next" else 0
    if period == "week":
        monday = _monday(said.on) + timedelta(weeks=later)
        return _in_week(_part(match), monday, said.holidays)
    first, last = _span(period, said.on, later)
    if period == "month" or _part(match) == "start":
        return _in_month(_part(match), first, last, said.holidays)
    return None


def part_of_named_month(match: Words, said: Said) -> date:
    first, last = _named_month(match, said)
    return _in_month(_part(match), first, last, said.holidays)


def end_of_named_month(match: Words, said: Said) -> date:
    return _named_month(match, said)[1]


def named_month(match: Words, said: Said) -> date | None:
    """ "In December", while that is to come soon; before it is the day before its first."""
    first, last = _named_month(match, said)
    if group(match, "by") == "before":
        return _day_before(first, said)
    return last if timedelta(0) < first - said.on <= _LONG_AGO else None


def _part(match: Words) -> str:
    word = group(match, "part").removeprefix("the ").split()[0]
    return "start" if word in ("start", "beginning") else "mid" if word == "middle" else word


def _in_week(part: str, monday: date, holidays: Holidays) -> date:
    friday = monday + timedelta(days=4)
    match part:
        case "start":
            return first_working_day(monday, friday, holidays)
        case "early":
            return monday + timedelta(days=1)
        case "mid":
            return monday + timedelta(days=2)
        case _:
            return last_working_day(monday, friday, holidays)


def _in_month(part: str, first: date, last: date, holidays: Holidays) -> date:
    match part:
        case "start":
            return first_working_day(first, last, holidays)
        case "early":
            return first.replace(day=10)
        case "mid":
            return first.replace(day=15)
        case _:
            return last


def quarter(match: Words, said: Said) -> date:
    """The last day of the calendar quarter, this year's or, where that is over, next year's."""
    number, year = int(match["quarter"]), group(match, "year")
    first = date(int(year) if year else said.on.year, 3 * number - 2, 1)
    if not year and _first_of_month(first, 3) <= said.on:
        first = first.replace(year=first.year + 1)
    if group(match, "by") == "before" and not group(match, "ends"):
        return _day_before(first, said)
    if group(match, "starts"):
        return first_working_day(first, first + timedelta(days=20), said.holidays)
    return _first_of_month(first, 3) - timedelta(days=1)


def weekend(match: Words, said: Said) -> date:
    """What is due by the weekend is due on the last day worked before it; on or over it, on its Sunday."""
    sunday = _monday(said.on) + timedelta(days=6, weeks=group(match, "which") == "next")
    if is_firm(match) and sunday - said.on > timedelta(days=1):
        return last_working_day(sunday - timedelta(days=6), sunday - timedelta(days=2), said.holidays)
    return sunday


def feast(match: Words, said: Said) -> date | None:
    """Feasts of a fixed date, the next one to come."""
    name = group(match, "feast").replace("xmas", "christmas").replace("’", "'")
    return _next_time(match, said, *_FEASTS.get(name, _FEASTS["new year"]))


def today(_match: Words, said: Said) -> date:
    """A time of the day alone is of this one."""
    return said.on


def no_day(_match: Words, _said: Said) -> None:
    """Words that sound like a date and leave open which: a sprint, the holidays, the Friday after next."""


def before(due_on: date, said: Said) -> date:
    """The last day worked before that one, and never before it was said."""
    return _day_before(due_on, said)


def _day_before(day: date, said: Said) -> date:
    week = day - timedelta(days=7)
    return max(last_working_day(week, day - timedelta(days=1), said.holidays), said.on)


def _named_month(match: Words, said: Said) -> tuple[date, date]:
    month = _month(match)
    first = date(int(group(match, "year") or said.on.year + (month < said.on.month)), month, 1)
    return first, _first_of_month(first, 1) - timedelta(days=1)


def _month(match: Words) -> int:
    return MONTHS.index(group(match, "month")[:3]) + 1


def _weekday_number(match: Words) -> int:
    return next(i for i, name in enumerate(WEEKDAYS) if name.startswith(group(match, "weekday")))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _first_of_month(day: date, months_later: int) -> date:
    month = day.month - 1 + months_later
    return date(day.year + month // 12, month % 12 + 1, 1)
