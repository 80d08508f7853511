"""The summary: five sentences at most, each with its source or asked of a role; and quotes that are verbatim."""

import re
from collections.abc import Iterable
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postmortem.chat_incident import incident_from_chat
from postmortem.compose import compose
from postmortem.evidence import Evidence
from postmortem.incident import CustomField, Reference, Responder
from postmortem.line import Line
from postmortem.settings import Settings
from tests.unit.given import BEA, CARL, PAGERDUTY_BOT, START, alert, evidence, log, note, said

SERVICE = Reference(id="PSVC001", name="Checkout API")


def summary_of(told: Evidence) -> tuple[Line, ...]:
    return compose(told, Settings(), composed_at=START).section("summary").lines


def texts_of(told: Evidence) -> list[str]:
    return [line.text for line in summary_of(told)]


def test_it_says_what_whom_how_long_who_and_how_it_ended():
    told = evidence(
        log("t", 0, "triggered"),
        log("u", 300, "status_update", text="Status update added by Bea Lindqvist: Customers cannot pay."),
        said("1", 1500, "errors are back to normal"),
        log("r", 2400, "resolved"),
        note("n", 2401, "Rolled back to 41. AI: alert on it", is_resolution=True, person_id=CARL.id),
        title="Checkout is down",
        from_pagerduty=True,
        service=SERVICE,
        priority="P1",
        urgency="high",
        responders=(
            Responder(person_id=BEA.id, participation="role", role="Incident Commander"),
            Responder(person_id="pagerduty:PADA", participation="asked"),
        ),
    )

    assert texts_of(told) == [
        "“Checkout is down” on Checkout API (P1, high urgency).",
        "Stakeholders were told: “Customers cannot pay.”",
        (
            "It lasted 40 min (2026-11-17 14:00:00 UTC to 2026-11-17 14:40:00 UTC); "
            "people said after 25 min that the impact had ended."
        ),
        "An incident commander and 1 responder took part; 1 more person was only paged or asked.",
        "As the resolution note says: “Rolled back to 41.”",
    ]


def test_what_no_record_tells_is_asked_of_a_role():
    told = evidence(title="Checkout is down", from_pagerduty=True, status="triggered")

    assert [(line.asked_of, line.text) for line in summary_of(told)[1:]] == [
        (
            "service owner",
            "Which users and customers were affected, how many, and what did they notice?",
        ),
        (None, "It was detected at 2026-11-17 14:00:00 UTC. Its end is unknown: no resolve is on record."),
        ("incident commander", "Who responded?"),
        ("responder who resolved it", "What ended it, and is that a permanent fix or a temporary one?"),
    ]


def test_a_resolve_before_the_trigger_is_asked_of_a_role():
    told = evidence(log("t", 0, "triggered"), log("r", -600, "resolved", sequence=9), from_pagerduty=True)
    line = summary_of(told)[2]

    assert line.asked_of == "incident commander"
    assert line.text.startswith("By the record it was detected at 2026-11-17 14:00:00 UTC and resolved before that, at")
    assert line.text.endswith("13:50:00 UTC: which of the two times is wrong?")


def test_who_took_part_is_cited_from_the_records_that_tell_of_them():
    told = evidence(log("t", 0, "triggered"), said("1", 5, "looking"), from_pagerduty=True, status="triggered")
    line = summary_of(told)[3]

    assert line.text == "1 person who wrote in the chat took part."
    assert [citation.label for citation in line.citations] == ["#inc-1"]


def test_a_custom_field_tells_who_was_affected_before_anybodys_words():
    field = CustomField(name="Customers affected", value="640 in Germany")
    told = evidence(said("1", 0, "customers cannot log in"), custom_fields=(field,), from_pagerduty=True)

    assert texts_of(told)[1] == "Affected (Customers affected): 640 in Germany."


def test_people_who_were_only_paged_did_not_take_part():
    paged = tuple(Responder(person_id=f"pagerduty:P{n}", participation="asked") for n in range(3))

    assert texts_of(evidence(said("1", 0, "hm"), responders=paged))[3] == (
        "1 person who wrote in the chat took part; 3 more people were only paged or asked."
    )


def test_a_chat_alone_is_told_by_its_symptom_as_reported_and_as_named_with_every_channel_cited():
    told = evidence(
        said("1", 0, "is anybody else seeing 503s?", channel_name="help"),
        said("2", 60, "seeing that too, errors everywhere", channel_name="help"),
        said("3", 120, "the image cache died at noon", channel_name="ops"),
        said("4", 180, "joining", channel_name="review"),
    )
    incident = incident_from_chat(told.messages)
    assert incident is not None
    what = summary_of(told.model_copy(update={"incident": incident}))[0]

    assert what.text == (
        "Told by the chat alone; the first symptom was reported at 14:00:00 UTC: “is anybody else seeing 503s?”; "
        "it was named at 14:02:00 UTC: “the image cache died at noon”."
    )
    detected = compose(told, Settings(), composed_at=START).milestones.named("detected")
    assert detected is not None
    assert detected.said == "is anybody else seeing 503s?"
    assert sorted(source.label for source in what.citations) == ["#help", "#ops", "#review"]


def test_an_end_that_a_later_alert_contradicts_is_not_told_as_one():
    told = evidence(
        log("t", 0, "triggered"), said("1", 60, "all back to normal"), alert("a", 900), log("r", 1200, "resolved")
    )

    assert texts_of(told)[2] == "It lasted 20 min (2026-11-17 14:00:00 UTC to 2026-11-17 14:20:00 UTC)."


def test_reopenings_are_counted():
    told = evidence(
        log("t", 0, "triggered"), log("r", 60, "resolved"), log("o", 120, "reopened"), log("s", 600, "resolved")
    )

    assert "reopened 1 time on the way and open for 9 min of it." in texts_of(told)[2]


def test_a_merged_incident_points_to_where_it_was_resolved():
    told = evidence(merged_into=Reference(id="QP", name="[#7] Storage is down"), from_pagerduty=True)

    assert texts_of(told)[4] == "It was merged into [#7] Storage is down, where it was resolved."


def test_without_a_note_the_words_of_the_chat_tell_the_end():
    ended = texts_of(evidence(said("1", 0, "renewed the cert, logins work again")))[4]

    assert ended == "The impact ended with the words: “renewed the cert, logins work again”"


def test_a_change_that_was_called_a_fix_is_not_told_as_the_end():
    told = evidence(said("1", 0, "opened https://github.com/acme/shop/pull/9 to fix it"))

    assert texts_of(told)[4] == "What ended it, and is that a permanent fix or a temporary one?"


_WORDS = st.lists(
    st.sampled_from(
        (
            "customers", "cannot log in", "error rate at 21 %", "no data was lost", "rolled back", "works again",
            "for now", "permanent fix", "next week", "https://github.com/a/b/pull/1", "fix", "re-ran", "is it down?",
            "I'm IC", "down", "since 14:00", "ACTION: restart", "```5xx```", "> old words", "“odd”", "e\u0301", "\n",
            ".", "?", "!", "’ll", "[…]",
        )
    ),
    min_size=1, max_size=12,
).map(" ".join)  # fmt: skip
_RECORDS = st.lists(
    st.tuples(st.sampled_from(("said", "note", "update", "resolved", "reopened", "alert")), _WORDS), max_size=12
)
_QUOTED = re.compile(r"“(.*)”", re.DOTALL)
_TWO_QUOTES = re.compile(
    r"(?<=”)(?:, told by the chat alone)?; (?:the first symptom was reported|it was named) at [\d:]{8} UTC: "
)


def _evidence(told: list[tuple[str, str]]) -> Evidence:
    records: list[object] = [log("t", 0, "triggered")]
    for n, (kind, text) in enumerate(told, start=1):
        seconds = n * 60
        if kind == "said":
            records.append(said(f"{n}", seconds, text, person_id=(BEA, CARL, PAGERDUTY_BOT)[n % 3].id))
        elif kind == "note":
            records.append(note(f"{n}", seconds, text, person_id=BEA.id, is_resolution=n % 2 == 0))
        elif kind == "update":
            records.append(log(f"{n}", seconds, "status_update", text=f"Status update added by Bea: {text}"))
        elif kind == "alert":
            records.append(alert(f"{n}", seconds, None, text))
        else:
            records.append(log(f"{n}", seconds, "resolved" if kind == "resolved" else "reopened"))
    return evidence(*records, title="Checkout is slow")


@settings(max_examples=150, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(_RECORDS)
def test_every_line_is_cited_or_asked_every_quote_verbatim_and_the_summary_short(told: list[tuple[str, str]]):
    found = _evidence(told)
    composed = compose(found, Settings(), composed_at=START)
    everything = _folded("\n".join((found.incident.title, *(text for _, text in told))))

    assert len(composed.section("summary").lines) <= 5
    for line in _lines(composed.section(key).lines for key in ("summary", "impact", "resolution")):
        assert line.citations or line.asked_of
        for quoted in [] if line.asked_of else _quotes_in(line.text):
            assert all(_folded(part) in everything for part in re.split(r"\s*\[…\]\s*", quoted) if part.strip()), quoted


@settings(max_examples=60, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(_RECORDS)
def test_the_order_in_which_records_arrived_changes_no_line(told: list[tuple[str, str]]):
    found = _evidence(told)
    shuffled = found.model_copy(
        update={name: getattr(found, name)[::-1] for name in ("messages", "notes", "log_entries", "alerts", "people")}
    )

    assert (
        compose(found, Settings(), composed_at=START).sections
        == compose(shuffled, Settings(), composed_at=START).sections
    )


def _lines(groups: Iterable[Iterable[Line]]) -> list[Line]:
    found: list[Line] = []
    for lines in groups:
        for line in lines:
            found += [line, *line.under]
    return found


def _quotes_in(text: str) -> list[str]:
    return [quoted for part in _TWO_QUOTES.split(text) for quoted in _QUOTED.findall(part)]


def _folded(text: str) -> str:
    return " ".join(text.split())
