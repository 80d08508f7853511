"""Deadlines in words, said on Tuesday, 17 November 2026 unless another day is named."""

from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.due_phrases import find_due_phrase
from postmortem.settings import Holidays

TUESDAY = date(2026, 11, 17)


@pytest.mark.parametrize(
    ("text", "due_on", "phrase"),
    [
        ("raise the limit by Friday", "2026-11-20", "by Friday"),
        ("by next Friday", "2026-11-27", "by next Friday"),
        ("by this Tuesday", "2026-11-17", "by this Tuesday"),
        ("by Tuesday", "2026-11-24", "by Tuesday"),
        ("call the vendor on Monday", "2026-11-23", "on Monday"),
        ("due Friday", "2026-11-20", "due Friday"),
        ("by sat", "2026-11-21", "by sat"),
        ("no later than Thursday", "2026-11-19", "no later than Thursday"),
        ("before Friday", "2026-11-19", "before Friday"),
        ("before next week", "2026-11-20", "before next week"),
        ("before 2026-12-01", "2026-11-30", "before 2026-12-01"),
        ("before the end of the month", "2026-11-30", "before the end of the month"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("(owner: Dana, due: 2026-12-01)", "2026-12-01", "due: 2026-12-01"),
        ("by Dec 1", "2026-12-01", "by Dec 1"),
        ("by 1 December", "2026-12-01", "by 1 December"),
        ("by 1st of December 2027", "2027-12-01", "by 1st of December 2027"),
        ("by January 5th", "2027-01-05", "by January 5th"),
        ("by the 15th", "2026-12-15", "by the 15th"),
        ("by the 20th.", "2026-11-20", "by the 20th"),
        ("next week", "2026-11-27", "next week"),
        ("this week", "2026-11-20", "this week"),
        ("next month", "2026-12-31", "next month"),
        ("next quarter", "2027-03-31", "next quarter"),
        ("by end of month", "2026-11-30", "by end of month"),
        ("by the end of next month", "2026-12-31", "by the end of next month"),
        ("by end of January", "2027-01-31", "by end of January"),
        ("by EOQ", "2026-12-31", "by EOQ"),
        ("EOY", "2026-12-31", "EOY"),
        ("by EOD", "2026-11-17", "by EOD"),
        ("EOW", "2026-11-20", "EOW"),
        ("EOD Friday", "2026-11-20", "EOD Friday"),
        ("by 5pm Friday", "2026-11-20", "by 5pm Friday"),
        ("by Friday 17:00 UTC", "2026-11-20", "by Friday 17:00 UTC"),
        ("by Friday next week", "2026-11-27", "by Friday next week"),
        ("next week on Thursday", "2026-11-26", "next week on Thursday"),
        ("today", "2026-11-17", "today"),
        ("tomorrow morning", "2026-11-18", "tomorrow morning"),
        ("by noon tomorrow", "2026-11-18", "by noon tomorrow"),
        ("in 2 weeks", "2026-12-01", "in 2 weeks"),
        ("in a couple of weeks", "2026-12-01", "in a couple of weeks"),
        ("in a week's time", "2026-11-24", "in a week's time"),
        ("in 3 months", "2027-02-17", "in 3 months"),
        ("within 3 business days", "2026-11-20", "within 3 business days"),
        ("within 24 hours", "2026-11-18", "within 24 hours"),
        ("write down what happened today by Friday", "2026-11-20", "by Friday"),
    ],
)
def test_a_deadline_in_words_is_a_date(text: str, due_on: str, phrase: str):
    found = find_due_phrase(text, TUESDAY)

    assert found is not None
    assert (found.due_on.isoformat(), found.phrase) == (due_on, phrase)


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("by Friday", "2026-11-20"),
        ("before Friday", "2026-11-19"),
        ("before Monday", "2026-11-20"),
        ("until Friday", "2026-11-20"),
        ("no later than Friday", "2026-11-20"),
        ("on or before Friday", "2026-11-20"),
        ("Friday at the latest", "2026-11-20"),
        ("by EOD", "2026-11-17"),
        ("by COB tomorrow", "2026-11-18"),
        ("by close of business on Thursday", "2026-11-19"),
        ("by EOW", "2026-11-20"),
        ("EOM", "2026-11-30"),
        ("by eoq", "2026-12-31"),
        ("today", "2026-11-17"),
        ("later today", "2026-11-17"),
        ("by 5pm", "2026-11-17"),
        ("tonight", "2026-11-17"),
        ("this afternoon", "2026-11-17"),
        ("tomorrow", "2026-11-18"),
        ("tomorrow morning", "2026-11-18"),
        ("first thing tomorrow", "2026-11-18"),
        ("the day after tomorrow", "2026-11-19"),
        ("Bea to raise the limit Monday", "2026-11-23"),
        ("first thing Monday", "2026-11-23"),
        ("on Monday", "2026-11-23"),
        ("next Monday", "2026-11-23"),
        ("this Friday", "2026-11-20"),
        ("this coming Friday", "2026-11-20"),
        ("Friday next week", "2026-11-27"),
        ("next week Friday", "2026-11-27"),
        ("a week from Friday", "2026-11-27"),
        ("two weeks from Monday", "2026-12-07"),
        ("a week on Thursday", "2026-11-26"),
        ("Monday week", "2026-11-30"),
        ("in 3 days", "2026-11-20"),
        ("in the next 3 days", "2026-11-20"),
        ("within two weeks", "2026-12-01"),
        ("in 2-3 weeks", "2026-12-08"),
        ("two weeks from now", "2026-12-01"),
        ("a week from today", "2026-11-24"),
        ("a week tomorrow", "2026-11-25"),
        ("in a fortnight", "2026-12-01"),
        ("in a month", "2026-12-17"),
        ("within 48 hours", "2026-11-19"),
        ("within the hour", "2026-11-17"),
        ("within the next week", "2026-11-24"),
        ("in 2 business days", "2026-11-19"),
        ("within five working days", "2026-11-24"),
        ("this week", "2026-11-20"),
        ("by the end of the week", "2026-11-20"),
        ("before the weekend", "2026-11-20"),
        ("over the weekend", "2026-11-22"),
        ("end of next week", "2026-11-27"),
        ("start of next week", "2026-11-23"),
        ("early next week", "2026-11-24"),
        ("mid next week", "2026-11-25"),
        ("late next week", "2026-11-27"),
        ("the week after next", "2026-12-04"),
        ("by month-end", "2026-11-30"),
        ("start of next month", "2026-12-01"),
        ("early next month", "2026-12-10"),
        ("in mid-December", "2026-12-15"),
        ("by the beginning of January", "2027-01-01"),
        ("end of December", "2026-12-31"),
        ("in December", "2026-12-31"),
        ("before December", "2026-11-30"),
        ("by the 15th", "2026-12-15"),
        ("by the 1st of next month", "2026-12-01"),
        ("on the 3rd of December", "2026-12-03"),
        ("Dec 3", "2026-12-03"),
        ("3 Dec", "2026-12-03"),
        ("by Friday, December 4th", "2026-12-04"),
        ("December 3, 2026", "2026-12-03"),
        ("2026-12-03", "2026-12-03"),
        ("2026/12/03", "2026-12-03"),
        ("3.12.2026", "2026-12-03"),
        ("by 12/25", "2026-12-25"),
        ("by 25/12", "2026-12-25"),
        ("by 12/12", "2026-12-12"),
        ("by 12/25/26", "2026-12-25"),
        ("Q1", "2027-03-31"),
        ("in Q1 2027", "2027-03-31"),
        ("end of Q1", "2027-03-31"),
        ("before Q1", "2026-12-31"),
        ("by the start of Q1", "2027-01-01"),
        ("by the end of the quarter", "2026-12-31"),
        ("by the end of the year", "2026-12-31"),
        ("by year end", "2026-12-31"),
        ("before Christmas", "2026-12-24"),
        ("before the new year", "2026-12-31"),
        ("has to be deployed on Monday", "2026-11-23"),
    ],
)
def test_all_these_ways_to_name_a_day_are_read(text: str, due_on: str):
    found = find_due_phrase(text, TUESDAY)

    assert found is not None
    assert found.due_on.isoformat() == due_on


@pytest.mark.parametrize(
    "text",
    [
        "asap",
        "as soon as possible",
        "next sprint",
        "before the holidays",
        "by 12/03",
        "by 03/12/2026",
        "by Friday after next",
        "early Q1",
        "in the coming days",
        "in a few days",
        "in November",
        "before Thanksgiving",
        "24/7 coverage",
        "we need on-call 24/7",
        "by Nov 3",
        "fix what the change of Nov 3 did",
        "the deploy on Nov 12",
        "explain what crashed Monday",
        "the alerts last Friday",
        "page on every Friday deploy",
        "the change released on Monday",
        "what happened today",
        "the load since Tuesday.",
        "may 3 of them be removed",
        "use version 3.12.4",
        "at 99.9.2026.1",
        "review the Q3 report",
        "sat down with the vendor",
        "2026-11-03",
        "by 31.02.2027",
        "by May",
        "yesterday",
        "by then",
        "by 3 percent",
        "in 3 regions",
        "on two hosts",
        "for 5 minutes",
        "downloads may take over a week",
        "but at the end of the day it works",
        "fit both talks in 20-25 minutes timebox",
        "soon",
        "by march together",
        "explain the outage on Monday",
        "write up what failed on Tuesday",
        "today's outage needs a page",
        "hand over next week's rotation",
        "by the 2nd attempt",
        "by 2026-02-30",
        "by 2020-01-01",
        "the regression from 2026-11-17",
        "read https://x.example/2026-12-01/log",
        "see `by Friday` in the code",
        "pin release-2026-12-01",
        "by week 50",
        "monitor the sun",
        "",
    ],
)
def test_what_is_no_deadline_is_none(text: str):
    assert find_due_phrase(text, TUESDAY) is None


@pytest.mark.parametrize(
    ("said_on", "text", "due_on"),
    [
        (date(2026, 12, 31), "tomorrow", "2027-01-01"),
        (date(2026, 12, 31), "by Friday", "2027-01-01"),
        (date(2026, 12, 31), "next month", "2027-01-31"),
        (date(2026, 12, 31), "by Jan 2", "2027-01-02"),
        (date(2027, 1, 31), "in 1 month", "2027-02-28"),
        (date(2026, 11, 20), "by Friday", "2026-11-27"),
        (date(2026, 11, 20), "this Friday", "2026-11-20"),
        (date(2026, 11, 21), "by end of week", "2026-11-27"),
        (date(1970, 1, 1), "next week", "1970-01-09"),
    ],
)
def test_years_and_weeks_turn(said_on: date, text: str, due_on: str):
    found = find_due_phrase(text, said_on)

    assert found is not None
    assert found.due_on.isoformat() == due_on


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("early next week", "read as the Tuesday of that week"),
        ("mid next week", "read as the Wednesday of that week"),
        ("end of next week", "read as the last working day of that week"),
        ("start of next month", "read as its first working day"),
        ("early next month", "read as the 10th"),
        ("end of Q1", "read as a quarter of the calendar year"),
        ("before the weekend", "read as the last working day before it"),
        ("by Friday", ""),
        ("2026-12-03", ""),
    ],
)
def test_words_that_leave_a_day_open_say_how_they_were_read(text: str, reading: str):
    found = find_due_phrase(text, TUESDAY)

    assert found is not None
    assert found.reading == reading


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("in 2 business days", "2026-12-28"),
        ("by the end of the week", "2026-12-24"),
        ("before the weekend", "2026-12-24"),
        ("by Friday", "2026-12-25"),
        ("in 2 days", "2026-12-25"),
    ],
)
def test_holidays_move_business_days_and_ends_of_weeks_and_no_day_that_was_said(text: str, due_on: str):
    found = find_due_phrase(text, date(2026, 12, 23), Holidays(country="US"))

    assert found is not None
    assert found.due_on.isoformat() == due_on


@pytest.mark.parametrize("text", ["by Friday", "tomorrow", "in 3 weeks", "next month", "end of year", "by Dec 1"])
def test_at_the_end_of_time_there_is_no_later_day(text: str):
    assert find_due_phrase(text, date(9999, 12, 31)) is None


@given(st.text(alphabet="by next Friday in 29weksmonthdu2026-1.:@'", max_size=60), st.dates())
def test_no_text_crashes_and_no_deadline_lies_in_the_past(text: str, said_on: date):
    found = find_due_phrase(text, said_on)

    assert found is None or (found.due_on >= said_on and found.phrase in text)


@pytest.mark.parametrize(
    "unit",
    [
        "by ",
        "by the ",
        "eod on ",
        "a week ",
        "on fri ",
        " ",
        "1.1.",
        "12/",
        "2026-",
        "next week of ",
        "the end of the day ",
    ],
)
def test_a_long_message_is_read_in_linear_time(unit: str):
    """Four times the text takes about four times as long: twelve leaves room, sixteen would be its square."""
    short, long = (unit * (length // len(unit)) for length in (10_000, 40_000))

    assert _seconds(long) < 12 * max(_seconds(short), 0.01)


def _seconds(text: str) -> float:
    """Of the processor, at its best: whatever else the machine has to do."""

    def once() -> float:
        start = process_time()
        find_due_phrase(text, TUESDAY)
        return process_time() - start

    return min(once() for _ in range(3))
