"""Webhook events kept as evidence: told in words, with everybody they mention."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.pagerduty.cutting import CUT_BY_DEBRIEF
from connectors.pagerduty.observe import observation_from_event
from connectors.pagerduty.translate import (
    note_to_pagerduty,
)
from postmortem.evidence import Part
from tests.contract.openapi_document import shared_folder
from tests.contract.test_pagerduty_translate import _JSON, BEN, _event, _odd_versions

TOLD: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "incident.role.assigned",
        {"incident_role_assignments": [{"role": {"summary": "Scribe"}, "assignee": BEN}]},
        "role",
        "Ben took the role Scribe",
    ),
    (
        "incident.role.assigned",
        {"incident_role_assignments": [{"role": {"summary": "Scribe"}, "assignee": None, "old_assignee": BEN}]},
        "role",
        "Ben left the role Scribe",
    ),
    (
        "incident.task.created",
        {"name": "Call the bank", "description": "today", "assignees": [BEN]},
        "task",
        "Task created: Call the bank (today), for Ben",
    ),
    (
        "incident.custom_field_values.updated",
        {
            "custom_fields": [{"id": "F1", "name": "region", "display_name": "Region", "value": "eu"}],
            "changed_custom_fields": [{"id": "F1", "name": "region", "display_name": "Region", "value": None}],
        },
        "field",
        "Region is now eu (was empty)",
    ),
    (
        "incident.status_update_published",
        {"message": "We are on it", "trimmed": True},
        "status_update",
        "We are on it … (cut by PagerDuty)",
    ),
    (
        "incident.responder.added",
        {"user": BEN, "state": "pending", "message": "Please help"},
        "responder",
        "Ben was asked to help: Please help",
    ),
    ("incident.responder.replied", {"user": BEN, "state": "accepted"}, "responder", "Ben answered: accepted"),
    ("incident.annotated", {"content": "Resolution Note: Done"}, "note", "Done"),
    (
        "incident.conference_bridge.updated",
        {"conference_url": "https://meet.example/1", "conference_numbers": None},
        "conference",
        "Conference bridge: https://meet.example/1",
    ),
    ("incident.teleported", {"summary": "Away"}, "unrecognised", "incident.teleported: Away"),
]


@pytest.mark.parametrize(("event_type", "data", "kind", "told"), TOLD)
def test_observed_events_say_in_words_what_happened(event_type: str, data: dict[str, Any], kind: str, told: str):
    part = observation_from_event(_event(event_type, data))
    assert [(one.id, one.kind, one.vendor_kind, one.text) for one in part.observations] == [
        ("pagerduty/event/01E", kind, event_type, told)
    ]
    assert part.observations[0].person_id == "pagerduty:PADA"
    assert part.observations[0].link == "https://acme.pagerduty.com/incidents/Q1"
    assert {*part.observations[0].subject_ids, "pagerduty:PADA"} <= {person.id for person in part.people}


def test_a_note_of_debriefs_own_is_not_observed():
    event = _event("incident.annotated", {"content": note_to_pagerduty("Draft postmortem ready")})
    assert observation_from_event(event) == Part()


def test_an_event_without_a_time_is_a_gap():
    part = observation_from_event(_event("incident.annotated", {"content": "x"}) | {"occurred_at": None})
    assert [gap.what for gap in part.gaps] == ["an event that PagerDuty sent"]


@pytest.mark.parametrize("cut", [{"trimmed": True}, {"content": f"Draft postmortem ready: x{CUT_BY_DEBRIEF}"}])
def test_our_own_note_is_known_again_without_its_end(cut: dict[str, Any]):
    event = _event("incident.annotated", {"content": "Draft postmortem ready: a title that went on"} | cut)
    assert observation_from_event(event).observations == ()


def test_the_captured_webhooks_of_other_projects_are_all_told():
    folder = shared_folder() / "data" / "pagerduty-payloads" / "zulip"
    if not folder.is_dir():
        pytest.skip("the captured webhooks (../shared/data or $DEBRIEF_SHARED) are absent")
    for path in sorted(folder.glob("*.json")):
        part = observation_from_event(json.loads(path.read_text())["event"])
        assert part.gaps == ()
        assert part.observations[0].text
        people = {person.id for person in part.people}
        assert {part.observations[0].person_id, *part.observations[0].subject_ids} - {None} <= people


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TOLD), st.data())
def test_no_event_breaks_the_translation(told: tuple[str, dict[str, Any], str, str], data: st.DataObject):
    event = _event(told[0], data.draw(_odd_versions(told[1])))
    part = observation_from_event(data.draw(_odd_versions(event) | st.just(event) | _JSON))
    assert part.observations or part.gaps
    for one in part.observations:
        assert {one.person_id, *one.subject_ids} - {None} <= {person.id for person in part.people}
