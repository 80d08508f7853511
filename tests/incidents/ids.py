"""Vendor-shaped identities out of words: the same words, the same id, for ever."""

import hashlib
from datetime import datetime, timedelta

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _letters(count: int, *words: object) -> str:
    number = int.from_bytes(hashlib.sha256("\x1f".join(map(str, words)).encode("utf-8", "replace")).digest())
    letters = ""
    for _ in range(count):
        number, index = divmod(number, len(_LETTERS))
        letters += _LETTERS[index]
    return letters


def incident_id(*words: object) -> str:
    """PagerDuty: Q and 13 characters."""
    return "Q" + _letters(13, "incident", *words)


def object_id(*words: object) -> str:
    """PagerDuty's users, services, teams, policies, notes: P and 6 characters."""
    return "P" + _letters(6, *words)


def log_entry_id(*words: object) -> str:
    return "R" + _letters(25, "log_entry", *words)


def event_id(*words: object) -> str:
    """Webhook and change events: 26 characters that begin with 01."""
    return "01" + _letters(24, "event", *words)


def slack_id(letter: str, *words: object) -> str:
    """U for users, C for channels, T for the team, B for bots, A for apps; then 10 characters."""
    return letter + _letters(10, letter, *words)


def account_id(*words: object) -> str:
    """Jira Cloud: a number, a colon and a UUID."""
    digits = hashlib.sha256(" ".join(map(str, words)).encode("utf-8", "replace")).hexdigest()
    return f"712020:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def iso(at: datetime) -> str:
    """As PagerDuty's REST API writes a time in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(at: datetime) -> str:
    """As PagerDuty's webhooks write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def iso_with_offset(at: datetime, offset: str) -> str:
    """As PagerDuty's older records write a time: with whole hours of offset, "-05:00"."""
    return (at + timedelta(hours=int(offset[:3]))).strftime("%Y-%m-%dT%H:%M:%S") + offset
