"""The small worlds that are gone through call by call: one incident each, set up in different ways."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.incidents.script import Script
from tests.incidents.stale_replica import CHAT, SECOND_ITEM, told


@dataclass(frozen=True, slots=True)
class Scope:
    """`options` are those of a household."""

    script: Callable[[], Script]
    options: dict[str, Any] = field(default_factory=dict[str, Any])


def _script(*, private: bool = False) -> Script:
    """Two action items with owners, and a suggestion that waits for a person."""
    return told("small_scope", 4351, CHAT + SECOND_ITEM + _PROMISE, private=private)


_PROMISE = """\
09:21:20 ada: I'll add a dashboard for the replicas tomorrow
"""
_SOON: dict[str, Any] = {
    "refresh_after": "20m",
    "publish": {"public_base_url": "https://debrief.acme.example"},
}
_READS_ALL: dict[str, Any] = {"private_channels": {"audience": "who is in the channel"}}

SCOPES: dict[str, Scope] = {
    "plain": Scope(_script, {"settings": _SOON}),
    "private": Scope(lambda: _script(private=True), {"settings": _SOON | {"slack": _READS_ALL}, "confluence": True}),
    "page": Scope(_script, {"settings": _SOON, "confluence": True}),
    "no-anchor": Scope(_script, {"settings": _SOON, "anchored": False, "jira_lag": 3.0}),
    "slow-index": Scope(_script, {"settings": _SOON, "anchored": False, "jira_lag": 300.0}),
    "no-page": Scope(_script, {"settings": {"refresh_after": "20m"}}),
    "hasty": Scope(_script, {"settings": _SOON | {"jira": {"unclear_wait": "30s"}}}),  # too short: must be found out
}
