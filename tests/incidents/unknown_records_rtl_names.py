"""Everything a vendor may add or leave out, and names that run from right to left. Nothing here may break a reader."""

from dataclasses import replace
from typing import Any

from tests.incidents.builder import Story
from tests.incidents.cast import Actor
from tests.incidents.script import Script

YAEL = Actor("yael", "יעל כהן", timezone="Asia/Jerusalem", title="מהנדסת")
OMAR = Actor("omar", "عمر الفارسي", timezone="Asia/Jerusalem", title="مهندس")
ZOE = Actor("zoe", "Zoë 👩‍🚒 O'Brien-Łukasz", timezone="Europe/London")
STRANGER = "U0STRANGER1"
LONE_SURROGATE, NUL = "\ud83d", "\x00"


def script() -> Script:
    story = Story(
        "unknown_records_rtl_names",
        "שגיאות בתשלום | خطأ في الدفع 💥",
        day="2026-07-14",
        number=3800,
        cast=(YAEL, OMAR, ZOE),
        service="תשלומים",
    )
    side, at = story.pagerduty, story.at
    side.triggers(at("09:00:00"), "yael", priority=None)
    _unknown_log_entries(story)
    side.acknowledges(at("09:05:00"), "omar")
    side.notes_down(at("09:20:00"), "omar", f"الخادم لا يستجيب {NUL} {LONE_SURROGATE} <script>alert(1)</script>")
    side.resolves(at("09:45:00"), "yael", note="תוקן ✅")
    _odd_alerts(story)
    story.chat(CHAT)
    _odd_messages(story)
    told = story.script()
    webhook = {**told.webhooks[0]["event"], "id": "01UNKNOWN0EVENT0OF0TOMORRO", "event_type": "incident.teleported"}
    webhooks = (told.webhooks[0], {"event": webhook}, *told.webhooks[1:])
    return replace(told, pagerduty=_with_less(told.pagerduty), webhooks=webhooks)


def _unknown_log_entries(story: Story) -> None:
    side, at = story.pagerduty, story.at
    side.log(at("09:01:00"), "telepathy", "Somebody thought of it.", channel={"type": "brainwave", "depth": {"a": [1]}})
    side.log(at("09:01:30"), "workflow_action", "", "zoe")["agent"] = None
    entry = side.log(at("09:02:00"), "incident_summary_generated", f"סיכום {NUL}", "zoe")
    del entry["channel"], entry["agent"], entry["teams"], entry["html_url"]
    side.log(at("09:03:00"), "notify", "Notified by pigeon.", channel={"type": "auto", "notification": None})


def _odd_alerts(story: Story) -> None:
    side, at = story.pagerduty, story.at
    side.alert(
        at("08:59:00"), "שרת תשלומים לא זמין", key="odd-1", details={"מידע": "ערך", "nested": {"list": [1, None]}}
    )
    side.alert(at("08:59:30"), "no body", key="odd-2")
    side.alert(at("08:59:40"), "details are one text", key="odd-3")
    side.alerts[1] |= {"body": None, "severity": None, "alert_key": None}
    side.alerts[2]["body"]["details"] = "just words"
    side.alerts[2]["severity"] = "catastrophic"


def _odd_messages(story: Story) -> None:
    channel, at = story.channel, story.at
    channel.says("zoe", at("09:12:00"), "", subtype="hologram_shared", hologram={"id": "H1"})
    channel.says("zoe", at("09:12:30"), f"NUL {NUL} and half an emoji {LONE_SURROGATE} in one line")
    channel.says("zoe", at("09:13:00"), "")["text"] = f"<@{STRANGER}> <!subteam^S0PAYMENTS1|@payments> <#C0ELSEWHERE|>"
    nobody = channel.says("zoe", at("09:13:30"), "posted by an old integration", subtype="bot_message", username="cron")
    del nobody["user"]
    channel.says("zoe", at("09:14:00"), "")["text"] = None
    del channel.says("zoe", at("09:14:30"), "")["text"]
    blocks = [{"type": "rich_text_of_tomorrow", "elements": [{"type": "glyph"}]}]
    channel.says(
        "zoe", at("09:15:00"), "", blocks=blocks, reactions=[{"name": "partyparrot::x", "users": [], "count": 0}]
    )
    channel.says("zoe", at("09:16:00"), "huddle", subtype="huddle_thread", room={"id": "R1"})
    channel.says("zoe", at("09:17:00"), "locked", subtype="ekm_access_denied")


def _with_less(side: dict[str, Any]) -> dict[str, Any]:
    """Fields that a vendor may leave out are left out; notes by nobody and by a rule."""
    dispensable = ("priority", "incident_type", "conference_bridge", "reopened_at", "alert_counts", "custom_fields")
    incident = {name: value for name, value in side["incident"].items() if name not in dispensable}
    rule = {"id": "PRULE001", "type": "bot_user_reference", "summary": "A Global Event Rule"}
    notes = [
        *side["notes"],
        {"id": "PNOTE0RULE", "user": rule, "content": "auto", "created_at": "2026-07-14T09:00:01Z"},
    ]
    notes.append({"id": "PNOTE0NONE", "user": None, "content": "", "created_at": "2026-07-14T12:00:02+03:00"})
    return {**side, "incident": incident, "notes": notes}


CHAT = """
09:06:00 yael: בודקת את הלוגים עכשיו 🔍
09:07:10 omar: الخدمة متوقفة منذ خمس دقائق
  09:08:00 yael: ראיתי, ה-pod נופל שוב ושוב {:🔥: omar}
  09:08:30 omar: wrong thread, sorry
09:10:00 zoe: I see the same & it is <5 min old {deleted}
  09:10:40 yael: כן
09:30:00 omar: ACTION: @yael להוסיף בדיקת תקינות עד 2026-08-01
09:46:00 yael: TODO: @omar تحديث دليل التشغيل
"""
