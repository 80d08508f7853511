"""Resolved on a Tuesday and back ten days later: first as it stood at the first resolve, then as the whole of it."""

from tests.incidents.builder import Story
from tests.incidents.people import ADA, HANA, IVO, KOFI
from tests.incidents.script import Script


def script() -> Script:
    """Until the first resolve, and what was said right after it."""
    story = _until_the_first_resolve()
    story.chat(CHAT)
    return story.script()


def sequel() -> Script:
    """The same incident after it was opened again and resolved a second time."""
    story = _until_the_first_resolve()
    side, at = story.pagerduty, story.at
    side.reopens(at("2026-11-20 09:00:00"), "kofi")
    side.acknowledges(at("2026-11-20 09:01:00"), "ivo")
    side.resolves(at("2026-11-20 09:40:00"), "ivo")
    story.chat(CHAT)
    story.chat(SEQUEL)
    return story.script()


def _until_the_first_resolve() -> Story:
    story = Story(
        "came_back",
        "Uplink of fra-2 drops packets",
        day="2026-11-10",
        number=4300,
        cast=(HANA, IVO, KOFI, ADA),
        service="VPN",
        team="Network",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("09:00:00"), "[FIRING] PacketLoss fra-2 > 2 %", key="loss-fra-2")
    side.triggers(at("09:00:04"), "hana", priority="P2", urgency="high")
    side.acknowledges(at("09:02:00"), "hana")
    side.resolves(at("09:40:00"), "hana")
    return story


CHAT = """
09:03:00 hana: 4 % of all packets are lost on the uplink of fra-2
09:12:00 kofi: CRC errors on the port, it looks like the optic
09:35:00 hana: optic replaced, loss is at zero
09:40:20 ivo: that port counted CRC errors for two weeks and nobody was told
09:40:50 hana: I'll add an alert on CRC errors of every uplink by Friday
09:41:20 kofi: thank you
"""
SEQUEL = """
--- 2026-11-20
09:03:00 ivo: the same port again, the new optic has errors as well
09:30:00 ivo: cable replaced, loss is at zero
09:40:40 kofi: ACTION: @ivo order spare cables for fra-2 by Monday
"""
