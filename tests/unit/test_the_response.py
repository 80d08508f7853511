"""The response itself, as a reader finds it: what was computed, what was said, and questions for this incident."""

from typing import Any

import pytest

from postmortem.compose import compose
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, START, evidence, log, said, seen

_TRIGGERED = log("t", 0, "triggered")
_RESOLVED = log("r", 7200, "resolved", person_id=BEA.id)


def lines(*records: Any, zone: str = "UTC", **more: Any) -> tuple[Line, ...]:
    told = evidence(*records, **more)
    return compose(told, Settings(timezone=zone), composed_at=START).section("response").lines


def told(label: str, *records: Any, **more: Any) -> list[str]:
    return [line.text for line in lines(*records, **more) if line.label == label]


def asked(*records: Any, **more: Any) -> list[str]:
    return [line.text for line in lines(*records, **more) if line.asked_of]


def _pages(count: int) -> list[Any]:
    return [log(f"n{place}", 1 + place, "notified", subject_ids=(BEA.id,)) for place in range(count)]


def test_pages_people_and_acknowledgements_are_counted():
    records = (_TRIGGERED, *_pages(3), log("m", 9, "notified", subject_ids=(CARL.id,)))

    assert told("pages", *records, log("a", 60, "acknowledged", person_id=CARL.id)) == [
        "4 notifications went out to 2 people; 1 acknowledgement came back by 1 person."
    ]


def test_an_acknowledgement_that_lapsed_is_told():
    records = (_TRIGGERED, *_pages(1), log("a", 60, "acknowledged", person_id=BEA.id))

    assert told("pages", *records, log("u", 1860, "unacknowledged"))[1] == (
        "An acknowledgement lapsed once, and PagerDuty paged again: first at 14:31:00 UTC."
    )


def test_the_level_that_answered_is_told():
    records = (_TRIGGERED, log("e", 300, "escalated"), log("f", 600, "escalated"))

    assert told("escalations", *records, log("a", 660, "acknowledged", person_id=CARL.id)) == [
        "It was escalated 2 times, first 5 min after the trigger; level 3 answered, at 14:11:00 UTC."
    ]


def test_an_escalation_after_the_answer_is_no_failure_to_answer():
    records = (_TRIGGERED, log("a", 60, "acknowledged", person_id=BEA.id), log("e", 300, "escalated"))

    assert told("escalations", *records)[0].endswith("; level 1 had answered at 14:01:00 UTC.")
    assert not any("Nobody had acknowledged" in text for text in asked(*records))


def test_it_is_told_when_people_came_together_and_roles_were_taken():
    records = (
        _TRIGGERED,
        said("1", 60, "on it"),
        said("2", 1200, "I am here too", person_id=CARL.id),
        seen("r", 300, "role", "June took the role Incident Commander", role="Incident Commander"),
    )

    assert told("assembly", *records) == [
        "People were active on record since the detection: the first after 1 min, the second after 20 min."
    ]
    assert told("roles", *records) == ["The role Incident Commander was recorded 5 min after the detection."]
    assert "For 20 min one person was active on record: who else was needed, and when?" in asked(*records)


def test_requests_and_their_answers_are_told():
    records = (_TRIGGERED, log("q", 60, "responder_asked"), log("p", 102, "responder_replied"))

    assert told("requests", *records) == ["1 request for responders went out and 1 answer came, the first 42 s later."]


def test_a_hand_off_by_a_person_is_told_and_the_first_assignment_is_none():
    records = (log("a", 0, "assigned"), _TRIGGERED, log("b", 600, "assigned", person_id=BEA.id))

    assert told("hand-offs", *records) == ["It was handed to somebody else once (14:10:00 UTC)."]


def test_the_longest_wait_for_an_update_is_told():
    records = (_TRIGGERED, log("u", 600, "status_update"), log("v", 6000, "status_update"), _RESOLVED)

    (text,) = told("updates", *records)
    assert text.startswith("2 status updates went out; the longest time without one was 1 h 30 min ")
    assert text.endswith("(2026-11-17 14:10:00 UTC to 15:40:00 UTC).")


def test_the_longest_silences_are_told_and_the_others_counted():
    records = [said(f"{n}", at, "still on it") for n, at in enumerate((1000, 2100, 3300, 4600))]
    silences = told("silence", _TRIGGERED, *records, log("r", 5000, "resolved"))

    assert [text.split(",")[0] for text in silences] == [
        "Nothing is on record for 18 min 20 s",
        "Nothing is on record for 20 min",
        "Nothing is on record for 21 min 40 s",
        "1 shorter silence is in the timeline.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "the rollback runbook still names the old cluster",
        "Grafana is down as well",
        "I can't log in to the VPN",
        "my pager didn't ring",
        "PagerDuty never paged me",
        "kubectl times out, trying the bastion",
        "could not find the runbook",
        "the dashboards are empty since the migration",
        "the pool was full for 14 minutes without a page",
    ],
)
def test_a_tool_that_failed_is_quoted_as_told(text: str):
    assert told("tool, as told", _TRIGGERED, said("1", 60, f"Hello. {text}. More soon.")) == [
        f"Bea Lindqvist: “{text}.”"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Grafana looks fine",
        "the dashboard shows 5xx rising",
        "is grafana down?",
        "alerts are firing",
        "checkout is down",
    ],
)
def test_what_is_no_failed_tool_is_not_told_as_one(text: str):
    assert told("tool, as told", _TRIGGERED, said("1", 60, text)) == []


def test_time_outside_office_hours_is_told_in_the_zone_of_the_organisation():
    records = (_TRIGGERED, log("r", 4 * 3600 + 1800, "resolved"))

    assert told("hours", *records, zone="Europe/Berlin") == [
        "1 h 30 min of its 4 h 30 min lay outside 09:00 to 18:00, Monday to Friday, in Europe/Berlin."
    ]
    assert told("hours", *records, zone="America/Los_Angeles")[0].startswith("3 h of its 4 h 30 min")


def test_a_weekend_is_outside_office_hours():
    saturday = "2026-11-21T12:00:00Z"

    assert told("hours", log("t", saturday, "triggered"), log("r", "2026-11-21T13:00:00Z", "resolved")) == [
        "All of its 1 h lay outside 09:00 to 18:00, Monday to Friday, in UTC."
    ]


def test_the_questions_are_those_of_this_incident_and_few():
    quiet = (_TRIGGERED, log("r", 60, "resolved"))
    loud = (_TRIGGERED, *_pages(30), log("e", 300, "escalated"), log("o", 400, "reopened"), _RESOLVED)

    assert asked(*quiet) == ["Were the right people reached, with the right tools, soon enough?"]
    assert len(asked(*loud)) <= 4
    assert "Which of the 30 notifications told somebody something new?" in asked(*loud)


def test_every_fact_has_a_source():
    records = (_TRIGGERED, *_pages(30), log("e", 300, "escalated"), said("1", 5000, "the vpn is down"), _RESOLVED)

    assert all(line.citations for line in lines(*records, from_pagerduty=True) if not line.asked_of)


def test_a_delegation_is_a_hand_off_and_no_escalation():
    records = (_TRIGGERED, log("d", 200, "delegated", person_id=BEA.id), log("e", 300, "escalated"))

    assert told("escalations", *records)[0].startswith("It was escalated once, first 5 min after the trigger")
    assert told("hand-offs", *records)[0].startswith("It was handed to somebody else once")
