"""What Jira and Confluence share: a site, one way to log in, the same words for "slow down". Nothing is sent here."""

import re
import ssl
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from requests import Response
from requests import exceptions as http
from urllib3.exceptions import NewConnectionError

from connectors.retrying import wait_hint

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
    now = _unix_date(headers.get("date", ""))
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


def _unix_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
