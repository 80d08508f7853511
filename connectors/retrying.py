"""The one place where it is decided whether, when and how often to ask again. The clients' own retries are off.

A read is asked again on Unreachable, RateLimited and BadReply; a write only where surely nothing happened
(Unreachable, RateLimited). OutcomeUnknown is nobody's to repeat: the ledger looks first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from connectors.errors import BadReply, RateLimited, Unreachable

LONGEST_HINT = 3600.0
MOST_ATTEMPTS = 4
"""Polite to vendors: at most four requests per logical call."""


@dataclass(slots=True)
class Budget:
    """The time one call may take with all its repetitions, and how time passes. `sleep` and `now` are seconds.

    A wait that the budget does not cover is not begun: the error goes up at once, and the engine waits instead.
    """

    sleep: Callable[[float], None]
    now: Callable[[], float]
    seconds: float = 60.0

    def reading[T](self, call: Callable[[], T]) -> T:
        """Make a call that changes nothing outside; repeat it while that may help."""
        return self._retrying((Unreachable, RateLimited, BadReply))(call)

    def writing[T](self, call: Callable[[], T]) -> T:
        """Make a call that changes something outside; repeat it only where surely nothing happened."""
        return self._retrying((Unreachable, RateLimited))(call)

    def _retrying(self, kinds: tuple[type[Exception], ...]) -> Retrying:
        return Retrying(
            retry=retry_if_exception_type(kinds),
            wait=_ObeyTheHint(),
            stop=stop_after_attempt(MOST_ATTEMPTS) | _StopBeforeTheBudgetEnds(self.now() + self.seconds, self.now),
            sleep=self.sleep,
            reraise=True,
        )


class _ObeyTheHint(wait_base):
    """The vendor's hint exactly, or random exponential backoff where there is none."""

    _backoff = wait_random_exponential(multiplier=0.5, max=10)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return max(0.0, error.retry_after)
        return self._backoff(retry_state)


class _StopBeforeTheBudgetEnds(stop_base):
    def __init__(self, deadline: float, now: Callable[[], float]) -> None:
        self._deadline, self._now = deadline, now

    def __call__(self, retry_state: RetryCallState) -> bool:
        return self._now() + (retry_state.upcoming_sleep or 0.0) > self._deadline


def wait_hint(headers: dict[str, str], *, now: float) -> float | None:
    """Seconds to wait according to `Retry-After` (seconds or an HTTP date) or PagerDuty's `ratelimit-reset`.

    `headers` have lower-case names; `now` is a Unix time. None where nothing usable is said. An hour at the most: no
    vendor means more (Jira's quota ends with the hour), and an absurd hint must not park a journey for years.
    """
    for name in ("retry-after", "ratelimit-reset"):
        value = headers.get(name, "").strip()
        if value.isascii() and value.isdigit():
            return min(float(value), LONGEST_HINT)
        if value:
            try:
                return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), LONGEST_HINT)
            except ValueError:
                continue
    return None
