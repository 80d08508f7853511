"""The fake is as strict as PagerDuty, and what it answers fits PagerDuty's own documents."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.pagerduty.webhook import Bell, parse, verify
from tests.contract.openapi import spec
from tests.incidents import NAMES, by_name
from tests.vendors.pagerduty import FakePagerDuty
from tests.vendors.pagerduty_rules import ACCEPT
from tests.vendors.pagerduty_setup import Watched
from tests.vendors.pagerduty_webhooks import deliver, delivery
from tests.vendors.wire import Reply, Request, json_reply, served

SCRIPT = by_name("checkout_latency").pagerduty
ID: str = SCRIPT["incident"]["id"]
ADA: str = SCRIPT["users"][0]["email"]


def _ask(fake: FakePagerDuty | Watched, path: str, query: str = "", **headers: str) -> tuple[int, Any]:
    return _reply(fake, Request("GET", path, _query(query), _headers(**headers)))


def _headers(**headers: str) -> dict[str, str]:
    return {"authorization": "Token token=pd-account-token-0001", "accept": ACCEPT} | headers


def _query(text: str) -> dict[str, list[str]]:
    query: dict[str, list[str]] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        query.setdefault(name, []).append(value)
    return query


def _reply(fake: FakePagerDuty | Watched, request: Request) -> tuple[int, Any]:
    reply = fake.answer(request)
    return reply.status, json.loads(reply.body)


def _note(fake: FakePagerDuty, content: Any, **headers: str) -> tuple[int, Any]:
    body = json.dumps({"note": {"content": content}}).encode()
    return _reply(fake, Request("POST", f"/incidents/{ID}/notes", {}, _headers(**headers), body))


@pytest.fixture
def fake() -> FakePagerDuty:
    return FakePagerDuty(now=lambda: datetime(2026, 11, 20, 10, tzinfo=UTC)).holds(SCRIPT)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "unknown_records_rtl_names"])
def test_every_answer_about_a_script_fits_pagerdutys_documents(name: str):
    if spec("pagerduty-rest.json") is None:
        pytest.skip("the vendors' documents (../shared/specs or $DEBRIEF_SHARED) are absent")
    script = by_name(name).pagerduty
    watched, id_ = Watched(FakePagerDuty().holds(script)), script["incident"]["id"]
    includes = "include[]=users&include[]=assignees&include[]=agents&include[]=services&include[]=custom_fields"
    answers = [
        _ask(watched, f"/incidents/{id_}", includes),
        _ask(watched, "/incidents", "date_range=all&limit=100&statuses[]=resolved"),
        _ask(watched, f"/incidents/{id_}/alerts", "limit=20&total=true"),
        _ask(watched, f"/incidents/{id_}/log_entries", "limit=30&is_overview=true"),
        _ask(watched, f"/incidents/{id_}/notes"),
        _ask(watched, f"/incidents/{id_}/related_change_events", "limit=100"),
        _ask(watched, f"/users/{script['users'][0]['id']}"),
        _ask(watched, f"/services/{script['incident']['service']['id']}"),
        _ask(watched, f"/incidents/{id_}x"),
    ]
    assert [status for status, _ in answers] == [200] * 8 + [404]
    assert watched.problems() == []


@pytest.mark.parametrize("given", ["", "pd-account-token-0001", "Token pd-account-token-0001", "Token token=other"])
def test_a_token_of_another_form_or_value_is_refused(fake: FakePagerDuty, given: str):
    status, body = _ask(fake, f"/incidents/{ID}", authorization=given)
    assert status == 401
    assert body["error"]["code"] == 2006


def test_another_accept_is_refused(fake: FakePagerDuty):
    assert _ask(fake, f"/incidents/{ID}", accept="text/html")[0] == 406


@pytest.mark.parametrize("query", ["include[]=everything", "include=users"])
def test_an_unknown_include_is_refused(fake: FakePagerDuty, query: str):
    status, body = _ask(fake, f"/incidents/{ID}", query)
    assert (status, body["error"]["code"]) == (400, 2001)


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "limit=x", "limit=100&offset=9901", "offset=-1"])
def test_a_page_beyond_the_limits_is_refused(fake: FakePagerDuty, query: str):
    assert _ask(fake, f"/incidents/{ID}/alerts", query)[0] == 400


@pytest.mark.parametrize("path", ["/incidents/QOTHER", "/users/POTHER", "/incidents/QOTHER/notes", "/nowhere", "/"])
def test_what_is_not_there_is_404_with_pagerdutys_code(fake: FakePagerDuty, path: str):
    status, body = _ask(fake, path)
    assert (status, body["error"]["code"]) == (404, 2100)


def test_a_wrong_method_is_405(fake: FakePagerDuty):
    assert _reply(fake, Request("DELETE", f"/incidents/{ID}", {}, _headers()))[0] == 405


def test_fields_appear_only_when_they_are_included(fake: FakePagerDuty):
    plain = _ask(fake, f"/incidents/{ID}")[1]["incident"]
    assert "conference_bridge" not in plain
    assert "custom_fields" not in plain
    whole = _ask(fake, f"/incidents/{ID}", "include[]=custom_fields&include[]=conference_bridge")[1]["incident"]
    assert {"conference_bridge", "custom_fields"} <= set(whole)


def test_an_incident_is_found_by_number_too(fake: FakePagerDuty):
    assert _ask(fake, "/incidents/4211")[1]["incident"]["id"] == ID


def test_several_scripts_are_held_and_listed_by_status_and_date(fake: FakePagerDuty):
    fake.holds(by_name("five_hundred").pagerduty)
    both = _ask(fake, "/incidents", "statuses[]=resolved&date_range=all")[1]["incidents"]
    assert len(both) == 2
    assert _ask(fake, "/incidents", "statuses[]=triggered&date_range=all")[1]["incidents"] == []
    window = "since=2026-11-17T00:00:00Z&until=2026-11-18T00:00:00Z"
    assert [one["id"] for one in _ask(fake, "/incidents", window)[1]["incidents"]] == [ID]


def test_a_note_needs_the_from_of_a_user_and_is_remembered(fake: FakePagerDuty):
    assert _note(fake, "x")[0] == 400
    assert _note(fake, "x", **{"from": "stranger@x.example"})[0] == 400
    assert _note(fake, " ", **{"from": ADA})[0] == 400
    status, body = _note(fake, "Draft ready", **{"from": ADA})
    assert (status, body["note"]["created_at"]) == (200, "2026-11-20T10:00:00Z")
    assert fake.notes_of(ID)[-1] == "Draft ready"
    assert _ask(fake, f"/incidents/{ID}/notes")[1]["notes"][-1] == body["note"]
    assert fake.state()["written_notes"] == [{"incident": ID, "content": "Draft ready"}]


def test_a_users_token_needs_no_from(fake: FakePagerDuty):
    assert _note(fake, "x", authorization=f"Token token={fake.user_token}")[0] == 200


def test_the_dedicated_channel_is_for_a_users_token_only(fake: FakePagerDuty):
    path = f"/integration-slack/incidents/{ID}/dedicated_channel"
    assert _ask(fake, path, accept="application/json")[0] == 403
    by_user = {"accept": "application/json", "authorization": f"Token token={fake.user_token}"}
    assert _ask(FakePagerDuty().holds(SCRIPT | {"dedicated_channel": None}), path, **by_user)[0] == 404
    channel = {"id": "C1", "name": "inc"}
    assert _ask(FakePagerDuty().holds(SCRIPT | {"dedicated_channel": channel}), path, **by_user)[1] == {
        "channel": channel
    }


def test_priorities_are_listed_and_402_where_there_are_none(fake: FakePagerDuty):
    assert [one["name"] for one in _ask(fake, "/priorities")[1]["priorities"]] == [
        SCRIPT["incident"]["priority"]["summary"]
    ]
    assert _ask(FakePagerDuty(), "/priorities")[0] == 402


def test_faults_come_on_demand_before_or_after_the_effect(fake: FakePagerDuty):
    fake.fails_next(r"POST .*/notes", json_reply({}, 503))
    assert _note(fake, "lost", **{"from": ADA})[0] == 503
    assert fake.written_notes == []
    fake.fails_next(r"POST .*/notes", json_reply({}, 504), after_effect=True)
    assert _note(fake, "kept", **{"from": ADA})[0] == 504
    assert fake.written_notes == [(ID, "kept")]
    assert _note(fake, "well again", **{"from": ADA})[0] == 200


def test_a_rate_limit_comes_with_headers_or_bare(fake: FakePagerDuty):
    fake.limits_next(reset=9)
    limited = fake.answer(Request("GET", f"/incidents/{ID}", {}, _headers()))
    assert (limited.status, limited.headers["ratelimit-reset"]) == (429, "9")
    assert json.loads(limited.body) == {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
    fake.limits_next(bare=True)
    assert fake.answer(Request("GET", f"/incidents/{ID}", {}, _headers())) == Reply(429)


def test_every_request_is_logged_and_the_state_counts_them(fake: FakePagerDuty):
    _ask(fake, f"/incidents/{ID}")
    _ask(fake, f"/incidents/{ID}")
    assert fake.state()["requests"] == {f"GET /incidents/{ID}": 2}


def test_the_webhooks_of_a_script_are_signed_and_ring():
    script = by_name("checkout_latency")
    requests = [delivery(webhook, "secret-1") for webhook in script.webhooks]
    assert all(verify(one.headers, one.body, ["secret-1"]) for one in requests)
    bells = [bell for one in requests if isinstance(bell := parse(one.body), Bell)]
    assert [bell.incident_id for bell in bells if bell.resolved] == [ID]
    assert sum(bell.triggered for bell in bells) == 1


def test_a_merged_childs_resolve_does_not_ring():
    script = by_name("merged_into_parent")
    assert not [
        one for webhook in script.webhooks if isinstance(one := parse(delivery(webhook).body), Bell) and one.resolved
    ]


def test_a_delivery_travels_over_http():
    seen: list[Request] = []

    class Receiver:
        def answer(self, request: Request) -> Reply:
            seen.append(request)
            return Reply(202, {}, b"thank you")

        def state(self) -> dict[str, Any]:
            return {}

    with served(Receiver()) as url:
        webhook = by_name("checkout_latency").webhooks[0]
        assert deliver(f"{url}/pagerduty", webhook, "secret-1") == (202, "thank you")
    assert verify(seen[0].headers, seen[0].body, ["secret-1"])
    assert seen[0].path == "/pagerduty"
