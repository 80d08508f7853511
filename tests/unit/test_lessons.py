"""Lessons: marked ones are quoted, the others are questions that name a fact of this incident."""

from typing import Any

import pytest

from postmortem.action_items.nature import nature_of
from postmortem.compose import compose
from postmortem.evidence import Reaction
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import START, evidence, log, note, said

PLAIN = "What went well, what went badly, and where did we get lucky?"


def lessons(*records: object, settings: Settings | None = None, **incident: Any) -> list[Line]:
    found = evidence(*records, **incident)
    return list(compose(found, settings or Settings(), composed_at=START).section("lessons").lines)


def quoted(*records: object) -> list[tuple[str | None, str]]:
    return [
        (line.group, line.text.partition("“")[2].removesuffix("”")) for line in lessons(*records) if not line.asked_of
    ]


def asked(*records: object, **incident: Any) -> list[tuple[str | None, str]]:
    return [(line.asked_of, line.text) for line in lessons(*records, **incident) if line.asked_of]


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("the rollback went really well", "What went well"),
        ("handover did not go well", "What went badly"),
        ("we got lucky that it was a Sunday", "Where we got lucky"),
        ("Luckily the backup was one hour old", "Where we got lucky"),
        ("good thing we kept the old cluster", "Where we got lucky"),
        ("note for the postmortem: the runbook is stale", "Noted for the review"),
        ("TIL the driver defaults to 20", "Noted for the review"),
        ("lesson learned: rehearse the restore", "Noted for the review"),
        ("for the retro: who owns DNS", "Noted for the review"),
    ],
)
def test_a_marked_message_is_quoted_under_its_mark(text: str, group: str):
    assert quoted(said("1", 0, text)) == [(group, text)]


@pytest.mark.parametrize(
    "text",
    ["Something went wrong: failed to prepare", "any luck?", "no luck", "wait until the job ends", "thanks, well done",
     "unfortunately it failed", "the postmortem follows", "what went well?"],
)  # fmt: skip
def test_words_that_mark_nothing_are_not_quoted(text: str):
    assert quoted(said("1", 0, text)) == []


def test_lists_under_headings_are_quoted_line_by_line():
    text = (
        "What went well?\n- paging was quick\n\nWhere we got lucky:\n1. the laptop still worked\n2. No comments added"
    )

    assert (
        quoted(note("n", 0, text))
        == [
            ("What went well", "paging was quick"),
            ("Where we got lucky", "the laptop still worked"),
            ("Where we got lucky", "No comments added"),
        ][:2]
    )


def test_an_emoji_of_the_settings_marks_a_lesson():
    settings = Settings.model_validate({"slack": {"lesson_emoji": ["bulb"]}})
    bulb = said("1", 0, "CRC errors on the uplink", reactions=(Reaction(emoji="bulb"),))

    assert lessons(bulb, settings=settings)[0].group == "Noted for the review"
    assert [line.text for line in lessons(bulb)] == [PLAIN]


def test_only_what_nobody_marked_is_asked():
    assert asked(said("1", 0, "the rollback went well")) == [
        ("everyone who took part", "What went badly, and where did we get lucky?")
    ]


def test_a_reopening_asks_why_the_fix_did_not_hold_and_cites_it():
    records = (log("a", 0, "triggered"), log("b", 60, "resolved"), log("c", 120, "reopened"), log("d", 180, "resolved"))
    first = lessons(*records)[0]

    assert first.text == (
        "It was reopened once at 14:02:00 UTC: why did the earlier fix not hold, and what would have shown it?"
    )
    assert (first.asked_of, len(first.citations)) == ("responder who resolved it", 1)


def test_an_action_that_hurt_is_asked_about():
    (question, _) = lessons(said("1", 0, "raised the limit to 100. That made it worse"))

    assert question.text.startswith("People said that “raised the limit to 100.” (14:00:00 UTC) made things worse:")
    assert question.citations


def test_people_who_told_before_any_alert_are_named_as_the_fact_they_are():
    records = (said("1", -300, "checkout is down"), log("a", 0, "triggered"))

    assert asked(*records, from_pagerduty=True)[0] == (
        "service owner",
        "A person told of it at 13:55:00 UTC, and no alert is on record: which signal could have come first?",
    )


def test_a_late_acknowledgement_an_escalation_and_a_night_are_asked_about():
    night = "2026-11-18T02:00:00+00:00"
    records = (
        log("a", night, "triggered"),
        log("b", "2026-11-18T02:10:00+00:00", "escalated"),
        log("c", "2026-11-18T02:20:00+00:00", "acknowledged"),
    )

    assert [role for role, _ in asked(*records)] == [
        "incident commander", "incident commander", "responders", "everyone who took part",
    ]  # fmt: skip
    assert asked(*records)[2][1].startswith("It began on a Wednesday at 02:00 (UTC):")


def test_an_incident_with_nothing_special_asks_one_plain_question():
    assert asked(log("a", 0, "triggered"), log("b", 60, "acknowledged"), log("c", 90, "resolved")) == [
        ("everyone who took part", PLAIN)
    ]


@pytest.mark.parametrize(
    ("task", "nature"),
    [
        ("Backfill the lost orders", "corrective"),
        ("Re-enable the alert we muted", "corrective"),
        ("Remove the temporary override", "corrective"),
        ("Make the hotfix permanent", "corrective"),
        ("Fix the parser", "corrective"),
        ("Refund affected customers", "corrective"),
        ("Add an alert on pool saturation", "preventive"),
        ("Raise the connection pool limit", "preventive"),
        ("Fix the alert that did not fire", "preventive"),
        ("Update the rollback runbook", "preventive"),
        ("Rehearse migrations on a restored copy first", "preventive"),
        ("Automate Boskos deploys", "preventive"),
        ("Retry failed uploads instead of showing an error", "preventive"),
        ("Talk to Bob", None),
    ],
)
def test_an_item_repairs_or_prevents_by_its_words(task: str, nature: str | None):
    assert nature_of(task) == nature


def test_an_action_item_carries_its_nature():
    found = compose(evidence(said("1", 0, "ACTION: add an alert on the pool")), Settings(), composed_at=START)

    assert [item.nature for item in found.action_items] == ["preventive"]
