"""The small worlds that are gone through call by call: one incident each, set up in different ways."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.incidents.builder import Story
from tests.incidents.jira_side import project
from tests.incidents.people import ADA, HANA, IVO
from tests.incidents.script import Script
from tests.incidents.stale_replica import with_canaries


@dataclass(frozen=True, slots=True)
class Scope:
    """`options` are those of a household."""

    script: Callable[[], Script]
    options: dict[str, Any] = field(default_factory=dict[str, Any])


def _script(*, private: bool = False) -> Script:
    """One alert, a handful of messages, two action items with owners, and a suggestion that waits for a person."""
    story = Story(
        "small_scope",
        "search: replica 2 is stale",
        day="2026-11-17",
        number=4351,
        cast=(IVO, ADA, HANA),
        service="Search",
        team="Platform",
        private=private,
    )
    side, at = story.pagerduty, story.at
    side.alert(at("09:00:03"), "[FIRING] ReplicaLag search-2 > 300 s", key="lag-search-2")
    side.triggers(at("09:00:05"), "ivo", priority="P2")
    side.acknowledges(at("09:02:00"), "ivo")
    side.resolves(at("09:20:00"), "ivo", note="Replica 2 rebuilt.")
    story.chat(with_canaries(_CHAT) if private else _CHAT)
    story.projects = (*story.projects, project("SRE", "Reliability"))
    return story.script()


_CHAT = """
09:03:00 ivo: replica 2 of search is 20 minutes behind, results are stale
09:10:00 hana: its disk is full of old snapshots, I delete them and rebuild it
09:19:30 hana: rebuilt, lag is at zero
09:20:40 ivo: ACTION: @hana delete old snapshots every night, before 2026-12-01
09:21:00 hana: ACTION: @ivo alert on search disks over 80 % by 2026-12-04
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
