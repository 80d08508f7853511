"""The smallest whole incident, for runs by the ten thousand: one alert, five messages, two action items with owners."""

import re

from tests.incidents.builder import Story
from tests.incidents.jira_side import project
from tests.incidents.people import ADA, HANA, IVO
from tests.incidents.script import Script


def script(*, private: bool = False, suggests: bool = False, one_item: bool = False) -> Script:
    """With `private`, people talked about it in a private channel; with `suggests`, one of them only mused; with
    `one_item`, one of the two action items was never said."""
    chat = CHAT + ("" if one_item else SECOND_ITEM) + (MUSING if suggests else "")
    return told("stale_replica", 4350, chat, private=private)


def told(name: str, number: int, chat: str, *, private: bool = False) -> Script:
    """The incident under this name and number, with what was said in its channel."""
    story = Story(
        name,
        "search: replica 2 is stale",
        day="2026-11-17",
        number=number,
        cast=(ADA, HANA, IVO),
        service="Search",
        team="Platform",
        private=private,
    )
    side, at = story.pagerduty, story.at
    side.alert(at("09:00:03"), "[FIRING] ReplicaLag search-2 > 300 s", key="lag-search-2")
    side.triggers(at("09:00:05"), "ivo", priority="P2")
    side.acknowledges(at("09:02:00"), "ivo")
    side.resolves(at("09:20:00"), "ivo", note="Replica 2 rebuilt.")
    story.chat(with_canaries(chat) if private else chat)
    story.projects = (*story.projects, project("SRE", "Reliability"))
    return story.script()


def with_canaries(chat: str) -> str:
    """The same with words that nobody but the readers of the channel may ever see."""
    return re.sub(r"\b(snapshots|disks|replica)\b", r"canary-\1", chat)


CHAT = """
09:03:00 ivo: replica 2 of search is 20 minutes behind, results are stale
09:10:00 hana: its disk is full of old snapshots, I delete them and rebuild it
09:19:30 hana: rebuilt, lag is at zero
09:20:40 ivo: ACTION: @hana delete old snapshots every night, before 2026-12-01
"""
SECOND_ITEM = """\
09:21:00 hana: ACTION: @ivo alert on search disks over 80 % by 2026-12-04
"""
MUSING = """\
09:21:20 ivo: we should put the replica lag on the team's dashboard
"""
