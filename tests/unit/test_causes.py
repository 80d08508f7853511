"""Root cause and contributing factors, as people said them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, START, bot_said, change, evidence, log, note, said


def composed(*records: object) -> Postmortem:
    return compose(evidence(*records), Settings(), composed_at=START)


def causes(*records: object) -> list[Line]:
    return [line for line in composed(*records).section("causes").lines if line.asked_of is None]


def questions(*records: object) -> list[Line]:
    return [line for line in composed(*records).section("causes").lines if line.asked_of is not None]


def told(*records: object) -> list[tuple[str | None, str]]:
    """(label, words) of every line."""
    return [(line.label, line.text.partition("“")[2].rpartition("”")[0]) for line in causes(*records)]


@pytest.mark.parametrize(
    "text",
    [
        "I suspect the deploy from this morning",
        "strongly suspect the k8s upgrade",
        "my guess is that the cache is full",
        "could be the pool",
        "maybe dns?",
        "I think it's the load balancer",
        "looks like https://github.com/acme/api/commit/0a1b2c3",
        "looks like v2.3 leaks memory",
        "might be related to the migration",
        "probably the network again",
        "I wonder if someone deployed locally and then CI overwrote that?",
        "my hunch is the rewrite annotation",
        "firmware was updated on Tuesday, could that be it?",
        "must have been the config change",
        "smells like a retry storm",
        "I think is problem with database",
    ],
)
def test_what_its_words_mark_as_a_guess_is_a_hypothesis(text: str):
    assert told(said("1", 0, text)) == [("hypothesis", text)]


@pytest.mark.parametrize(
    "text",
    [
        "pool size went from 80 to 20 with release 3",
        "the certificate expired at midnight",
        "root cause: the job runs twice",
        "turns out the flag was never set in eu",
        "errors are caused by the new parser",
        "its token was revoked",
        "problem was in config of proxy",
        "it started right after the migration",
        "there was a bug introduced in December",
        "requests time out because the queue is full",
        "GCP ran out of resources in us-west2-b",
    ],
)
def test_what_is_stated_is_a_finding(text: str):
    assert told(said("1", 0, text)) == [("finding", text)]


@pytest.mark.parametrize(
    "text",
    [
        "is it related to the failed deploy?",
        "what caused this?",
        "did somebody deploy",
        "we need to find the root cause",
        "no idea what caused it",
        "maybe we should roll back the deploy",
        "let's revert the config change",
        "looks like the deploy is done",
        "looks like it recovered after the rollback",
        "merchants confirm that it works again",
        "thanks for finding the bug",
        "root cause is still unknown",
        "I'll check whether the upgrade broke it",
        "seems fine now",
        "checkout is down",
        "> caused by the deploy",
        "```caused by: java.lang.NullPointerException```",
    ],
)
def test_a_question_a_plan_and_a_symptom_are_no_causes(text: str):
    assert told(said("1", 0, text)) == []


def test_a_confirmed_hypothesis_is_shown_as_confirmed_with_the_words_that_confirm_it():
    (line,) = causes(
        said("1", 0, "I suspect the connection pool size"),
        said("2", 900, "confirmed, it was the pool size", person_id=CARL.id),
    )

    assert line.label == "hypothesis, confirmed later"
    assert [(under.label, under.text) for under in line.under] == [
        ("confirmed", "Carl Brandt: “confirmed, it was the pool size”")
    ]
    assert line.under[0].citations


def test_a_refuted_hypothesis_is_shown_as_refuted():
    (line,) = causes(said("1", 0, "suspect the deploy of 14:00"), said("2", 300, "nope, not the deploy"))

    assert line.label == "hypothesis, ruled out later"
    assert line.under[0].label == "ruled out"


def test_each_answer_stands_under_the_hypothesis_it_speaks_of():
    lines = causes(
        said("1", 0, "could be DNS"),
        said("2", 60, "or maybe the disk on node-7 is full"),
        said("3", 600, "ruled out DNS"),
        said("4", 660, "verified: the disk on node-7 is full"),
    )

    assert [(line.label, [under.label for under in line.under]) for line in lines] == [
        ("hypothesis, confirmed later", ["confirmed"]),
        ("hypothesis, ruled out later", ["ruled out"]),
    ]


def test_one_sentence_can_confirm_one_hypothesis_and_rule_out_another():
    lines = causes(
        said("1", 0, "I suspect the gateway"),
        said("2", 60, "could be the optic"),
        said("3", 600, "it is definitely the optic, not the gateway"),
    )

    assert [line.label for line in lines] == ["hypothesis, confirmed later", "hypothesis, ruled out later"]


def test_a_bare_answer_belongs_to_the_message_it_answers():
    lines = causes(
        said("1", 0, "could be DNS"),
        said("2", 60, "I suspect the cache"),
        said("3", 120, "confirmed", thread_id="slack/C1/1"),
    )

    assert {line.text: line.label for line in lines} == {
        "Bea Lindqvist: “could be DNS”": "hypothesis, confirmed later",
        "Bea Lindqvist: “I suspect the cache”": "hypothesis",
    }


def test_a_bare_answer_after_two_hypotheses_is_put_under_none():
    lines = causes(said("1", 0, "could be DNS"), said("2", 60, "I suspect the cache"), said("3", 120, "confirmed"))

    assert [line.under for line in lines] == [(), ()]


def test_a_hypothesis_that_is_both_confirmed_and_ruled_out_is_disputed():
    (line,) = causes(
        said("1", 0, "I suspect the scheduler"),
        said("2", 60, "confirmed: the scheduler is broken by the patch"),
        said("3", 90, "it's not the scheduler"),
    )

    assert line.label == "hypothesis, disputed"


def test_an_answer_that_names_nothing_is_read_with_its_question():
    (line,) = causes(
        said("1", 0, "Is this related to the cluster upgrade??", person_id=CARL.id),
        said("2", 60, "My best guess is yes"),
    )

    assert line.text == "Carl Brandt: “Is this related to the cluster upgrade??” Bea Lindqvist: “My best guess is yes”"
    assert len(line.citations) == 2


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("the migration broke the index", "Technical"),
        ("the credentials were never committed to the repo", "Process"),
        ("it was deployed without review", "Process"),
        ("nobody knew who owns that job", "Human and organisational"),
        ("on-call was asleep", "Human and organisational"),
        ("we only noticed because customers told us", "Why safeguards did not catch it"),
        ("no alerting caught it", "Why safeguards did not catch it"),
        ("the alert was muted since March", "Why safeguards did not catch it"),
        ("we have no alert for this, we should add one", "Why safeguards did not catch it"),
        ("the rollback runbook still names the old cluster", "Why safeguards did not catch it"),
        ("that path is not covered by tests", "Why safeguards did not catch it"),
        ("it passed the canary", "Why safeguards did not catch it"),
    ],
)
def test_each_cause_stands_in_the_group_where_people_look_for_it(text: str, group: str):
    assert [line.group for line in causes(said("1", 0, text))] == [group]


@pytest.mark.parametrize(
    "text", ["no alerts for 20 min", "we should add an alert", "no more alerts firing", "are there tests for this?"]
)
def test_a_quiet_pager_and_a_plan_are_no_failed_safeguard(text: str):
    assert told(said("1", 0, text)) == []


def test_a_change_before_the_start_is_a_change_and_no_cause():
    lines = causes(
        change("c", -600, "Deploy api v7"), log("t", 0, "triggered"), change("d", 600, "Deploy api v6"),
        bot_said("b", -300, "web v3 deployed to prod by ada", pagerduty_incident_ids=()),
    )  # fmt: skip

    assert [(line.label, line.group) for line in lines] == [("change before the start", "Changes before the start")] * 2
    assert "Deploy api v7" in lines[0].text


def test_open_hypotheses_are_named_in_a_question_to_the_commander():
    (open_ones,) = [line for line in questions(said("1", 0, "could be DNS")) if "could be DNS" in line.text]

    assert open_ones.asked_of == "incident commander"
    assert open_ones.text.startswith("No hypothesis was confirmed in the record. Did this hold: “could be DNS” (14:00")
    assert open_ones.citations


def test_a_safeguard_that_nobody_spoke_of_is_asked_of_the_service_owner():
    asked = [line.text for line in questions(said("1", 0, "could be DNS")) if line.asked_of == "service owner"]
    spoken = questions(said("1", 0, "no alerting caught it"))

    assert len(asked) == 1
    assert not [line for line in spoken if line.asked_of == "service owner"]


def test_the_same_words_are_quoted_once_with_both_sources():
    (line,) = causes(said("1", 0, "caused by the pool"), said("2", 60, "caused by the pool"))

    assert len(line.citations) == 2


def test_a_long_message_is_quoted_by_the_sentence_that_counts():
    long = "Joined late. " * 20 + "It was caused by the pool. " + "Will write more later today. " * 20
    (line,) = causes(said("1", 0, long))

    assert line.text == "Bea Lindqvist: “[…] It was caused by the pool. […]”"


def test_a_resolution_note_is_quoted_without_what_pagerduty_puts_before_it():
    (line,) = causes(note("n", 0, "The disk was full disk, caused by logs", is_resolution=True, person_id=BEA.id))

    assert line.text == "Bea Lindqvist: “The disk was full disk, caused by logs”"


_SAID = st.lists(
    st.sampled_from(
        [
            "I suspect the pool", "confirmed, it was the pool", "not the deploy", "could be the deploy", "restarted it",
            "that fixed it", "no change", "made it worse", "went well: the rollback", "we got lucky", "errors dropping",
            "restarting web-1 now. no change", "yes", "nope", "no alert fired", "ok? maybe", "“odd” quotes” ’s",
            "a very long story " * 40 + "caused by the pool. " + "and so on " * 60, "rolled back\ncaused by x\n- y",
        ]
    ),
    max_size=12,
)  # fmt: skip


@given(_SAID, st.data())
def test_every_quote_is_somebodys_own_words_and_every_effect_has_a_source(texts: list[str], data: st.DataObject):
    messages = [
        said(f"{n}", n * 60, text, person_id=data.draw(st.sampled_from([BEA.id, CARL.id])),
             thread_id=data.draw(st.sampled_from([None, "slack/C1/0"])) if n else None)
        for n, text in enumerate(texts)
    ]  # fmt: skip
    postmortem = composed(*messages)
    everything = "\n".join(texts)

    for key in ("causes", "tried", "lessons"):
        for line in postmortem.section(key).lines:
            for one in (line, *line.under):
                assert one.asked_of or one.citations
                assert one.asked_of or all(part in everything for part in _quoted(one.text))
            if line.label in ("helped", "hurt", "no effect"):
                assert any(under.label == line.label and under.citations for under in line.under)


def test_the_order_in_which_records_arrive_changes_nothing():
    messages = [
        said("1", 0, "could be DNS"), said("2", 0, "could be the pool"), said("3", 60, "ruled out DNS"),
        said("4", 60, "restarted the pool, no change"),
    ]  # fmt: skip

    assert composed(*messages).sections == composed(*reversed(messages)).sections


def _quoted(text: str) -> list[str]:
    """What stands between the first quotation mark and the last, without […]."""
    inner = text[text.find("“") + 1 : text.rfind("”")]
    return [part for part in re.split(r" ?\[…\] ?", inner) if part]


def test_a_finding_that_goes_on_from_a_message_stands_behind_it():
    told = evidence(
        said("1", 0, "it reads POOL_MAX per tenant and most have none", person_id=CARL.id),
        said("2", 30, "so everybody falls back to 20", thread_id="slack/C1/1"),
    )
    lines = compose(told, Settings(), composed_at=START).section("causes").lines

    assert (
        "Carl Brandt: “it reads POOL_MAX per tenant and most have none” Bea Lindqvist: “so everybody falls back to 20”"
        in [line.text for line in lines]
    )
