"""What was read is kept for a while: so that a request costs no look-up, and a changed secret is soon seen."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

KEPT_FOR = timedelta(minutes=5)
REFRESHED_AFTER = timedelta(seconds=30)


class Kept[T]:
    """Values by key, each read at most once in five minutes. Safe for threads; a failed read is not kept."""

    def __init__(self, read: Callable[[str], T], now: Callable[[], datetime]) -> None:
        self._read, self._now = read, now
        self._lock = threading.Lock()
        self._values: dict[str, tuple[datetime, T]] = {}
        self._asked_at: dict[str, datetime] = {}

    def get(self, key: str) -> T:
        with self._lock:
            kept = self._values.get(key)
            if kept is None or not _is_within(KEPT_FOR, kept[0], self._now()):
                return self._ask(key)
            return kept[1]

    def refresh(self, key: str, since: datetime) -> bool:
        """Whether this was read since then, reading it once more where it was not. False where it was asked for less
        than 30 seconds ago: a flood of bad signatures must not become a flood of look-ups.

        Where the look-up fails, that is raised, and what was kept before stays.
        """
        with self._lock:
            if key in self._values and self._values[key][0] >= since:
                return True
            if key in self._asked_at and _is_within(REFRESHED_AFTER, self._asked_at[key], self._now()):
                return False
            self._ask(key)
            return True

    def _ask(self, key: str) -> T:
        now = self._asked_at[key] = self._now()
        value = self._read(key)
        self._values[key] = (now, value)
        return value

    def __repr__(self) -> str:
        return f"Kept({sorted(self._values)})"


def _is_within(duration: timedelta, then: datetime, now: datetime) -> bool:
    """Also where the clock was set back meanwhile: what was read in a future is old."""
    return abs(now - then) < duration
