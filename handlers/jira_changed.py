"""An HTTP request from Jira: verify, understand, and start the journey that looks at the issue, once.

Jira tries again for 5xx, 408, 409, 425 and 429 (https://developer.atlassian.com/cloud/jira/platform/webhooks/, read
2026-11-21), and the daily sweep sees what no webhook tells.
"""

import hashlib
from functools import partial
from typing import Any

from connectors.errors import ConnectorError, Ignored
from connectors.jira.webhook import PING, Hint, looks_signed, parse, verify
from connectors.logs import bind, log
from connectors.secrets.port import is_signed_with
from connectors.store.arrivals import Kind
from handlers.envelope import Request, Response, Source, answered, http_api_reply, request_from_http_api
from handlers.on_aws import doorway
from handlers.wiring import Doorway, meter

# Ours: an issue with all its comments is long, and API Gateway hands on 6 MB at the most.
LARGEST_BODY = 4 * 1024 * 1024
_SECRET = "JIRA_WEBHOOK_SECRET"  # noqa: S105 (its name)
ARRIVES_AS = "jira"
"""What the records of arrivals call it: an installation has one webhook in Jira."""


def jira_changed(request: Request, doorway: Doorway) -> Response:
    """2xx with a reason for everything that is signed; 403 and 413 for what Jira would never send."""
    if len(request.body) > LARGEST_BODY:
        return Response(413, "the body is larger than Jira ever sends", why="size")
    fits = partial(verify, request.headers, request.body)
    if not looks_signed(request.headers) or not is_signed_with(doorway.secrets(), _SECRET, fits):
        return Response(403, "the signature does not match", why="signature")
    hint = parse(request.headers, request.body)
    if isinstance(hint, Ignored):
        _note("ping" if hint.why == PING else "delivery", doorway)
        return Response(202, f"ignored: {hint.reason}", why=hint.why)
    response = _accept(hint, hashlib.sha256(request.body).hexdigest(), doorway)
    _note("delivery", doorway)
    return response


def _note(kind: Kind, doorway: Doorway) -> None:
    """That something signed came, for whoever asks whether the webhook works. Never a reason to refuse."""
    if doorway.arrivals:
        try:
            doorway.arrivals().note(ARRIVES_AS, kind)
        except ConnectorError as error:
            log.warning("that a webhook came is not recorded: %s", error)


def _accept(hint: Hint, body_hash: str, doorway: Doorway) -> Response:
    """The identifier is not signed, so a delivery is known by it and by its body together: neither hides another."""
    if not doorway.follows(hint.issue_id):
        return Response(202, "ignored: no item that is followed has this issue", why="not_wanted")
    delivery = hashlib.sha256(f"jira\0{hint.delivery_id or ''}\0{body_hash}".encode()).hexdigest()
    bind(delivery=delivery[:40])
    deliveries = doorway.deliveries()
    if deliveries.seen(delivery, body_hash) != "new":
        return Response(202, "ignored: this was delivered before", why="duplicate")
    name = f"jc-{delivery[:40]}"
    started = doorway.start("follow_up", name, {"issue_id": hint.issue_id, "journey": name})
    deliveries.mark(delivery, body_hash, name)
    return Response(202, f"started {name}" if started else f"{name} was started before")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The entry point on AWS Lambda."""
    request, source = request_from_http_api(event), Source("jira", meter())
    return http_api_reply(answered(lambda request: jira_changed(request, doorway()), request, source))
