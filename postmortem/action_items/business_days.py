"""The days on which people work: not weekends, not public holidays, not the days off of the settings."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from postmortem.settings import Holidays, Settings

if TYPE_CHECKING:
    from holidays import HolidayBase

MONDAYS_TO_FRIDAYS = Holidays()
"""What is worked where the settings name no country and no days off."""

_SATURDAY = 6
_MOST_NAMED = 3


def working_day(day: date, holidays: Holidays = MONDAYS_TO_FRIDAYS) -> bool:
    """Whether people work on this day. The country decides which days its weekend has, and what it moves."""
    if day in holidays.days:
        return False
    if holidays.country is None:
        return day.isoweekday() < _SATURDAY
    return _calendar(holidays.country, holidays.subdivision, day.year).is_working_day(day)


def holiday_name(day: date, holidays: Holidays) -> str | None:
    """What the day off is called ("Christmas Day", "a day off" of the settings); None for no holiday."""
    named = _calendar(holidays.country, holidays.subdivision, day.year).get(day) if holidays.country else None
    return named or ("a day off" if day in holidays.days else None)


def add_business_days(day: date, count: int, holidays: Holidays = MONDAYS_TO_FRIDAYS) -> date:
    """The day on which so many have been worked since; for 0 this day, or the next that is worked."""
    while (count > 0 or not working_day(day, holidays)) and day < date.max:
        day += timedelta(days=1)
        count -= working_day(day, holidays)
    return day


def last_working_day(first: date, last: date, holidays: Holidays = MONDAYS_TO_FRIDAYS) -> date:
    """The last day worked of a span; its very last where nobody works in it."""
    days = (last - timedelta(days=back) for back in range((last - first).days + 1))
    return next((day for day in days if working_day(day, holidays)), last)


def first_working_day(first: date, last: date, holidays: Holidays = MONDAYS_TO_FRIDAYS) -> date:
    """The first day worked of a span; its very first where nobody works in it."""
    days = (first + timedelta(days=on) for on in range((last - first).days + 1))
    return next((day for day in days if working_day(day, holidays)), first)


def due_date_from_priority(settings: Settings, priority: str | None, from_date: date) -> tuple[date, str]:
    """When an item without a date of its own is due, and one sentence why, which names the holidays skipped."""
    days = {name.casefold(): (name, count) for name, count in settings.due_days.items()}
    name, count = days.get((priority or "default").casefold(), days["default"])
    due_on = add_business_days(from_date, count, settings.holidays)
    what = f": priority {priority} gives" if priority else ", nor a priority:"
    unit = "business day" if count == 1 else "business days"
    skipped = _named([*_holidays_between(from_date, due_on, settings.holidays)])
    why = f"no date was named{what} {count} {unit} after {from_date} (due_days.{name}){skipped}."
    return due_on, why


def _holidays_between(start: date, end: date, holidays: Holidays) -> Iterator[str]:
    """The holidays on which people would have worked: "Christmas Day (2026-12-25)"."""
    for on in range(1, (end - start).days):
        day = start + timedelta(days=on)
        name = holiday_name(day, holidays)
        if name and day.isoweekday() < _SATURDAY and not working_day(day, holidays):
            yield f"{name} ({day})"


def _named(skipped: list[str]) -> str:
    """ ", not counting Christmas Day (2026-12-25) and 2 more holidays"; nothing where none was skipped."""
    more = len(skipped) - _MOST_NAMED
    tail = [f"{more} more {'holiday' if more == 1 else 'holidays'}"] if more > 0 else []
    *most, last = [*skipped[:_MOST_NAMED], *tail] or [""]
    return f", not counting {f'{", ".join(most)} and ' if most else ''}{last}" if last else ""


@lru_cache(maxsize=256)
def _calendar(country: str, subdivision: str | None, year: int) -> "HolidayBase":
    """One year of a country. Its language is given, or the library would ask the environment for one."""
    # Loaded only where a country is set: it takes 0.2 s (docs/decisions/0013-due-dates-by-our-own-grammar.md).
    import holidays

    spoken = getattr(holidays, country).supported_languages
    language = "en_US" if "en_US" in spoken else next((one for one in spoken if one.startswith("en")), None)
    return holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False, language=language)
