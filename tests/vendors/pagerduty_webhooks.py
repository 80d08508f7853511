"""PagerDuty as a sender: V3 webhook deliveries, signed as PagerDuty signs them."""

import hashlib
import hmac
import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

from tests.vendors.wire import Request

SUBSCRIPTION = "PSUB0001"


def signature(body: bytes, *secrets: str) -> str:
    """The x-pagerduty-signature of a body: one v1 entry a secret, as during a rotation."""
    return ",".join(f"v1={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" for secret in secrets)


def sign(body: bytes, *secrets: str) -> dict[str, str]:
    """All headers of a delivery. The webhook id is the same for the same body: a redelivery repeats it.

    https://developer.pagerduty.com/docs/webhooks-overview (read 2026-11-20).
    """
    return {
        "x-pagerduty-signature": signature(body, *secrets),
        "x-webhook-id": str(uuid.uuid5(uuid.NAMESPACE_OID, body.hex())),
        "x-webhook-subscription": SUBSCRIPTION,
        "user-agent": "PagerDuty-Webhook/V3.0",
        "content-type": "application/json",
        "accept": "application/json",
    }


def body_of(webhook: dict[str, Any]) -> bytes:
    """A webhook of a script ({"event": {...}}) as the bytes that travel."""
    try:
        return json.dumps(webhook, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate travels only as an escape
        return json.dumps(webhook, separators=(",", ":")).encode()


def delivery(webhook: dict[str, Any], *secrets: str, path: str = "/pagerduty") -> Request:
    """A signed delivery as a request, for receivers that are called in process."""
    body = body_of(webhook)
    return Request("POST", path, headers=sign(body, *secrets), body=body)


def deliver(url: str, webhook: dict[str, Any], *secrets: str, timeout: float = 5.0) -> tuple[int, str]:
    """Send a signed delivery over HTTP and return status and body. PagerDuty waits 5 s (read 2026-11-20)."""
    parts = urlsplit(url)
    body = body_of(webhook)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request("POST", parts.path or "/", body, sign(body, *secrets))
        reply = connection.getresponse()
        return reply.status, reply.read().decode(errors="replace")
    finally:
        connection.close()
