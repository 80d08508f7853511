"""The doorbell: who rang, and is it for us."""

import hashlib
import hmac
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Ignored
from connectors.pagerduty import webhook
from connectors.pagerduty.webhook import Bell, looks_signed, parse, verify
from tests.contract.openapi_document import shared_folder
from tests.vendors.pagerduty_webhooks import body_of, sign, signature

NEW, OLD = "pd-test-secret-0001", "pd-test-secret-0000"
PING = (
    b'{"event":{"id":"01TEST0000000000000000PING","event_type":"pagey.ping","resource_type":"pagey",'
    b'"occurred_at":"2026-01-05T10:00:00.000Z","agent":{"id":"PUSER01","type":"user_reference"},"client":null,'
    b'"data":{"message":"Hello from your friend Pagey!","type":"ping"}}}'
)
PING_NEW = "a346613f04f85b789be81be8259bc473b67c70e7137ba973af2c8480955ffa59"
PING_OLD = "32066b71a5a91a3be0bf08a64e1283c0bc26a2d03ffed41bd1ed935fb3a99ed9"
UMLAUT = (
    '{"event":{"id":"01TEST00000000000000000UTF","event_type":"incident.annotated","resource_type":"incident",'
    '"occurred_at":"2026-01-05T10:00:00.000Z","agent":null,"client":null,"data":{"incident":{"html_url":'
    '"https://acme.pagerduty.com/incidents/QTEST01","id":"QTEST01","self":'
    '"https://api.pagerduty.com/incidents/QTEST01","summary":"Zahlung fällt aus","type":"incident_reference"},'
    '"id":"PNOTE01","content":"Resolution Note: naïve fix ✅","trimmed":false,"type":"incident_note"}}}'
).encode()
UMLAUT_NEW = "800429f39863e57d5ccca41fbc033c7b9c58185943153694b0406acacc3d21e2"


def _signed(value: str, name: str = "X-PagerDuty-Signature") -> dict[str, str]:
    return {"Content-Type": "application/json", name: value}


def _event(event_type: str = "incident.resolved", **changes: Any) -> dict[str, Any]:
    data = {"id": "Q2CKYRLH85UNN4", "type": "incident", "status": "resolved", "resolve_reason": None}
    return {
        "event": {
            "id": "01FKZSYE5HCMM576S6JUVIGLQT",
            "event_type": event_type,
            "resource_type": "incident",
            "occurred_at": "2026-01-05T03:49:36.358Z",
            "agent": None,
            "client": None,
            "data": data,
        }
        | changes
    }


def test_the_known_vectors_verify():
    assert len(PING) == 264
    assert len(UMLAUT) == 479
    assert verify(_signed(f"v1={PING_NEW}"), PING, [NEW])
    assert verify(_signed(f"v1={PING_OLD}"), PING, [OLD])
    assert verify(_signed(f"v1={UMLAUT_NEW}"), UMLAUT, [NEW])


def test_a_secret_of_another_subscription_does_not_verify():
    assert not verify(_signed(f"v1={PING_NEW}"), PING, [OLD])
    assert not verify(_signed(f"v1={PING_NEW}"), PING, [])
    assert not verify(_signed(f"v1={signature(PING, '')[3:]}"), PING, [""])


def test_during_a_rotation_either_signature_and_either_secret_will_do():
    both = _signed(f"v1={PING_NEW},v1={PING_OLD}")
    assert verify(both, PING, [NEW])
    assert verify(both, PING, [OLD])
    assert verify(_signed(f"v1={PING_OLD}"), PING, [NEW, OLD])


def test_spaces_after_commas_are_tolerated_and_other_versions_passed_over():
    assert verify(_signed(f"v0={PING_OLD}, v2=abc, v1={PING_NEW}"), PING, [NEW])
    assert not verify(_signed(f"v2={PING_NEW}"), PING, [NEW])


@pytest.mark.parametrize("name", ["x-pagerduty-signature", "X-PagerDuty-Signature", "X-PAGERDUTY-SIGNATURE"])
def test_header_names_come_in_any_case(name: str):
    assert verify(_signed(f"v1={PING_NEW}", name), PING, [NEW])


def test_nine_signatures_are_refused_and_eight_are_read():
    wrong = "v1=" + "0" * 64
    assert verify(_signed(",".join([wrong] * 7 + [f"v1={PING_NEW}"])), PING, [NEW])
    assert not verify(_signed(",".join([wrong] * 8 + [f"v1={PING_NEW}"])), PING, [NEW])


def test_a_header_over_two_kilobytes_is_refused():
    assert not verify(_signed(f"v1={PING_NEW}" + "," * 2048), PING, [NEW])


@pytest.mark.parametrize("header", ["", "v1", "v1=", "v1=xyz", "sha256=" + PING_NEW, "v1=" + PING_NEW[:-1], "é" * 64])
def test_a_malformed_signature_is_refused_before_any_secret_is_loaded(header: str):
    assert not looks_signed(_signed(header))
    assert not verify(_signed(header), PING, [NEW])


def test_a_missing_signature_is_refused_before_any_secret_is_loaded():
    assert not looks_signed({})
    assert not looks_signed({"Content-Type": "application/json"})
    assert looks_signed(_signed(f"v1={PING_NEW}"))


def test_a_resolve_is_a_bell():
    bell = parse(body_of(_event()))
    assert isinstance(bell, Bell)
    assert (bell.event_id, bell.event_type) == ("01FKZSYE5HCMM576S6JUVIGLQT", "incident.resolved")
    assert bell.occurred_at == datetime(2026, 1, 5, 3, 49, 36, 358000, UTC)
    assert bell.incident_id == "Q2CKYRLH85UNN4"
    assert (bell.resolved, bell.triggered, bell.observed) == (True, False, False)
    assert bell.event["data"]["status"] == "resolved"


def test_a_merge_is_ignored_and_names_the_incident_it_went_into():
    into = {"type": "merge_resolve_reason", "incident": {"id": "QTARGET", "type": "incident_reference"}}
    event = _event()
    event["event"]["data"]["resolve_reason"] = into
    assert parse(body_of(event)) == Ignored(
        "Q2CKYRLH85UNN4 was merged into QTARGET: the postmortem belongs to that one", "merged"
    )


def test_a_trigger_is_a_bell_that_says_so():
    bell = parse(body_of(_event("incident.triggered")))
    assert isinstance(bell, Bell)
    assert (bell.resolved, bell.triggered, bell.observed) == (False, True, False)


@pytest.mark.parametrize("kind", sorted(webhook.OBSERVED))
def test_what_rest_does_not_keep_is_observed(kind: str):
    data = {"type": "incident_something", "id": "PX", "incident": {"id": "QTEST01", "type": "incident_reference"}}
    bell = parse(body_of(_event(kind, data=data)))
    assert isinstance(bell, Bell)
    assert (bell.incident_id, bell.observed, bell.resolved, bell.triggered) == ("QTEST01", True, False, False)


def test_a_role_assignment_names_its_incident_deeper():
    data = {"type": "incident_role_assignment", "incident_role_assignments": [{"incident": {"id": "QDEEP"}}]}
    bell = parse(body_of(_event("incident.role.assigned", data=data)))
    assert isinstance(bell, Bell)
    assert bell.incident_id == "QDEEP"


EVERY_TYPE = [
    "incident.triggered",
    "incident.acknowledged",
    "incident.unacknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.escalated",
    "incident.reassigned",
    "incident.delegated",
    "incident.priority_updated",
    "incident.service_updated",
    "incident.incident_type.changed",
    "incident.annotated",
    "incident.status_update_published",
    "incident.responder.added",
    "incident.responder.replied",
    "incident.conference_bridge.updated",
    "incident.custom_field_values.updated",
    "incident.role.assigned",
    "incident.task.created",
    "incident.task.updated",
    "incident.task.completed",
    "incident.action_invocation.created",
    "incident.action_invocation.updated",
    "incident.action_invocation.terminated",
    "incident.workflow.started",
    "incident.workflow.completed",
    "service.created",
    "service.updated",
    "service.deleted",
    "service.custom_field_values.updated",
    "pagey.ping",
]


def test_every_documented_event_type_is_known():
    """The list of https://developer.pagerduty.com/docs/webhooks-overview, read 2026-11-20."""
    for event_type in EVERY_TYPE:
        answer = parse(body_of(_event(event_type)))
        assert isinstance(answer, Bell) or "is not a kind" not in answer.reason


def test_what_is_not_for_us_is_ignored_with_its_reason():
    def reason(event_type: str) -> str:
        answer = parse(body_of(_event(event_type)))
        assert isinstance(answer, Ignored)
        return answer.reason

    assert reason("pagey.ping") == "pagey.ping is PagerDuty's test: the connection works"
    assert reason("service.updated") == "service.updated is about a service, not about an incident"
    assert reason("incident.acknowledged") == (
        "incident.acknowledged needs nothing now: the incident is read whole when it is resolved"
    )
    assert reason("incident.sang") == "'incident.sang' is not a kind Debrief knows"


def test_the_webhooks_other_projects_captured_all_ring():
    folder = shared_folder() / "data" / "pagerduty-payloads" / "zulip"
    if not folder.is_dir():
        pytest.skip("the captured webhooks (../shared/data or $DEBRIEF_SHARED) are absent")
    answers = {path.stem: parse(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    bells = {name: answer for name, answer in answers.items() if isinstance(answer, Bell)}
    assert len(answers) == 13
    assert {name for name, bell in bells.items() if bell.resolved} == {"resolved_v3"}
    assert {name for name, bell in bells.items() if bell.triggered} == {"triggered_v3"}
    observed = {"annotated_v3", "conference_bridge_updated_v3", "responder_added_v3", "responder_replied_v3"}
    assert {name for name, bell in bells.items() if bell.observed} == observed | {"status_update_published_v3"}
    rest = [answer.reason for answer in answers.values() if isinstance(answer, Ignored)]
    assert all("read whole when it is resolved" in reason for reason in rest)


def test_56_kilobytes_are_verified_well_under_a_millisecond():
    body = b"x" * 56_320
    headers = sign(body, NEW)
    best = min(_seconds_of(lambda: verify(headers, body, [NEW, OLD])) for _ in range(30))
    assert best < 0.001, f"{best * 1000:.3f} ms"


def _seconds_of(call: Any) -> float:
    start = time.perf_counter()
    assert call()
    return time.perf_counter() - start


def test_the_signature_is_pagerdutys_recipe():
    assert sign(PING, NEW, OLD)["x-pagerduty-signature"] == f"v1={PING_NEW},v1={PING_OLD}"
    assert hmac.new(NEW.encode(), PING, hashlib.sha256).hexdigest() == PING_NEW


def test_the_receiver_loads_nothing_but_the_standard_library():
    program = (
        "import sys; import connectors.pagerduty.webhook; "
        "print(sorted({'pydantic', 'pagerduty', 'tenacity', 'httpx2'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root)
    assert done.stdout.strip() == "[]"
