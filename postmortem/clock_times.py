"""Times of day in words ("13:40 UTC", "9:15", "11pm last night"), and every moment that they can mean."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from postmortem.moment import day_in

# Abbreviations that mean one thing where incidents are talked of. The short American ones follow summer time.
_OFFSETS = {
    "CET": 1,
    "CEST": 2,
    "WEST": 1,
    "EEST": 3,
    "MSK": 3,
    "SGT": 8,
    "JST": 9,
    "KST": 9,
    "AEST": 10,
    "AEDT": 11,
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "NZST": 12,
    "NZDT": 13,
}
_PLACES = {"PT": "Los_Angeles", "MT": "Denver", "CT": "Chicago", "ET": "New_York"}
# India, Israel or Ireland; the middle of America or China; Britain or Bangladesh: nobody can tell from the letters.
_DOUBTFUL = ("IST", "CST", "BST")
_ABBREVIATIONS = "|".join((*_OFFSETS, *_PLACES, *_DOUBTFUL))
_ZONE = (
    r"(?P<zone>(?i:utc|gmt)(?:[+-]\d{1,2}(?::?\d\d)?)?(?!\w)|Z(?!\w)|(?<=:\d\d)[+-](?:0\d|1[0-4]):?(?:00|30|45)(?!\w)|"
    rf"(?:{_ABBREVIATIONS})(?!\w)|[A-Z][a-z]{{2,14}}/[A-Z][A-Za-z_]{{2,20}}|(?:local|[A-Z][a-z]{{2,14}})\s(?i:time)\b)"
)
_VAGUE = (
    r"(?P<vague>"
    r"(?:(?:shortly|just|right|well|some\s?time|slightly|soon|immediately|a (?:bit|little|while|few minutes))\s+)?"
    r"(?:before|after|past|prior to|between)\s+(?:the\s+\w+\s+(?:at\s+)?)?)?"
)
_DAY = r"(?P<{}>yesterday|today|tonight|last night|last evening|this (?:morning|afternoon|evening))"
_CLOCK = (
    r"(?:(?P<hour>[01]?\d|2[0-3])(?:[:h](?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d{1,6})?)?)(?![\d:%])"
    r"\s?(?P<half>(?i:[ap]\.?m\b))?|"
    r"(?P<bare>1[0-2]|0?[1-9])\s?(?P<bare_half>(?i:[ap]\.?m\b))|"
    r"(?P<compact>(?:[01]\d|2[0-3])[0-5]\d)(?=\s?(?:(?i:utc|gmt|hrs)\b|Z\b))|(?P<word>(?i:midnight|noon|midday)))"
)
_RANGE = r"(?:\s?(?:-|–|to|until|and)\s?\d{1,2}:\d\d(?!\d))?"
_ABOUT = r"(?:(?:at|on|about|around|approximately|approx\.?|roughly|circa|exactly|ca\.?|as early as)\s+|~\s?){0,3}"
_AT = r"(?:at\s+|around\s+|~)?"
CLOCK_TIME = (
    rf"{_VAGUE}{_ABOUT}(?:(?P<date>\d{{4}}-\d\d-\d\d)(?:T|,?\s+{_AT})|{_DAY.format('day')},?\s+{_AT})?"
    rf"(?<![\d:.,$€£/v-]){_CLOCK}(?:hrs)?{_RANGE}(?-i:\s?{_ZONE})?(?:\s+{_DAY.format('day_after')})?"
)
"""Source of a pattern whose match `read_clock_time` understands."""

_YESTERDAY = ("yesterday", "last night", "last evening")
_NIGHT_ENDS = 12
# A time of day later than the message's own is that of the evening before, if that is no longer ago than this.
_SECOND_DAY = date.min + timedelta(days=1)
_OVER_MIDNIGHT = timedelta(hours=12)


class Reading(NamedTuple):
    """One moment that the words can mean, and on what ground ("read in Europe/Berlin, the zone of the settings").

    `is_plain` where the zone is the one that is named or set, and the hour the one that is written.
    """

    at: datetime
    why: str
    is_plain: bool


class ClockTime(NamedTuple):
    """What was read. `readings` begins with the plain one, as it is written; `doubt` says why there is none."""

    words: str
    readings: tuple[Reading, ...] = ()
    doubt: str | None = None


def read_clock_time(match: re.Match[str], said_at: datetime, zone: str, speakers_zone: str | None = None) -> ClockTime:
    """Every moment, not after `said_at`, that the words can mean.

    The zone is the one that is named, else `zone` (the organisation's); the speaker's own and UTC are other readings.
    """
    words = match.group().strip()
    if match["vague"]:
        return ClockTime(words, doubt="it is told only roughly")
    zones = _zones(match["zone"], zone, speakers_zone)
    if not zones:
        return ClockTime(words, doubt=f"“{match['zone']}” does not tell one zone")
    readings: dict[datetime, Reading] = {}
    for place, (tz, why) in enumerate(zones):
        for clock, later in _clocks(match):
            for at in _moments(match, said_at, tz, clock):
                readings.setdefault(at, Reading(at, f"{why}{later}", is_plain=not (place or later)))
    if not readings:
        return ClockTime(words, doubt="it lies after the message itself")
    return ClockTime(words, tuple(readings.values()))


def _zones(named: str | None, zone: str, speakers_zone: str | None) -> list[tuple[tzinfo, str]]:
    if named:
        found = _zone_named(named)
        return [(found, f"read in {named}, the zone that is named")] if found else []
    zones: list[tuple[tzinfo, str]] = [(ZoneInfo(zone), f"read in {zone}, the zone of the settings")]
    if speakers_zone and (own := _zone_of_place(speakers_zone)):
        zones.append((own, f"read in {speakers_zone}, the zone of who said it"))
    return [*zones, (UTC, "read in UTC")]


def _zone_named(named: str) -> tzinfo | None:
    letters = named.upper()
    if letters in _OFFSETS:
        return timezone(timedelta(hours=_OFFSETS[letters]))
    if letters in _PLACES:
        return ZoneInfo(f"America/{_PLACES[letters]}")
    offset = re.search(r"([+-])(\d{1,2}):?(\d\d)?$", named)
    if offset:
        sign, hours, minutes = offset.groups()
        size = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(size if sign == "+" else -size) if size < timedelta(hours=15) else None
    if letters in ("UTC", "GMT", "Z"):
        return UTC
    return _zone_of_place(named) if "/" in named else None


def _zone_of_place(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _clocks(match: re.Match[str]) -> Iterator[tuple[time, str]]:
    """The time as it is written; and twelve hours later where a hand with a twelve-hour clock may have written it."""
    if match["word"]:
        yield time(0 if match["word"].lower() == "midnight" else 12), ""
        return
    if match["compact"]:
        yield time(int(match["compact"][:2]), int(match["compact"][2:])), ""
        return
    written = match["hour"] or match["bare"]
    minute, half = int(match["minute"] or 0), (match["half"] or match["bare_half"] or "").lower()
    hour = int(written)
    if half and 1 <= hour <= 12:
        yield time(hour % 12 + (12 if half.startswith("p") else 0), minute), ""
        return
    yield time(hour, minute), ""
    if 1 <= hour <= 12 and not written.startswith("0"):
        yield time((hour + 12) % 24, minute), ", twelve hours later"


def _moments(match: re.Match[str], said_at: datetime, zone: tzinfo, clock: time) -> Iterator[datetime]:
    """The moments of this time of day in this zone that are not after the message: two where clocks went back."""
    for fold in (0, 1):
        told = [_in_utc(day, clock, zone, fold) for day in _days(match, day_in(zone, said_at), clock)]
        past = [at for at in told if at is not None and at <= said_at]
        if past and (len(told) == 1 or past[0] is told[0] or said_at - past[0] <= _OVER_MIDNIGHT):
            yield past[0]


def _days(match: re.Match[str], said_on: date, clock: time) -> list[date]:
    """The day that is named; else that of the message, and the one before it."""
    if match["date"]:
        try:
            return [date.fromisoformat(match["date"])]
        except ValueError:
            return []
    named = (match["day"] or match["day_after"] or "").lower()
    before = max(said_on, _SECOND_DAY) - timedelta(days=1)
    if named in _YESTERDAY:
        return [said_on if "night" in named and clock.hour < _NIGHT_ENDS else before]
    return [said_on] if named else [said_on, before]


def _in_utc(day: date, clock: time, zone: tzinfo, fold: int) -> datetime | None:
    try:
        return datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)
    except OverflowError:
        return None
