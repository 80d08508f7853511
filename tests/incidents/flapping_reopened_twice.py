"""Resolved too early, twice: every resolve is followed by a reopening, and the third one holds."""

from tests.incidents.builder import Story
from tests.incidents.people import ADA, HANA, IVO, KOFI
from tests.incidents.script import Script


def script() -> Script:
    story = Story(
        "flapping_reopened_twice",
        "VPN gateway fra-2 drops connections",
        day="2026-09-03",
        number=3987,
        cast=(HANA, IVO, KOFI, ADA),
        service="VPN",
        team="Network",
    )
    side, at = story.pagerduty, story.at
    for clock in ("10:15:00", "10:21:00", "11:02:00", "11:09:00", "12:33:00", "12:40:00"):
        side.alert(at(clock), "[FIRING] TunnelFlap fra-2 > 10 renegotiations a minute", key="tunnel-fra-2")
    side.triggers(at("10:15:04"), "hana", priority="P3", urgency="low")
    side.notifies(at("10:15:06"), "hana", "email")
    side.acknowledges(at("10:19:30"), "hana")
    side.resolves(at("10:48:12"), "hana", note="Restarted the gateway.")
    side.reopens(at("11:03:15"), "hana")
    side.acknowledges(at("11:03:40"), "hana")
    side.resolves(at("11:31:00"), "hana", note="Firmware rolled back.")
    side.reopens(at("12:34:02"), "kofi")
    side.log(at("12:34:30"), "urgency_change", "Urgency changed from low to high by Kofi Mensah.", "kofi")
    side.urgency = "high"
    side.prioritises(at("12:35:00"), "P2", "kofi")
    side.assigns(at("12:35:20"), "ivo", "kofi")
    side.acknowledges(at("12:37:44"), "ivo")
    side.resolves(at("13:20:09"), "ivo")
    side.notes_down(at("13:22:40"), "ivo", "A failing optic on the uplink; replaced. The restarts only hid it.")
    story.chat(CHAT)
    return story.script()


CHAT = """
10:20:00 hana: fra-2 renegotiates all the time, restarting the gateway
10:47:30 hana: quiet for 15 minutes, I close this
11:03:00 hana: it is back
11:05:10 kofi: firmware was updated on Tuesday, could that be it?
  11:06:00 hana: plausible, rolling back
11:30:20 hana: rolled back, quiet
12:33:50 kofi: third time. Half of the Frankfurt office is offline now
  12:34:40 hana: reopening then
  12:36:00 ada: please stop closing it after ten minutes :)
12:52:30 ivo: CRC errors on the uplink port, 4 % of all frames: an optic, not the gateway {pinned; :bulb: hana kofi}
13:10:00 ivo: optic replaced, errors are at zero
13:19:30 ivo: half an hour without a single flap
13:21:00 kofi: TODO @hana watch CRC errors on every uplink
"""
