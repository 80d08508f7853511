"""PagerDuty's records as our nouns: what they say is kept, and nothing they can be breaks the translation."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pagerduty.batch import LISTS, part_from_pagerduty
from connectors.pagerduty.observe import observation_from_event
from connectors.pagerduty.raw import people_in, person_from_pagerduty
from connectors.pagerduty.responders import with_responders
from connectors.pagerduty.translate import (
    alert_from_pagerduty,
    as_text,
    change_event_from_pagerduty,
    incident_from_pagerduty,
    is_ours,
    log_entry_from_pagerduty,
    note_from_pagerduty,
    note_to_pagerduty,
)
from postmortem.evidence import LogEntry, Part
from postmortem.incident import Incident
from tests.incidents import by_name

ADA = {"id": "PADA", "type": "user_reference", "summary": "Ada", "html_url": "https://acme.pagerduty.com/users/PADA"}
BEN = {"id": "PBEN", "type": "user_reference", "summary": "Ben"}
CAT = {"id": "PCAT", "type": "user_reference", "summary": "Cat"}
SERVICE = {"id": "PSVC", "type": "service_reference", "summary": "Checkout"}
AT = "2026-01-05T10:00:00Z"


def _incident(**changes: Any) -> Incident:
    raw: dict[str, Any] = {"id": "Q1", "type": "incident", "status": "resolved", "created_at": AT, "title": "Down"}
    translated = incident_from_pagerduty(raw | changes)
    assert translated is not None
    return translated[0]


def _entry(kind: str = "acknowledge_log_entry", **changes: Any) -> LogEntry:
    raw: dict[str, Any] = {"id": "R1", "type": kind, "created_at": AT, "summary": "It happened.", "agent": ADA}
    entry = log_entry_from_pagerduty(raw | changes, 3)
    assert entry is not None
    return entry


def _took_part(incident: Incident) -> set[tuple[str, str]]:
    return {(one.person_id.removeprefix("pagerduty:"), one.participation) for one in incident.responders}


def test_an_incident_keeps_what_pagerduty_says():
    incident = _incident(
        incident_number=37,
        html_url="https://acme.pagerduty.com/incidents/Q1",
        urgency="high",
        priority={"id": "P1", "type": "priority", "summary": "P1"},
        service=SERVICE,
        teams=[{"id": "PT", "type": "team_reference", "summary": "Payments"}],
        resolved_at="2026-01-05T06:00:00-05:00",
        conference_bridge={"conference_url": "https://acme.slack.com/archives/C1"},
        custom_fields=[{"id": "F1", "display_name": "Region", "value": ["eu", "us"]}],
        incident_type={"name": "incident_default"},
    )
    assert (incident.number, incident.urgency, incident.priority) == (37, "high", "P1")
    assert incident.service is not None
    assert (incident.service.id, incident.service.name) == ("PSVC", "Checkout")
    assert [team.name for team in incident.teams] == ["Payments"]
    assert incident.resolved_at is not None
    assert (incident.resolved_at.at.isoformat(), incident.resolved_at.original) == (
        "2026-01-05T11:00:00+00:00",
        "2026-01-05T06:00:00-05:00",
    )
    assert incident.conference_url == "https://acme.slack.com/archives/C1"
    assert [(one.name, one.value) for one in incident.custom_fields] == [("Region", "eu, us")]
    assert incident.merged_into is None


def test_a_merge_is_told_and_a_missing_reopened_at_is_no_matter():
    reason = {"type": "merge_resolve_reason", "incident": {"id": "Q2", "type": "incident_reference", "summary": "[#2]"}}
    merged = _incident(resolve_reason=reason)
    assert merged.merged_into is not None
    assert (merged.merged_into.id, merged.reopened_at) == ("Q2", None)


def test_responders_come_from_every_place_of_the_incident():
    target = {"type": "user", "id": "PCAT", "summary": "Cat", "incidents_responders": []}
    incident = _incident(
        status="acknowledged",
        assignments=[{"at": AT, "assignee": ADA}],
        acknowledgements=[{"at": AT, "acknowledger": ADA}, {"at": AT, "acknowledger": SERVICE}],
        incidents_responders=[
            {"state": "joined", "user": BEN, "requested_at": AT, "updated_at": AT},
            {"state": "declined", "user": CAT, "requested_at": AT},
        ],
        responder_requests=[{"requested_at": AT, "responder_request_targets": [{"responder_request_target": target}]}],
    )
    ben, cat = {("PBEN", "asked"), ("PBEN", "joined")}, {("PCAT", "asked"), ("PCAT", "declined")}
    assert _took_part(incident) == {("PADA", "assigned"), ("PADA", "acknowledged")} | ben | cat


def test_the_owners_of_a_resolved_incident_come_from_its_log_entries():
    resolved = _incident(assignments=[], acknowledgements=[], last_status_change_by=ADA, resolved_at=AT)
    assert _took_part(resolved) == {("PADA", "resolved")}
    entries = [
        _entry("assign_log_entry", agent=SERVICE, assignees=[BEN]),
        _entry("acknowledge_log_entry", agent=BEN),
        _entry("notify_log_entry", agent=SERVICE, user=CAT),
        _entry("resolve_log_entry", agent=ADA),
    ]
    assert _took_part(with_responders(resolved, entries)) == {
        ("PADA", "resolved"),
        ("PBEN", "assigned"),
        ("PBEN", "acknowledged"),
        ("PCAT", "asked"),
    }


def test_a_role_makes_a_responder_and_leaving_it_makes_none():
    taken = {"role": {"summary": "Incident Commander"}, "assignee": ADA, "old_assignee": None}
    left = {"role": {"summary": "Scribe"}, "assignee": None, "old_assignee": BEN}
    part = observation_from_event(_event("incident.role.assigned", {"incident_role_assignments": [taken, left]}))
    incident = with_responders(_incident(), (), part.observations)
    assert [(one.person_id, one.role) for one in incident.responders] == [("pagerduty:PADA", "Incident Commander")]


KINDS = {
    "trigger": "triggered",
    "notify": "notified",
    "repeat_escalation_path": "escalated",
    "urgency_change": "urgency_changed",
    "custom_field_value_change": "field_changed",
    "reach_ack_limit": "limit_reached",
    "exhaust_escalation_path": "escalation_exhausted",
    "status_update": "status_update",
    "responder_request": "responder_asked",
    "merge": "merged",
    "telepathy": "unrecognised",
}


@pytest.mark.parametrize(("theirs", "ours"), KINDS.items())
def test_log_entries_get_our_kind_and_keep_theirs(theirs: str, ours: str):
    entry = _entry(f"{theirs}_log_entry")
    assert (entry.kind, entry.vendor_kind, entry.text) == (ours, f"{theirs}_log_entry", "It happened.")


def test_a_priority_is_a_field_that_has_its_own_kind():
    channel = {"type": "website", "changeset": {"application_fields": [{"name": "priority", "value": "P1"}]}}
    entry = _entry("field_value_change_log_entry", channel=channel, changeset=["Updated priority to P1"])
    assert (entry.kind, entry.channel, entry.text) == (
        "priority_changed",
        "website",
        "It happened: Updated priority to P1",
    )


def test_who_did_it_is_a_person_and_never_a_service():
    assert _entry(agent=ADA).person_id == "pagerduty:PADA"
    assert _entry(agent=SERVICE).person_id is None
    assert _entry(agent=None).person_id is None
    assert _entry("assign_log_entry", assignees=[BEN, CAT]).subject_ids == ("pagerduty:PBEN", "pagerduty:PCAT")


def test_a_status_update_carries_its_words():
    entry = _entry("status_update_log_entry", summary="Status update added by Ada.", message="Rolling back")
    assert entry.text == "Status update added by Ada: Rolling back"


def test_a_resolution_note_is_recognised_and_shown_without_its_prefix():
    raw = {"id": "N1", "user": ADA, "content": "Resolution Note: Rolled back", "created_at": AT, "updated_at": AT}
    note = note_from_pagerduty(raw)
    assert note is not None
    assert (note.text, note.is_resolution, note.person_id, note.updated_at) == (
        "Rolled back",
        True,
        "pagerduty:PADA",
        None,
    )


def test_a_note_of_a_rule_is_a_bots():
    bot = {"id": "PRULE", "type": "bot_user_reference", "summary": "A Global Event Rule"}
    part = part_from_pagerduty("notes", [{"id": "N1", "user": bot, "content": "x", "created_at": AT}])
    assert [(person.name, person.is_bot) for person in part.people] == [("A Global Event Rule", True)]


def test_what_debrief_writes_is_known_again():
    written = note_to_pagerduty("Draft postmortem ready: https://x")
    assert written == "Draft postmortem ready: https://x\n\n[written by Debrief]"
    assert is_ours(written)
    assert is_ours(written + "\n")
    assert not is_ours(f"Correction: it was the config.\n> {written}")
    assert not is_ours("Draft postmortem ready: I read what was [written by Debrief]")
    assert not is_ours(None)
    entry = {"id": "R1", "type": "annotate_log_entry", "created_at": AT, "channel": {"summary": written}}
    assert part_from_pagerduty("log entries", [entry]) == Part()


def test_an_alert_keeps_the_senders_fields_in_the_senders_order():
    details = {"z": 1, "a": {"b": [True, None]}, "empty": "", "long": "x" * 5000}
    alert = alert_from_pagerduty(
        {"id": "A1", "created_at": AT, "summary": "FIRING", "severity": "critical", "body": {"details": details}}
    )
    assert alert is not None
    assert [key for key, _ in alert.details] == ["z", "a", "long"]
    assert alert.details[1] == ("a", "b: true, None")
    assert len(alert.details[2][1]) == 2000


def test_a_change_event_keeps_why_it_is_related():
    raw = {"id": "01C", "timestamp": AT, "summary": "Deploy", "correlation_reason": {"reason": "most_recent"}}
    change = change_event_from_pagerduty(raw | {"services": [SERVICE], "links": [{"href": "https://ci/1"}]})
    assert change is not None
    assert (change.text, change.correlation, change.service, change.link) == (
        "Deploy",
        "most_recent",
        "Checkout",
        "https://ci/1",
    )


def test_a_broken_time_stands_at_its_neighbours_and_is_counted():
    raws = [
        {"id": "R3", "type": "resolve_log_entry", "created_at": "2026-01-05T10:02:00Z"},
        {"id": "R2", "type": "notify_log_entry", "created_at": "yesterday"},
        {"id": "R1", "type": "trigger_log_entry", "created_at": AT},
    ]
    part = part_from_pagerduty("log entries", raws)
    assert [entry.moment.at.minute for entry in part.log_entries] == [2, 2, 0]
    assert part.log_entries[1].moment.original == "yesterday"
    assert [entry.sequence for entry in part.log_entries] == [0, -1, -2]
    assert [(gap.what, gap.why) for gap in part.gaps] == [
        ("the times of 1 log entries", "PagerDuty gave no time that can be read")
    ]


@pytest.mark.parametrize("unset", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_nobody_can_have_meant_is_one_that_cannot_be_read(unset: str):
    raws = [{"id": "A2", "created_at": unset}, {"id": "A1", "created_at": AT}]
    part = part_from_pagerduty("alerts", raws)

    assert {alert.moment.at.year for alert in part.alerts} == {2026}
    assert [gap.what for gap in part.gaps] == ["the times of 1 alerts"]


def test_records_without_any_time_are_a_gap_that_says_how_many():
    part = part_from_pagerduty("notes", [{"id": "N1", "content": "x"}, {"id": "N2", "created_at": 5}, "a note"])
    assert part.notes == ()
    assert [(gap.what, gap.why) for gap in part.gaps] == [("3 notes", "they carry no id, or no time that can be read")]


def test_the_mention_that_tells_most_of_a_person_wins():
    whole = {"id": "PADA", "type": "user", "name": "Ada O.", "email": "ada@x.example", "time_zone": "Europe/London"}
    for order in ([ADA, whole], [whole, ADA]):
        people = people_in(order)
        assert [(one.name, one.email, one.timezone) for one in people] == [("Ada O.", "ada@x.example", "Europe/London")]


def test_a_user_in_the_senders_own_fields_is_nobody():
    assert people_in({"body": {"details": {"user": {"id": "PX", "type": "user", "name": "Mallory"}}}}) == ()


def test_surrogates_and_nul_do_not_reach_what_is_saved():
    note = note_from_pagerduty({"id": "N1", "content": "a\ud800b\x00c", "created_at": AT})
    assert note is not None
    assert note.text == "a�b�c"
    assert as_text({"k\ud800": "v"}) == "k�: v"
    assert json.loads(Part(notes=(note,)).model_dump_json())["notes"][0]["text"] == "a�b�c"


def _event(event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    reference = {"id": "Q1", "type": "incident_reference", "html_url": "https://acme.pagerduty.com/incidents/Q1"}
    return {
        "id": "01E",
        "event_type": event_type,
        "occurred_at": AT,
        "agent": ADA,
        "data": {"incident": reference} | data,
    }


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def _odd_versions(record: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A good record with some of its fields replaced by anything, or gone."""
    changes = st.dictionaries(st.sampled_from(sorted(record)), _JSON, max_size=4)
    gone = st.sets(st.sampled_from(sorted(record)), max_size=3)

    def changed(odd: dict[str, Any], lost: set[str]) -> dict[str, Any]:
        return {name: value for name, value in (record | odd).items() if name not in lost}

    return st.builds(changed, changes, gone)


_SCRIPT = by_name("flapping_reopened_twice").pagerduty
_RECORDS: dict[str, dict[str, Any]] = {
    "alerts": _SCRIPT["alerts"][0],
    "log entries": _SCRIPT["log_entries"][0] | {"assignees": [ADA], "changeset": ["x"]},
    "notes": _SCRIPT["notes"][0],
    "change events": {"id": "C", "timestamp": AT, "links": [{"href": "x"}], "services": [SERVICE], "summary": "s"},
}


@pytest.mark.parametrize("what", LISTS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_record_breaks_a_list_and_none_is_lost_silently(what: str, data: st.DataObject):
    raws = data.draw(st.lists(_odd_versions(_RECORDS[what]) | _JSON, max_size=5))
    part = part_from_pagerduty(what, raws)
    read = len(part.alerts) + len(part.log_entries) + len(part.notes) + len(part.changes)
    lost = sum(int(gap.what.split()[0]) for gap in part.gaps if gap.what[0].isdigit())
    assert read + lost == len(raws)
    mentioned = {entry.person_id for entry in (*part.log_entries, *part.notes)} - {None}
    mentioned |= {id_ for entry in part.log_entries for id_ in entry.subject_ids}
    assert mentioned <= {person.id for person in part.people}
    Part.model_validate_json(part.model_dump_json())


@settings(max_examples=150, deadline=None)
@given(_odd_versions(_SCRIPT["incident"] | {"responder_requests": [{"requested_at": AT}]}) | _JSON)
def test_no_incident_breaks_the_translation_and_every_responder_is_a_person(raw: Any):
    translated = incident_from_pagerduty(raw)
    if translated is not None:
        incident, people = translated
        assert {one.person_id for one in incident.responders} <= {person.id for person in people}
        Incident.model_validate_json(incident.model_dump_json())


@given(_JSON)
def test_nothing_but_a_user_is_a_person(raw: Any):
    assert person_from_pagerduty(raw) is None or isinstance(raw, dict)
