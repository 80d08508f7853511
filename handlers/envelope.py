"""The shapes that requests arrive in, and what an error means for the sender. Standard library only.

PagerDuty drops a delivery for good on any 4xx, and after three drops disables the subscription for a day
(https://developer.pagerduty.com/docs/webhooks-behavior, read 2026-11-20). So: 4xx only for a forged or oversized
request, 2xx for whatever is signed and not wanted, 503 for every fault of our own.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.errors import ConnectorError
from connectors.logs import bound, log
from connectors.meter import Meter
from connectors.secrets.port import Unjudged

UNFORESEEN = 70
"""The exit code of an error of our own: EX_SOFTWARE of sysexits.h."""


@dataclass(frozen=True, slots=True)
class Request:
    """Raw bytes, as they were signed, and headers with lower-case names."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """`status` tells the sender what to do, `reason` tells a person why.

    `body` is sent instead of the reason to a sender that reads what it gets. `why` is the reason as one of a few words,
    for a count: "" where the delivery was accepted.
    """

    status: int
    reason: str
    body: str | None = None
    why: str = field(default="", compare=False)

    def content(self) -> str:
        return json.dumps({"reason": self.reason}, separators=(",", ":")) if self.body is None else self.body


def request_from_http_api(event: Mapping[str, Any]) -> Request:
    """A request out of an API Gateway HTTP API event, payload format 2.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    (read 2026-11-20): names are lower-case, the body is base64 where isBase64Encoded says so.
    """
    headers = event.get("headers")
    named = headers.items() if isinstance(headers, Mapping) else ()
    return Request({str(name).lower(): str(value) for name, value in named}, _body(event))


def _body(event: Mapping[str, Any]) -> bytes:
    """Empty where it is not what the gateway promises: nothing that was signed looks like this, so it is refused."""
    text = event.get("body")
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except ValueError:  # no base64, or no text that has bytes
        return b""


def http_api_reply(response: Response) -> dict[str, Any]:
    """The reply in the HTTP API's shape. The reason is ours: it never repeats what was sent."""
    return {
        "statusCode": response.status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": response.content(),
    }


@dataclass(frozen=True, slots=True)
class Source:
    """Who rings ("pagerduty", "slack", "jira"), and what counts the deliveries."""

    name: str
    meter: Meter


def answered(receive: Callable[[Request], Response], request: Request, source: Source | None = None) -> Response:
    """Answer the request; whatever goes wrong on our side becomes a 503, which makes the sender try again later."""
    with bound():  # what `receive` learns of the delivery is said with the answer, too
        response = _answered(receive, request)
        log.info("receive answered %d: %s", response.status, response.reason)
        if source:
            _count(source.name, source.meter, response)
    return response


def _answered(receive: Callable[[Request], Response], request: Request) -> Response:
    why = "fault"
    try:
        return receive(request)
    except ConnectorError as error:
        why = "unjudged" if isinstance(error, Unjudged) else why
        log.error("receive failed: %s", error)
        response = Response(503, "not accepted, try again later")
    except Exception as error:  # noqa: BLE001 # the one place where a fault of ours becomes an answer
        where = _where(error)
        log.error("receive failed: %s at %s", type(error).__name__, where)
        response = Response(503, "not accepted, try again later")
    return replace(response, why=why)


def _count(source: str, meter: Meter, response: Response) -> None:
    if response.why == "fault":
        meter.count("ReceiverFaults")
    elif response.status >= 400:
        meter.count("WebhooksRefused", Source=source, Reason=response.why)
    elif response.why:
        meter.count("WebhooksIgnored", Source=source, Reason=response.why)
    else:
        meter.count("WebhooksAccepted", Source=source)


def told(command: Callable[[], int], say: Callable[[str], None]) -> int:
    """Run a command of the terminal; an error that nobody foresaw becomes one sentence, and its code."""
    try:
        return command()
    except Exception as error:  # noqa: BLE001 # the one place where a fault of ours becomes a sentence
        say(
            f"Debrief met an error of its own: {type(error).__name__} at {_where(error)}. "
            "Please report this line with what you typed; it holds nothing of what was read."
        )
        return UNFORESEEN


def _where(error: BaseException) -> str:
    """File and line where it was raised: the text of an unforeseen error may hold what somebody wrote."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
