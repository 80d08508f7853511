"""What can go wrong outside, sorted by what to do next. Standard library only: the receiver loads this.

Every error prints one sentence: what was tried, what came back, which setting to change. None holds a token, a
body, or message text.
"""

from dataclasses import dataclass


class ConnectorError(Exception):
    """The family of everything below. Raise one of its children."""

    def __init__(self, tried: str, came_back: str, remedy: str = "") -> None:
        self.tried, self.came_back, self.remedy = tried, came_back, remedy
        super().__init__(f"{tried}: {came_back}." + (f" {remedy}" if remedy else ""))


class Unreachable(ConnectorError):
    """No usable answer, and surely nothing happened there: try again."""


LONGEST_HINT = 3600.0
"""Seconds. No vendor means more than its top of the hour (Jira's quota); an absurd hint parks nothing for years."""


class RateLimited(ConnectorError):
    """Asked to slow down; nothing happened there. `retry_after` is in seconds, an hour at the most, None where the
    vendor gave no hint."""

    def __init__(self, tried: str, came_back: str, remedy: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(tried, came_back, remedy)
        self.retry_after = None if retry_after is None else min(max(retry_after, 0.0), LONGEST_HINT)


class OutcomeUnknown(ConnectorError):
    """A write may or may not have happened: look before doing anything again."""


class NotAllowed(ConnectorError):
    """A token is wrong, expired, or lacks a scope or permission: a person must act."""


class NotFound(ConnectorError):
    """It is not there, or this token may not know that it is."""


class Rejected(ConnectorError):
    """The vendor refused what we asked for. `fields` holds its sentence per field, where it names fields."""

    def __init__(self, tried: str, came_back: str, remedy: str = "", *, fields: dict[str, str] | None = None) -> None:
        super().__init__(tried, came_back, remedy)
        self.fields = fields or {}


class BadReply(ConnectorError):
    """The vendor answered a read with something that is not what its documentation promises."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A value, not an error: nothing to do, and the reason in words that an operator can act on. `why` is one of a few
    words, for a count."""

    reason: str
    why: str = "not_wanted"
