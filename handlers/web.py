"""What one machine answers over HTTP: PagerDuty's deliveries, the pages of the drafts, and whether it is well."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from connectors.errors import ConnectorError
from connectors.slack.webhook import LARGEST_BODY as LARGEST_CLICK
from handlers import envelope, pages
from handlers.jira_changed import LARGEST_BODY as LARGEST_CHANGE
from handlers.jira_changed import jira_changed
from handlers.receive import LARGEST_BODY, receive
from handlers.slack_clicked import slack_clicked
from handlers.web_actions import decide, show_actions, show_report
from handlers.web_door import Door
from handlers.web_drafts import draft_again, show_draft, show_json, show_list, show_markdown, show_story
from handlers.web_site import Site, body_up_to

__all__ = ["Site", "app_of"]

LONGEST_BODY_SECONDS = 10.0

log = logging.getLogger("debrief")


def app_of(site: Site) -> Starlette:
    """The whole site, behind its door."""
    return Starlette(
        routes=[
            Route("/", partial(show_list, site)),
            Route("/healthz", partial(_health, site)),
            Route("/pagerduty", _Deliveries(partial(receive, doorway=site.doorway), LARGEST_BODY), methods=["POST"]),
            Route("/slack", _Deliveries(partial(_clicked, site), LARGEST_CLICK), methods=["POST"]),
            Route("/jira", _Deliveries(partial(jira_changed, doorway=site.doorway), LARGEST_CHANGE), methods=["POST"]),
            Route("/postmortems/{incident_id}", partial(show_draft, site)),
            Route("/postmortems/{incident_id}/document.md", partial(show_markdown, site)),
            Route("/postmortems/{incident_id}/document.json", partial(show_json, site)),
            Route("/postmortems/{incident_id}/story", partial(show_story, site)),
            Route("/postmortems/{incident_id}/again", partial(draft_again, site), methods=["POST"]),
            Route("/postmortems/{incident_id}/actions/{name}", partial(decide, site), methods=["POST"]),
            Route("/actions", partial(show_actions, site)),
            Route("/report", partial(show_report, site)),
        ],
        middleware=[Middleware(Door, hosts=site.hosts())],
        exception_handlers={HTTPException: _refused, ConnectorError: _out_of_order},
    )


class _Deliveries:
    """POST of a vendor: the raw bytes, read no further than a delivery can be long, which is `most`."""

    def __init__(self, receive: Callable[[envelope.Request], envelope.Response], most: int) -> None:
        self._receive, self._most = receive, most

    async def __call__(self, scope: Scope, receive_: Receive, send: Send) -> None:
        request = Request(scope, receive_)
        try:
            async with asyncio.timeout(LONGEST_BODY_SECONDS):
                body = await body_up_to(self._most, request)
        except ClientDisconnect:
            log.info("a delivery was broken off: whoever sent it sends it again")
            return
        except TimeoutError:
            answer = envelope.Response(503, "the body did not arrive in time")
        else:
            delivery = envelope.Request({name.lower(): value for name, value in request.headers.items()}, body)
            answer = await run_in_threadpool(envelope.answered, self._receive, delivery)
        await Response(answer.content(), answer.status, media_type="application/json")(scope, receive_, send)


def _clicked(site: Site, request: envelope.Request) -> envelope.Response:
    return slack_clicked(request, site.doorway, site.desk)


def _health(site: Site, _request: Request) -> Response:
    return JSONResponse({"status": "ok", "journeys": site.engine.states()})


async def _refused(_request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    return HTMLResponse(pages.notice_page(f"{status}", detail), status)


async def _out_of_order(_request: Request, error: Exception) -> Response:
    log.error("a page failed: %s", error)
    return HTMLResponse(pages.notice_page("Out of order", str(error)), 503)
