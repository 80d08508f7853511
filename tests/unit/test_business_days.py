"""Days that are worked: not weekends, not the holidays of a country, not the days off that a team has set."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.business_days import (
    add_business_days,
    due_date_from_priority,
    holiday_name,
    last_working_day,
    working_day,
)
from postmortem.settings import Holidays, Settings, SettingsError, read_settings

BERLIN = Holidays(country="DE", subdivision="BE")


@pytest.mark.parametrize(
    ("day", "holidays", "name"),
    [
        ("2026-12-25", Holidays(country="US"), "Christmas Day"),
        ("2027-07-05", Holidays(country="US"), "Independence Day (observed)"),
        ("2021-12-31", Holidays(country="US"), "New Year's Day (observed)"),
        ("2026-03-08", BERLIN, "Women's Day"),
        ("2026-12-24", Holidays(days=(date(2026, 12, 24),)), "a day off"),
        ("2026-11-24", BERLIN, None),
    ],
)
def test_a_holiday_has_a_name(day: str, holidays: Holidays, name: str | None):
    assert holiday_name(date.fromisoformat(day), holidays) == name


def test_a_holiday_of_one_part_of_a_country_is_worked_elsewhere():
    epiphany = date(2026, 1, 6)

    assert not working_day(epiphany, Holidays(country="DE", subdivision="BY"))
    assert working_day(epiphany, BERLIN)


def test_a_country_has_its_own_weekend_and_its_own_moved_working_days():
    sunday, friday, saturday_worked = date(2026, 11, 22), date(2026, 11, 20), date(2026, 2, 14)

    assert working_day(sunday, Holidays(country="IL"))
    assert not working_day(friday, Holidays(country="IL"))
    assert working_day(saturday_worked, Holidays(country="CN"))


@pytest.mark.parametrize(
    ("start", "count", "holidays", "end"),
    [
        ("2026-12-23", 2, Holidays(), "2026-12-25"),
        ("2026-12-23", 2, BERLIN, "2026-12-28"),
        ("2026-12-23", 2, Holidays(country="DE", days=(date(2026, 12, 24),)), "2026-12-29"),
        ("2026-11-21", 0, Holidays(), "2026-11-23"),
        ("2026-11-20", 0, Holidays(), "2026-11-20"),
        ("9999-12-30", 3, BERLIN, "9999-12-31"),
    ],
)
def test_business_days_are_counted_over_days_off(start: str, count: int, holidays: Holidays, end: str):
    assert add_business_days(date.fromisoformat(start), count, holidays) == date.fromisoformat(end)


def test_the_last_working_day_of_a_week_comes_before_its_holidays():
    monday, friday = date(2026, 12, 21), date(2026, 12, 25)

    assert last_working_day(monday, friday, Holidays(country="US")) == date(2026, 12, 24)
    assert last_working_day(friday, friday, Holidays(country="US")) == friday


@pytest.mark.parametrize(
    ("priority", "day", "due", "why"),
    [
        (
            "P1",
            date(2026, 3, 2),
            date(2026, 3, 9),
            ": priority P1 gives 5 business days after 2026-03-02 (due_days.P1)",
        ),
        (
            "p2",
            date(2026, 3, 6),
            date(2026, 3, 20),
            ": priority p2 gives 10 business days after 2026-03-06 (due_days.P2)",
        ),
        (
            "Sev 9",
            date(2026, 3, 7),
            date(2026, 4, 3),
            ": priority Sev 9 gives 20 business days after 2026-03-07 (due_days.default)",
        ),
        (
            None,
            date(2026, 3, 8),
            date(2026, 4, 3),
            ", nor a priority: 20 business days after 2026-03-08 (due_days.default)",
        ),
    ],
)
def test_due_dates_count_mondays_to_fridays(priority: str | None, day: date, due: date, why: str):
    assert due_date_from_priority(Settings(), priority, day) == (due, f"no date was named{why}.")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_due_date_is_a_business_day_after_so_many_business_days(day: date, count: int):
    due, _ = due_date_from_priority(Settings(due_days={"default": count}), None, day)
    between = (day + timedelta(days=offset) for offset in range(1, (due - day).days + 1))
    assert due.isoweekday() <= 5
    assert sum(1 for each in between if each.isoweekday() <= 5) == count


def test_the_reason_for_a_due_date_names_the_holidays_that_were_skipped():
    settings = Settings(due_days={"P1": 5}, holidays=BERLIN)

    assert due_date_from_priority(settings, "P1", date(2026, 12, 23)) == (
        date(2026, 12, 31),
        (
            "no date was named: priority P1 gives 5 business days after 2026-12-23 (due_days.P1), "
            "not counting Christmas Day (2026-12-25)."
        ),
    )


def test_many_skipped_holidays_are_named_in_part_and_counted():
    days = tuple(date(2026, 12, day) for day in (28, 29, 30, 31))
    settings = Settings(due_days={"default": 3}, holidays=Holidays(days=days))

    due_on, why = due_date_from_priority(settings, None, date(2026, 12, 24))

    assert due_on == date(2027, 1, 4)
    assert why.endswith(
        "not counting a day off (2026-12-28), a day off (2026-12-29), a day off (2026-12-30) and 1 more holiday."
    )


@pytest.mark.parametrize(
    ("holidays", "problem"),
    [
        ("{country: de}", 'holidays.country: "de" is not a country with known holidays. Did you mean "DE"?'),
        ("{country: Germany}", 'holidays.country: "Germany" is not a country with known holidays. Did you mean "DE"?'),
        (
            "{country: Atlantis}",
            'holidays.country: "Atlantis" is not a country with known holidays. Write its ISO 3166 code, such as "DE".',
        ),
        (
            "{country: DE, subdivision: Berlin}",
            'holidays.subdivision: "Berlin" is no part of DE with holidays of its own. Did you mean "BE"?',
        ),
        (
            "{country: DK, subdivision: HOV}",
            'holidays.subdivision: "HOV" is not known: DK has one calendar. Take the line out.',
        ),
        (
            "{subdivision: BE}",
            "holidays.subdivision: names a part of no country. Set holidays.country beside it, such as DE.",
        ),
        (
            "{days: [24.12.2026]}",
            'holidays.days[0]: "24.12.2026" is not a date. Write year, month and day, such as "2026-12-24".',
        ),
        (
            "{days: [2026-02-30]}",
            'holidays.days[0]: "2026-02-30" is not a date. Write year, month and day, such as "2026-12-24".',
        ),
    ],
)
def test_wrong_holidays_are_refused_with_what_to_write(holidays: str, problem: str):
    with pytest.raises(SettingsError) as caught:
        read_settings(f"holidays: {holidays}")

    assert [str(one) for one in caught.value.problems] == [f"line 1, {problem}"]


def test_holidays_are_read_from_the_settings():
    settings = read_settings('holidays: {country: DE, subdivision: BE, days: [2026-12-24, "2026-12-31"]}')

    assert settings.holidays == Holidays(country="DE", subdivision="BE", days=(date(2026, 12, 24), date(2026, 12, 31)))


@pytest.mark.parametrize("language", ["de", "th", ""])
def test_holidays_are_named_alike_whatever_the_environment_speaks(language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANGUAGE", language)

    assert holiday_name(date(2031, 12, 25), BERLIN) == "Christmas Day"
