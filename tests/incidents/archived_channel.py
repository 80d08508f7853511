"""The channel was archived by the incident tool minutes after the resolve, and Debrief's bot was never in it."""

from tests.incidents.builder import Story
from tests.incidents.people import BEA, EMIL, JUNE
from tests.incidents.script import Script


def script() -> Script:
    story = Story(
        "archived_channel",
        "Gift cards cannot be redeemed",
        day="2026-08-19",
        number=3941,
        cast=(EMIL, BEA, JUNE),
        service="Checkout API",
        team="Payments",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("17:12:00"), "[FIRING] GiftCardRedeemErrors 100 %", key="gift-card-errors")
    side.triggers(at("17:12:03"), "emil", priority="P2")
    side.notifies(at("17:12:05"), "emil")
    side.acknowledges(at("17:14:10"), "emil")
    side.notes_down(at("17:31:00"), "emil", "The partner's API changed its answer; we read a field that is gone.")
    side.resolves(at("17:50:30"), "emil", note="Reads the new field. AI: add a contract test for the partner's API.")
    story.channel.is_member = False
    story.chat(CHAT)
    return story.script()


CHAT = """
17:15:00 emil: every redemption fails, the partner answers 200 with another body
17:22:40 bea: they announced v3 for October, not for today
17:49:50 emil: fixed and deployed
17:52:00 june: I archive this channel in a minute
17:53:10 * june archives
"""
