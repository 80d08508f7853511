"""The moments of an incident: from what systems recorded, and from what people plainly said."""

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.compose import compose
from postmortem.document import Postmortem
from postmortem.milestones import Milestones
from postmortem.people import Person
from postmortem.settings import Settings, TimelineSettings
from tests.unit.given import BEA, START, alert, at, bot_said, change, evidence, log, note, said, seen

_TRIGGERED = log("t", 0, "triggered")


def written(*records: Any, zone: str = "UTC", **more: Any) -> Postmortem:
    return compose(evidence(*records, **more), Settings(timezone=zone), composed_at=START)


def milestones(*records: Any, **more: Any) -> Milestones:
    return written(*records, **more).milestones


def clock_of(found: Milestones, name: Any) -> str | None:
    milestone = found.named(name)
    return f"{milestone.at:%d %H:%M}" if milestone else None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("It started around 13:40 UTC", "17 13:40"),
        ("checkout is down since 13:40", "17 13:40"),
        ("the outage began with the deploy at 9:15 UTC", "17 09:15"),
        ("Started 13:52 (deploy), users saw errors", "17 13:52"),
        ("Impact start: 13:50 UTC", "17 13:50"),
        ("payments are not going through since 14:45 CET", "17 13:45"),
        ("first failure at 13:41Z in eu-west-1", "17 13:41"),
        ("5xx started 2026-11-17 13:47:12 UTC right after rollout", "17 13:47"),
        ("all was fine until 13:52 UTC", "17 13:52"),
        ("We started looking when errors began at 13:35", "17 13:35"),
        ("the primary stopped responding at 13:44:10 UTC", "17 13:44"),
        ("errors since 8:31am ET", "17 13:31"),
        ("it began about half an hour ago", "17 13:35"),
        ("checkout has been failing for 20 minutes", "17 13:45"),
        ("users cannot log in since last night 11pm UTC", "16 23:00"),
        ("uploads have been broken since 2026-11-16 22:10 UTC", "16 22:10"),
    ],
)
def test_a_plain_statement_with_a_time_tells_when_the_impact_started(text: str, clock: str):
    found = milestones(_TRIGGERED, said("1", 300, text))

    start = found.named("impact_started")
    assert start is not None
    assert f"{start.at:%d %H:%M}" == clock
    assert (start.confidence, start.event_id, start.said) == ("stated", "slack/C1/1", text)


@pytest.mark.parametrize(
    "text",
    [
        "rollback started at 13:50",
        "the deploy began 20 minutes ago",
        "The maintenance started at 13:00 UTC",
        "Services started coming back from 13:55 UTC",
        "no errors since 13:50",
        "p99 below 400 ms since 13:50",
        "healthy since 13:50",
        "errors dropped at 13:50",
        "The sprint demo began at 13:00",
        "I have been debugging timeouts since 13:00",
        "I started the incident call at 13:50",
        "the pod had been running for 10m already (since ~13:40)",
        "version 13:40 is out",
        "will start at 13:30",
    ],
)
def test_work_that_began_and_what_came_back_tell_no_start(text: str):
    found = milestones(_TRIGGERED, said("1", 300, text))

    assert found.named("impact_started") is None
    assert found.questions == ()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("it died shortly before midnight PT, all errors since", "it is told only roughly"),
        ("it started after the deploy at 13:48", "it is told only roughly"),
        ("latency has been high for over an hour", "it is told only roughly"),
        ("I think it started at 13:50", "it is said as a guess"),
        ("errors since 8am IST", "“IST” does not tell one zone"),
        ("the outage started at 18:30", "it lies after the message itself"),
    ],
)
def test_what_tells_no_one_moment_is_asked_and_quoted(text: str, asks: str):
    found = milestones(_TRIGGERED, said("1", 300, text))

    assert found.named("impact_started") is None
    (question,) = found.questions
    assert text in question.text
    assert asks in question.text
    assert [citation.evidence_id for citation in question.citations] == ["slack/C1/1"]


def test_a_time_without_a_zone_is_read_in_the_zone_of_the_settings():
    found = milestones(_TRIGGERED, said("1", 300, "checkout is down since 14:55"), zone="Europe/Berlin")

    start = found.named("impact_started")
    assert start is not None
    assert clock_of(found, "impact_started") == "17 13:55"
    assert "Europe/Berlin, the zone of the settings" in start.why


def test_a_time_that_another_zone_would_put_nearer_to_the_detection_is_asked():
    found = milestones(_TRIGGERED, said("1", 1200, "640 failed payments since 14:00"), zone="Europe/Berlin")

    assert found.named("impact_started") is None
    (question,) = found.questions
    assert "2026-11-17 13:00:00 UTC (read in Europe/Berlin, the zone of the settings)" in question.text
    assert "2026-11-17 14:00:00 UTC (read in UTC)" in question.text


def test_the_speakers_own_zone_is_another_reading():
    ada = Person(id="slack:UADA", name="Ada", timezone="America/New_York")
    told = said("1", 300, "errors since 8:50", person_id=ada.id)

    (question,) = milestones(_TRIGGERED, told, people=(ada,)).questions
    assert "2026-11-17 13:50:00 UTC (read in America/New_York, the zone of who said it)" in question.text


def test_a_twelve_hour_clock_is_asked():
    (question,) = milestones(_TRIGGERED, said("1", 300, "errors since 1:50 UTC")).questions

    assert "twelve hours later" in question.text


def test_an_alert_that_was_open_before_the_trigger_tells_the_start():
    cleared = alert("a", -1800, "one", resolved_at=alert("x", -1700).moment)
    found = milestones(cleared, alert("b", -600, "two", "Pool full"), alert("c", -5, "three"), _TRIGGERED)

    start = found.named("impact_started")
    assert start is not None
    assert (start.at, start.event_id, start.confidence) == (
        START - timedelta(seconds=600),
        "pagerduty/alert/b",
        "inferred",
    )


def test_the_alert_that_is_the_trigger_tells_no_start():
    measured = written(alert("a", -5), _TRIGGERED).response_times

    assert measured.time_to_detect.seconds is None
    assert measured.time_to_detect.why_unknown == (
        "neither an alert from before the trigger nor a person tells when the impact began"
    )


def test_a_chat_alone_tells_of_detection_and_end():
    found = milestones(
        said("0", -600, "morning"),
        said("1", 0, "checkout is throwing 502s, is something going on?"),
        said("2", 60, "looking into it"),
        said("3", 900, "we are back to normal"),
        said("4", 1800, "resolved, thanks all"),
    )

    assert [(one.name, one.event_id, one.confidence) for one in found.found] == [
        ("detected", "slack/C1/1", "inferred"),
        ("acknowledged", "slack/C1/2", "stated"),
        ("mitigated", "slack/C1/3", "stated"),
        ("resolved", "slack/C1/4", "stated"),
    ]


def test_an_old_symptom_that_nothing_followed_is_history():
    found = milestones(said("1", -90 * 86_400, "a crash, fixed by a restart"), said("2", 0, "checkout is down"))

    assert clock_of(found, "detected") == "17 14:00"


def test_an_alert_of_a_bot_in_the_chat_is_a_detection():
    found = milestones(said("1", 60, "checkout is down"), bot_said("2", 0, "[FIRING] CheckoutDown"))

    assert clock_of(found, "detected") == "17 14:00"


def test_an_end_that_was_told_while_alerts_went_on_is_not_measured():
    records = (_TRIGGERED, said("1", 600, "the cache is healthy"), alert("a", 3000, text="Pool full"))
    measured = written(*records, log("r", 7200, "resolved")).response_times

    assert measured.time_to_mitigate.seconds is None
    assert measured.time_to_mitigate.why_unknown == ("alerts went on after people had said that the impact was over")


def test_an_end_that_was_told_after_the_last_alert_counts_before_an_earlier_one():
    records = (_TRIGGERED, said("1", 600, "the cache is healthy"), alert("a", 3000), said("2", 3600, "all clear"))
    found = milestones(*records, log("r", 4200, "resolved"))

    assert clock_of(found, "mitigated") == "17 15:00"
    assert not found.questions


def test_the_monitor_that_clears_and_resolves_tells_when_the_impact_ended():
    cleared = alert("a", 0, resolved_at=alert("x", 540).moment)
    found = milestones(cleared, _TRIGGERED, log("r", 600, "resolved", channel="api"))

    mitigated = found.named("mitigated")
    assert mitigated is not None
    assert (mitigated.at, mitigated.confidence) == (START + timedelta(seconds=540), "inferred")


def test_a_person_who_resolves_closes_the_alerts_and_tells_nothing_of_the_impact():
    cleared = alert("a", 0, resolved_at=alert("x", 600).moment)
    found = milestones(cleared, _TRIGGERED, log("r", 600, "resolved", person_id=BEA.id))

    assert found.named("mitigated") is None


def test_a_merged_incident_says_that_the_impact_may_have_gone_on():
    measured = written(
        said("0", 60, "down since 13:55 UTC"),
        _TRIGGERED,
        log("m", 300, "merged"),
        log("r", 300, "resolved"),
        merged_into={"id": "Q2", "name": "Parent"},
    ).response_times

    assert measured.impact_span.why_unknown == (
        "it was merged into another incident, which closed it: the impact may have gone on there"
    )


def test_the_impact_span_goes_from_the_stated_start_to_the_mitigation():
    measured = written(
        _TRIGGERED,
        said("1", 60, "failing since 13:50 UTC"),
        said("2", 600, "all clear"),
        log("r", 900, "resolved"),
    ).response_times

    assert (measured.time_to_detect.seconds, measured.impact_span.seconds) == (600, 1200)
    assert measured.impact_span.from_at == START - timedelta(minutes=10)
    assert (measured.impact_span.from_said, measured.impact_span.said) == ("failing since 13:50 UTC", "all clear")
    assert measured.impact_span.confidence == "stated"


_SENTENCES = (
    "it started around 13:40 UTC",
    "errors since 13:55",
    "back to normal",
    "it is failing again",
    "resolved, closing this",
    "looking into it",
    "the primary died at 13:58 UTC",
    "ok",
)
_moments = st.integers(-7200, 14_400)
_records = st.one_of(
    st.tuples(st.just("said"), _moments, st.sampled_from(_SENTENCES)),
    st.tuples(
        st.just("log"), _moments, st.sampled_from(("triggered", "acknowledged", "resolved", "reopened", "notified"))
    ),
    st.tuples(st.just("alert"), _moments, st.sampled_from(("Disk full", "Pool full"))),
    st.tuples(st.just("note"), _moments, st.sampled_from(_SENTENCES)),
)


def _made(place: int, told: tuple[str, int, str]) -> Any:
    kind, seconds, words = told
    makers: dict[str, Any] = {"said": said, "note": note, "log": log}
    return alert(f"{place}", seconds, text=words) if kind == "alert" else makers[kind](f"{place}", seconds, words)


@given(st.lists(_records, max_size=12), st.randoms(use_true_random=False))
def test_milestones_lie_within_the_evidence_and_do_not_depend_on_the_order_of_arrival(told: Any, random: Any):
    records = [_made(place, one) for place, one in enumerate(told)]
    shuffled = random.sample(records, len(records))
    one, other = written(*records), written(*shuffled)

    assert (one.milestones, one.response_times, one.silences, one.cycles) == (
        other.milestones,
        other.response_times,
        other.silences,
        other.cycles,
    )
    by_id = {event.id: event for event in one.timeline.events}
    for milestone in one.milestones.found:
        event = by_id[milestone.event_id]
        assert milestone.at <= max(event.until or event.at, *(record.moment.at for record in records))
        if milestone.name != "impact_started":
            assert milestone.at == event.at
    assert all((time.seconds or 0) >= 0 for time in one.response_times.measured)
    assert all(silence.seconds >= 0 for silence in one.silences)


@pytest.mark.parametrize(
    "text",
    [
        "started at " * 4000,
        "since " * 7000,
        "14:05 " * 7000,
        "has been for the last " * 2000,
        "error " * 7000,
        "no errors " * 4000,
        "i am " * 8000,
        "it started started 14:05 rollback " * 1200,
    ],
)
def test_a_message_of_forty_thousand_characters_is_read_in_no_time(text: str):
    started = time.perf_counter()
    milestones(_TRIGGERED, said("1", 300, text))

    assert time.perf_counter() - started < 2


def test_a_round_is_counted_from_each_reopening():
    rounds = written(_TRIGGERED, log("a", 60, "resolved"), log("b", 120, "reopened"), log("c", 300, "resolved")).cycles

    assert [(one.number, one.seconds) for one in rounds] == [(1, 60), (2, 180)]


def test_a_silence_is_told_while_it_was_open_and_not_between_a_resolve_and_a_reopening():
    silences = written(
        _TRIGGERED,
        said("1", 1200, "it was the pool"),
        log("a", 1260, "resolved"),
        log("b", 8000, "reopened"),
        log("c", 9000, "resolved"),
        said("2", 20_000, "thanks"),
    ).silences

    assert [(one.from_event, one.seconds) for one in silences] == [
        ("pagerduty/log_entry/t", 1200),
        ("pagerduty/log_entry/b", 1000),
    ]


def test_the_settings_say_how_long_a_silence_is():
    told = evidence(_TRIGGERED, log("a", 600, "resolved"))
    settings = Settings(timeline=TimelineSettings(silence_after=timedelta(minutes=5)))

    assert [one.seconds for one in compose(told, settings, composed_at=START).silences] == [600]


def test_low_urgency_is_silent_only_after_an_hour():
    assert written(_TRIGGERED, log("a", 1800, "resolved"), urgency="low").silences == ()


def test_a_role_and_a_change_are_no_milestones():
    found = milestones(change("c", -60, "deploy"), seen("r", 5, "role", "June took the role"), _TRIGGERED)

    assert [one.name for one in found.found] == ["detected"]


def test_what_is_dated_after_the_record_was_read_is_asked_and_measures_nothing():
    later, last = "2031-01-01T00:00:00Z", "2032-01-01T00:00:00Z"
    records = (_TRIGGERED, said("1", later, "it is mitigated"), log("r", last, "resolved"))
    draft = written(*records, from_pagerduty=True, resolved_at=at(last))

    assert [one.name for one in draft.milestones.found] == ["detected"]
    assert (draft.silences, draft.response_times.time_to_resolve.seconds) == ((), None)
    asked = next(line for line in draft.milestones.questions if "is dated" in line.text)
    assert "after the record was read (2027-11-17 14:00:00 UTC), as is 1 more: when was it?" in asked.text
