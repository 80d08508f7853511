"""What was tried: deeds, never plans, each with the effect that people told."""

from typing import Any

import pytest

from postmortem.compose import compose
from postmortem.incident import Responder
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, START, alert, at, bot_said, change, evidence, log, note, said


def tried(*records: object, **incident: Any) -> list[Line]:
    lines = compose(evidence(*records, **incident), Settings(), composed_at=START).section("tried").lines
    return [line for line in lines if line.asked_of is None]


def asked(*records: object) -> list[str]:
    lines = compose(evidence(*records), Settings(), composed_at=START).section("tried").lines
    return [line.text for line in lines if line.asked_of is not None]


@pytest.mark.parametrize(
    "text",
    [
        "restarting the pods now",
        "rolled the config back to v12",
        "rollback started",
        "I've disabled the feature flag for everyone",
        "done, restarted kafka-2",
        "node 7 has a full disk, taking it out",
        "scaled web to 20 replicas",
        "the cert was renewed by hand",
        "the cache was flushed",
        "optic replaced",
        "failed over to the secondary region at 03:12",
        "hotfix is out",
        "Stopping instance",
        "Having detached instance from its ASG, shutting it down from AWS console",
        "we have restart the server",
        "@bea has rolled back",
        "bumped POOL_MAX to 80 on all pods",
        "on-call restarted the ingress",
        "I reverted the ingress",
        "turned it off and on again",
    ],
)
def test_what_somebody_says_was_done_is_an_action(text: str):
    assert [(line.group, line.label) for line in tried(said("1", 0, text))] == [("Actions to mitigate", "unknown")]


@pytest.mark.parametrize(
    "text",
    [
        "let's restart it",
        "should I restart?",
        "I didn't restart anything",
        "we should roll back",
        "I will restart it",
        "going to fail over",
        "decided: we roll back to v2",
        "restarting takes 6 minutes",
        "if we restarted it, would it help",
        "has anybody restarted it",
        "can you restart the pods",
        "options: roll back, or raise the limit",
        "pods keep restarting",
        "pod search-7f9 restarted 92 times",
        "the primary failed over by itself",
        "increased latency on /pay",
        "stopped working",
        "added Carl to the channel",
        "updated the status page",
        "I upgraded the clusters yesterday",
        "rollback not started yet",
        "haven't restarted it",
        "looking",
        "thinking of restarting it",
        "raised a P1",
        "it needs to be restarted",
    ],
)
def test_a_plan_a_denial_and_what_a_system_does_by_itself_are_no_actions(text: str):
    assert tried(said("1", 0, text)) == []


def test_looking_at_the_system_is_told_apart_and_without_an_effect_of_its_own():
    (line,) = tried(said("1", 0, "checked the audit logs"))

    assert (line.group, line.label) == ("Diagnosis", None)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("restarted the workers, no change", "no effect"),
        ("killed the long running query, load dropping", "helped"),
        ("I reverted the ingress and things are working", "helped"),
        ("raised the limit to 100. That made it worse", "hurt"),
        ("deleted the stuck pods, still failing", "no effect"),
        ("restarted the workers, hopefully it recovers", "unknown"),
        ("restarted the workers, did that help?", "unknown"),
    ],
)
def test_an_effect_told_in_the_same_message_is_cited_under_the_action(text: str, label: str):
    (line,) = tried(said("1", 0, text))

    assert line.label == label
    assert [under.label for under in line.under] == ([] if label == "unknown" else [label])
    assert all(under.citations for under in line.under)


def test_an_effect_is_taken_from_a_reply_in_the_thread():
    lines = tried(
        said("1", 0, "restarting web-1"),
        said("2", 60, "drained node-9", person_id=CARL.id),
        said("3", 600, "that fixed it", thread_id="slack/C1/1", person_id=CARL.id),
    )

    assert [line.label for line in lines] == ["helped", "unknown"]


def test_an_effect_is_taken_from_shared_words_and_not_from_a_stranger_to_it():
    lines = tried(
        said("1", 0, "flushed the varnish cache"),
        said("2", 60, "restarted the mailer", person_id=CARL.id),
        said("3", 600, "varnish is healthy again", person_id="slack:UDANA"),
    )

    assert [line.label for line in lines] == ["helped", "unknown"]


def test_that_it_got_better_by_the_word_of_another_is_a_fact_beside_it_and_no_effect():
    (line,) = tried(said("1", 0, "rolled back api"), said("2", 300, "errors dropping", person_id=CARL.id))

    assert line.label == "unknown"
    assert [(under.label, under.text) for under in line.under] == [
        ("said afterwards", "Carl Brandt, 14:05:00 UTC: “errors dropping”")
    ]


def test_effects_that_contradict_each_other_are_both_shown_and_asked_about():
    (line,) = tried(said("1", 0, "restarted the gateway"), said("2", 60, "quiet now"), said("3", 900, "it is back"))

    assert line.label == "unknown"
    assert [under.label for under in line.under] == ["helped", "no effect"]


def test_an_alert_that_ended_and_a_reopening_stand_beside_the_action_as_facts():
    (line,) = tried(
        alert("a", -60, text="Pool full", resolved_at=at(240)),
        said("1", 0, "rolled back api"),
        log("r", 900, "reopened"),
    )

    assert line.label == "unknown"
    assert [under.text for under in line.under] == [
        "The alert “Pool full” was resolved 4 min after it, at 14:04:00 UTC.",
        "The incident was reopened 15 min after it, at 14:15:00 UTC.",
    ]


def test_what_was_said_to_have_helped_is_unknown_where_the_incident_was_reopened_on_it():
    (line,) = tried(said("1", 0, "rolled back api, that fixed it"), log("r", 900, "reopened"))

    assert line.label == "unknown"
    assert [under.label for under in line.under] == ["helped", "on record"]


def test_running_and_done_by_the_same_person_is_one_action():
    (line,) = tried(said("1", 0, "rolling back api"), said("2", 600, "rolled back api, errors are gone"))

    assert line.label == "helped"
    assert [under.label for under in line.under] == ["told again", "helped"]


def test_two_things_of_one_kind_stay_two_actions():
    assert len(tried(said("1", 0, "restarting web-1"), said("2", 60, "restarted web-2"))) == 2


def test_roles_come_before_names():
    commander = Responder(person_id=BEA.id, participation="joined", role="Incident Commander")
    lines = tried(
        said("1", 0, "rolled back"), said("2", 1, "drained web-1", person_id=CARL.id), responders=(commander,)
    )

    assert [line.text.partition(",")[0] for line in lines] == [
        "Incident commander (Bea Lindqvist)",
        "Responder (Carl Brandt)",
    ]


def test_deeds_of_systems_after_the_start_stand_apart():
    lines = tried(
        log("t", 0, "triggered"),
        change("c", 600, "Deploy api v6 (rollback)"),
        bot_said("b", 660, "api v6 deployed to prod", pagerduty_incident_ids=()),
    )

    assert [(line.group, line.text.partition(",")[0]) for line in lines] == [
        ("Recorded by systems", "System (PagerDuty change event)"),
        ("Recorded by systems", "System (PagerDuty)"),
    ]


def test_all_unknown_effects_make_one_question():
    (question,) = asked(said("1", 0, "rolled back api"), said("2", 60, "drained web-1"))

    assert question == (
        "What came of “rolled back api” (14:00:00 UTC); “drained web-1” (14:01:00 UTC): "
        "did it help, hurt, or make no difference?"
    )


def test_nothing_is_asked_where_every_effect_was_told():
    assert asked(said("1", 0, "rolled back api, that fixed it")) == []


def test_an_incident_without_any_action_on_record_asks_for_them():
    assert asked(said("1", 0, "hello")) == [
        "What was tried to find the cause or to mend it, and what came of each? The record names no action."
    ]


def test_a_note_is_an_action_too():
    (line,) = tried(log("t", 0, "triggered"), note("n", 60, "Restarted the broker.", person_id=CARL.id))

    assert line.text == "Responder (Carl Brandt), 14:01:00 UTC: “Restarted the broker.”"
