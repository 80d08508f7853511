"""The page as text: what it is made of, and that it is always the same. What it does is tested in tests/browser/."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from postmortem.compose import compose
from postmortem.outputs.html import content_security_policy, render_page
from postmortem.outputs.markdown import render_markdown
from postmortem.outputs.page.prose import open_questions, read_prose
from postmortem.outputs.page.window import Window, ticks
from postmortem.outputs.parsing import parse, without_full_log
from postmortem.settings import Settings
from tests.unit.given import START, alert, change, evidence, log, note, said

DOCUMENT = """<!-- debrief:begin head -->
# Postmortem: Checkout is slow

Status: **draft** · composed today
<!-- debrief:end head -->

## What it did to customers (impact)

- Ten customers could not pay ([Slack](https://acme.slack.com/1))
- ❓ **Service owner:** Who else?

<!-- debrief:begin review -->
## Review

- ❓ Who else? ([Impact](#impact))
<!-- debrief:end review -->

<!-- debrief:begin full_log -->
## Full log

- 14:00:00 UTC · never shown twice
<!-- debrief:end full_log -->

## Ours

We were tired.
"""


def page(*records: Any, document: str | None = None, **incident: Any) -> str:
    postmortem = compose(evidence(*records, **incident), Settings(), composed_at=START)
    return render_page(postmortem, document or render_markdown(postmortem))


def test_the_same_evidence_gives_the_same_page_in_whatever_order_it_came():
    records = [log("t", 0, "triggered"), alert("a", 1), *(said(str(n), n * 60, f"it fails {n}") for n in range(9))]

    assert page(*records) == page(*reversed(records))


def test_what_people_wrote_is_shown_and_the_log_comes_from_the_data_alone():
    html = page(said("1", 0, "it is down"), document=DOCUMENT)

    assert "We were tired." in html
    assert "never shown twice" not in html
    assert html.count('id="full-log"') == 1
    assert "debrief:" not in html
    assert "composed today" not in html, "the head knows the status as it is"


def test_an_answer_is_found_under_another_heading_and_without_its_sources():
    (part, *_) = read_prose(DOCUMENT).parts

    assert part.statements[0].text == "Ten customers could not pay"
    assert "Ten customers could not pay</dd>" in page(said("1", 0, "down"), document=DOCUMENT)


def test_a_finding_stands_at_a_glance_before_a_guess_and_without_what_only_hangs_on_it():
    document = """## Root cause

- **Hypothesis** · Ada: “Maybe the disk”
  - **Confirmed** · Bea: “It was not full”
- **Finding** · Bea: “The pool went from 80 to 20”
"""
    told = page(document=document)
    glance = told[told.index("At a glance") : told.index("Picture of the timeline</h2>")]

    assert glance.index("The pool went from 80 to 20") < glance.index("Maybe the disk")
    assert "It was not full" not in glance


def test_a_question_that_the_review_repeats_is_open_once():
    assert open_questions(DOCUMENT) == 1
    assert "1 to answer" in page(said("1", 0, "down"), document=DOCUMENT)


def test_style_and_script_are_the_ones_that_the_policy_knows():
    html = page(said("1", 0, "down"))
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in content_security_policy()
    assert "unsafe" not in content_security_policy()
    assert re.findall(r'\s(?:style|on\w+)="', html) == []


def test_a_page_has_every_event_once_and_a_mark_for_each_that_lies_in_the_picture():
    html = page(
        change("c", -60, "Deploy 42"),
        log("t", 0, "triggered"),
        alert("a", 5, resolved_at=None),
        said("1", 60, "it is down"),
        note("n", 120, "rolled back"),
        log("r", 600, "resolved"),
        said("late", timedelta(days=3).total_seconds(), "thanks all"),
    )

    assert html.count("<li id=") == 7
    assert "1 event lies before or after what is drawn here." in html
    marked = {int(number) for number in re.findall(r'data-n="(\d+)"', html)}
    assert marked == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("seconds", [1, 59, 3_600, 86_400, 40 * 86_400, 300 * 365 * 86_400])
def test_an_axis_of_any_length_has_a_few_round_times(seconds: int):
    marks = list(ticks(Window(1_794_924_131.0, 1_794_924_131.0 + seconds)))

    assert len(marks) <= 9
    assert all(0 <= mark.place <= 100 for mark in marks)
    assert not marks or marks[0].day


def test_events_of_impossible_years_do_not_break_the_picture():
    told = [said("1", "0001-01-01T00:00:00+00:00", "x"), said("2", "9999-12-31T23:59:59+00:00", "y")]

    assert "<svg" in page(*told)


def test_a_comment_of_its_own_line_is_dropped_and_a_fold_is_a_fold():
    kinds = [
        token.type for token in parse("a\n<!-- x\ny -->\n<details><summary>A &lt; B</summary>\n\nb\n\n</details>\n")
    ]

    assert kinds == [
        *("paragraph_open", "inline", "paragraph_close", "fold_open"),
        *("paragraph_open", "inline", "paragraph_close", "fold_close"),
    ]


@pytest.mark.parametrize("text", ["<!-- never ends", "a <!-- inside --> b", "    <!-- code -->", "<b>bold</b>"])
def test_all_other_html_is_text(text: str):
    assert "&lt;" in read_prose(text).html + read_prose(text).lead


def test_a_document_without_our_marks_is_read_whole():
    assert without_full_log("## Full log\n\n- mine\n") == "## Full log\n\n- mine\n"


@pytest.mark.parametrize(
    "bait", ["<!--\n", "</details>\n", "<details><summary>", "> ", "[a", "*a", "<!-- debrief:begin full_log"]
)
def test_no_text_takes_long_to_read(bait: str):
    read_prose(bait * 4_000)  # a test of minutes, were it quadratic with Python's constants
