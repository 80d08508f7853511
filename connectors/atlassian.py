"""What Jira and Confluence share: a site, a login, connections, and what a status means. Nothing is sent here.

`repeatable` tells whether a call may simply be made again: every read, and an upsert. What may not be made again (a
create) ends in OutcomeUnknown wherever it is not certain that nothing happened.
"""

import json
import re
import ssl
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Protocol, cast
from urllib.parse import urlsplit

from requests import Response
from requests import exceptions as http
from urllib3.exceptions import NewConnectionError

from connectors.calls import sending
from connectors.errors import BadReply, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected, Unreachable
from connectors.retrying import Quiet, unix_date, wait_hint

LOOK_FIRST = "Look whether it exists before trying again."
LONGEST_SENTENCE = 300
MOST_SENTENCES = 10
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered. Header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No whole answer came. `sent` is False only where the request surely never left us."""

    why: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Product:
    """Jira or Confluence in the words of errors: what it is called, and what a person checks or grants.

    `sentences` are those in which it refuses; `refuse` raises what its other refusals (400, 409, 413...) mean.
    """

    name: str
    check_the_token: str
    give_permission: str
    check_the_site: str
    sentences: Callable[[Answer], Sequence[str]]
    refuse: Callable[[str, Answer], NoReturn]

    def said(self, beginning: str, came: Answer) -> str:
        """The beginning, and what the answer says after it."""
        sentences = [sentence.rstrip(". ") for sentence in self.sentences(came) if sentence.strip()]
        return f"{beginning}: {'; '.join(sentences)}" if sentences else beginning


class Closable(Protocol):
    """A connection."""

    def close(self) -> None: ...


class Connections[C: Closable]:
    """One is borrowed for one request and given back, so that no two threads ever share one."""

    def __init__(self, new: Callable[[], C]) -> None:
        self._new, self._idle = new, deque[C]()

    @contextmanager
    def borrowed(self) -> Generator[C]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._new()
        try:
            yield connection
        finally:
            self._idle.append(connection)

    def __len__(self) -> int:
        """How many are idle."""
        return len(self._idle)

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop().close()


def site_from_url(site_url: str, setting: str) -> str:
    """The site as scheme and host. Raises ValueError where a token would travel in the clear or to an odd place."""
    parts = urlsplit(site_url.strip())
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    if not is_safe or not parts.hostname or "@" in parts.netloc or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise ValueError(f"{setting} must be the site's address, like https://acme.atlassian.net.")
    return f"{parts.scheme}://{parts.netloc}"


def answer_from_reply(reply: Response, email: str, token: str, shown: str) -> Answer:
    """The answer as data. What is refused may be quoted in an error: `shown` stands there for the token."""
    content = reply.content
    if reply.status_code >= 400:
        for secret in (token, b64encode(f"{email}:{token}".encode()).decode()):
            content = content.replace(secret.encode(), shown.encode())
    return Answer(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, content)


def silence_from_error(error: http.RequestException) -> NoAnswer:
    """Tell a connection that was never made from one that broke. What is not surely the former counts as sent."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    reason = getattr(reason, "original_error", None) or reason
    if isinstance(error, http.ConnectTimeout):
        return NoAnswer("no connection in time", sent=False)
    if isinstance(reason, NewConnectionError):
        return NoAnswer("the connection was refused, or the name is unknown", sent=False)
    if reason is not None and any(isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args):
        return NoAnswer("the certificate could not be verified", sent=False)
    if isinstance(error, http.Timeout):
        return NoAnswer("no answer in time", sent=True)
    return NoAnswer("the connection broke before the answer was complete", sent=True)


def wait_from_headers(headers: dict[str, str]) -> float | None:
    """Seconds to wait. A hint that is a time of day is measured against the answer's own `Date`: by the site's clock.

    `Retry-After` in seconds, `X-RateLimit-Reset` as ISO 8601:
    https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (2026-11-20)
    """
    now = unix_date(headers.get("date", ""))
    if now is None:
        given = headers.get("retry-after", "").strip()
        return wait_hint({"retry-after": given}, now=0.0) if given.isdigit() else None
    hint = wait_hint(headers, now=now)
    reset = headers.get("x-ratelimit-reset", "")
    if hint is not None or not reset:
        return hint
    try:
        return max(0.0, datetime.fromisoformat(reset).timestamp() - now)
    except ValueError:
        return None


def asked_quietly(quiet: Quiet, who: str, endpoint: str, send: Callable[[], Answer | NoAnswer]) -> Answer | NoAnswer:
    """One request; a refusal as too fast keeps the endpoint quiet for as long as the site wants.

    Raises RateLimited where that time is not over, without sending anything.
    """
    quiet.check(endpoint, f"Asking {who}")
    with sending(who, endpoint, quiet.now) as sent:
        came = send()
        sent.status = came.status if isinstance(came, Answer) else None
    if isinstance(came, Answer) and came.status in (429, 503) and (hint := wait_from_headers(came.headers)):
        quiet.keep(endpoint, hint)
    return came


def judge(product: Product, tried: str, came: Answer | NoAnswer, *, repeatable: bool = True) -> Any:
    """The JSON value of a 2xx answer, None where it is empty. Raises a ConnectorError for everything else."""
    if isinstance(came, NoAnswer):
        _refuse_silence(product, tried, came, repeatable)
    if not 200 <= came.status < 300 or (repeatable and _is_anonymous(came)):
        _refuse_status(product, tried, came, repeatable)
    if not came.body.strip():
        return None
    try:
        return json.loads(came.body)
    except (ValueError, RecursionError):
        unreadable = f"{product.name} answered {came.status} with a body that is not JSON"
    if repeatable:
        raise BadReply(tried, unreadable, product.check_the_site)
    raise OutcomeUnknown(tried, unreadable, LOOK_FIRST)


def judge_made(product: Product, tried: str, came: Answer | NoAnswer, what: str, *names: str) -> dict[str, Any]:
    """What was made, with text under each of `names`. An answer without them is OutcomeUnknown, never a failure."""
    value = judge(product, tried, came, repeatable=False)
    if isinstance(value, dict) and all(isinstance(cast("dict[str, Any]", value).get(name), str) for name in names):
        return cast("dict[str, Any]", value)
    raise OutcomeUnknown(tried, f"{product.name}'s answer does not name {what}", LOOK_FIRST)


def object_from(product: Product, tried: str, value: Any) -> dict[str, Any]:
    """The value as a JSON object. Raises BadReply."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise BadReply(tried, f"{product.name}'s answer is not a JSON object", product.check_the_site)


def list_from(product: Product, tried: str, value: Any) -> list[dict[str, Any]]:
    """The value as a list of JSON objects. Raises BadReply."""
    if isinstance(value, list) and all(isinstance(record, dict) for record in cast("list[Any]", value)):
        return cast("list[dict[str, Any]]", value)
    raise BadReply(tried, f"{product.name}'s answer is not a list of records", product.check_the_site)


def error_body(came: Answer) -> dict[str, Any]:
    """The JSON object of a refusal; {} where it is none."""
    try:
        body = json.loads(came.body)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", body) if isinstance(body, dict) else {}


def _refuse_silence(product: Product, tried: str, came: NoAnswer, repeatable: bool) -> NoReturn:
    if came.sent and not repeatable:
        raise OutcomeUnknown(tried, came.why, LOOK_FIRST)
    raise Unreachable(tried, came.why, product.check_the_site)


def _refuse_status(product: Product, tried: str, came: Answer, repeatable: bool) -> NoReturn:
    name, status, hint = product.name, came.status, wait_from_headers(came.headers)
    if status == 401 or _is_anonymous(came):
        raise NotAllowed(tried, f"{name} did not accept the token ({status})", product.check_the_token)
    if status == 403:
        raise NotAllowed(tried, product.said(f"{name} does not allow it (403)", came), product.give_permission)
    if status == 404:
        raise NotFound(tried, f"{name} says it does not exist, or this account may not see it (404)")
    if status == 429 or (status == 503 and hint is not None and repeatable):
        reason = came.headers.get("ratelimit-reason", "")[:60]
        slow_down = f"{name} asked to slow down ({status}{', ' + reason if reason else ''})"
        raise RateLimited(tried, slow_down, retry_after=hint)
    if status >= 500 or status < 200 or status in (408, 425):
        failed = f"{name} failed with {status}"
        raise Unreachable(tried, failed) if repeatable else OutcomeUnknown(tried, failed, LOOK_FIRST)
    if 300 <= status < 400:
        raise Rejected(tried, f"{name} points elsewhere ({status}), which is not followed", product.check_the_site)
    product.refuse(tried, came)


def _is_anonymous(came: Answer) -> bool:
    """A wrong token may be answered as if nobody had logged in; this header is then the only sign of it.

    https://jira.atlassian.com/browse/JRA-41559 (2026-11-20)
    """
    return "AUTHENTICATED_FAILED" in came.headers.get("x-seraph-loginreason", "")
