"""A fake PagerDuty with memory: the REST API v2 and the Slack integration, as strict as the real one.

    fake = FakePagerDuty().holds(script.pagerduty)
    with served(fake) as url:
        PagerDutyApi(fake.token, budget, base_url=url)

It speaks for the account of one token. What it does on demand: `fails_next`, `limits_next`. What it remembers:
`requests`, `written_notes`. Its answers are checked against PagerDuty's own document in tests/contract.
"""

import copy
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from tests.vendors.pagerduty_account import Account
from tests.vendors.pagerduty_faults import Fault, next_fault
from tests.vendors.pagerduty_hands import Hands
from tests.vendors.pagerduty_rules import (
    RATE_LIMIT_BODY,
    Refused,
    check_accept,
    check_include,
    error_reply,
    expanded,
    page_of,
    within,
)
from tests.vendors.pagerduty_subscriptions import Subscriptions
from tests.vendors.wire import Reply, Request, json_reply

# https://developer.pagerduty.com/docs/rest-api-v2/rate-limiting (read 2026-11-20)
_RATE = {"ratelimit-limit": "960", "ratelimit-remaining": "959", "ratelimit-reset": "60"}
_SLACK = "/integration-slack"


@dataclass
class FakePagerDuty(Account, Hands):
    """`token` is an account token (writes need From), `user_token` a user's; `now` dates what is written here."""

    token: str = "pd-account-token-0001"
    user_token: str = "pd-user-token-0001"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    has_aiops: bool = True
    requests: list[Request] = field(default_factory=list)
    written_notes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._held: dict[str, dict[str, Any]] = {}
        self._users: dict[str, dict[str, Any]] = {}
        self._services: dict[str, dict[str, Any]] = {}
        self._priorities: dict[str, dict[str, Any]] = {}
        self._on_call: list[dict[str, Any]] = []
        self._faults: list[Fault] = []
        self._lock = threading.RLock()
        self.subscriptions = Subscriptions(self.now)

    def holds(self, pagerduty: dict[str, Any]) -> Self:
        """Remember one more incident (the shape of `Script.pagerduty`); several scripts may be held side by side."""
        held = copy.deepcopy(pagerduty)
        incident = held["incident"]
        with self._lock:
            self._held[incident["id"]] = held
            self._users |= {user["id"]: user for user in held.get("users", [])}
            services = [incident.get("service"), *held.get("services", [])]
            policy = {"escalation_policy": incident.get("escalation_policy")}
            self._teams |= {one["id"]: one | _whole(one, "team") for one in incident.get("teams") or []}
            self._services |= {one["id"]: policy | one | _whole(one, "service") for one in services if one}
            priorities = [*held.get("priorities", []), incident.get("priority")]
            self._priorities |= {one["id"]: one | _whole(one, "priority") for one in priorities if one}
        return self

    def fails_next(
        self, where: str, reply: Reply, times: int = 1, *, after_effect: bool = False, after: int = 0
    ) -> None:
        """Answer so the next `times` requests whose "GET /path" the regular expression `where` finds.

        With `after_effect` the request is carried out first: the answer is lost, not the work. With `after`, so many
        such requests are answered well before.
        """
        self._faults.append(Fault(re.compile(where), reply, times, after_effect, after))

    def limits_next(
        self, where: str = "", times: int = 1, *, reset: int = 3, bare: bool = False, after: int = 0
    ) -> None:
        """Refuse as too fast, for `reset` seconds. `bare` is the 429 without headers and body that also occurs."""
        headers = {"ratelimit-remaining": "0", "ratelimit-reset": str(reset)}
        self.fails_next(where, Reply(429) if bare else json_reply(RATE_LIMIT_BODY, 429, headers), times, after=after)

    def answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            fault = next_fault(self._faults, request)
            if fault is not None and not fault.after_effect:
                return fault.reply
            reply = self._answer(request)
            return fault.reply if fault is not None else reply

    def state(self) -> dict[str, Any]:
        with self._lock:
            calls = [f"{request.method} {request.path}" for request in self.requests]
            return {
                "incidents": {
                    id_: {"title": held["incident"].get("title"), "notes": held.get("notes", [])}
                    for id_, held in self._held.items()
                },
                "written_notes": [{"incident": id_, "content": content} for id_, content in self.written_notes],
                "requests": {call: calls.count(call) for call in dict.fromkeys(calls)},
            }

    def puts_on_call(self, service: str, *users: str, level: int = 1) -> None:
        """These users, by id, are on call for the service of that name, at a level of its escalation policy."""
        policy = next(one["escalation_policy"] for one in self._services.values() if one["name"] == service)
        for user_id in users:
            user = {"id": user_id, "type": "user_reference", "summary": self._users[user_id]["name"]}
            shift = {"start": "2026-11-16T08:00:00Z", "end": "2026-11-23T08:00:00Z", "schedule": None}
            self._on_call.append({"user": user, "escalation_policy": policy, "escalation_level": level} | shift)

    def notes_of(self, incident_id: str) -> list[str]:
        """The contents of the notes on an incident, oldest first, whoever wrote them."""
        return [note["content"] for note in self._held[incident_id].get("notes", [])]

    def _answer(self, request: Request) -> Reply:
        try:
            by_user = self._check_token(request)
            self.check_method(request)
            call, ids = self._route(request)
            check_accept(request, is_rest=not request.path.startswith(_SLACK))
            answer = call(request, by_user, *ids)
            return answer if isinstance(answer, Reply) else json_reply(answer, headers=dict(_RATE))
        except Refused as refusal:
            return error_reply(refusal)

    def _check_token(self, request: Request) -> bool:
        """Whether it is the user's token. The scheme is "Token token=...", as the REST API documents it."""
        known = {f"Token token={self.token}": False, f"Token token={self.user_token}": True}
        given = request.headers.get("authorization", "")
        if given not in known:
            raise Refused(401, "Unauthorized", 2006)
        return known[given]

    def _route(self, request: Request) -> tuple[Callable[..., Any], tuple[str, ...]]:
        for pattern, methods in self._routes():
            match = re.fullmatch(pattern, request.path)
            if match and request.method in methods:
                return methods[request.method], match.groups()
            if match:
                raise Refused(405, "Method Not Allowed", 2100)
        raise Refused(404, "Not Found", 2100)

    def _routes(self) -> list[tuple[str, dict[str, Callable[..., Any]]]]:
        one = r"/incidents/([^/]+)"
        return [
            (r"/incidents", {"GET": self._incidents}),
            (one, {"GET": self._incident}),
            (one + "/alerts", {"GET": self._alerts}),
            (one + "/log_entries", {"GET": self._log_entries}),
            (one + "/notes", {"GET": self._notes, "POST": self._create_note}),
            (one + "/related_change_events", {"GET": self._change_events}),
            (one + "/past_incidents", {"GET": self._past_incidents}),
            (one + "/related_incidents", {"GET": self._related_incidents}),
            (r"/abilities", {"GET": self._all_abilities}),
            (r"/users", {"GET": self._all_users}),
            (r"/users/me", {"GET": self._me}),
            (r"/users/([^/]+)", {"GET": self._user}),
            (r"/services", {"GET": self._all_services}),
            (r"/oncalls", {"GET": self._oncalls}),
            (r"/services/([^/]+)", {"GET": self._service}),
            (r"/teams", {"GET": self._all_teams}),
            *self.subscriptions.routes(),
            (r"/priorities", {"GET": self._all_priorities}),
            (_SLACK + one + "/dedicated_channel", {"GET": self._dedicated_channel}),
        ]

    def _one(self, id_or_number: str) -> dict[str, Any]:
        for held in self._held.values():
            if id_or_number in (held["incident"]["id"], str(held["incident"].get("incident_number"))):
                return held
        raise Refused(404, "Not Found", 2100)

    def _incident(self, request: Request, by_user: bool, id_: str) -> Any:
        include = check_include(request, "incident")
        return {"incident": expanded(self._one(id_)["incident"], include, self._users, self._services)}

    def _incidents(self, request: Request, by_user: bool) -> Any:
        include = check_include(request, "incidents")
        statuses = request.query.get("statuses[]")
        every = request.query.get("date_range") == ["all"]
        chosen = [
            held["incident"]
            for held in self._held.values()
            if (statuses is None or held["incident"]["status"] in statuses)
            and (every or within(held["incident"].get("created_at"), request))
        ]
        page = page_of("incidents", chosen, request)
        shown = [expanded(one, include, self._users, self._services) for one in page["incidents"]]
        return page | {"incidents": shown}

    def _alerts(self, request: Request, by_user: bool, id_: str) -> Any:
        check_include(request, "alerts")
        return page_of("alerts", self._one(id_).get("alerts", []), request)

    def _log_entries(self, request: Request, by_user: bool, id_: str) -> Any:
        include = check_include(request, "log_entries")
        entries = [entry for entry in self._one(id_).get("log_entries", []) if within(_time_of(entry), request)]
        if request.query.get("is_overview") == ["true"]:
            entries = [entry for entry in entries if entry.get("type") != "notify_log_entry"]
        if "channels" not in include:
            entries = [_with_the_channels_type_only(entry) for entry in entries]
        return page_of("log_entries", entries, request)

    def _notes(self, request: Request, by_user: bool, id_: str) -> Any:
        return {"notes": self._one(id_).get("notes", [])}

    def _create_note(self, request: Request, by_user: bool, id_: str) -> Any:
        held = self._one(id_)
        author = self._author(request, by_user)
        content = _content_of(request)
        notes: list[Any] = held.setdefault("notes", [])
        if len(notes) >= 2000:  # "A maximum of 2000 notes can be added to an incident" (PD-OAS, read 2026-11-20)
            raise Refused(400, "Invalid Input Provided", 2001, ["Too many notes"])
        at = self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        note = {"id": f"PNEW{len(self.written_notes):03}", "user": author, "content": content, "created_at": at}
        note |= {"updated_at": at, "channel": {"summary": "The PagerDuty website or APIs"}}
        notes.append(note)
        self.written_notes.append((held["incident"]["id"], content))
        return {"note": note}

    def _author(self, request: Request, by_user: bool) -> dict[str, Any]:
        writer = request.headers.get("from")
        for user in self._users.values():
            if by_user or user.get("email") == writer:
                return {"id": user["id"], "type": "user_reference", "summary": user.get("name")}
        raise Refused(400, "Invalid Input Provided", 2001, ["Requester User Not Found"])

    def _change_events(self, request: Request, by_user: bool, id_: str) -> Any:
        events = self._one(id_).get("related_change_events", [])
        page = page_of("change_events", events, request)
        return {"change_events": page["change_events"], "limit": None, "offset": None, "total": None, "more": False}

    def _past_incidents(self, request: Request, by_user: bool, id_: str) -> Any:
        held = self._aiops(id_).get("past_incidents", [])
        limit = int(request.query.get("limit", ["5"])[0])
        return {"past_incidents": held[:limit], "limit": limit}

    def _related_incidents(self, request: Request, by_user: bool, id_: str) -> Any:
        return {"related_incidents": self._aiops(id_).get("related_incidents", [])[:20]}

    def _aiops(self, id_: str) -> dict[str, Any]:
        """What only a plan with AIOps shows."""
        held = self._one(id_)
        if not self.has_aiops:
            raise Refused(403, "Forbidden", 2010, ["Account does not have the required ability"])
        return held

    def _user(self, request: Request, by_user: bool, id_: str) -> Any:
        check_include(request, "user")
        return {"user": _known(self._users, id_)}

    def _service(self, request: Request, by_user: bool, id_: str) -> Any:
        check_include(request, "service")
        return {"service": _known(self._services, id_)}

    def _all_services(self, request: Request, by_user: bool) -> Any:
        check_include(request, "service")
        words = request.query.get("query", [""])[0].casefold()
        chosen = [one for one in self._services.values() if words in (one.get("name") or "").casefold()]
        return page_of("services", sorted(chosen, key=lambda one: one["name"]), request)

    def _oncalls(self, request: Request, by_user: bool) -> Any:
        check_include(request, "oncalls")
        wanted = request.query.get("escalation_policy_ids[]")
        chosen = [one for one in self._on_call if wanted is None or one["escalation_policy"]["id"] in wanted]
        return page_of("oncalls", chosen, request)

    def _all_priorities(self, request: Request, by_user: bool) -> Any:
        if not self._priorities:
            raise Refused(402, "Account does not have the abilities to perform the action", 2014)
        return page_of("priorities", list(self._priorities.values()), request)

    def _dedicated_channel(self, request: Request, by_user: bool, id_: str) -> Any:
        if not by_user:
            raise Refused(403, "Forbidden", 2010)
        channel = self._one(id_).get("dedicated_channel")
        if channel is None:
            raise Refused(404, "Not Found", 2100)
        return {"channel": channel.get("channel", channel)}


def _whole(reference: dict[str, Any], type_: str) -> dict[str, Any]:
    """What a reference lacks to be the thing itself."""
    return {"type": type_, "name": reference.get("name") or reference.get("summary")}


def _known(records: dict[str, dict[str, Any]], id_: str) -> dict[str, Any]:
    if id_ not in records:
        raise Refused(404, "Not Found", 2100)
    return records[id_]


def _time_of(entry: dict[str, Any]) -> str | None:
    time = entry.get("created_at")
    return time if isinstance(time, str) else None


def _with_the_channels_type_only(entry: dict[str, Any]) -> dict[str, Any]:
    channel = entry.get("channel")
    return entry | {"channel": {"type": channel.get("type")}} if isinstance(channel, dict) else entry


def _content_of(request: Request) -> str:
    try:
        content = request.json()["note"]["content"]
    except (ValueError, KeyError, TypeError):
        content = None
    if not isinstance(content, str) or not content.strip():
        raise Refused(400, "Invalid Input Provided", 2001, ["Content cannot be empty"])
    return content
