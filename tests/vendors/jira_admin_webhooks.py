"""The webhooks that administrators of a fake Jira made: /rest/webhooks/1.0/webhook, strict and with memory.

    fake.webhooks.made_by_hand("Build server", "https://ci.acme.example/jira")
    fake.webhooks.is_administered = False      # the token is of somebody who may not

A secret goes in and never comes out: `secrets` shows a test what Jira signs with.
https://developer.atlassian.com/cloud/jira/platform/webhooks/ (read 2026-11-21)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.vendors.jira_rules import Refused, json_of
from tests.vendors.wire import Reply, Request, json_reply

PATH = "/rest/webhooks/1.0/webhook"
MOST = 100
_EVENTS = {
    *(f"jira:issue_{what}" for what in ("created", "updated", "deleted")),
    *(f"comment_{what}" for what in ("created", "updated", "deleted")),
    *(f"issuelink_{what}" for what in ("created", "deleted")),
}
_KEYS = {"name", "description", "url", "events", "filters", "excludeBody", "enabled", "secret"}


@dataclass
class AdminWebhooks:
    """`now` is a Unix time. Ids count from 1."""

    site: str
    now: Callable[[], float]
    is_administered: bool = True
    records: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    secrets: dict[int, str] = field(default_factory=dict[int, str])
    _last: int = 0

    def made_by_hand(self, name: str, url: str, secret: str | None = None, **more: Any) -> int:
        """An administrator's own, in Jira's pages; its id."""
        body = {"name": name, "url": url, "events": ["jira:issue_updated"], "filters": {}, **more}
        return self._keep(self._next(), body | ({"secret": secret} if secret else {}))

    def handles(self, path: str) -> bool:
        return path == PATH or path.startswith(f"{PATH}/")

    def answer(self, request: Request) -> Reply:
        if not self.is_administered:
            raise Refused(403, "You do not have permission to administer webhooks.")
        if request.path == PATH:
            return self._all(request)
        return self._one(request, self._known(request.path.removeprefix(f"{PATH}/")))

    def _all(self, request: Request) -> Reply:
        if request.method == "GET":
            return json_reply([self._shown(number) for number in self.records])
        if request.method != "POST":
            raise Refused(405, "Method Not Allowed")
        body = _checked(json_of(request))
        if sum(record["enabled"] for record in self.records.values()) >= MOST:
            raise Refused(400, f"You have reached the limit of {MOST} active webhooks.")
        return json_reply(self._shown(self._keep(self._next(), body)), 201)

    def _one(self, request: Request, number: int) -> Reply:
        if request.method == "DELETE":
            del self.records[number]
            self.secrets.pop(number, None)
            return Reply(204)
        if request.method == "PUT":
            self._keep(number, _checked(json_of(request)))
        elif request.method != "GET":
            raise Refused(405, "Method Not Allowed")
        return json_reply(self._shown(number))

    def _known(self, text: str) -> int:
        if not text.isdigit() or int(text) not in self.records:
            raise Refused(404, "The webhook does not exist.")
        return int(text)

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _keep(self, number: int, body: dict[str, Any]) -> int:
        """A PUT without a secret leaves the one that is there."""
        given = {name: value for name, value in body.items() if name != "secret"}
        defaults = {"description": "", "filters": {}, "excludeBody": False, "enabled": True}
        self.records[number] = defaults | given | {"lastUpdated": int(self.now() * 1000)}
        if body.get("secret"):
            self.secrets[number] = body["secret"]
        return number

    def _shown(self, number: int) -> dict[str, Any]:
        address = f"{self.site}{PATH}/{number}"
        return self.records[number] | {"self": address, "isSigned": number in self.secrets}


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    errors = {name: f"Unrecognized field '{name}'" for name in body.keys() - _KEYS}
    for name in ("name", "url"):
        if not isinstance(body.get(name), str) or not body[name].strip():
            errors[name] = f"The {name} must not be empty."
    events = body.get("events")
    if not isinstance(events, list) or not events or not set(events) <= _EVENTS:
        errors["events"] = "The events are not known."
    if urlsplit(str(body.get("url"))).scheme != "https":
        errors["url"] = "The URL must begin with https."
    if errors:
        raise Refused(400, errors=errors)
    return body
