"""For benchmarks: 500 messages, 40 threads, 12 people, 3 action items. Generated, the same every time."""

from datetime import timedelta

from tests.incidents.builder import Story
from tests.incidents.people import EVERYONE
from tests.incidents.script import Script
from tests.incidents.small_talk import sentence

THREADS, REPLIES, PARENTS = 40, 5, 300
_ITEMS = {
    285: "ACTION: @kofi alert on the age of the newest document, by 2026-11-20",
    290: "TODO: @lena snapshot the index twice a day",
    296: "AI: I will write down how the index is rebuilt",
}


def script() -> Script:
    story = Story(
        "five_hundred",
        "Search results are stale",
        day="2026-11-10",
        number=4190,
        cast=EVERYONE,
        service="Search",
        team="Discovery",
    )
    side, at = story.pagerduty, story.at
    for minute in range(20):
        moment = at("08:00:00") + timedelta(minutes=3 * minute)
        side.alert(moment, "[FIRING] SearchIndexLag 940 s", key="search-index-lag", severity="error")
    side.triggers(at("08:00:04"), "kofi", priority="P2")
    side.notifies(at("08:00:06"), "kofi")
    side.acknowledges(at("08:02:30"), "kofi")
    side.resolves(at("13:00:00"), "kofi", note="Rebuilt the index from the snapshot of 07:00.")
    _talk(story)
    return story.script()


def _talk(story: Story) -> None:
    """PARENTS messages a minute apart, the first THREADS of every seventh with REPLIES each: 300 + 200 = 500."""
    handles = [actor.handle for actor in EVERYONE]
    start = story.at("08:02:00")
    for index in range(PARENTS):
        at = start + timedelta(minutes=index)
        parent = story.channel.says(handles[index % 12], at, _ITEMS.get(index, sentence(index)))
        if index % 7 == 0 and index // 7 < THREADS:
            for reply in range(REPLIES):
                who = handles[(index + reply + 1) % 12]
                moment = at + timedelta(seconds=40 * (reply + 1))
                story.channel.answers(parent, who, moment, sentence(index * 31 + reply))
