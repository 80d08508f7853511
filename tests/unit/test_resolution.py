"""What ended it, what is temporary or permanent of it, and what was repaired afterwards."""

import pytest

from postmortem.compose import compose
from postmortem.evidence import Evidence
from postmortem.line import Line
from postmortem.sections.resolution_words import (
    find_permanent,
    find_recovery,
    find_temporary,
    how_far,
    names_a_deed,
    names_a_fix,
    tells_an_end,
)
from postmortem.settings import Settings
from tests.unit.given import BEA, START, alert, evidence, log, note, said

ENDED, TOO_EARLY, UNKNOWN = "What ended it", "Resolved, and reopened afterwards", "Still unknown"


def resolution_of(told: Evidence) -> tuple[Line, ...]:
    return compose(told, Settings(), composed_at=START).section("resolution").lines


def of_group(told: Evidence, group: str) -> list[str]:
    return [line.text for line in resolution_of(told) if line.group == group]


@pytest.mark.parametrize(
    "sentence",
    [
        "renewed the cert, logins work again",
        "rolled back 2.3 and errors stopped",
        "swapped the optic, drops are at zero",
        "turned the flag off, search is healthy now",
        "increased the limit, no more 429s",
        "a redeploy with the old key fixes the issue",
    ],
)
def test_a_deed_that_worked_ended_it(sentence: str):
    assert of_group(evidence(said("1", 0, sentence)), ENDED) == [f"Bea Lindqvist: “{sentence}”"]


@pytest.mark.parametrize(
    "sentence",
    [
        "restarted it, still failing",
        "rolled back but it does not work again",
        "we should restart it, then it works again",
        "did the rollback make it healthy again?",
        "the canary is healthy again",
    ],
)
def test_a_deed_that_did_not_work_or_lies_ahead_ended_nothing(sentence: str):
    assert not (tells_an_end(sentence) and names_a_deed(sentence))


def test_a_resolution_note_is_quoted_without_the_systems_words():
    told = evidence(log("r", 60, "resolved"), note("n", 61, "Replaced the disk.", is_resolution=True, person_id=None))

    assert of_group(told, ENDED) == ["Somebody: “Replaced the disk.”"]


def test_a_resolve_that_was_reopened_did_not_end_it():
    told = evidence(
        log("t", 0, "triggered"),
        log("r1", 60, "resolved"),
        note("n1", 61, "Restarted the gateway.", is_resolution=True),
        log("o", 120, "reopened"),
        log("r2", 300, "resolved"),
        note("n2", 301, "Replaced the optic.", is_resolution=True),
    )
    (early,) = [line for line in resolution_of(told) if line.group == TOO_EARLY]

    assert of_group(told, ENDED) == ["Somebody: “Replaced the optic.”"]
    assert early.text == "Somebody: “Restarted the gateway.”"
    assert [under.text for under in early.under] == ["Reopened at 2026-11-17 14:02:00 UTC."]


def test_the_sentence_of_the_mitigation_is_named_as_such():
    told = evidence(
        log("t", 0, "triggered"), said("1", 60, "errors are back to normal. Mitigated"), log("r", 90, "resolved")
    )
    (line,) = [line for line in resolution_of(told) if line.group == ENDED]

    assert (line.label, line.text) == ("mitigated", "Bea Lindqvist: “errors are back to normal. Mitigated”")


def test_a_mitigation_that_a_later_alert_contradicts_is_not_what_ended_it():
    told = evidence(
        log("t", 0, "triggered"),
        said("1", 60, "all back to normal"),
        alert("a", 600),
        log("r", 900, "resolved"),
        note("n", 901, "Replaced the disk.", is_resolution=True),
    )

    assert of_group(told, ENDED) == ["Somebody: “Replaced the disk.”"]


def test_where_nobody_says_what_ended_it_the_last_action_before_is_shown_as_that():
    told = evidence(
        log("t", 0, "triggered"),
        said("1", 30, "rolled back to 41"),
        said("2", 60, "hm"),
        said("3", 90, "all clear, impact is over"),
        log("r", 120, "resolved"),
    )
    labels = {line.label: line.text for line in resolution_of(told) if line.group == ENDED}

    assert labels == {
        "last action before it ended": "Bea Lindqvist: “rolled back to 41”",
        "mitigated": "Bea Lindqvist: “all clear, impact is over”",
    }


def test_the_last_action_on_record_leaves_the_question_open():
    told = evidence(said("1", 30, "deployed valid JSON"))

    assert [line.label for line in resolution_of(told) if line.group == ENDED] == ["last action on record"]
    assert of_group(told, UNKNOWN)[0].startswith("What ended it, and is that a permanent fix or a temporary one?")


def test_a_state_that_is_well_again_is_shown_with_the_action_before_it():
    told = evidence(said("1", 0, "bumped the heap and restarted it"), said("2", 60, "builds are running again"))

    assert [(line.label, line.text) for line in resolution_of(told) if line.group == ENDED] == [
        ("last action on record", "Bea Lindqvist: “bumped the heap and restarted it”"),
        (None, "Bea Lindqvist: “builds are running again”"),
    ]


def test_the_link_of_a_fix_stands_apart_from_what_ended_it_and_the_link_of_a_cause_is_not_shown():
    fix, cause = "https://github.com/acme/shop/pull/12", "https://github.com/acme/shop/commit/0a1b2c3d"
    told = evidence(said("1", 0, f"looks like {cause}"), said("2", 60, f"opened {fix} to revert that"))

    assert of_group(told, "Changes that were named as a fix") == [f"Bea Lindqvist: “opened {fix} to revert that”"]
    assert not of_group(told, ENDED)
    assert "What ended it, and is that a permanent fix or a temporary one?" in of_group(told, UNKNOWN)[0]
    assert not names_a_fix("so changelink broke it, a fix is due")


@pytest.mark.parametrize(
    ("sentence", "how"),
    [
        ("workaround deployed until the proper fix ships next week", None),
        ("we disabled the widget for now", None),
        ("scaled to 40 pods as a band-aid", None),
        ("we will add a workaround tomorrow", "planned"),
    ],
)
def test_a_temporary_fix_is_told_apart_and_a_plan_of_one_is_labelled(sentence: str, how: str | None):
    found = find_temporary(sentence)

    assert found is not None
    assert find_permanent(sentence) is None
    assert how_far(sentence, found) == how


@pytest.mark.parametrize(
    ("sentence", "how"),
    [
        ("follow-up pr merged", None),
        ("the permanent fix is deployed", None),
        ("a permanent fix will follow next week", "planned"),
        ("follow-up pr will be merged tomorrow", "planned"),
        ("proper fix: cap core dumps on every node", "planned"),
        ("we don't have a permanent fix yet", "not yet"),
    ],
)
def test_a_permanent_fix_is_told_apart_from_the_plan_of_one(sentence: str, how: str | None):
    found = find_permanent(sentence)

    assert found is not None
    assert how_far(sentence, found) == how


@pytest.mark.parametrize(
    "sentence", ["stable for now", "temporary failure in name resolution", "quiet until the deploy failed again"]
)
def test_what_only_sounds_temporary_is_no_fix(sentence: str):
    assert find_temporary(sentence) is None


def test_no_permanent_fix_is_temporary():
    assert find_temporary("this is not a permanent fix")
    assert find_permanent("this is not a permanent fix") is None


@pytest.mark.parametrize(
    "sentence",
    [
        "backfilled 40k events",
        "re-running the failed jobs",
        "cache is warm again",
        "failed back to eu-west-1",
        "queue is empty, 312 invoices went out",
        "refunded the double charges",
    ],
)
def test_what_is_repaired_afterwards_is_recovery(sentence: str):
    assert find_recovery(sentence)


def test_recovery_comes_after_the_end():
    told = evidence(
        log("t", 0, "triggered"),
        said("1", 10, "re-ran the job, no luck"),
        said("2", 60, "impact is over"),
        said("3", 90, "re-running the jobs of this morning"),
        said("4", 99, "we will backfill the events tomorrow, backfilling takes a day"),
        log("r", 120, "resolved"),
    )

    assert of_group(told, "Recovery") == [
        "Bea Lindqvist: “re-running the jobs of this morning”",
        "Bea Lindqvist: “we will backfill the events tomorrow, backfilling takes a day”",
    ]


def test_what_is_known_is_not_asked():
    told = evidence(
        log("t", 0, "triggered"),
        said("1", 60, "swapped the disk as a workaround, writes work again"),
        said("2", 90, "re-ran the failed jobs"),
        log("r", 120, "resolved"),
    )

    assert of_group(told, UNKNOWN) == ["What is the permanent fix, and when does it come?"]


def test_what_is_not_known_is_asked_of_whoever_resolved_it():
    question, _ = resolution_of(evidence(said("1", 0, "looking")))

    assert question.asked_of == "responder who resolved it"
    assert question.text.startswith("What ended it, and is that a permanent fix or a temporary one?")


def test_pagerdutys_own_sentence_about_a_note_is_in_nobodys_mouth():
    told = evidence(
        log("t", 0, "triggered"),
        log("n", 60, "annotated", text="Note added by Bea Lindqvist.", person_id=BEA.id),
        log("r", 90, "resolved"),
    )

    assert of_group(told, ENDED) == []


def test_an_action_item_in_the_resolution_note_is_not_what_ended_it():
    words = "Reads the new field. AI: add a contract test for the partner."
    told = evidence(log("t", 0, "triggered"), log("r", 60, "resolved"), note("n", 60, words, is_resolution=True))
    section = compose(told, Settings(), composed_at=START).section("resolution")

    assert "Reads the new field." in section.lines[0].text
    assert "contract test" not in section.lines[0].text
