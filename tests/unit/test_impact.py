"""The impact: whom it hit, what it cost, how long, how bad; what nobody told is asked."""

import pytest

from postmortem.compose import compose
from postmortem.evidence import Evidence
from postmortem.incident import CustomField
from postmortem.line import Line
from postmortem.sections.headings import BUSINESS, DATA, DOWNTIME, OVER_TIME, USERS
from postmortem.sections.impact_words import find_impact
from postmortem.settings import Settings
from tests.unit.given import START, alert, evidence, log, note, said

_REPAIRED = "What had to be repaired afterwards (re-runs, backfills, caches, refunds)?"


def impact_of(told: Evidence) -> tuple[Line, ...]:
    return compose(told, Settings(), composed_at=START).section("impact").lines


def of_group(told: Evidence, group: str) -> list[str]:
    return [line.text for line in impact_of(told) if line.group == group]


@pytest.mark.parametrize(
    ("sentence", "group"),
    [
        ("error rate 21 % and rising", OVER_TIME),
        ("p95 went from 180 ms to 2.4 s", OVER_TIME),
        ("upgrading this to sev1", OVER_TIME),
        ("resolvers return servfail for about 12% of lookups", OVER_TIME),
        ("servfail rate is dropping: 12% -> 2%", OVER_TIME),
        ("support counts 640 failed attempts", USERS),
        ("customers in eu cannot check out", USERS),
        ("none of our students could log in this morning", USERS),
        ("two of our german stores could not take card payments", USERS),
        ("every third request answers 503", USERS),
        ("mobile users in india are getting blank screens", USERS),
        ("there was no customer impact", USERS),
        ("about one payment in five fails", BUSINESS),
        ("that is roughly 12k usd in lost sales", BUSINESS),
        ("the nightly job charged 311 orders twice, roughly $48k", BUSINESS),
        ("we breached the sla of three contracts", BUSINESS),
        ("the site was down for 40 minutes", DOWNTIME),
        ("the api died around 03:10", DOWNTIME),
        ("search is unreachable", DOWNTIME),
        ("no data was lost", DATA),
        ("nothing is lost so far", DATA),
        ("we lost 40 rows of the orders table", DATA),
        ("records between 02:00 and 02:40 are missing", DATA),
        ("backups are intact", DATA),
        ("no customer data is involved as far as we can tell", DATA),
    ],
)
def test_a_sentence_stands_under_what_it_tells_about(sentence: str, group: str):
    found = find_impact(sentence)

    assert found is not None
    assert found.group == group


@pytest.mark.parametrize(
    "sentence",
    [
        "we lost the connection to the database",
        "latency is coming down",
        "scaled down to 3 replicas at 14:00",
        "if we lose data we are in trouble",
        "make sure that no customers are affected",
        "looking at the users service",
        "users table migration done",
        "deleted the old files to free space",
        "the pool holds 20 connections",
        "rollback takes 6 minutes",
    ],
)
def test_what_only_sounds_like_impact_is_none(sentence: str):
    assert find_impact(sentence) is None


def test_a_denial_and_a_loss_stand_under_data_each_in_its_own_words():
    told = evidence(said("1", 0, "No data was lost in Oslo."), said("2", 60, "Bergen: 40 rows are lost."))

    assert of_group(told, DATA) == [
        "Bea Lindqvist: “No data was lost in Oslo.”",
        "Bea Lindqvist: “Bergen: 40 rows are lost.”",
    ]


def test_what_nobody_told_is_asked_of_the_service_owner_each_by_itself():
    asked = impact_of(evidence(said("1", 0, "looking")))

    assert {(question.asked_of, question.group) for question in asked} == {("service owner", None)}
    assert [question.text for question in asked] == [
        "Which users and customers were affected, how many, and what did they notice?",
        "What did it cost the business (orders, revenue, agreements with customers)?",
        "Was any data lost, damaged or exposed?",
    ]


def test_that_payments_fail_tells_no_cost_but_a_figure_does():
    cost = "What did it cost the business (orders, revenue, agreements with customers)?"

    assert cost in [line.text for line in impact_of(evidence(said("1", 0, "payments are failing")))]
    assert cost not in [line.text for line in impact_of(evidence(said("1", 0, "640 orders failed")))]


def test_only_what_is_missing_is_asked():
    told = evidence(
        said("1", 0, "customers cannot log in"),
        said("2", 60, "the site was down for 40 minutes"),
        said("3", 90, "no data was lost"),
    )
    assert [line.text for line in impact_of(told) if line.group == "Still unknown"] == [
        "How many users and customers were affected?",
        "What did it cost the business (orders, revenue, agreements with customers)?",
    ]


def test_custom_fields_stand_where_their_names_say():
    fields = {"Customers affected": "640", "Data loss": "none", "Ticket": "Z-1", "Revenue impact": "EUR 900"}
    told = evidence(custom_fields=tuple(CustomField(name=name, value=value) for name, value in fields.items()))

    assert of_group(told, USERS) == ["Customers affected: 640"]
    assert of_group(told, DATA) == ["Data loss: none"]
    assert of_group(told, BUSINESS) == ["Revenue impact: EUR 900"]
    assert of_group(told, "Other fields of the incident") == ["Ticket: Z-1"]


def test_a_field_that_tells_the_resolution_stands_there_alone():
    told = evidence(custom_fields=(CustomField(name="Resolution summary", value="swapped the disk"),))
    sections = {section.key: section for section in compose(told, Settings(), composed_at=START).sections}

    assert [line.text for line in sections["resolution"].lines if line.group] == [
        "Resolution summary: swapped the disk",
        "Is what ended it a permanent fix or a temporary one?",
        _REPAIRED,
    ]
    assert "swapped" not in str(sections["impact"].lines)


def test_alerts_are_counted_by_kind_with_their_times():
    told = evidence(
        alert("1", 0, "disk", "Disk full on db-1"),
        alert("2", 300, "disk", "Disk full on db-1"),
        alert("3", 60, "lag", "Lag on db-2"),
    )
    (line,) = [line for line in impact_of(told) if line.group == OVER_TIME]

    assert line.text == "3 alerts of 2 kinds fired from 2026-11-17 14:00:00 UTC to 14:05:00 UTC."
    assert [under.text for under in line.under] == [
        "Alert: Disk full on db-1: 2 times from 2026-11-17 14:00:00 UTC to 14:05:00 UTC",
        "Alert: Lag on db-2: once at 2026-11-17 14:01:00 UTC",
    ]


def test_ranks_and_rates_are_told_in_the_order_of_time():
    told = evidence(
        said("1", 120, "error rate is at 30 %"),
        log("p", 60, "priority_changed", text="Priority changed to P1."),
        log("u", 180, "urgency_changed", text="Urgency changed from low to high."),
        log("s", 200, "snoozed", text="Snoozed for an hour."),
    )

    assert of_group(told, OVER_TIME) == [
        "2026-11-17 14:01:00 UTC · Priority changed to P1.",
        "14:02:00 UTC · Bea Lindqvist: “error rate is at 30 %”",
        "14:03:00 UTC · Urgency changed from low to high.",
    ]


def test_an_update_that_only_counts_itself_on_is_shown_once():
    updates = [
        log(f"{n}", n, "status_update", text=f"Update {n}: users cannot log in, we are working on it.") for n in (1, 2)
    ]

    assert of_group(evidence(*updates), USERS) == [
        "Told to stakeholders: “Update 1: users cannot log in, we are working on it.”"
    ]


def test_of_many_statements_the_ones_with_figures_are_shown_and_the_rest_counted():
    vague = [said(f"v{n}", n, f"customers in {name} cannot log in") for n, name in enumerate("ABCDEF")]
    told = evidence(*vague, said("f", 99, "640 customers cannot log in"))
    shown = of_group(told, USERS)

    assert "Bea Lindqvist: “640 customers cannot log in”" in shown
    assert len(shown) == 6
    assert shown[-1] == "2 more statements of this kind: see the full log."


def test_questions_plans_and_code_tell_no_impact():
    told = evidence(
        said("1", 0, "are customers affected?"),
        said("2", 9, "ACTION: retry failed uploads so that customers see no errors"),
        said("3", 19, "```customers 500 errors 21 %```"),
    )

    assert [line for line in impact_of(told) if line.citations] == []


def test_how_bad_it_was_is_not_taken_from_a_resolution_note():
    told = evidence(log("r", 60, "resolved"), note("n", 61, "error rate was at 4 %, now at zero", is_resolution=True))

    assert of_group(told, OVER_TIME) == []


def test_a_span_that_a_later_alert_contradicts_is_asked_for():
    told = evidence(
        alert("0", 0, "disk"),
        log("t", 5, "triggered"),
        said("1", 60, "all is back to normal"),
        alert("1", 600, "disk"),
        log("r", 900, "resolved"),
    )

    assert of_group(told, DOWNTIME) == []
    asked = [line.text for line in compose(told, Settings(), composed_at=START).milestones.questions]
    assert "when did the impact end?" in asked[0]
