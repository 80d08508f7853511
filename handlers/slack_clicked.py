"""An HTTP request from Slack: somebody pressed a button or sent a form of ours. Answered at once, done afterwards.

https://docs.slack.dev/interactivity/handling-user-interaction (read 2026-11-21): three seconds for the answer, and for
opening a form. A decision starts a journey, whose name is that of the press: the same press acts once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors.errors import Ignored
from connectors.logs import bind
from connectors.secrets.port import is_signed_with
from connectors.slack.clicks import ItemRef
from connectors.slack.modal import TEXT, decision_from_form, problems_of
from connectors.slack.webhook import LARGEST_BODY, Click, Person, Submission, looks_signed, parse, verify
from handlers.envelope import Request, Response, Source, answered, http_api_reply, request_from_http_api
from handlers.on_aws import desk, doorway
from handlers.wiring import Doorway, meter

if TYPE_CHECKING:
    from handlers.desk import Desk

WHERE = "in Slack"
_SECRET = "SLACK_SIGNING_SECRET"  # noqa: S105 (its name)
_VERDICTS = {"accept": "accepted", "drop": "dropped"}
STRANGER = "Only people of the organisation that runs Debrief decide about its action items."


def slack_clicked(request: Request, doorway: Doorway, desk: Callable[[], Desk]) -> Response:
    """200 for everything that is signed; 403 and 413 for what Slack would never send."""
    if len(request.body) > LARGEST_BODY:
        return Response(413, "the body is larger than Slack ever sends", why="size")
    fits = partial(verify, request.headers, request.body, now=doorway.now())
    if not looks_signed(request.headers) or not is_signed_with(doorway.secrets(), _SECRET, fits):
        return Response(403, "the signature does not match, or is older than five minutes", why="signature")
    told = parse(request.body)
    if isinstance(told, Ignored):
        return _done(f"ignored: {told.reason}", told.why)
    if isinstance(told, Submission):
        return _submitted(told, doorway)
    if told.choice == "edit" or told.person.is_stranger:
        from handlers.slack_form import open_form, refuse  # loaded for these alone: it takes pydantic and slack_sdk

        return _done(refuse(told, desk(), STRANGER) if told.person.is_stranger else open_form(told, desk()))
    return _done(_snooze(told, doorway) if told.quiet else _decide(told, doorway))


def _done(reason: str, why: str = "") -> Response:
    """An empty body: Slack shows what it is given."""
    return Response(200, reason, "", why)


def _decide(click: Click, doorway: Doorway) -> str:
    assert click.item  # noqa: S101 # only a snooze has none
    claimed = {"owner_id": f"slack:{click.person.slack_id}", "owner": click.person.name}
    chosen = claimed if click.choice == "claim" else {}
    verdict = _VERDICTS.get(click.choice)
    return _start(click.item, click.person, click.at, click.digest, {"verdict": verdict} | chosen, doorway)


def _submitted(submission: Submission, doorway: Doorway) -> Response:
    problems = {TEXT: STRANGER} if submission.person.is_stranger else problems_of(submission.form, doorway.now())
    if problems:
        return Response(200, "the form has errors", json.dumps({"response_action": "errors", "errors": problems}))
    item, person, changed = submission.item, submission.person, decision_from_form(submission.form)
    decided = {"verdict": None} | changed
    reason = _start(item, person, doorway.now(), submission.digest, decided, doorway) if changed else "no change"
    return Response(200, reason, json.dumps({"response_action": "clear"}))


def _start(item: ItemRef, person: Person, at: datetime, digest: str, decided: dict[str, Any], doorway: Doorway) -> str:
    """The journey that keeps this decision and does what follows from it."""
    name = f"de-{digest}"
    bind(incident=item.incident_id, delivery=digest)
    who = {"by": person.by, "by_id": f"slack:{person.slack_id}"}
    decision = {"item_id": item.item_id, "where": WHERE, "at": at.isoformat()} | who | decided
    payload = {"incident_id": item.incident_id, "journey": name, "decision": decision, "once": f"slack-{digest}"}
    return _said(name, doorway.start("postmortem", name, payload))


def _snooze(click: Click, doorway: Doorway) -> str:
    assert click.quiet  # noqa: S101 # only a snooze has it
    name, until = f"sn-{click.digest}", click.at + click.quiet
    payload = {"snooze": {"slack_id": click.person.slack_id, "until": until.isoformat()}}
    return _said(name, doorway.start("follow_up", name, payload))


def _said(name: str, started: bool) -> str:
    return f"started {name}" if started else f"{name} was started before"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The entry point on AWS Lambda."""
    request, source = request_from_http_api(event), Source("slack", meter())
    return http_api_reply(answered(lambda request: slack_clicked(request, doorway(), desk), request, source))
