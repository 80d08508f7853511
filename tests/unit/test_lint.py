"""The linter: what a postmortem lacks, and words that blame. Quotations are somebody's words and only noted."""

import json

import pytest

from postmortem.lint import Finding, lint
from tests.contract.openapi_document import shared_folder

SENTENCES = shared_folder() / "data/blameless-language/sentences.jsonl"
WHOLE = """# Postmortem: checkout

## Summary

- Checkout answered slowly for 40 minutes. ([#inc-7](https://acme.slack.com/archives/C1/p1))

## Impact

- 640 payments were refused. ([graph](https://grafana.example/d/1))

## Timeline

- 14:03:22 UTC · the alert fired

## Root cause and contributing factors

- The pool holds ten connections. ([#inc-7](https://acme.slack.com/archives/C1/p2))

## Resolution and recovery

- The pool was raised to fifty. ([#inc-7](https://acme.slack.com/archives/C1/p3))

## Lessons

- The dashboard showed the pool at once.

## Action items

| Action item | Owner | Due | Issue |
| --- | --- | --- | --- |
| Add an alert on the pool | Bea Lindqvist | 2026-03-31 | CHK-12 |
"""


def found(markdown: str) -> list[tuple[int, str, str]]:
    return [(finding.line, finding.rule, finding.words) for finding in lint(markdown) if not finding.is_note]


def in_summary(sentence: str) -> list[Finding]:
    return list(lint(WHOLE.replace("Checkout answered slowly for 40 minutes.", sentence)))


def test_a_whole_postmortem_has_nothing_to_mend():
    assert lint(WHOLE) == ()


@pytest.mark.parametrize(
    ("sentence", "rule", "words"),
    [
        ("The outage was caused by human error.", "human-error", "human error"),
        ("It was an operator mistake.", "human-error", "operator mistake"),
        ("Bob forgot to renew the certificate.", "blame", "Bob forgot"),
        ("The team failed to notice the alert.", "blame", "The team failed to"),
        ("A careless change went out.", "blame", "careless"),
        ("The switch was Ada's fault.", "blame", "Ada's fault"),
        ("We should have tested the failover.", "counterfactual", "should have tested"),
        ("This could easily have been seen.", "counterfactual", "could easily have been"),
        ("They shouldn't have deployed on a Friday.", "counterfactual", "shouldn't have deployed"),
        ("It was entirely avoidable.", "counterfactual", "was entirely avoidable"),
        ("In hindsight the graph was plain.", "hindsight", "In hindsight"),
    ],
)
def test_words_that_judge_are_found_with_their_place_and_a_better_wording(sentence: str, rule: str, words: str):
    (finding,) = in_summary(sentence)
    assert (finding.line, finding.rule, finding.words, finding.is_note) == (5, rule, words, False)
    assert finding.why
    assert finding.better


@pytest.mark.parametrize(
    "sentence",
    [
        "We should have alerting on config load failures.",
        "The request failed to connect to the database.",
        "A change that should have been a no-op was synced.",
        "Errors by region are on the dashboard.",
        "The pods could have 2 GB each.",
    ],
)
def test_plain_descriptions_of_systems_and_wishes_for_the_future_are_left_alone(sentence: str):
    assert in_summary(sentence) == []


def test_words_inside_a_quotation_are_only_noted():
    (finding,) = in_summary("The commander said: “I should have looked at the graph”.")
    assert finding.is_note
    assert finding.better == "these are somebody's words: leave them as they are, or quote another sentence of theirs"


def test_what_is_missing_is_named_in_the_order_in_which_it_is_read():
    assert [
        words for _, rule, words in found("# Postmortem\n\n## Timeline\n\n- 14:03 UTC\n") if rule == "missing-section"
    ] == [
        "Summary",
        "Impact",
        "Root cause and contributing factors",
        "Resolution and recovery",
        "Lessons",
        "Action items",
    ]


def test_renamed_headings_count_as_what_they_stand_for():
    renamed = WHOLE.replace("## Lessons", "## What we learned").replace("## Impact", "## Customers affected")
    assert lint(renamed) == ()


def test_a_heading_over_nothing_is_empty():
    empty = WHOLE.replace("- The dashboard showed the pool at once.\n", "")
    assert found(empty) == [(23, "empty-section", "Lessons")]


def test_a_claim_without_a_source_cannot_be_checked():
    bare = WHOLE.replace(" ([graph](https://grafana.example/d/1))", "")
    assert found(bare) == [(9, "no-evidence", "640 payments were refused.")]


def test_an_open_question_is_a_note():
    asked = WHOLE.replace("- The dashboard showed", "- ❓ **Everyone:** What went well?\n- The dashboard showed")
    assert [(finding.rule, finding.is_note) for finding in lint(asked)] == [("open-question", True)]


def test_a_row_without_owner_date_or_verb_is_told_three_things():
    row = "| Better monitoring | ❓ **nobody yet** | ❓ | not opened |"
    broken = WHOLE.replace("| Add an alert on the pool | Bea Lindqvist | 2026-03-31 | CHK-12 |", row)
    assert [rule for _, rule, _ in found(broken)] == ["item-owner", "item-date", "item-verb"]


def test_a_checkbox_written_by_a_person_is_read_like_a_row():
    head = WHOLE.index("| Action item")
    assert found(WHOLE[:head] + "- [ ] Add an alert on the pool (@bea, 2026-03-31)\n") == []
    assert [rule for _, rule, _ in found(WHOLE[:head] + "- [ ] documentation\n")] == [
        "item-owner",
        "item-date",
        "item-verb",
    ]


def test_the_full_log_is_the_record_itself_and_not_judged():
    log = "<!-- debrief:begin full_log -->\n\n- Bob forgot it. It was human error.\n\n<!-- debrief:end full_log -->\n"
    assert lint(WHOLE + log) == ()


@pytest.mark.skipif(not SENTENCES.exists(), reason="the real data is not here (../shared/data)")
def test_on_sentences_of_real_postmortems_most_blame_is_found_and_little_else():
    records = map(json.loads, SENTENCES.read_text().splitlines())
    labelled = [(record["label"] != "none", record["text"]) for record in records]
    hits = [
        (is_blame, any(f.rule != "no-evidence" and not f.is_note for f in in_summary(text)))
        for is_blame, text in labelled
    ]
    blamed, plain = [hit for is_blame, hit in hits if is_blame], [hit for is_blame, hit in hits if not is_blame]
    assert sum(blamed) / len(blamed) >= 0.85
    assert sum(plain) / len(plain) <= 0.15


def test_a_very_long_line_does_not_stall_the_linter():
    assert lint("## Summary\n\n" + "should not never also have been " * 2_000)
