"""A ping as PagerDuty would send it, signed by ourselves: whether the receiver believes the secret that is kept."""

import hashlib
import hmac
import json
from datetime import datetime

from connectors.pagerduty.webhook import SIGNATURE_HEADER


def signed_ping(secret: str, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers. It names no subscription, so that nothing is recorded of it."""
    event = {"id": "debrief-webhook-test", "event_type": "pagey.ping", "occurred_at": now.isoformat(), "data": {}}
    body = json.dumps({"event": event}).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {"content-type": "application/json", SIGNATURE_HEADER: f"v1={digest}"}
