"""An HTTP request from PagerDuty: verify, understand, and start the journey by name or keep the event, once."""

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.errors import ConnectorError, Ignored
from connectors.logs import bind, log
from connectors.pagerduty.webhook import PING, SUBSCRIPTION_HEADER, Bell, looks_signed, parse, verify
from connectors.secrets.port import SUBSCRIPTIONS, is_signed_with, kept_among
from connectors.store.arrivals import Kind
from handlers.envelope import Request, Response, Source, answered, http_api_reply, request_from_http_api
from handlers.on_aws import doorway
from handlers.wiring import Doorway, meter

# PagerDuty drops what is over 256 KB itself: https://developer.pagerduty.com/docs/webhooks-behavior (read 2026-11-20)
LARGEST_BODY = 256 * 1024
_SECRET = "PAGERDUTY_WEBHOOK_SECRET"  # noqa: S105 (its name)
_REFUSED = Response(403, "the signature does not match", why="signature")
# Longer than PagerDuty's 48 hours of retries; anything older is a replay.
OLDEST = timedelta(days=7)
MOST_AHEAD = timedelta(minutes=10)
KEPT = "kept"
"""What stands for the journey in the mark of a delivery that started none."""


def receive(request: Request, doorway: Doorway) -> Response:
    """2xx with a reason for everything that is signed; 403 and 413 for what PagerDuty would never send."""
    if len(request.body) > LARGEST_BODY:
        return Response(413, "the body is larger than PagerDuty ever sends", why="size")
    fits = partial(verify, request.headers, request.body)
    if not looks_signed(request.headers):
        return _REFUSED
    if not is_signed_with(doorway.secrets(), _SECRET, fits):
        _note("refused", request, doorway)
        return _REFUSED
    bell = parse(request.body)
    if isinstance(bell, Ignored):
        if bell.why == PING:
            _note("ping", request, doorway)
        return Response(202, f"ignored: {bell.reason}", why=bell.why)
    response = _accept(bell, hashlib.sha256(request.body).hexdigest(), doorway)
    _note("delivery", request, doorway)
    return response


def _note(kind: Kind, request: Request, doorway: Doorway) -> None:
    """That something of a subscription of ours came, for whoever asks whether it works. Never a reason to refuse.

    Ours are those whose ids are kept beside the secrets: what names another, as a stranger's would, writes nothing.
    """
    subscription = request.headers.get(SUBSCRIPTION_HEADER, "")
    if doorway.arrivals and subscription and subscription in kept_among(doorway.secrets(), SUBSCRIPTIONS):
        try:
            doorway.arrivals().note(subscription, kind)
        except ConnectorError as error:
            log.warning("that a webhook came is not recorded: %s", error)


def _accept(bell: Bell, body_hash: str, doorway: Doorway) -> Response:
    age = doorway.now() - bell.occurred_at
    bind(incident=bell.incident_id, delivery=bell.event_id)
    if age > OLDEST or -age > MOST_AHEAD:
        return Response(202, f"ignored: it occurred at {bell.occurred_at.isoformat()}, too far from now", why="too_old")
    deliveries = doorway.deliveries()
    sight = deliveries.seen(bell.event_id, body_hash)
    if sight == "changed":
        log.error("%s", deliveries.alarm(bell.event_id))
        return Response(202, "ignored: this event was delivered before, with another body", why="changed")
    if sight == "seen":
        return Response(202, "ignored: this event was delivered before", why="duplicate")
    became, reason = _keep(bell, doorway) if bell.observed else _start(bell, doorway)
    deliveries.mark(bell.event_id, body_hash, became)
    return Response(202, reason)


def _keep(bell: Bell, doorway: Doorway) -> tuple[str, str]:
    """What the delivery is marked with, and the reason. No journey: that of the resolve reads what was kept."""
    kept = doorway.keep(bell.incident_id, bell.event_id, bell.event)
    return KEPT, f"kept {bell.event_type}" if kept else f"{bell.event_type} was kept before"


def _start(bell: Bell, doorway: Doorway) -> tuple[str, str]:
    kind, name, payload = _journey(bell, doorway)
    started = doorway.start(kind, name, payload)
    return name, f"started {name}" if started else f"{name} was started before"


def _journey(bell: Bell, doorway: Doorway) -> tuple[str, str, dict[str, Any]]:
    """Which journey, its name, and a payload that is the same bytes at every delivery."""
    if bell.resolved:
        name = doorway.announced(bell.incident_id, bell.occurred_at)
        return "postmortem", name, {"incident_id": bell.incident_id, "journey": name}
    digest = hashlib.sha256(bell.event_id.encode()).hexdigest()[:40]
    return "observe", f"ob-{digest}", {"incident_id": bell.incident_id, "event": bell.event}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The entry point on AWS Lambda."""
    request, source = request_from_http_api(event), Source("pagerduty", meter())
    return http_api_reply(answered(lambda request: receive(request, doorway()), request, source))
