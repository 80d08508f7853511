"""What the settings say about one incident: draft or not, channel, route, due date."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.incident import CustomField, Incident, Reference
from postmortem.moment import moment_from_iso
from postmortem.settings import (
    Settings,
    bound_channel,
    channel_names,
    read_settings,
    reason_not_to_draft,
    route_for,
)
from postmortem.settings.durations import duration_from_text, text_from_duration

INCIDENT = Incident(
    id="Q1CHECKOUT0001",
    number=4211,
    title="Checkout latency",
    status="resolved",
    created_at=moment_from_iso("2026-03-01T23:30:00Z"),
    resolved_at=moment_from_iso("2026-03-02T00:12:00Z"),
    urgency="high",
    priority="P1",
    service=Reference(id="PCHECK1", name="Checkout API"),
    teams=(Reference(id="PTEAM01", name="Payments"),),
    custom_fields=(CustomField(name="Skip postmortem", value="true"), CustomField(name="Region", value=None)),
)


def _reason(text: str, **changes: object) -> str | None:
    return reason_not_to_draft(read_settings(text), INCIDENT.model_copy(update=changes))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", None),
        ("drafts: {priorities: [p1], urgencies: [high], services: [pcheck1], teams: [payments]}", None),
        ("drafts: {services: [CHECKOUT API], minimum_duration: 42 minutes}", None),
        ("drafts: {priorities: [P2, P3]}", "the priority is P1, and drafts.priorities asks for P2 or P3"),
        ("drafts: {urgencies: [low]}", "the urgency is high, and drafts.urgencies asks for low"),
        ("drafts: {services: [Search]}", "the service is Checkout API, and drafts.services asks for Search"),
        ("drafts: {teams: [A, B, C]}", "the team is Payments, and drafts.teams asks for A, B or C"),
        ("drafts: {minimum_duration: 1h}", "it lasted 42 minutes, and drafts.minimum_duration asks for 1 hour"),
        ("drafts: {opt_out_words: [LATENCY]}", 'the title contains "LATENCY", one of drafts.opt_out_words'),
        (
            "drafts: {opt_out_field: skip postmortem}",
            'the custom field "Skip postmortem" says "true", and drafts.opt_out_field names it',
        ),
        ("drafts: {opt_out_field: Region}", None),
    ],
)
def test_the_reason_names_the_setting(text: str, reason: str | None):
    assert _reason(text) == reason


def test_what_an_incident_lacks_is_said():
    text = "drafts: {priorities: [P1]}"
    assert _reason(text, priority=None) == "the priority is not set, and drafts.priorities asks for P1"
    text = "drafts: {services: [Search]}"
    assert _reason(text, service=None) == "the service is not set, and drafts.services asks for Search"
    assert _reason("drafts: {minimum_duration: 1h}", resolved_at=None) is None


ROUTING = """
routing:
  - {match: {priorities: [P1]}, project: ANY}
  - {match: {teams: [Payments]}, project: PAY}
  - {match: {services: [Checkout API], priorities: [P2]}, project: LOW}
  - {match: {services: [PCHECK1]}, project: CHK, priority_map: {p1: Highest}, default_owner: 5b10-ada}
  - {match: {services: [PCHECK1]}, project: SECOND}
default_route: {project: OPS}
"""


def _project(**changes: object) -> str | None:
    route = route_for(read_settings(ROUTING), INCIDENT.model_copy(update=changes))
    return route.project if route else None


def test_a_service_wins_over_a_team_whatever_the_order():
    assert _project() == "CHK"
    assert _project(priority="P2") == "LOW"


def test_then_the_team_then_the_priority_then_the_default():
    other = Reference(id="POTHER1", name="Other")
    assert _project(service=other) == "PAY"
    assert _project(service=None, teams=(other,)) == "ANY"
    assert _project(service=None, teams=(), priority=None) == "OPS"


def test_nothing_configured_means_no_route():
    assert route_for(Settings(), INCIDENT) is None


def test_a_route_carries_its_jira_priority_and_default_owner():
    route = route_for(read_settings(ROUTING), INCIDENT)
    assert route is not None
    assert (route.priority, route.default_owner, route.issue_type) == ("Highest", "5b10-ada", "Task")


def test_a_binding_of_the_incident_goes_before_one_of_its_service():
    both = read_settings("slack: {bindings: {checkout api: '#payments', Q1CHECKOUT0001: C042}}")
    assert bound_channel(both, INCIDENT) == "C042"
    assert bound_channel(read_settings("slack: {bindings: {checkout api: '#payments'}}"), INCIDENT) == "payments"
    assert bound_channel(Settings(), INCIDENT) is None


def test_channel_names_are_filled_as_slack_writes_them():
    settings = read_settings(
        "timezone: Europe/Berlin\nslack: {channel_name_templates: ['inc-{number}', '{date}-{service}', '{priority}x']}"
    )
    assert channel_names(settings, INCIDENT) == ("inc-4211", "2026-03-02-checkout-api", "p1x")
    nameless = INCIDENT.model_copy(update={"number": None, "priority": None})
    assert channel_names(settings, nameless) == ("2026-03-02-checkout-api",)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("2h", 7200),
        ("1 day", 86400),
        ("1h 30m", 5400),
        ("1.5 hours", 5400),
        ("0s", 0),
        ("2 Weeks", 1209600),
        ("PT90S", 90),
        ("P1DT2H", 93600),
        ("P1W", 604800),
        ("PT0.5S", 0.5),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float):
    assert duration_from_text(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "90", "h", "-5m", "5 parsecs", "P", "PT", "P1D garbage", "366 days", "1h and 5m"])
def test_other_texts_are_not_durations(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences are asserted in test_settings.py
        duration_from_text(text)


@given(st.integers(0, 365 * 86400))
def test_a_duration_in_words_reads_back(seconds: int):
    assert duration_from_text(text_from_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)
