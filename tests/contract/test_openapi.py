"""The checker itself: it lets the vendors' own examples pass and sees what is wrong."""

import json
from typing import Any

import pytest

from tests.contract.openapi import problems_of_exchange, spec
from tests.contract.openapi_document import Document, Operation, plain_json_schema
from tests.vendors.wire import Request, json_reply

PAGERDUTY = "pagerduty-rest.json"
LISTED = [
    "/incidents",
    "/incidents/{id}",
    "/incidents/{id}/alerts",
    "/incidents/{id}/log_entries",
    "/incidents/{id}/notes",
    "/incidents/{id}/related_change_events",
    "/users/{id}",
    "/services/{id}",
    "/priorities",
]


@pytest.fixture(autouse=True)
def _needs_the_documents() -> None:
    if spec(PAGERDUTY) is None:
        pytest.skip("the vendors' documents (../shared/specs or $DEBRIEF_SHARED) are absent")


def _document() -> Document:
    document = spec(PAGERDUTY)
    assert document is not None
    return document


@pytest.mark.parametrize("template", LISTED)
def test_the_vendors_own_examples_pass(template: str):
    response = _document().content["paths"][template]["get"]["responses"]["200"]
    example = response["content"]["application/json"]["examples"]["response"]["value"]
    request = Request("GET", template.replace("{id}", "PT4KHLK"))
    assert problems_of_exchange(PAGERDUTY, request, json_reply(example)) == []


def _incident(**changes: Any) -> dict[str, Any]:
    return {"incident": {"id": "P1", "type": "incident", "status": "resolved"} | changes}


def test_an_unknown_path_is_a_problem():
    assert problems_of_exchange(PAGERDUTY, Request("GET", "/incident/P1"), json_reply({})) == [
        "GET /incident/P1: no such path"
    ]


def test_a_wrong_method_is_a_problem():
    assert problems_of_exchange(PAGERDUTY, Request("DELETE", "/incidents/P1"), json_reply({})) == [
        "DELETE /incidents/P1: only GET, PUT is known"
    ]


def test_an_unknown_parameter_is_a_problem():
    request = Request("GET", "/incidents/P1", {"page": ["2"]})
    assert problems_of_exchange(PAGERDUTY, request, json_reply(_incident())) == [
        "GET /incidents/{id}: the parameter page is not known"
    ]


def test_a_value_outside_the_enum_of_a_parameter_is_a_problem():
    request = Request("GET", "/incidents/P1", {"include[]": ["teams", "money"]})
    problems = problems_of_exchange(PAGERDUTY, request, json_reply(_incident()))
    assert len(problems) == 1
    assert problems[0].startswith("GET /incidents/{id}: parameter include: (all): 'money' is not one of")


def test_a_parameter_that_is_not_a_number_is_a_problem():
    request = Request("GET", "/incidents/P1/alerts", {"limit": ["many"]})
    reply = json_reply({"alerts": [], "limit": 100, "offset": 0, "more": False})
    assert problems_of_exchange(PAGERDUTY, request, reply) == [
        "GET /incidents/{id}/alerts: parameter limit: (all): 'many' is not of type 'integer'"
    ]


def test_a_missing_header_is_a_problem():
    request = Request("POST", "/incidents/P1/notes", body=b'{"note":{"content":"x"}}')
    reply = json_reply({"note": {"id": "N1", "content": "x"}})
    assert problems_of_exchange(PAGERDUTY, request, reply) == ["POST /incidents/{id}/notes: the header From is missing"]


def test_a_request_body_that_the_schema_forbids_is_a_problem():
    request = Request("POST", "/incidents/P1/notes", headers={"from": "a@b.example"}, body=b'{"note":{"text":"x"}}')
    reply = json_reply({"note": {"id": "N1", "content": "x"}})
    assert problems_of_exchange(PAGERDUTY, request, reply) == [
        "POST /incidents/{id}/notes: request body: note: 'content' is a required property"
    ]


def test_a_reply_that_the_schema_forbids_is_a_problem():
    reply = json_reply(_incident(status="closed", resolved_at=None))
    sentence = "'closed' is not one of ['triggered', 'acknowledged', 'resolved']"
    assert problems_of_exchange(PAGERDUTY, Request("GET", "/incidents/P1"), reply) == [
        f"GET /incidents/{{id}}: reply 200: incident/status: {sentence}"
    ]


def test_a_log_entry_of_a_known_kind_is_checked_and_one_of_an_unknown_kind_passes():
    def problems(entry: dict[str, Any]) -> list[str]:
        page = {"log_entries": [{"id": "R1"} | entry], "limit": 100, "offset": 0, "more": False}
        return problems_of_exchange(PAGERDUTY, Request("GET", "/incidents/P1/log_entries"), json_reply(page))

    assert problems({"type": "status_update_log_entry", "message": "Fixed"}) == []
    assert problems({"type": "acknowledge_log_entry", "created_at": "2026-01-05T10:00:00Z"}) == []
    assert len(problems({"type": "acknowledge_log_entry", "created_at": 5})) == 1


def test_an_undocumented_status_is_a_problem_and_a_servers_own_fault_is_not():
    request = Request("GET", "/incidents/P1")
    assert problems_of_exchange(PAGERDUTY, request, json_reply({}, 418)) == [
        "GET /incidents/{id}: the reply's status 418 is not documented"
    ]
    assert problems_of_exchange(PAGERDUTY, request, json_reply({}, 503)) == []


def test_a_call_listed_under_another_verb_is_found_by_that_verb():
    form = Request(
        "POST",
        "/api/conversations.list",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=b"limit=200&types=public_channel&colour=red",
    )
    reply = json_reply({"ok": False, "error": "invalid_auth"})
    problems = problems_of_exchange("slack-web.json", form, reply, base_path="/api", method="GET")
    assert problems == ["GET /conversations.list: the parameter colour is not known"]


def test_a_base_path_stands_before_the_documents_paths():
    channel = {"id": "C1", "name": "inc", "slack_team_id": "T1", "link": "https://l", "deep_link": "slack://x"}
    request = Request("GET", "/integration-slack/incidents/P1/dedicated_channel")
    reply = json_reply({"channel": channel})
    file = "pagerduty-slack-integration.json"
    assert problems_of_exchange(file, request, reply, base_path="/integration-slack") == []
    assert problems_of_exchange(file, Request("GET", "/other"), reply, base_path="/integration-slack") != []


def test_nullable_and_strict_bounds_become_plain_json_schema():
    assert plain_json_schema({"type": "string", "nullable": True})["anyOf"] == [{"type": "null"}, {"type": "string"}]
    assert plain_json_schema({"minimum": 1, "exclusiveMinimum": True}) == {"exclusiveMinimum": 1}


def test_the_older_layout_of_swagger_2_is_understood():
    note = {"in": "body", "name": "note", "required": True, "schema": {"$ref": "#/definitions/note"}}
    limit = {"in": "query", "name": "limit", "type": "integer"}
    operation = {"parameters": [limit, note], "responses": {"200": {"schema": {"$ref": "#/definitions/note"}}}}
    content = {"paths": {"/n": {"post": operation}}, "definitions": {"note": {"required": ["text"]}}}
    found = Document("urn:old", content).find("post", "/n")
    assert isinstance(found, Operation)
    assert found.body_required
    assert found.body_schema("application/json") == "/paths/~1n/post/parameters/1/schema"
    assert found.reply_schema("200", "application/json") == "/paths/~1n/post/responses/200/schema"
    assert found.parameters("query")[0]["pointer"] == "/paths/~1n/post/parameters/0"
    assert json.dumps(found.name) == '"POST /n"'
