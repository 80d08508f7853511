"""The incident that another one was merged into: see merged_into_parent.py."""

from tests.incidents.builder import Story
from tests.incidents.cast import reference
from tests.incidents.ids import incident_id
from tests.incidents.people import ADA, EMIL, KOFI
from tests.incidents.script import Script

NAME, TITLE, NUMBER = "merge_parent", "Object storage returns 503", 4056
CHILD_NAME, CHILD_TITLE, CHILD_NUMBER = "merged_into_parent", "Image uploads fail", 4057


def script() -> Script:
    story = Story(
        NAME,
        TITLE,
        day="2026-10-06",
        number=NUMBER,
        cast=(ADA, KOFI, EMIL),
        service="Object storage",
        team="Platform",
    )
    side, at = story.pagerduty, story.at
    side.alert(at("15:30:00"), "[FIRING] Storage5xx rate 34 %", key="storage-5xx")
    side.alert(at("15:33:10"), "[FIRING] UploadErrors image-service", key="upload-errors", severity="warning")
    side.triggers(at("15:30:05"), "ada", priority="P2")
    side.notifies(at("15:30:07"), "ada")
    side.acknowledges(at("15:32:00"), "ada")
    child = reference(incident_id(CHILD_NAME), "incident", f"[#{CHILD_NUMBER}] {CHILD_TITLE}")
    side.takes_in(at("15:41:30"), child, "ada")
    side.resolves(at("16:02:18"), "ada", note="A full disk on one storage node; it was taken out.")
    story.chat(CHAT)
    return story.script()


CHAT = """
15:32:40 ada: every third request to object storage answers 503
15:40:50 kofi: I have image uploads on fire, same thing?
  15:41:10 ada: yes, merging yours into this one
15:49:00 ada: node 7 has a full disk, taking it out
15:58:30 emil: uploads work again
16:00:05 ada: ACTION: @kofi retry failed uploads instead of showing an error
"""
