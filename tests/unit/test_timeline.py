"""One timeline out of all sources: one order whatever arrived first, one line a fact, nothing lost."""

import random
from collections import Counter
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.build_timeline import build_timeline
from postmortem.curation import Curation
from postmortem.evidence import CUT_BY_PAGERDUTY, Reaction
from postmortem.observations import Observation
from postmortem.timeline import TimelineEvent, in_order
from tests.unit.given import (
    BEA,
    CARL,
    INCIDENT_ID,
    START,
    alert,
    at,
    bot_said,
    change,
    events,
    evidence,
    log,
    note,
    said,
    seen,
    texts,
)


def test_equal_times_stand_in_the_order_of_cause_and_effect():
    shown = events(
        log("c", 0, "resolved", sequence=3),
        log("a", 0, "triggered", sequence=1),
        log("b", 0, "acknowledged", sequence=2),
        alert("x", 0),
        said("m", 0, "oh no"),
    )

    assert [event.kind for event in shown] == ["alert", "triggered", "acknowledged", "message", "resolved"]


def test_a_clock_that_runs_backwards_does_not_turn_a_numbered_source_around():
    shown = texts(
        log("a", 10, "triggered", sequence=1, text="first"),
        log("b", 5, "acknowledged", sequence=2, text="second"),
        log("c", 7, "resolved", sequence=3, text="third"),
        said("m", 8, "between by its clock"),
    )

    assert [text for text in shown if text != "between by its clock"] == ["first", "second", "third"]


def test_a_held_event_keeps_its_own_time_and_string():
    shown = events(log("a", 10, "triggered", sequence=1), log("b", 5, "acknowledged", sequence=2))

    assert [event.original for event in shown] == [at(10).original, at(5).original]


def test_the_vendors_own_string_is_kept():
    (event,) = events(said("m", "2026-11-17T15:00:00.000+0100", "hello there"))

    assert event.original == "2026-11-17T15:00:00.000+0100"
    assert event.at == START


def test_two_messages_within_one_second_are_two_events():
    assert texts(said("1", 0.1, "one"), said("2", 0.2, "two"), said("3", 0.2, "three")) == ["one", "two", "three"]


def test_a_night_over_the_turn_of_the_year_stays_in_order():
    shown = texts(
        said("2", "2027-01-01T00:05:00Z", "after"),
        said("1", "2026-12-31T23:55:00Z", "before"),
        said("3", "2027-01-01T01:05:00+01:00", "the same moment, another zone"),
    )

    assert shown == ["before", "after", "the same moment, another zone"]


def test_events_at_the_ends_of_time_are_ordinary_events():
    shown = texts(
        said("far", "9999-12-31T23:59:59Z", "far"),
        bot_said("old", -1, "Resolved"),
        note("far", "9999-12-31T23:59:59Z", "a note at the end"),
        log("far", "9999-12-31T23:59:59Z", "annotated", sequence=9, text="a note at the end"),
        said("epoch", "1970-01-01T00:00:00Z", "epoch"),
        log("first", "0001-01-01T00:00:00Z", "triggered", sequence=1, text="first"),
    )

    assert shown == ["first", "epoch", "Resolved", "a note at the end", "far"]


def test_an_emoji_lifts_a_message_into_the_timeline_in_any_tone_of_skin():
    told = evidence(said("1", 0, "hello there", reactions=(Reaction(emoji="pray::skin-tone-3"),)))
    (event,) = build_timeline(told, Curation(lifting_emoji=("pray",))).events

    assert (event.in_main, event.why) == (True, "marked with :pray: (slack.action_item_emoji)")


def test_an_edited_message_says_so_and_a_deleted_one_keeps_its_place():
    edited, deleted = events(
        said("1", 0, "p99 is 4 s", edited_at=at(9)), said("2", 1, "", is_deleted=True, person_id=None)
    )

    assert edited.is_edited
    assert (deleted.is_deleted, deleted.text, deleted.in_main) == (True, "(message deleted in Slack)", False)


def test_thread_replies_stand_at_their_own_time_and_name_their_thread():
    shown = events(
        said("1", 0, "parent"), said("3", 20, "reply", thread_id="slack/C1/1"), said("2", 10, "somebody else")
    )

    assert [(event.text, event.thread_id) for event in shown] == [
        ("parent", None),
        ("somebody else", None),
        ("reply", "slack/C1/1"),
    ]


def test_repeats_of_one_alert_are_one_line_with_count_and_span():
    (event,) = events(alert("b", 60, "disk"), alert("a", 0, "disk"), alert("c", 7200, "disk"))

    assert (event.count, event.at, event.until) == (3, START, START + timedelta(hours=2))
    assert event.evidence_ids == ("pagerduty/alert/a", "pagerduty/alert/b", "pagerduty/alert/c")


def test_repeats_of_one_alert_keep_every_text_and_severity_they_came_with():
    (event,) = events(
        alert("a", 0, "disk", "disk 80 %", severity="warning"),
        alert("b", 60, "disk", "disk 80 %", severity="warning"),
        alert("c", 600, "disk", "disk full, writes rejected", severity="critical"),
    )

    assert event.text == "Warning alert: disk 80 %; from 14:10:00 UTC: Critical alert: disk full, writes rejected"
    assert (event.count, event.until) == (3, START + timedelta(minutes=10))


def test_an_alert_names_its_monitor_and_a_change_why_pagerduty_relates_it():
    shown = texts(
        alert("a", 9, severity="critical", monitor="Prometheus"),
        change("c", 1, "Deploy 12", correlation="related_service", service="Payments"),
        change("d", 2, "Deploy 13", correlation="same_weather"),
        change("e", 3, "Deploy 14"),
    )

    assert shown == [
        "Change (related service, Payments): Deploy 12",
        "Change (same weather): Deploy 13",
        "Change: Deploy 14",
        "Critical alert from Prometheus: Disk full",
    ]


def test_two_alerts_of_different_keys_in_one_second_are_two_lines():
    assert len(events(alert("a", 0, "disk-1"), alert("b", 0, "disk-2"))) == 2


def test_alerts_without_a_key_are_repeats_where_their_words_are_the_same():
    assert [event.count for event in events(alert("a", 0), alert("b", 5), alert("c", 6, text="Memory full"))] == [2, 1]


def test_a_key_that_reads_like_anothers_words_is_another_alert():
    assert len(events(alert("a", 0, "Disk full"), alert("b", 5, None, "Disk full"))) == 2


def test_pagerdutys_message_in_slack_is_the_same_fact():
    (event,) = events(log("a", 0, "acknowledged"), bot_said("1", 3, "Acknowledged by Bea: Checkout is slow"))

    assert event.evidence_ids == ("pagerduty/log_entry/a", "slack/C1/1")


def test_the_incidents_title_does_not_make_a_copy():
    title = "Notebook triggered errors resolved nothing"
    shown = events(
        log("a", 0, "triggered"),
        log("b", 30, "acknowledged"),
        bot_said("1", 31, f"Acknowledged by Bea: {title}"),
        title=title,
    )

    assert [event.evidence_ids for event in shown] == [
        ("pagerduty/log_entry/a",),
        ("pagerduty/log_entry/b", "slack/C1/1"),
    ]


def test_a_bots_message_about_another_incident_is_another_fact():
    assert len(events(log("a", 0, "acknowledged"), bot_said("1", 3, "Acknowledged by Bea", "QOTHER"))) == 2


def test_another_bot_that_links_to_the_incident_is_another_fact():
    status_page = BEA.model_copy(update={"id": "slack:BSTATUS", "name": "Statuspage", "is_bot": True})
    told = evidence(
        log("a", 0, "resolved"), bot_said("1", 3, "Resolved for all", person_id=status_page.id), people=[status_page]
    )

    assert len(build_timeline(told, Curation()).events) == 2


def test_a_bot_whose_name_nobody_told_is_taken_by_its_link():
    assert len(events(log("a", 0, "resolved"), bot_said("1", 3, "Resolved", person_id="slack:BUNKNOWN"))) == 1


def test_a_human_who_quotes_pagerduty_is_another_fact():
    quoted = said("1", 3, "Acknowledged by Bea", pagerduty_incident_ids=(INCIDENT_ID,))

    assert len(events(log("a", 0, "acknowledged"), quoted)) == 2


def test_a_copy_far_away_in_time_stays_a_line_of_its_own():
    assert len(events(log("a", 0, "acknowledged"), bot_said("1", 121, "Acknowledged by Bea"))) == 2


def test_a_copy_belongs_to_the_nearest_of_two_acknowledgements():
    shown = events(log("a", 0, "acknowledged"), log("b", 60, "acknowledged"), bot_said("1", 59, "Acknowledged"))

    assert [event.evidence_ids for event in shown] == [
        ("pagerduty/log_entry/a",),
        ("pagerduty/log_entry/b", "slack/C1/1"),
    ]


@pytest.mark.parametrize(
    "copy",
    ["Note added by Carl: Rolled back", "Note: “rolled  back”", "Carl added a note", "Note added by Carl: rolled…"],
)
def test_pagerdutys_message_about_a_note_is_a_copy_of_these_words(copy: str):
    assert texts(note("n", 10, "rolled back"), bot_said("b", 60, copy)) == ["rolled back"]


@pytest.mark.parametrize(
    "told",
    [
        (note("n", 10, "rolled back"), bot_said("b", 60, "Note added by Carl: customer data was lost")),
        (note("n", 10, "fixed it"), bot_said("b", 60, "Note added by Carl: rollback has not fixed it")),
        (log("s", 0, "status_update", text="We look"), bot_said("b", 60, "Status update by Bea: data was lost")),
        (note("n", 10, "rollback has not fixed it"), seen("e", 100, "note", "fixed it")),
        (note("n", 10, "fixed it"), seen("e", 100, "note", "rollback has not fixed it")),
        (log("s", 0, "status_update", text="Status update: all slow"), seen("e", 1, "status_update", "data was lost")),
        (note("n", 10, "fixed it"), log("a", 11, "annotated", text="Note added by Bea: restarted it")),
    ],
)
def test_what_was_written_in_other_words_is_another_fact(told: tuple[Any, ...]):
    assert len(texts(*told)) == 2


def test_unacknowledged_does_not_copy_an_acknowledgement():
    assert len(events(log("a", 0, "acknowledged"), bot_said("1", 1, "Unacknowledged after 30 minutes"))) == 2


def test_a_note_and_its_log_line_are_one_fact():
    (event,) = events(
        note("n", 0, "Pool is at 20", person_id=BEA.id), log("a", 1, "annotated", person_id=BEA.id, text="Note added")
    )

    assert event.text == "Pool is at 20"


def test_the_log_line_of_a_note_that_is_gone_is_not_swallowed_by_another_note():
    shown = events(
        note("n", 0, "Pool is at 20", person_id=BEA.id),
        log("a", 60, "annotated", person_id=CARL.id, text="Note added by Carl: restarted it"),
    )

    assert len(shown) == 2


def test_two_notes_of_one_moment_both_keep_their_words():
    kept = note("ONE", 10, "Pool size went from 80 to 20", person_id=BEA.id)
    only_told = seen("TWO", 10.4, "note", "Rollback started", person_id=BEA.id)
    cut = seen("ONEAGAIN", 10.2, "note", f"Pool size went{CUT_BY_PAGERDUTY}", person_id=BEA.id)
    assert texts(kept, only_told, cut) == ["Pool size went from 80 to 20", "Rollback started"]


def test_two_status_updates_of_one_moment_each_keep_their_own_webhook():
    shown = events(
        log("a", 0, "status_update", sequence=1, text="Status update: all slow", person_id=BEA.id),
        log("b", 0, "status_update", sequence=2, text="Status update: half down", person_id=BEA.id),
        seen("x", 0.4, "status_update", "half down", person_id=BEA.id),
        seen("y", 0.4, "status_update", "all slow", person_id=BEA.id),
    )

    assert [event.evidence_ids for event in shown] == [
        ("pagerduty/log_entry/a", "pagerduty/event/y"),
        ("pagerduty/log_entry/b", "pagerduty/event/x"),
    ]


def test_a_changed_field_is_not_swallowed_by_a_changed_priority():
    shown = events(
        log("a", 0, "priority_changed", text="Priority changed to P1", person_id=BEA.id),
        seen("x", 0.2, "field", "Region is now EU (was empty)", person_id=BEA.id),
    )

    assert len(shown) == 2


def test_an_incident_without_readable_log_entries_tells_its_own_beginning_and_end():
    shown = events(created_at=at(0), resolved_at=at(60), from_pagerduty=True)

    assert [(event.kind, event.text) for event in shown] == [
        ("triggered", "Incident triggered: Checkout is slow"),
        ("resolved", "Incident resolved"),
    ]


def test_a_kind_that_nobody_knows_is_an_event_all_the_same():
    (event,) = events(log("a", 0, "unrecognised", vendor_kind="quantum_log_entry", text="It tunnelled"))

    assert (event.kind, event.in_main) == ("unrecognised", True)


def test_ten_thousand_copies_and_two_thousand_log_entries_are_folded_without_walking_them_all():
    entries = [log(f"{n}", n / 100, "acknowledged", sequence=n) for n in range(2_000)]
    messages = [bot_said(f"{n}", n / 500, "Acknowledged by Bea") for n in range(10_000)]
    started = process_time()
    shown = events(*entries, *messages)

    assert process_time() - started < 2, "seconds of processor time; a nested loop takes minutes"
    assert len(shown) == 2_000
    assert sum(len(event.evidence_ids) for event in shown) == 12_000


_SECONDS = st.integers(-300, 300) | st.sampled_from([0, 1, 60, 120, 121])
_WORDS = st.sampled_from(["Acknowledged by Bea", "Resolved", "note", "Triggered", "disk full", "", "assigned priority"])
_LOG = st.tuples(
    st.just("log"),
    _SECONDS,
    st.sampled_from(["triggered", "acknowledged", "resolved", "annotated", "status_update", "assigned", "reopened"]),
    st.integers(0, 20),
    _WORDS,
)
_OTHER = st.tuples(st.sampled_from("abnmsp"), _SECONDS, _WORDS)


def _records(drawn: list[tuple[Any, ...]]) -> list[Any]:
    made: list[Any] = []
    for place, one in enumerate(drawn):
        name = f"{place}"
        match one:
            case ("log", seconds, kind, sequence, text):
                made.append(log(name, seconds, kind, sequence=sequence, text=text))
            case ("a", seconds, text):
                made.append(alert(name, seconds, text or None))
            case ("b", seconds, text):
                made.append(bot_said(name, seconds, text))
            case ("n", seconds, text):
                made.append(note(name, seconds, text))
            case ("m", seconds, text):
                made.append(said(name, seconds, text))
            case (what, seconds, text, *_):
                made.append(seen(name, seconds, "status_update" if what == "s" else "note", text))
            case _:
                raise AssertionError(one)
    return made


def _ids_of_the_first(records: list[Any]) -> set[str]:
    """What two webhooks tell in the same words is one record, known by the first."""
    first: dict[Any, str] = {}
    for record in sorted(records, key=lambda each: each.id):
        told = record.model_copy(update={"id": ""}) if isinstance(record, Observation) else record.id
        first.setdefault(told, record.id)
    return {*first.values()}


@settings(max_examples=150, deadline=None)
@given(st.lists(_LOG | _OTHER, max_size=40))
def test_every_record_stands_in_exactly_one_event(drawn: list[tuple[Any, ...]]):
    records = _records(drawn)

    named = Counter(evidence_id for event in events(*records) for evidence_id in event.evidence_ids)

    assert dict.fromkeys(_ids_of_the_first(records), 1) == {
        evidence_id: count for evidence_id, count in named.items() if not evidence_id.startswith("pagerduty/incident/")
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(_LOG | _OTHER, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(drawn: list[tuple[Any, ...]], chance: random.Random):
    records = _records(drawn)
    shuffled = chance.sample(records, len(records))

    assert events(*records) == events(*shuffled)


@settings(max_examples=100, deadline=None)
@given(st.lists(_LOG, max_size=30))
def test_a_sources_own_numbers_win_over_its_clock(drawn: list[tuple[Any, ...]]):
    made = [
        TimelineEvent(
            id=f"{place}",
            at=at(seconds).at,
            original="",
            kind="changed",
            source="pagerduty",
            text="",
            sequence=sequence,
        )
        for place, (_, seconds, _kind, sequence, _text) in enumerate(drawn)
    ]

    numbers = [event.sequence or 0 for event in in_order(made)]

    assert numbers == sorted(numbers)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=30))
def test_without_numbers_the_clock_decides(seconds: list[int]):
    shown = events(*(said(f"{place}", second, "x") for place, second in enumerate(seconds)))

    assert [event.at for event in shown] == sorted(event.at for event in shown)
