"""Moments keep the vendor's own string and are aware UTC, or are refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from postmortem.moment import Moment, moment_from_iso, moment_from_slack_ts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-17T14:02:11Z", "2026-11-17T14:02:11+00:00"),
        ("2026-11-17T14:02:11.123Z", "2026-11-17T14:02:11.123000+00:00"),
        ("2026-11-17T14:02:11+0530", "2026-11-17T08:32:11+00:00"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00+00:00"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00"),
        ("1969-07-20T20:17:40Z", "1969-07-20T20:17:40+00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        ("2017-01-01T08:59:60+09:00", "2017-01-01T00:00:00+00:00"),
    ],
)
def test_an_iso_time_becomes_utc_and_keeps_its_string(text: str, expected: str):
    moment = moment_from_iso(text)

    assert moment.at.isoformat() == expected
    assert moment.at.tzinfo is UTC
    assert moment.original == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-17T14:02:11",
        "2026-11-17",
        "2026-11-17 14:02",
        "yesterday",
        "",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "2026-02-30T00:00:00Z",
        "2026-11-17T25:00:00Z",
    ],
)
def test_a_time_without_a_zone_or_beyond_the_calendar_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is the promise
        moment_from_iso(text)


def test_a_naive_time_is_refused_wherever_a_moment_is_made():
    with pytest.raises(ValidationError, match="timezone"):
        Moment(at=datetime(2026, 11, 17, 14), original="x")  # noqa: DTZ001 - that is what is refused


def test_a_moment_in_another_zone_is_kept_in_utc():
    moment = Moment(at=datetime(2026, 11, 17, 14, tzinfo=timezone(timedelta(hours=5.5))), original="x")

    assert moment.at.isoformat() == "2026-11-17T08:30:00+00:00"


@pytest.mark.parametrize(
    ("ts", "expected"),
    [
        ("1553610120.000100", "2019-03-26T14:22:00.000100+00:00"),
        ("0.000001", "1970-01-01T00:00:00.000001+00:00"),
        ("1553610120.5", "2019-03-26T14:22:00.500000+00:00"),
        ("99999999999.999999", "5138-11-16T09:46:39.999999+00:00"),
    ],
)
def test_a_slack_ts_is_read_to_the_microsecond(ts: str, expected: str):
    moment = moment_from_slack_ts(ts)

    assert moment.at.isoformat() == expected
    assert moment.original == ts


@pytest.mark.parametrize("ts", ["", "1553610120", "-1.000000", "1e9.0", "1553610120.0000001", "١٥٥٣.٠٠٠", "1.0\n"])
def test_what_is_no_slack_ts_is_refused(ts: str):
    with pytest.raises(ValueError, match="not a Slack timestamp"):
        moment_from_slack_ts(ts)


@given(st.integers(0, 99_999_999_999), st.integers(0, 999_999))
def test_slack_timestamps_keep_their_order(seconds: int, micros: int):
    one = moment_from_slack_ts(f"{seconds}.{micros:06d}")
    other = moment_from_slack_ts(f"{seconds}.{min(micros + 1, 999_999):06d}")

    assert one.at <= other.at
    assert (one.at == other.at) == (micros == 999_999)


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001
def test_every_time_with_an_offset_is_the_same_moment_in_utc(when: datetime):
    text = when.astimezone(timezone(when.utcoffset() or timedelta())).isoformat()

    assert moment_from_iso(text).at == datetime.fromisoformat(text)


@given(st.text(max_size=30))
def test_no_text_crashes_the_reading(text: str):
    with suppress(ValueError):
        assert moment_from_iso(text).original == text
