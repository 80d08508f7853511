"""Large: 1,500 messages in 12 hours with threads of up to 180 replies, 120 alerts of 9 kinds, 300 pages to phones."""

from datetime import datetime, timedelta

from tests.incidents.builder import Story
from tests.incidents.people import EVERYONE
from tests.incidents.script import Script
from tests.incidents.small_talk import sentence

MESSAGES = 1500
THREADS = {20: 180, 55: 120, 90: 60, **{index: 4 + index % 9 for index in range(100, 700, 12)}}
"""Index of the parent to the number of its replies."""

_ALERTS = (
    "ApiLatencyHigh api-gateway", "NodeNotReady pool-b", "DiskPressure node-17", "QueueDepth orders > 50000",
    "ReplicaLag orders-replica-1", "PodCrashLooping cart-7d9f", "CertProbeSlow edge-3", "ErrorBudgetBurn checkout",
    "HostDown node-22",
)  # fmt: skip
_PHONES = ("push notification", "SMS", "phone", "email")
_MOMENTS = {
    0: "it started with node-17, disk is full of core dumps",
    140: "half of pool b is gone, I declare this a P1",
    400: "decided: we drain pool b completely and fail over to eu-central-1",
    620: "failover is done, traffic is served from eu-central-1",
    700: "error rate is below 1 %, customers are fine again",
    715: "ACTION: @ivo cap core dumps on every node, by 2026-12-04",
    725: "TODO: @ada rehearse the failover every quarter",
    735: "follow-up: somebody should look at why the pager went off 300 times",
}


def script() -> Script:
    story = Story(
        "long_night",
        "Node pool b is failing, storefront degraded",
        day="2026-11-05",
        number=4170,
        cast=EVERYONE,
        service="Storefront",
        team="Platform",
    )
    _rings(story)
    _talks(story)
    return story.script()


def _rings(story: Story) -> None:
    side, start = story.pagerduty, story.at("18:30:00")
    for index in range(120):
        name = _ALERTS[index % 9]
        at, severity = start + timedelta(minutes=5 * index), ("critical", "error", "warning")[index % 3]
        details = {"value": str(50 + index % 40), "cluster": "eu-west-1"}
        side.alert(at, f"[FIRING] {name}", key=name.split()[0].lower(), severity=severity, details=details)
    side.triggers(start + timedelta(seconds=4), "ivo", priority="P2")
    side.acknowledges(start + timedelta(minutes=3), "ivo")
    handles = [actor.handle for actor in EVERYONE if actor.in_pagerduty]
    for index in range(300):
        at = start + timedelta(minutes=4, seconds=130 * index)
        _turns(story, index, at)
        side.notifies(at, handles[index % len(handles)], _PHONES[index % 4])
    side.resolves(start + timedelta(hours=12), "june", note="Pool b was replaced; traffic is back in eu-west-1.")


def _turns(story: Story, index: int, at: datetime) -> None:
    """What else happens between the pages."""
    side = story.pagerduty
    if index == 5:
        side.gives_role(at, "june", "Incident Commander", "ivo")
        side.prioritises(at, "P1", "june")
    elif index % 40 == 10:
        side.asks(at, ("ada", "carl", "hana", "lena")[index // 40 % 4], "june", "We need you on the storefront call.")
    elif index % 40 == 11:
        side.replies(at, ("ada", "carl", "hana", "lena")[index // 40 % 4], joins=index % 80 == 11)
    elif index % 60 == 30:
        side.publishes(at, "june", f"Update {index // 60 + 1}: the storefront is degraded, we are working on it.")
    elif index % 50 == 45:
        side.notes_down(at, "ivo", f"Drained {index // 5} of 64 nodes.", offset="-05:00")


def _talks(story: Story) -> None:
    """Parents are 55 seconds apart; replies run beside them, 20 seconds apart, until MESSAGES are said."""
    handles = [actor.handle for actor in EVERYONE]
    start, left, index = story.at("18:31:00"), MESSAGES, 0
    while left:
        at = start + timedelta(seconds=55 * index)
        parent = story.channel.says(handles[index * 5 % 12], at, _MOMENTS.get(index, sentence(index)))
        left -= 1
        for reply in range(min(THREADS.get(index, 0), left)):
            who, moment = handles[(index + reply * 7) % 12], at + timedelta(seconds=20 * (reply + 1))
            story.channel.answers(parent, who, moment, sentence(index * 211 + reply))
            left -= 1
        index += 1
