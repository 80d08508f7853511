"""Small and common: a certificate nobody renewed. One alert, a few messages, two action items."""

from tests.incidents.builder import Story
from tests.incidents.people import DANA, HANA, IVO, LENA
from tests.incidents.script import Script


def script() -> Script:
    story = Story(
        "expired_certificate",
        "ledger.internal: certificate has expired",
        day="2026-11-12",
        number=4195,
        cast=(IVO, HANA, LENA, DANA),
        service="Ledger",
        team="Platform",
        channel="inc-expired-certificate",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("06:00:03"), "[FIRING] ProbeFailed ledger.internal:443 x509: certificate has expired", key="probe")
    side.triggers(at("06:00:05"), "ivo", priority="P2")
    story.app_posts(at("06:00:05"), "Triggered")
    side.notifies(at("06:00:07"), "ivo", "phone")
    side.acknowledges(at("06:03:40"), "ivo", "mobile")
    side.notes_down(at("06:21:12"), "ivo", "The renewal job has been failing since 3 November: its token was revoked.")
    side.resolves(at("06:34:50"), "ivo", note="New certificate issued by hand, valid until 12 November 2027.")
    story.chat(CHAT)
    return story.script()


CHAT = """
06:04:10 ivo: ledger.internal has an expired certificate, everything that posts bookings fails
06:07:30 lena: invoices are queueing, nothing is lost so far
06:12:55 hana: cert-manager could not renew it for nine days, the log is full of "403 invalid token"
  06:13:30 ivo: why did nobody see that
  06:13:58 hana: it logs at warning and we alert on error
06:20:01 ivo: issuing one by hand now
06:33:20 ivo: the new one is live, bookings go through again {:raised_hands: lena dana}
06:36:02 dana: action item: @hana alert on renewals that fail, before 2026-12-01
06:36:40 ivo: AI: I will move cert-manager to the new token store
06:37:15 lena: queue is empty again, 312 invoices went out
"""
