"""A second page for the same fire: it is merged into merge_parent, which PagerDuty shows as resolved."""

from tests.incidents.builder import Story
from tests.incidents.cast import reference
from tests.incidents.ids import incident_id
from tests.incidents.merge_parent import CHILD_NAME, CHILD_NUMBER, CHILD_TITLE, NAME, NUMBER, TITLE
from tests.incidents.people import ADA, KOFI
from tests.incidents.script import Script


def script() -> Script:
    story = Story(
        CHILD_NAME,
        CHILD_TITLE,
        day="2026-10-06",
        number=CHILD_NUMBER,
        cast=(KOFI, ADA),
        service="Images",
        team="Discovery",
    )
    story.has_dedicated_channel = False
    side, at = story.pagerduty, story.at
    side.triggers(at("15:33:12"), "kofi", priority="P3")
    side.notifies(at("15:33:14"), "kofi")
    side.acknowledges(at("15:35:20"), "kofi")
    parent = reference(incident_id(NAME), "incident", f"[#{NUMBER}] {TITLE}")
    side.is_merged_into(at("15:41:30"), parent, "ada")
    return story.script()
