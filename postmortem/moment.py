"""Moments: aware UTC, beside the very string the vendor wrote."""

import re
from datetime import UTC, datetime, timedelta

from postmortem.noun import Noun

_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")
_SLACK_TS = re.compile(r"(\d{1,11})\.(\d{1,6})")


class Moment(Noun):
    """When something happened: `at` is aware UTC, `original` is what the vendor wrote, untouched."""

    at: datetime
    original: str


def moment_from_iso(text: str) -> Moment:
    """Read an ISO 8601 time that carries its offset. Raises ValueError for a time without a zone.

    A leap second (:60) is taken as the second after :59, which is how UTC arithmetic ignores it.
    """
    leap = _LEAP_SECOND.search(text)
    parsed = datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", text) if leap else text)
    if parsed.tzinfo is None:
        raise ValueError(f"the time {text!r} carries no zone")
    at = parsed.astimezone(UTC)
    return Moment(at=at + timedelta(seconds=1) if leap else at, original=text)


def moment_from_slack_ts(ts: str) -> Moment:
    """Read a Slack `ts` ("1553610120.000100"): it is a string with six decimals, and never a float."""
    match = _SLACK_TS.fullmatch(ts)
    if match is None:
        raise ValueError(f"{ts!r} is not a Slack timestamp")
    seconds, fraction = match.groups()
    at = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(fraction.ljust(6, "0")))
    return Moment(at=at, original=ts)
