"""Suggestions: what people said without marking it, and what is left alone because it was done at once."""

from datetime import date
from typing import Any

import pytest

from postmortem.action_items.item import ActionItem
from postmortem.action_items.seen import ItemsSeen
from postmortem.compose import compose
from postmortem.evidence import Evidence, Reaction
from postmortem.outputs.markdown import render_markdown
from postmortem.settings import Settings
from tests.unit.given import CARL, START, evidence, log, note, said

OVER = 3_600  # seconds after the start at which the incident of these tests is resolved


def items(told: Evidence, seen: ItemsSeen | None = None, **slack: Any) -> tuple[ActionItem, ...]:
    settings = Settings.model_validate({"slack": slack})
    return compose(told, settings, composed_at=START, items_seen=seen).action_items


def incident(*records: Any) -> Evidence:
    opened, closed = log("opened", 0, "triggered"), log("closed", OVER, "resolved")
    return evidence(opened, *records, closed, from_pagerduty=True)


def during(text: str, **message: Any) -> tuple[ActionItem, ...]:
    return items(incident(said("1", 600, text, **message)))


def afterwards(text: str, **message: Any) -> tuple[ActionItem, ...]:
    return items(incident(said("1", OVER + 600, text, **message)))


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("I'll add an alert tomorrow", "Add an alert"),
        ("ok, I will write up the runbook for the failover next week", "Write up the runbook for the failover"),
        ("we should page on this", "Page on this"),
        ("we need to add a regression test for the empty cart", "Add a regression test for the empty cart"),
        ("let's write a runbook for the cache flush", "Write a runbook for the cache flush"),
        ("someone needs to clean up the old feature flags", "Clean up the old feature flags"),
        ("it would be good to automate the certificate renewal", "Automate the certificate renewal"),
        ("Carl to update the escalation policy", "Update the escalation policy"),
        ("remember to rotate the leaked token this week", "Rotate the leaked token"),
        ("could you file a ticket for the flaky health check?", "File a ticket for the flaky health check"),
        ("we should have better monitoring of the queue. Cheers", "Have better monitoring of the queue"),
    ],
)
def test_what_people_say_they_will_or_should_do_afterwards_is_suggested(text: str, task: str):
    found = afterwards(text)

    assert [one.text for one in found] == [task]
    assert found[0].is_suggestion


@pytest.mark.parametrize(
    "text",
    [
        "I'll restart it now",
        "I'll restart the checkout pods",
        "can you look at the logs?",
        "@carl can you check the database?",
        "we should roll back",
        "let's roll back to the last release",
        "let me check",
        "I'm going to drain the node",
        "someone needs to join the bridge",
        "we need to fail over now",
        "I'll take a look in a minute",
        "please post the graph here",
        "can somebody page the database on-call?",
        "I'll update the status page",
        "need to scale up the workers",
        "we should see errors drop soon",
        "I'll keep an eye on the dashboard",
        "I will ack the alert",
        "let's silence the alert for now",
        "should we revert the deploy?",
        "I can revert it",
        "going to bump the replicas to 12 now",
        "I'll create a bridge, one sec",
        "we need to find out what changed",
        "Carl will join in five minutes",
    ],
)
def test_what_is_done_at_once_during_the_incident_is_not_suggested(text: str):
    assert during(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "I'll add an alert for this tomorrow",
        "after this we should move the cron to its own queue",
        "@carl can you bump the limit by Friday?",
        "we should page on this",
        "long term we need to split the worker pool",
        "let's add that to the postmortem: we should automate the rollback",
    ],
)
def test_what_is_for_later_is_suggested_although_it_is_said_during_the_incident(text: str):
    assert during(text)


@pytest.mark.parametrize(
    "text",
    [
        "thanks everyone, great work",
        "we should be fine now",
        "we should have caught this earlier",
        "I don't think we should add more alerts",
        "should we write a runbook for that?",
        "I can see the graph recovering",
        "I would not touch the limits",
        "we added an alert for this last week",
        "that was the certificate, it expired yesterday",
        "let's close this one",
        "we will never know",
        "they need to know",
        "ready to go",
        "Happy to help!",
        "> I'll add an alert tomorrow",
        "```I'll add an alert tomorrow```",
        "see https://example.com/we-should-add-an-alert-tomorrow",
    ],
)
def test_what_only_sounds_like_it_is_not_suggested(text: str):
    assert afterwards(text) == ()


def test_a_bot_suggests_nothing():
    assert afterwards("You should add an alert tomorrow", is_bot=True) == ()


def test_who_says_that_they_will_owns_it_by_the_day_they_name():
    (found,) = afterwards("I'll add an alert on pool saturation by Friday")

    assert (found.owner.name, found.due_on, found.nature) == ("Bea Lindqvist", date(2026, 11, 20), "preventive")


def test_who_is_asked_owns_it():
    (found,) = during("@carl can you bump the limit by Friday?", mention_ids=(CARL.id,))

    assert (found.text, found.owner.name, found.due_on) == ("Bump the limit", "Carl Brandt", date(2026, 11, 20))


def test_who_takes_what_another_proposed_owns_it():
    proposed = said("1", OVER + 60, "someone should write a runbook for the cache flush")
    (found,) = items(incident(proposed, said("2", OVER + 90, "I'll take that", person_id=CARL.id)))

    assert (found.owner.name, found.owner.why.partition(",")[0]) == ("Carl Brandt", "answered that they take it")
    assert "somebody took it" in (found.likely.reason if found.likely else "")


def test_agreement_makes_it_likelier():
    alone = afterwards("we should write a runbook for the cache flush")
    thumb = (Reaction(emoji="+1::skin-tone-2", person_ids=(CARL.id,)),)
    agreed = afterwards("we should write a runbook for the cache flush", reactions=thumb)

    assert [one.likely.confidence for one in alone if one.likely] < [
        one.likely.confidence for one in agreed if one.likely
    ]


def test_the_reason_says_in_words_what_was_heard():
    (found,) = afterwards("I'll add an alert tomorrow")

    assert found.likely
    assert found.likely.reason == (
        "Bea Lindqvist says that they will do it; a day is named; it is for later; it is for the next time; it was "
        "said when the incident was over."
    )
    assert found.likely.in_short == "Bea Lindqvist says that they will do it, and a day is named"
    assert 0.5 < found.likely.confidence < 1


def test_a_resolution_note_may_suggest():
    (found,) = items(
        incident(note("n", 60, "Rolled back. We should add a test for the empty cart.", is_resolution=True))
    )

    assert (found.id, found.quote) == ("pagerduty/note/n#1", "We should add a test for the empty cart.")


def test_a_marked_sentence_is_not_suggested_as_well():
    (found,) = afterwards("ACTION: I'll add an alert tomorrow")

    assert found.accepted
    assert found.likely is None


def test_suggestions_can_be_switched_off():
    assert items(incident(said("1", OVER + 60, "I'll add an alert tomorrow")), suggest_action_items=False) == ()


def test_the_surest_are_shown_and_the_others_counted_aloud():
    things = ("orders", "search", "basket", "login", "mail", "stock", "prices", "images", "tax", "coupons", "reviews")
    things += ("returns", "labels", "payments")
    texts = [f"someone should write a runbook for {thing}" for thing in things]
    told = incident(*(said(f"{n:02}", OVER + n, text) for n, text in enumerate(texts)))
    draft = compose(told, Settings(), composed_at=START)

    assert (len(draft.action_items), draft.suggestions_left_out) == (12, 2)
    assert "2 more that are less sure are left out." in render_markdown(draft)


def test_what_was_suggested_stays_while_its_words_stand_although_they_weigh_less_now():
    thumb = (Reaction(emoji="+1", person_ids=(CARL.id,)),)
    text = "someone should look into the cron"
    first = items(incident(said("1", OVER + 60, text, reactions=thumb)))
    again = items(incident(said("1", OVER + 60, text)), ItemsSeen().and_those(first))

    assert [one.id for one in again] == [one.id for one in first] == ["slack/C1/1#1"]


@pytest.mark.parametrize(
    "unit", ["we should ", "I'll add ", "a.", ". ", "@bea, ", "Bea and ", "to ", "\n", "please do it (", "could be "]
)
def test_a_message_of_40000_characters_is_read_in_linear_time(unit: str):
    assert items(incident(said("1", OVER + 60, (unit * 40_000)[:40_000]))) is not None
