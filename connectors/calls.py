"""One line of the log for every request to a vendor: which endpoint, what came back, how long it took, what it meant.

Ids, addresses, queries and bodies stay out. Standard library only.
"""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count

from connectors.errors import ConnectorError
from connectors.logs import log


@dataclass(slots=True)
class Sent:
    """One request. `status` stays None where no answer came; `seconds` is how long that took."""

    vendor: str
    endpoint: str
    status: int | None = None
    seconds: float = 0.0


_latest: ContextVar[Sent | None] = ContextVar("latest", default=None)


@contextmanager
def sending(vendor: str, endpoint: str, now: Callable[[], float]) -> Generator[Sent]:
    """Around one request. `endpoint` is as vendors count them ("GET /incidents/*/notes"); `now` is in seconds."""
    sent, began = Sent(vendor, endpoint), now()
    _latest.set(sent)
    try:
        yield sent
    finally:
        sent.seconds = now() - began


def told[T](call: Callable[[], T]) -> Callable[[], T]:
    """The call, which sends one request each time, with a line for each: also for a repeated one."""
    attempts = count(1)

    def once() -> T:
        attempt, outcome = next(attempts), "raised"
        _latest.set(None)
        try:
            value = call()
            outcome = "ok"
        except ConnectorError as error:
            outcome = type(error).__name__
            raise
        finally:
            _tell(_latest.get(), attempt, outcome)
        return value

    return once


def _tell(sent: Sent | None, attempt: int, outcome: str) -> None:
    """Nothing where nothing was sent: the vendor had asked for quiet."""
    if sent is None or not log.isEnabledFor(logging.INFO):
        return
    milliseconds = round(sent.seconds * 1000)
    fields = {
        "vendor": sent.vendor,
        "endpoint": sent.endpoint,
        "status": sent.status,
        "ms": milliseconds,
        "attempt": attempt,
        "outcome": outcome,
    }
    answered = sent.status or "no answer"
    again = f", attempt {attempt}" if attempt > 1 else ""
    log.info(
        "%s %s: %s, %s in %d ms%s", sent.vendor, sent.endpoint, answered, outcome, milliseconds, again, extra=fields
    )
