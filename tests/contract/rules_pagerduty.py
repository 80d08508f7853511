"""PagerDuty, as the ten rules see it."""

import re
from pathlib import Path
from typing import Any, override

import httpx2

from connectors.errors import BadReply, ConnectorError, NotAllowed, NotFound, OutcomeUnknown, RateLimited, Rejected
from connectors.errors import Unreachable as Down
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.batch import LISTS, part_from_pagerduty
from connectors.pagerduty.collect import collect
from connectors.pagerduty.observe import observation_from_event
from connectors.pagerduty.resolved import resolved_from_pagerduty
from connectors.pagerduty.subscriptions import list_subscriptions, subscription_from_pagerduty
from connectors.pagerduty.translate import MOST_CHARACTERS, incident_from_pagerduty, note_to_pagerduty
from connectors.retrying import Budget
from tests.contract.rules_kit import CANARY, Connector, Endless, Size, Write
from tests.incidents import by_name
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_setup import PlainSteps
from tests.vendors.wire import Reply, Vendor, json_reply, request_from_url

_SCRIPT = by_name("checkout_latency")
_ID: str = _SCRIPT.pagerduty["incident"]["id"]
_ADA: dict[str, Any] = next(user for user in _SCRIPT.pagerduty["users"] if "ada" in user["email"])
_POLICY: str = _SCRIPT.pagerduty["incident"]["escalation_policy"]["id"]
_CHANNEL = {"id": "C1", "name": "inc", "slack_team_id": "T1", "link": "https://x.example", "deep_link": "slack://x"}
_SUBSCRIPTION: dict[str, Any] = {
    "type": "webhook_subscription",
    "description": CANARY,
    "events": ["incident.resolved"],
    "filter": {"type": "account_reference"},
    "delivery_method": {"type": "http_delivery_method", "url": "https://debrief.acme.example/pagerduty"},
}
_FAKE = FakePagerDuty()


def _fake() -> FakePagerDuty:
    fake = FakePagerDuty().holds(_SCRIPT.pagerduty | {"dedicated_channel": _CHANNEL})
    for id_ in ("PSUB01", "PSUB02"):
        fake.subscriptions.adds(id_, "https://debrief.acme.example/pagerduty")
    return fake


class _InProcess(httpx2.BaseTransport):
    def __init__(self, vendor: Vendor, timeouts: list[Any]) -> None:
        self._vendor, self._timeouts = vendor, timeouts

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._timeouts += list(request.extensions["timeout"].values())
        asked = request_from_url(request.method, str(request.url), dict(request.headers), request.read())
        reply = self._vendor.answer(asked)
        if reply.dropped:
            raise httpx2.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        return httpx2.Response(reply.status, headers=reply.headers, stream=httpx2.ByteStream(reply.body))


def _inside(vendor: Vendor, budget: Budget, timeouts: list[Any]) -> PagerDutyApi:
    transport = _InProcess(vendor, timeouts)
    return PagerDutyApi(
        _FAKE.user_token, budget, user_token=_FAKE.user_token, sender=_ADA["email"], transport=transport
    )


def _outside(url: str, budget: Budget, timeout: float) -> PagerDutyApi:
    more: dict[str, Any] = {"user_token": _FAKE.user_token, "sender": _ADA["email"], "timeout": timeout}
    return PagerDutyApi(_FAKE.user_token, budget, base_url=url, **more)


def _means(status: int, writes: bool) -> type[ConnectorError] | None:
    if status == 429:
        return RateLimited
    if status < 400 or status == 408 or status >= 500:
        if writes:
            return OutcomeUnknown
        return Down if status in (408, 502, 503, 504) else BadReply
    return {401: NotAllowed, 402: NotAllowed, 403: NotAllowed, 404: NotFound}.get(status, Rejected)


def _full_page(name: str) -> Reply:
    records = [{"id": f"R{number}", "created_at": "2026-11-17T14:00:00Z"} for number in range(100)]
    return json_reply({name: records, "limit": 100, "more": True})


def _read_everything(api: PagerDutyApi) -> list[str]:
    return collect(api, PlainSteps(), lambda name, _: name, _ID)


def _endpoint(request: Any) -> str:
    path = re.sub(r"/(incidents|users|webhook_subscriptions)/[^/]+", r"/\1/{id}", request.path)
    if path.startswith("/integration-slack"):
        return f"| `{request.method} /integration-slack` + `{path.removeprefix('/integration-slack')}` |"
    return f"| `{request.method} {path}` |"


def _first(name: str) -> dict[str, Any]:
    records: list[dict[str, Any]] = _SCRIPT.pagerduty[name]
    return records[0] if records else {"id": "R1", "timestamp": "2026-11-17T14:00:00Z"}


PAGERDUTY = Connector(
    name="pagerduty",
    api=PagerDutyApi,
    readme=Path("connectors/pagerduty/README.md"),
    reads={
        "get_incident": lambda api: api.get_incident(_ID),
        "list_alerts": lambda api: api.list_alerts(_ID),
        "list_log_entries": lambda api: api.list_log_entries(_ID),
        "list_notes": lambda api: api.list_notes(_ID),
        "list_related_change_events": lambda api: api.list_related_change_events(_ID),
        "list_past_incidents": lambda api: api.list_past_incidents(_ID),
        "list_related_incidents": lambda api: api.list_related_incidents(_ID),
        "list_incidents": lambda api: api.list_incidents("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", ("resolved",)),
        "list_webhook_subscriptions": lambda api: api.list_webhook_subscriptions(),
        "update_webhook_subscription": lambda api: api.update_webhook_subscription("PSUB01", {"active": True}),
        "ping_webhook_subscription": lambda api: api.ping_webhook_subscription("PSUB01"),
        "delete_webhook_subscription": lambda api: api.delete_webhook_subscription("PSUB02"),
        "enable_webhook_subscription": lambda api: api.enable_webhook_subscription("PSUB01"),
        "get_user": lambda api: api.get_user(_ADA["id"]),
        "list_abilities": lambda api: api.list_abilities(),
        "get_current_user": lambda api: api.get_current_user(),
        "list_users": lambda api: api.list_users("ada"),
        "list_priorities": lambda api: api.list_priorities(),
        "check_may_write": lambda api: api.check_may_write(),
        "list_services": lambda api: api.list_services("checkout"),
        "list_teams": lambda api: api.list_teams("checkout"),
        "list_oncalls": lambda api: api.list_oncalls([_POLICY]),
        "get_dedicated_channel": lambda api: api.get_dedicated_channel(_ID),
    },
    writes={
        "create_note": Write(
            call=lambda api: api.create_note(_ID, CANARY),
            where="POST .*/notes$",
            find=lambda api: [note for note in api.list_notes(_ID).records if note["content"] == CANARY],
        ),
        "create_webhook_subscription": Write(
            call=lambda api: api.create_webhook_subscription(_SUBSCRIPTION),
            where="POST .*/webhook_subscriptions$",
            find=lambda api: [one for one in api.list_webhook_subscriptions().records if one["description"] == CANARY],
        ),
    },
    fake=_fake,
    inside=_inside,
    outside=_outside,
    secrets=(_FAKE.token, _FAKE.user_token, _ADA["email"]),
    means=_means,
    limited=lambda wait: json_reply({"error": {"code": 2020, "message": CANARY}}, 429, {"ratelimit-reset": str(wait)}),
    endless={
        "alerts": Endless(_read_everything, "/alerts$", lambda _: _full_page("alerts"), 100),
        "log_entries": Endless(_read_everything, "/log_entries$", lambda _: _full_page("log_entries"), 100),
        "notes": Endless(_read_everything, "/notes$", lambda _: _full_page("notes"), 1),
        "webhook_subscriptions": Endless(
            list_subscriptions, "/webhook_subscriptions$", lambda _: _full_page("webhook_subscriptions"), 100
        ),
        "change events": Endless(_read_everything, "/related_change_events$", lambda _: _full_page("change_events"), 1),
    },
    endpoint=_endpoint,
    records={
        "incident": (incident_from_pagerduty, _SCRIPT.pagerduty["incident"]),
        "listed incident": (resolved_from_pagerduty, _SCRIPT.pagerduty["incident"]),
        "subscription": (
            subscription_from_pagerduty,
            {"id": "PSUB01", "active": True, "events": [], "delivery_method": {}},
        ),
        "event": (observation_from_event, _SCRIPT.webhooks[0]["event"]),
        **{
            what: (lambda raw, what=what: part_from_pagerduty(what, [raw]), _first(name))
            for what, name in zip(LISTS, ("alerts", "log_entries", "notes", "related_change_events"), strict=True)
        },
    },
    sizes={"a note": Size(MOST_CHARACTERS, lambda text: len(note_to_pagerduty(text)))},
)
