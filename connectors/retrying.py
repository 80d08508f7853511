"""The one place where it is decided whether, when and how often to ask again. The clients' own retries are off.

A read is asked again on Unreachable, RateLimited and BadReply; a write only where surely nothing happened
(Unreachable, RateLimited). OutcomeUnknown is nobody's to repeat: the ledger looks first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Lock

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from connectors.calls import told
from connectors.errors import LONGEST_HINT, BadReply, RateLimited, Unreachable

MOST_ATTEMPTS = 4
"""Polite to vendors: at most four requests per logical call."""
WRITES_BEGIN_WITHIN = 15.0
"""Seconds from the first try of a write to its last."""
_ROUNDING = 0.001
"""Seconds: who slept exactly as long as was asked has slept long enough."""


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
        return self._retrying((Unreachable, RateLimited, BadReply), self.seconds)(call)

    def writing[T](self, call: Callable[[], T]) -> T:
        """Make a call that changes something outside; repeat it only where surely nothing happened, and only for
        WRITES_BEGIN_WITHIN: who waits for a lost one to show counts on that."""
        return self._retrying((Unreachable, RateLimited), min(self.seconds, WRITES_BEGIN_WITHIN))(call)

    def _retrying[T](self, kinds: tuple[type[Exception], ...], seconds: float) -> Callable[[Callable[[], T]], T]:
        retrying = Retrying(
            retry=retry_if_exception_type(kinds),
            wait=_ObeyTheHint(),
            stop=stop_after_attempt(MOST_ATTEMPTS) | _StopBeforeTheBudgetEnds(self.now() + seconds, self.now),
            sleep=self.sleep,
            reraise=True,
        )
        return lambda call: retrying(told(call))


class Quiet:
    """When a vendor wants to be asked again, endpoint by endpoint. What it has refused already is refused here, without
    asking it: nothing is sent inside a Retry-After, whoever is told of it. `now` is in seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._rests: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def check(self, endpoint: str, tried: str) -> None:
        """Raises RateLimited while the endpoint rests. A clock that was set back begins its rest anew."""
        with self._lock:
            since, seconds = self._rests.get(endpoint, (0.0, 0.0))
            now = self.now()
            if seconds and now < since:
                self._rests[endpoint] = now, seconds
                since = now
            left = since + seconds - now
        if left > _ROUNDING:
            raise RateLimited(tried, "it asked to slow down, and its time has not come", retry_after=left)

    def keep(self, endpoint: str, seconds: float | None) -> None:
        """From now on the endpoint rests so long."""
        with self._lock:
            self._rests[endpoint] = (self.now(), min(seconds or 0.0, LONGEST_HINT))


def endpoint_of(method: str, path: str) -> str:
    """ "GET /issue/*/comment": what a vendor counts requests by. Ids and keys have a digit, or capitals alone."""
    return f"{method} " + "/".join("*" if _is_id(part) else part for part in path.split("/"))


def _is_id(part: str) -> bool:
    return any(letter.isdigit() for letter in part) or part.isupper()


class _ObeyTheHint(wait_base):
    """The vendor's hint exactly, or random exponential backoff where there is none."""

    _backoff = wait_random_exponential(multiplier=0.5, max=10)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after
        return self._backoff(retry_state)


class _StopBeforeTheBudgetEnds(stop_base):
    def __init__(self, deadline: float, now: Callable[[], float]) -> None:
        self._deadline, self._now = deadline, now

    def __call__(self, retry_state: RetryCallState) -> bool:
        return self._now() + (retry_state.upcoming_sleep or 0.0) > self._deadline


def wait_hint(headers: dict[str, str], *, now: float) -> float | None:
    """Seconds to wait according to `Retry-After` (seconds or an HTTP date) or PagerDuty's `ratelimit-reset`.

    `headers` have lower-case names; `now` is a Unix time. None where nothing usable is said.
    """
    for name in ("retry-after", "ratelimit-reset"):
        value = headers.get(name, "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        if value:
            try:
                return max(0.0, parsedate_to_datetime(value).timestamp() - now)
            except ValueError:
                continue
    return None


def unix_date(text: str) -> float | None:
    """The Unix time of a `Date` header; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
