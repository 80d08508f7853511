"""How long it took, from the record alone, or why nobody can tell."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.compose import compose
from postmortem.response_times import ResponseTimes, duration_in_words, open_moments
from postmortem.settings import Settings
from tests.unit.given import START, bot_said, evidence, log, markdown, note, said


def times(*records: Any) -> ResponseTimes:
    return compose(evidence(*records), Settings(), composed_at=START).response_times


def test_days_are_never_lost():
    measured = times(log("a", 0, "triggered"), log("b", 8 * 86_400 + 3, "resolved")).time_to_resolve

    assert measured.seconds == 691_203
    assert duration_in_words(691_203) == "8 d 3 s"


def test_the_first_acknowledgement_and_the_last_resolve_count():
    measured = times(
        log("a", 0, "triggered"),
        log("b", 60, "acknowledged"),
        log("c", 90, "acknowledged"),
        log("d", 100, "resolved"),
        log("e", 200, "reopened"),
        log("f", 300, "resolved"),
    )

    assert measured.time_to_acknowledge.seconds == 60
    assert measured.time_to_resolve.seconds == 300
    assert measured.time_to_resolve.from_event == "pagerduty/log_entry/a"


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ((), "no trigger of the incident is on record"),
        ((log("a", 0, "triggered"),), "no resolve is on record"),
        (
            (log("a", 0, "triggered"), log("b", 5, "resolved"), log("c", 9, "reopened")),
            "it was reopened after its last resolve",
        ),
        (
            (log("b", -9, "resolved", sequence=9), log("a", 0, "triggered", sequence=1)),
            "the record puts its end before its start: which of the two times is wrong?",
        ),
    ],
)
def test_what_cannot_be_measured_says_why(records: tuple[Any, ...], why: str):
    measured = times(*records).time_to_resolve

    assert (measured.seconds, measured.why_unknown) == (None, why)


@pytest.mark.parametrize(
    "text",
    [
        "Mitigated",
        "we are back to normal",
        "p99 recovered.",
        "all clear!",
        "errors are at zero",
        "merchants say it works again",
        "no longer failing",
        "Is it up? It is healthy again.",
        "we're back up",
        "the site came back up",
        "No errors for 10 minutes, recovered.",
    ],
)
def test_a_persons_statement_ends_the_impact(text: str):
    measured = times(log("a", 0, "triggered"), said("1", 600, text), log("b", 900, "resolved"))

    assert measured.time_to_mitigate.seconds == 600


@pytest.mark.parametrize(
    "text",
    [
        "not recovered yet",
        "is it mitigated?",
        "once it is back to normal I close",
        "hope it works again",
        "it is failing again",
        "We can't give the all clear yet",
        "cannot call it stable again",
        "Nothing is reachable again after the reboot",
        "we need to get it back up",
        "we are trying to get the pool back to normal",
        "Taking a back up of the database before we migrate",
        "no region is healthy",
        "it'll be back to normal in an hour",
        "only half of the pods recovered",
        "wont be back online today",
        "first pods are on the old version, the canary is healthy",
    ],
)
def test_a_hope_or_a_question_ends_nothing(text: str):
    measured = times(log("a", 0, "triggered"), said("1", 600, text), log("b", 900, "resolved")).time_to_mitigate

    assert measured.why_unknown == "nobody said in words when the impact ended"


def test_the_sentence_that_was_measured_is_quoted_so_that_a_reader_can_refuse_it():
    told = evidence(
        log("a", 0, "triggered"),
        said("1", 600, "Not sure why. We are back to normal | I think."),
        log("b", 900, "resolved"),
    )

    (row,) = (line for line in markdown(told).splitlines() if line.startswith("| Time to mitigate"))
    assert "(#inc-1), where it says “We are back to normal \\| I think.” |" in row


def test_neither_a_bot_nor_talk_from_before_or_after_ends_the_impact():
    measured = times(
        said("1", -60, "recovered"),
        log("a", 0, "triggered"),
        bot_said("2", 300, "recovered"),
        log("b", 900, "resolved"),
        said("3", 1000, "recovered"),
    )

    assert measured.time_to_mitigate.seconds is None


def test_the_first_statement_counts_unless_somebody_took_it_back():
    start, end = log("t", 0, "triggered"), log("r", 4000, "resolved")
    first = said("1", 1800, "p99 back under 400 ms. Mitigated")
    later = said("2", 1920, "merchants confirm that it works again")
    assert times(start, end, first, later).time_to_mitigate.seconds == 1800
    relapse = said("3", 1850, "no, spoke too soon: payments are failing again")
    assert times(start, end, first, relapse, later).time_to_mitigate.seconds == 1920


def test_what_was_mitigated_before_it_was_reopened_was_not():
    records = [
        log("a", 0, "triggered"),
        said("1", 100, "back to normal"),
        log("b", 200, "resolved"),
        log("c", 300, "reopened"),
        log("d", 900, "resolved"),
    ]

    assert times(*records).time_to_mitigate.seconds is None
    assert times(*records, note("n", 800, "Both are consistent again")).time_to_mitigate.seconds == 800


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_661, "1 h 1 min"),
        (86_700, "1 d 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_in_words(seconds: float, words: str):
    assert duration_in_words(seconds) == words


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_every_duration_is_the_difference_of_its_two_moments(start: int, length: int):
    measured = times(log("a", start, "triggered", sequence=1), log("b", start + length, "resolved", sequence=2))

    assert measured.time_to_resolve.seconds == length


def test_a_missing_moment_is_asked_for_once_beside_all_the_times_that_lack_it():
    written = compose(evidence(log("t", 0, "triggered"), log("r", 600, "resolved")), Settings(), composed_at=START)

    assert open_moments(written.response_times, ()) == (
        "When did the impact begin? Neither an alert from before the trigger nor a person tells when the impact began.",
        "When was it acknowledged? Nobody acknowledged it in PagerDuty, or said that they took it on.",
        "When did the impact end? Nobody said in words when the impact ended.",
    )


def test_a_moment_that_a_contradiction_asks_for_is_not_asked_again():
    told = evidence(
        log("t", 0, "triggered"),
        said("1", 60, "the queue died completely shortly before midnight"),
        log("r", 600, "resolved"),
    )
    written = compose(told, Settings(), composed_at=START)
    quoted = [line.text for line in written.milestones.questions]

    assert "when did the impact begin?" in quoted[0]
    assert not any("When did the impact begin?" in text for text in open_moments(written.response_times, quoted))
