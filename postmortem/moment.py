"""Moments: aware UTC, beside the very string the vendor wrote."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from postmortem.noun import Noun

_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_YEARS = range(1970, 2201)
_SLACK_TS = re.compile(r"(\d{1,11})\.(\d{1,6})", re.ASCII)


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError where UTC would leave the years 1 to 9999."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the time {at.isoformat()} lies outside the years 1 to 9999 in UTC") from error


def moved(at: datetime, by: timedelta) -> datetime:
    """So much later, or earlier; the last or first moment that there is where that would leave the years 1 to 9999."""
    try:
        return at + by
    except OverflowError:
        return _LAST if by > timedelta(0) else _FIRST


def is_plausible(at: datetime) -> bool:
    """Whether a system in use today can have meant it: the year 1 is how some write that no time is set."""
    return _YEARS.start <= at.year < _YEARS.stop


def day_in(zone: tzinfo, at: datetime) -> date:
    """The date that the zone's calendar showed; that of UTC at the very ends of time."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.date()


Utc = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment in UTC; one in another zone is converted, one without a zone is refused."""


class Moment(Noun):
    """When something happened: `at` is aware UTC, `original` is what the vendor wrote, untouched."""

    at: Utc
    original: str


def moment_from_iso(text: str) -> Moment:
    """Read an ISO 8601 time that carries its offset. Raises ValueError for a time without a zone.

    A leap second (:60) is taken as the second after :59, which is how UTC arithmetic ignores it.
    """
    leap = _LEAP_SECOND.search(text)
    parsed = datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", text) if leap else text)
    if parsed.tzinfo is None:
        raise ValueError(f"the time {text!r} carries no zone")
    try:
        at = in_utc(parsed) + timedelta(seconds=1 if leap else 0)
    except OverflowError as error:
        raise ValueError(f"the time {text!r} lies outside the years 1 to 9999") from error
    return Moment(at=at, original=text)


def moment_from_slack_ts(ts: str) -> Moment:
    """Read a Slack `ts` ("1553610120.000100"): it is a string with six decimals, and never a float."""
    match = _SLACK_TS.fullmatch(ts)
    if match is None:
        raise ValueError(f"{ts!r} is not a Slack timestamp")
    seconds, fraction = match.groups()
    at = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(fraction.ljust(6, "0")))
    return Moment(at=at, original=ts)
