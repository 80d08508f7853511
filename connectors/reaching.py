"""Is there anybody at an address of ours? Asked from here, as a stranger would. Standard library only."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from connectors.errors import Unreachable

SECONDS = 5.0
"""PagerDuty waits as long (https://developer.pagerduty.com/docs/webhooks-behavior, read 2026-11-20)."""
_HERE = ("127.0.0.1", "::1", "localhost")


def is_safe_address(url: str) -> bool:
    """Whether vendors may be told of it: https, or plain http where both ends are this machine."""
    parts = _parts(url)
    return parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE))


def host_of(url: str) -> str:
    """ "" where it has none."""
    parts = _parts(url)
    return (parts.hostname if parts else None) or ""


def status_of_post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """What answers there. Raises Unreachable, with the reason that a person can act on, where nothing does."""
    parts = urlsplit(url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.netloc.rpartition("@")[2], timeout=SECONDS)
    try:
        connection.request("POST", parts.path or "/", body, dict(headers))
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, error) from None
    finally:
        connection.close()


def certificate_ends_at(url: str) -> datetime:
    """Until when the certificate at an https address holds. Raises Unreachable where a TLS handshake as strict as
    PagerDuty's fails: an own or expired certificate, another name, an incomplete chain."""
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, parts.port or 443), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
    except OSError as error:
        raise _unreachable(url, error) from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _unreachable(url: str, error: Exception) -> Unreachable:
    tried, came_back = f"reaching {host_of(url)}", _why(error)
    return Unreachable(tried, came_back)


def _why(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "its name is not known (DNS)"
        case ssl.SSLCertVerificationError():
            return f"its certificate does not hold ({error.verify_message})"
        case ssl.SSLError():
            return f"no TLS ({error.reason or 'handshake failed'})"
        case TimeoutError():
            return f"no answer within {SECONDS:.0f} seconds"
        case OSError():
            return (error.strerror or type(error).__name__).lower()
        case _:
            return "something that is no web server answers"


def _parts(url: str) -> SplitResult | None:
    """None where it is no address: a port that is no number, brackets that do not close, no host."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname else None
