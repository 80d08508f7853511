"""What a step came to, as JSON that both engines keep, and what that means for its journey. Standard library only."""

import json
import re
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from connectors import errors
from connectors.errors import BadReply, ConnectorError, OutcomeUnknown, RateLimited, Rejected, Unreachable
from connectors.steps import Json

MOST_BYTES = 200_000
"""One result, as ASCII JSON. The service allows 1 MB a step and 256 KB a batch of children before it takes detours
(SDK 3.0.0, CHECKPOINT_SIZE_LIMIT_BYTES): references travel between steps, not evidence."""
LONGEST_NAME = 200
"""The service allows 256 printable ASCII characters (botocore 1.44.5, OperationName); the rest is for our suffixes."""
LONGEST_WAIT = timedelta(days=366)
"""The service waits 31,622,400 s at most (botocore 1.44.5, WaitOptions)."""

RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (30, 120, *[300] * 9))
"""A journey that ends in an error which may pass is run again this long after it, then it has failed. Five minutes at
most: what is well again is made use of within a quarter of an hour, also where one of several branches had failed
before and that comes up only when the others are through."""
MAY_PASS = (Unreachable, RateLimited, BadReply, OutcomeUnknown)

_NAMED = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, ConnectorError) and kind is not ConnectorError
}
_PRINTABLE = re.compile(rf"[ -~]{{1,{LONGEST_NAME}}}")


class Mistake(Exception):
    """Our own code is wrong: it broke a rule of the port, or raised what is not a ConnectorError inside a step.

    The sentence holds names and places only, never text from outside.
    """


class Outcome(NamedTuple):
    """`text` is the JSON to keep. `cause` is the exception behind it, for whoever reads a traceback here and now."""

    text: str
    cause: Exception | None = None


class Names:
    """The names given away in one scope of one run."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, name: str) -> str:
        """Raises Mistake for a name given before in this scope, or one that not every engine can keep."""
        if not _PRINTABLE.fullmatch(name):
            raise Mistake(f"A step name is 1 to {LONGEST_NAME} printable ASCII characters, and {name!a} is not.")
        if name in self._taken:
            raise Mistake(f"The step name {name!r} is used twice in one scope: give the second one a name of its own.")
        self._taken.add(name)
        return name


def outcome_of(name: str, function: Callable[[], Json]) -> Outcome:
    """Call the function and pack what it returns or which ConnectorError it raises.

    Raises Mistake for anything else it raises, for a result that is not JSON, and for one that is too big.
    """
    try:
        return Outcome(packed(name, function()))
    except ConnectorError as error:
        return Outcome(_packed_error(error), error)
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(f"Step {name!r} raised {place_of(error)}.") from error


def packed(name: str, value: Json) -> str:
    """The value as text to keep. Raises Mistake where it is not JSON, or too big."""
    try:
        text = json.dumps({"value": value}, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise Mistake(f"The result of {name!r} is not JSON: return plain values only.") from error
    if len(text) > MOST_BYTES:
        raise Mistake(
            f"The result of {name!r} is {len(text)} bytes of JSON, over the {MOST_BYTES} a step may keep: "
            "save it in the store and return its name."
        )
    return text


def unpacked(outcome: Outcome, *, at: str) -> Any:
    """The kept value, the same the first time and every time; or raises the kept error, marked with the key `at`."""
    kept: dict[str, Any] = json.loads(outcome.text)
    if "error" not in kept:
        return kept["value"]
    error = _error_from(kept)
    mark(error, {at})
    raise error from outcome.cause


def mark(error: Exception, keys: set[str]) -> None:
    """Note on the error which kept outcomes must be forgotten before its journey is run again."""
    vars(error)["failed_at"] = keys | vars(error).get("failed_at", set())


def failed_at(error: BaseException | None) -> set[str]:
    """The keys marked on this error and on those that it was raised from or while handling."""
    keys: set[str] = set()
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        keys |= vars(error).get("failed_at", set())
        error = error.__cause__ or error.__context__
    return keys


def raise_first(failures: list[Exception]) -> NoReturn:
    """Raise the first, marked with what all of them must forget: the others would only fail the next run again."""
    for other in failures[1:]:
        mark(failures[0], failed_at(other))
    raise failures[0]


def retry_delay(error: Exception, attempts: int) -> timedelta | None:
    """How long to wait before the journey is run again after its `attempts`th failure; None: it has failed for good.

    A vendor's own hint is obeyed where it is longer than ours.
    """
    if not isinstance(error, MAY_PASS) or attempts > len(RETRY_AFTER):
        return None
    hint = (error.retry_after if isinstance(error, RateLimited) else None) or 0.0
    return max(RETRY_AFTER[attempts - 1], timedelta(seconds=hint))


def sentence_of(error: Exception) -> str:
    """What an operator reads about a failed journey. Message text of unknown errors stays out: it may hold chat."""
    if isinstance(error, ConnectorError | Mistake):
        return f"{type(error).__name__}: {error}"
    return f"The journey raised {place_of(error)}."


def place_of(error: Exception) -> str:
    """ "KeyError at timeline.py line 12": the class and the last line of it, never the message."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__ + (f" at {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else "")


def _packed_error(error: ConnectorError) -> str:
    kind = next((ours.__name__ for ours in type(error).__mro__ if ours.__name__ in _NAMED), "BadReply")
    kept: dict[str, Any] = {"error": kind, "sentence": [error.tried, error.came_back, error.remedy]}
    if isinstance(error, RateLimited):
        kept["retry_after"] = error.retry_after
    if isinstance(error, Rejected):
        kept["fields"] = error.fields
    return json.dumps(kept)


def _error_from(kept: dict[str, Any]) -> Exception:
    more = {name: kept[name] for name in ("retry_after", "fields") if name in kept}
    return _NAMED[kept["error"]](*kept["sentence"], **more)
