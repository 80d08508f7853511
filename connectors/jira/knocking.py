"""Does our own door take what Jira would send? One signed request, and one that nobody signed.

Jira has no ping. The event is one that means nothing: the receiver verifies it, says so, and starts nothing.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass

from requests import RequestException, Session

from connectors.atlassian import NoAnswer, silence_from_error
from connectors.jira.webhook import SIGNATURE_HEADER, TEST

_BODY = json.dumps({"webhookEvent": TEST}).encode()
# What Jira's receiver gives itself; the first request to a sleeping function takes a second or two.
_SECONDS = (5.0, 15.0)


@dataclass(frozen=True, slots=True)
class Knocked:
    """How a knock was answered; `status` is None where there was no answer, and `why` says why."""

    status: int | None
    why: str = ""
    is_ours: bool = False
    """Whether the answer is one that Debrief gives."""


def knock(url: str, secret: str | None, seconds: tuple[float, float] = _SECONDS) -> Knocked:
    """One request to a door, signed with the secret, or unsigned. Never follows a redirect. Raises nothing."""
    headers = {"content-type": "application/json", "user-agent": "debrief jira webhook test"}
    if secret is not None:
        headers[SIGNATURE_HEADER] = f"sha256={hmac.new(secret.encode(), _BODY, hashlib.sha256).hexdigest()}"
    try:
        with Session() as session:
            reply = session.post(url, data=_BODY, headers=headers, timeout=seconds, allow_redirects=False)
    except RequestException as error:
        return Knocked(None, silence_from_error(error).why)
    except ValueError:  # an address that cannot be one
        return Knocked(None, NoAnswer("the address cannot be used", sent=False).why)
    return Knocked(reply.status_code, is_ours=_is_ours(reply.content))


def _is_ours(content: bytes) -> bool:
    try:
        told: object = json.loads(content[:10_000])
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("reason"), str)
