"""Durations as people write them: "90s", "2h", "1 day", "1h 30m", or ISO 8601 "PT1H30M"."""

import re
from datetime import timedelta

LONGEST = timedelta(days=365)

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_PIECE = r"(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)"
_PIECES = re.compile(rf"\s*(?:{_PIECE}\s*)+")
_ISO = re.compile(
    r"P(?:(?P<w>\d{1,9})W)?(?:(?P<d>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<h>\d{1,9})H)?(?:(?P<m>\d{1,9})M)?(?:(?P<s>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)


def duration_from_text(text: str) -> timedelta:
    """Read a duration. Raises ValueError for anything else, for a number without a unit, and over 365 days."""
    duration = timedelta(seconds=_seconds_from_iso(text) if text.startswith("P") else _seconds_from_pieces(text))
    if duration > LONGEST:
        raise ValueError("more than 365 days")
    return duration


def text_from_duration(duration: timedelta) -> str:
    """In words, the largest units first: "1 hour 30 minutes"; fractions of a second are left out."""
    left = int(duration.total_seconds())
    words: list[str] = []
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(words) or "0 seconds"


def _seconds_from_pieces(text: str) -> float:
    lower = text.lower()
    if _PIECES.fullmatch(lower) is None:
        raise ValueError("not a duration")
    pieces = re.findall(_PIECE, lower)
    if unknown := [unit for _, unit in pieces if unit not in _UNITS]:
        raise ValueError(f"{unknown[0]!r} is not a unit of time")
    return sum(float(number) * _SECONDS[_UNITS[unit]] for number, unit in pieces)


def _seconds_from_iso(text: str) -> float:
    match = _ISO.fullmatch(text)
    parts = match.groupdict() if match else {}
    if not any(parts.values()):
        raise ValueError("not an ISO 8601 duration")
    return sum(float(number) * _SECONDS[unit] for unit, number in parts.items() if number)
