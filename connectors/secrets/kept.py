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
        self._refreshed_at: datetime | None = None

    def get(self, key: str) -> T:
        with self._lock:
            now, kept = self._now(), self._values.get(key)
            if kept is None or now - kept[0] >= KEPT_FOR:
                kept = self._values[key] = (now, self._read(key))
            return kept[1]

    def refresh(self) -> bool:
        """Forget all, at most once in 30 seconds: a flood of bad signatures must not become a flood of look-ups."""
        with self._lock:
            if self._refreshed_at is not None and self._now() - self._refreshed_at < REFRESHED_AFTER:
                return False
            self._refreshed_at = self._now()
            self._values.clear()
            return True

    def __repr__(self) -> str:
        return f"Kept({sorted(self._values)})"
