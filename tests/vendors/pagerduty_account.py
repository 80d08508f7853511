"""What a fake PagerDuty account is: its plan, its users, and what its tokens may do.

Account tokens belong to nobody; a token that may only read is refused every other method before anything is looked at:
https://support.pagerduty.com/main/docs/api-access-keys, https://developer.pagerduty.com/docs/errors (read 2026-11-21).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.vendors.pagerduty_rules import Refused, check_include, page_of
from tests.vendors.wire import Request

ABILITIES = ("teams", "read_only_users", "service_support_hours", "urgencies", "event_intelligence")


@dataclass
class Account:
    """`role` is that of the user whose token `user_token` is: the first of the users."""

    abilities: tuple[str, ...] = ABILITIES
    may_write: bool = True
    role: str = "admin"

    _users: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False)
    _teams: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False)

    def check_method(self, request: Request) -> None:
        if not self.may_write and request.method != "GET":
            raise Refused(403, "Access Denied", 2010)

    def _all_abilities(self, request: Request, by_user: bool) -> Any:
        return {"abilities": list(self.abilities)}

    def _me(self, request: Request, by_user: bool) -> Any:
        if not by_user:
            raise Refused(400, "Invalid Input Provided", 2001, ["User token is required for this operation"])
        user = next(iter(self._users.values()))
        return {"user": user | {"role": self.role}}

    def _all_users(self, request: Request, by_user: bool) -> Any:
        check_include(request, "user")
        words = request.query.get("query", [""])[0].casefold()
        chosen = [
            one
            for one in self._users.values()
            if any(words in str(one.get(key)).casefold() for key in ("name", "email"))
        ]
        return page_of("users", chosen, request)

    def _all_teams(self, request: Request, by_user: bool) -> Any:
        words = request.query.get("query", [""])[0].casefold()
        chosen = [one for one in self._teams.values() if words in (one["name"] or "").casefold()]
        return page_of("teams", sorted(chosen, key=lambda one: one["name"]), request)
