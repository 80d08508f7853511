"""What contradicts itself is asked, with both moments quoted and cited; nothing is smoothed over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.compose import compose
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import BEA, START, alert, at, change, evidence, log, markdown, note, said

_TRIGGERED = log("t", 0, "triggered")


def questions(*records: Any, **more: Any) -> tuple[Line, ...]:
    return compose(evidence(*records, **more), Settings(), composed_at=START).milestones.questions


def asked(*records: Any, **more: Any) -> str:
    (question,) = questions(*records, **more)
    return question.text


def test_a_record_without_contradictions_asks_nothing():
    assert not questions(
        _TRIGGERED,
        log("a", 60, "acknowledged"),
        said("1", 120, "down since 13:58 UTC"),
        said("2", 600, "all clear"),
        log("r", 700, "resolved", person_id=BEA.id),
    )


def test_an_acknowledgement_before_the_trigger_is_asked():
    text = asked(log("a", -60, "acknowledged", sequence=2), log("t", -30, "triggered", sequence=3))

    assert text == (
        "The record holds an acknowledgement at 2026-11-17 13:59:00 UTC, 30 s before the trigger at "
        "2026-11-17 13:59:30 UTC: which of the two times is wrong?"
    )


def test_a_clock_that_goes_against_the_sequence_is_asked_with_both_records():
    records = (log("t", 0, "triggered", sequence=1), log("a", 300, "acknowledged", sequence=2))
    (question,) = questions(*records, log("r", 100, "resolved", sequence=3))

    assert "its clock puts it 3 min 20 s before" in question.text
    assert [one.evidence_id for one in question.citations] == ["pagerduty/log_entry/a", "pagerduty/log_entry/r"]


def test_an_event_from_after_the_reading_is_asked():
    text = asked(_TRIGGERED, note("n", "2031-01-01T00:00:00Z", "from the future"))

    assert "“from the future” is dated 2031-01-01 00:00:00 UTC, after the record was read" in text


def test_an_event_of_1970_is_asked():
    assert "is dated 1970-01-01 00:00:00 UTC" in asked(_TRIGGERED, note("n", "1970-01-01T00:00:00Z", "epoch"))


def test_a_change_dated_a_day_late_is_asked():
    text = asked(_TRIGGERED, log("r", 3600, "resolved"), change("c", 86_400 - 600, "Deploy 17"))

    assert text.endswith("one day earlier it would stand within the incident: is its date off by a day?")


def test_a_start_after_the_detection_is_asked():
    text = asked(_TRIGGERED, said("1", 3600, "the outage started at 14:20 UTC"))

    assert "that is 2026-11-17 14:20:00 UTC, 20 min after it was detected at 2026-11-17 14:00:00 UTC" in text


def test_something_that_broke_on_the_way_contradicts_nothing():
    assert not questions(_TRIGGERED, said("1", 3600, "replica 2 crashed at 14:20 UTC"))


def test_two_statements_that_differ_are_both_quoted_and_the_earlier_is_used():
    records = (_TRIGGERED, said("1", 60, "users see errors since 13:50 UTC"), said("2", 90, "it began at 13:20 UTC"))
    (question,) = questions(*records)

    assert "2026-11-17 13:20:00 UTC (“it began at 13:20 UTC”) and as 2026-11-17 13:50:00 UTC" in question.text
    assert {one.evidence_id for one in question.citations} == {"slack/C1/1", "slack/C1/2"}


def test_what_is_said_of_one_thing_that_broke_does_not_contradict_what_is_said_of_the_impact():
    records = (
        _TRIGGERED,
        said("1", 60, "replica 2 is failing since 13:30 UTC"),
        said("2", 90, "it began at 13:50 UTC"),
    )
    found = compose(evidence(*records), Settings(), composed_at=START).milestones

    assert not found.questions
    assert [one.said for one in found.found if one.name == "impact_started"] == ["it began at 13:50 UTC"]


def test_statements_that_differ_by_a_rounding_ask_nothing():
    assert not questions(_TRIGGERED, said("1", 60, "errors since 13:50 UTC"), said("2", 90, "it began at 13:52 UTC"))


def test_an_alert_from_before_the_stated_start_is_asked():
    text = asked(alert("a", -3000, text="Pool full"), _TRIGGERED, said("1", 60, "errors since 13:50 UTC"))

    assert "40 min after an alert had fired at 2026-11-17 13:10:00 UTC (“Alert: Pool full”)" in text


def test_a_mitigation_that_was_told_after_the_resolve_is_asked():
    text = asked(_TRIGGERED, log("r", 900, "resolved"), said("1", 2700, "now it works again"))

    assert text == (
        "“now it works again” was said at 2026-11-17 14:45:00 UTC, 30 min after PagerDuty's resolve at "
        "2026-11-17 14:15:00 UTC: when did the impact end?"
    )


def test_people_who_called_it_over_long_before_pagerduty_are_asked():
    text = asked(_TRIGGERED, said("1", 600, "Incident resolved"), log("r", 7200, "resolved", person_id=BEA.id))

    assert "1 h 50 min before PagerDuty's resolve" in text


def test_alerts_that_went_on_after_all_was_well_are_asked():
    text = asked(
        _TRIGGERED, said("1", 600, "back to normal"), alert("a", 1500, text="Pool full"), log("r", 1800, "resolved")
    )

    assert "“back to normal” was said at 2026-11-17 14:10:00 UTC, but alerts went on until" in text


def test_an_alert_that_never_cleared_is_asked():
    text = asked(alert("a", 5, status="triggered"), _TRIGGERED, log("r", 900, "resolved"))

    assert "had not cleared when the record was read" in text


def test_a_resolve_by_the_timer_is_asked():
    assert "PagerDuty's timer resolved it" in asked(_TRIGGERED, log("r", 14_400, "resolved", channel="timeout"))


def test_an_outage_that_starts_after_its_end_may_be_a_date_off_by_a_day():
    text = asked(
        said("1", 0, "The outage is reported: checkout is down"),
        said("2", 3600, "a fixed version is deployed (outage ends)"),
        said("3", 82_000, "the pod is stuck in a crash loop (outage starts)"),
    )

    assert "one day earlier it would stand before the end" in text


def test_a_long_quote_is_cut_between_words():
    text = asked(_TRIGGERED, note("n", "1970-01-01T00:00:00Z", "word " * 200))

    assert "word […]”" in text


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "UTC"])
def test_records_at_the_ends_of_time_make_a_draft_all_the_same(edge: str, zone: str):
    words = "Down since 23:00 yesterday, 10 minutes ago; rolled back, fixed. AI: @bea add an alert by Friday"
    far = (
        log("t", edge, "triggered", sequence=0),
        alert("a", edge, "k"),
        alert("b", 3, resolved_at=at(edge)),
        note("n", edge, words),
        said("m", edge, words),
        change("c", edge, "Deploy"),
        log("r", edge, "resolved", sequence=9),
    )
    near = (log("q", 900, "resolved"), said("9", 5, "down since 13:00"))

    for one in far:
        assert markdown(evidence(_TRIGGERED, one, *near), Settings(timezone=zone))
    whole = evidence(*far, from_pagerduty=True, created_at=at(edge), resolved_at=at(edge))
    assert markdown(whole, Settings(timezone=zone))


_texts = st.sampled_from(
    ("errors since 13:50 UTC", "it began at 13:10 UTC", "all clear", "resolved", "outage starts", "ok")
)


@given(st.lists(st.tuples(st.integers(-4000, 100_000), _texts), max_size=8), st.randoms(use_true_random=False))
def test_the_questions_do_not_depend_on_the_order_of_arrival_and_each_is_cited(told: Any, random: Any):
    records = [_TRIGGERED, log("r", 5000, "resolved")]
    records += [said(f"{place}", seconds, text) for place, (seconds, text) in enumerate(told)]
    found = questions(*records)

    assert found == questions(*random.sample(records, len(records)))
    assert all(line.asked_of and line.citations for line in found)
    assert len({line.text for line in found}) == len(found)
