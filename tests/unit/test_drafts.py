"""Whole drafts as a responder reads them: every incident script, through its own journey."""

import re
from pathlib import Path

import pytest

from tests.incidents import NAMES
from tests.unit.given import CARL, START, at, events, evidence, log, markdown, note, said, seen
from tests.world import world_of

_QUESTION = "❓ **"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "merged_into_parent"])
def test_every_scripts_draft_holds_every_record_once_and_no_line_without_a_source(name: str, tmp_path: Path):
    with world_of(tmp_path, name) as world:
        world.resolves()
        world.settles()
        draft, postmortem = world.draft(), world.postmortem()

    named = [evidence_id for event in postmortem.timeline.events for evidence_id in event.evidence_ids]
    assert len(named) == len(set(named))
    assert draft.count("<details>") == draft.count("</details>") == 1
    for line in draft.splitlines():
        if line.startswith("- ") and "Read from" not in line and "**Not read:**" not in line:
            assert re.search(r"\(.+\)( · also in Slack)?$", line) or _QUESTION in line, line


def test_a_reply_says_when_what_it_answers_was_said():
    text = markdown(evidence(said("1", 0, "the pool is down"), said("2", 90, "restarted it", thread_id="slack/C1/1")))

    assert "- 14:01:30 UTC · ↳ to 14:00:00 UTC · **Bea Lindqvist**: restarted it" in text


def test_a_systems_sentence_is_not_put_into_a_persons_mouth():
    role = seen("r", 5, "role", "June took the role Incident Commander", person_id=CARL.id)

    assert "- 14:00:05 UTC · June took the role Incident Commander (by Carl Brandt) (" in markdown(evidence(role))


def test_a_note_without_words_says_so():
    assert "(without words)" in markdown(evidence(note("n", 0, "")))


def test_a_note_written_after_the_end_stands_under_resolution_and_only_there():
    told = evidence(
        log("a", 0, "triggered"), log("b", 60, "resolved"), note("n", 90, "A bad optic, replaced by hand, restarted")
    )
    draft = markdown(told)

    assert "A bad optic" in draft.split("## Resolution")[1].split("\n## ")[0]
    assert "A bad optic" not in draft.split("## What was tried")[1].split("\n## ")[0]


def test_stakeholders_are_quoted_in_their_own_words():
    update = log("a", 0, "status_update", text="Status update added by June Castellano: Checkout is slow.")

    assert "Told to stakeholders: “Checkout is slow.”" in markdown(evidence(update))


def test_more_quotes_than_are_shown_are_counted():
    told = evidence(*(said(f"{n}", n, f"number {n} was caused by the pool") for n in range(11)))

    assert "3 more statements of this kind: see the full log from here on." in markdown(told)


def test_a_pinned_message_and_a_lifted_one_are_shown_whatever_they_say():
    assert [event.in_main for event in events(said("1", 0, "ok", is_pinned=True), said("2", 1, "ok"))] == [True, False]
    assert at(0).at == START
