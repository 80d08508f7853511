"""Deadlines in words, said on Tuesday, 17 November 2026 unless another day is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.action_items.due_phrases import find_due_phrase

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
        ("by Feb 29", "2028-02-29", "by Feb 29"),
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
    "text",
    [
        "asap",
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


@pytest.mark.parametrize("text", ["by Friday", "tomorrow", "in 3 weeks", "next month", "end of year", "by Dec 1"])
def test_at_the_end_of_time_there_is_no_later_day(text: str):
    assert find_due_phrase(text, date(9999, 12, 31)) is None


@given(st.text(alphabet="by next Friday in 29weksmonthdu2026-1.:@'", max_size=60), st.dates())
def test_no_text_crashes_and_no_deadline_lies_in_the_past(text: str, said_on: date):
    found = find_due_phrase(text, said_on)

    assert found is None or (found.due_on >= said_on and found.phrase in text)
