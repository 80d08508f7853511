"""The fake Jira is as strict as the real one, and remembers."""

import base64
import json
from typing import Any

import pytest

from connectors.jira.open_issue import create
from tests.vendors.jira import FakeJira
from tests.vendors.jira_rules import NOT_A_DOCUMENT, TOO_LONG
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Reply, Request, request_from_url


def _ask(fake: FakeJira, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    basic = base64.b64encode(f"{fake.email}:{fake.token}".encode()).decode()
    given = {"authorization": f"Basic {basic}", "content-type": "application/json"} | headers
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return fake.answer(request_from_url(method, f"http://jira/rest/api/3{path}", given, content))


def _create(fake: FakeJira, **fields: Any) -> Reply:
    given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Do it"} | fields
    return _ask(fake, "POST", "/issue", {"fields": given})


def _errors(reply: Reply) -> dict[str, str]:
    return json.loads(reply.body)["errors"]


def _text(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"summary": ""}, {"summary": "You must specify a summary of the issue."}),
        ({"summary": "x" * 256}, {"summary": "Summary must be less than 255 characters."}),
        ({"summary": "a\nb"}, {"summary": "The summary is invalid because it contains newline characters."}),
        ({"project": {"key": "NOPE"}}, {"project": "Specify a valid project ID or key"}),
        ({"project": None}, {"project": "Specify a valid project ID or key"}),
        ({"issuetype": None}, {"issuetype": "Specify an issue type"}),
        ({"issuetype": {"name": "Epic"}}, {"issuetype": "The issue type selected is invalid."}),
        ({"issuetype": {"name": "Sub-task"}}, {"parent": "Parent is required."}),
        ({"labels": ["a b"]}, {"labels": "The label 'a b' contains spaces which is invalid."}),
        ({"duedate": "2026-02-30"}, {"duedate": "Error parsing date string: 2026-02-30"}),
        ({"assignee": {"accountId": "acc-gone"}}, {"assignee": "User 'acc-gone' cannot be assigned issues."}),
        ({"assignee": {"name": "ada"}}, {"assignee": "Specify a valid value for assignee"}),
        ({"components": [{"name": "Nope"}]}, {"components": "Specify a valid 'id' or 'name' for Components"}),
        ({"priority": {"name": "P1"}}, {"priority": "Specify a valid 'id' or 'name' for Priority"}),
        ({"description": "h1. wiki"}, {"description": NOT_A_DOCUMENT}),
        ({"description": _text("x" * 32_768)}, {"description": TOO_LONG}),
        ({"description": _text("")}, {}),
        ({"description": {"type": "doc", "version": 1, "content": [{"type": "script"}]}}, {}),
    ],
)
def test_what_jira_would_refuse_is_refused(fields: dict[str, Any], errors: dict[str, str]):
    world = JiraWorld()
    reply = _create(world.fake, **fields)
    assert reply.status == 400
    assert _errors(reply) == errors
    world.fake.expects_issues(0)
    assert len(world.fake.refusals) == 1


def test_everything_that_is_wrong_is_said_at_once():
    errors = _errors(_create(JiraWorld().fake, duedate="soon", labels=["a b"], customfield_9="x"))
    assert sorted(errors) == ["customfield_9", "duedate", "labels"]


@pytest.mark.parametrize("authorization", ["", "Basic eDp5", "Bearer jira-token-0001"])
def test_a_wrong_token_is_refused_with_the_header_that_tells(authorization: str):
    reply = _ask(JiraWorld().fake, "GET", "/myself", authorization=authorization)
    assert reply.status == 401
    assert "AUTHENTICATED_FAILED" in reply.headers["x-seraph-loginreason"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/issue", None, 405),
        ("GET", "/search?jql=project=OPS", None, 410),
        ("POST", "/search", {}, 410),
        ("POST", "/issue", b"{", 400),
        ("POST", "/issue", [], 400),
        ("POST", "/issue", {}, 400),
        ("GET", "/search/jql", None, 400),
        ("GET", "/search/jql?jql=ORDER BY key", None, 400),
        ("GET", "/search/jql?jql=nonsense ~ x", None, 400),
        ("GET", "/user/assignable/search?project=OPS", None, 400),
        ("GET", "/user/search", None, 400),
        ("POST", "/issue/bulkfetch", {"issueIdsOrKeys": [str(number) for number in range(101)]}, 400),
        ("POST", "/issue/OPS-9/remotelink", {}, 404),
    ],
)
def test_what_is_not_there_is_not_answered(method: str, path: str, body: Any, status: int):
    assert _ask(JiraWorld().fake, method, path, body).status == status


def test_another_content_type_is_refused():
    assert _ask(JiraWorld().fake, "POST", "/issue", {"fields": {}}, **{"content-type": "text/plain"}).status == 415


def _found(fake: FakeJira, jql: str, more: str = "") -> list[str]:
    return [
        issue["key"]
        for issue in json.loads(_ask(fake, "GET", f"/search/jql?jql={jql}&fields=key{more}").body)["issues"]
    ]


def test_the_search_lags_behind_a_write_by_time():
    world = JiraWorld()
    world.fake.search_lag = 60
    create(world.api, request_for(), world.screen())
    assert _found(world.fake, "project = OPS") == []
    assert _found(world.fake, "project = OPS", "&reconcileIssues=10001") == ["OPS-1"]
    assert _ask(world.fake, "GET", "/issue/OPS-1").status == 200
    world.at += 60
    assert _found(world.fake, "project = OPS") == ["OPS-1"]


def test_the_search_lags_behind_a_write_by_searches():
    world = JiraWorld()
    world.fake.hides_from_searches = 2
    create(world.api, request_for(), world.screen())
    assert [_found(world.fake, "project = OPS") for _ in range(3)] == [[], [], ["OPS-1"]]


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ('labels = "pm-a"', ["OPS-1"]),
        ('project = "OPS" AND labels in (pm-a, pm-b) ORDER BY key DESC', ["OPS-2", "OPS-1"]),
        ("project = OPS AND statusCategory != Done", ["OPS-1"]),
        ("statusCategory = done AND updated >= -2d", ["OPS-2"]),
        ("assignee = acc-ada and key = OPS-2", ["OPS-2"]),
        ("labels = pm-c", []),
    ],
)
def test_simple_queries_are_answered(jql: str, keys: list[str]):
    world = JiraWorld()
    screen = world.screen()
    for key in ("pm-a", "pm-b"):
        create(world.api, request_for(key=key), screen)
    world.fake.closes("OPS-2")
    assert _found(world.fake, jql) == keys


def test_without_fields_a_search_shows_only_ids():
    world = JiraWorld()
    create(world.api, request_for(), world.screen())
    page = json.loads(_ask(world.fake, "GET", "/search/jql?jql=project = OPS").body)
    assert page == {"issues": [{"id": "10001"}], "isLast": True}


def test_writes_to_one_issue_are_limited():
    world = JiraWorld()
    create(world.api, request_for(), world.screen())
    replies = [_ask(world.fake, "PUT", "/issue/OPS-1/properties/x", {}) for _ in range(21)]
    assert [reply.status for reply in replies[-2:]] == [200, 429]
    assert replies[-1].headers["ratelimit-reason"] == "jira-per-issue-on-write"
    world.at += 2.1
    assert _ask(world.fake, "PUT", "/issue/OPS-1/properties/x", {}).status == 200


def test_a_fault_may_come_before_or_after_the_work():
    fake = JiraWorld().fake
    fake.fails_next("POST .*/issue$", Reply(500))
    fake.fails_next("POST .*/issue$", Reply(dropped=True), after_effect=True)
    assert _create(fake).status == 500
    fake.expects_issues(0)
    assert _create(fake).dropped
    fake.expects_issues(1)


def test_its_state_is_plain_json():
    world = JiraWorld()
    create(world.api, request_for(), world.screen())
    state = json.loads(json.dumps(world.fake.state()))
    assert state["issues"]["OPS-1"]["summary"] == "Alert on certificate expiry 30 days ahead"
    assert state["requests"]["POST /rest/api/3/issue"] == 1


def test_a_script_may_describe_no_more_than_a_key():
    fake = FakeJira().holds({"projects": [{"key": "CHK"}, {"key": "SRE"}]})
    assert _create(fake, project={"key": "SRE"}).status == 201
    assert isinstance(fake.requests[0], Request)


def test_a_moved_issue_is_found_by_its_old_key_and_by_other_letters():
    world = JiraWorld()
    world.fake.holds({"projects": [{"key": "SRE", "last_number": 8}]})
    create(world.api, request_for(), world.screen())
    assert world.fake.person_moves("OPS-1", "SRE") == "SRE-9"
    for key in ("OPS-1", "ops-1", "SRE-9", "10001"):
        assert world.api.get_issue(key, ("summary",))["key"] == "SRE-9"
        assert [one["key"] for one in world.api.bulk_fetch([key], ("summary",), ())] == ["SRE-9"]
    assert _found(world.fake, "key in (OPS-1)") == ["SRE-9"]


def test_a_query_for_a_key_that_is_nowhere_is_refused_whole():
    world = JiraWorld()
    create(world.api, request_for(), world.screen())
    assert _ask(world.fake, "GET", "/search/jql?jql=key in (OPS-1, OPS-2)").status == 400


def test_what_people_do_by_hand_is_told_to_whoever_listens():
    world = JiraWorld()
    told: list[tuple[str, str, list[str]]] = []
    world.fake.listeners.append(
        lambda event, _issue, items, by: told.append((event, by["displayName"], [item["toString"] for item in items]))
    )
    create(world.api, request_for(), world.screen())
    world.fake.person_starts("OPS-1", by="acc-ada")
    world.fake.person_closes("OPS-1")
    world.fake.person_reassigns("OPS-1", None)
    world.fake.person_strips_label("OPS-1")
    world.fake.person_renames("OPS-1", "Another")
    world.fake.person_reschedules("OPS-1", "2027-01-01")
    world.fake.person_comments("OPS-1", "Done")
    world.fake.person_deletes("OPS-1")
    assert told == [
        ("jira:issue_created", "Debrief", []),
        ("jira:issue_updated", "Ada Byron", ["In Progress"]),
        ("jira:issue_updated", "A Person", ["Done"]),
        ("jira:issue_updated", "A Person", [""]),
        ("jira:issue_updated", "A Person", [""]),
        ("jira:issue_updated", "A Person", ["Another"]),
        ("jira:issue_updated", "A Person", ["2027-01-01"]),
        ("comment_created", "A Person", []),
        ("jira:issue_deleted", "A Person", []),
    ]


def test_who_hides_their_email_is_found_only_by_the_whole_of_it():
    world = JiraWorld()
    world.fake.hides_email("acc-ada")
    assert world.api.find_users("ada@acme") == []
    assert [user["accountId"] for user in world.api.find_users("ADA@acme.example")] == ["acc-ada"]
    assert world.api.find_users("left long") == []  # the search knows active people only
    assert world.api.get_user("acc-gone")["active"] is False


def test_a_site_may_forget_an_assignee_without_a_word():
    world = JiraWorld()
    world.fake.drops_assignees("OPS")
    assert _create(world.fake, assignee={"accountId": "acc-ada"}).status == 201
    assert world.fake.issue("OPS-1")["fields"]["assignee"] is None
    world.api.assign("OPS-1", "acc-ada")
    assert world.fake.issue("OPS-1")["fields"]["assignee"]["accountId"] == "acc-ada"
    world.fake.drops_assignees("OPS", also_when_put=True)
    world.fake.person_reassigns("OPS-1", None)
    assert _ask(world.fake, "PUT", "/issue/OPS-1/assignee", {"accountId": "acc-ada"}).status == 204
    assert world.fake.issue("OPS-1")["fields"]["assignee"] is None


def test_too_many_creates_in_a_second_are_refused_where_that_is_asked_for():
    world = JiraWorld()
    world.fake.limits_bursts = True
    statuses = [_create(world.fake).status for _ in range(101)]
    assert (statuses.count(201), statuses[-1]) == (100, 429)
    world.at += 1.1
    assert _create(world.fake).status == 201


def test_a_security_level_and_a_parent_must_exist():
    world = JiraWorld({"security_levels": ["Incident team"]})
    epic = world.fake.person_opens("OPS", "Reliability")
    refused = _create(world.fake, security={"id": "9"}, parent={"key": epic})
    assert _errors(refused) == {"security": "Specify a valid 'id' or 'name' for Security Level"}
    assert _errors(_create(world.fake, parent={"key": "OPS-99"})) == {"parent": "Could not find issue by id or key."}
    assert _create(world.fake, security={"id": "30000"}, parent={"key": epic}).status == 201
    fields = world.fake.issue("OPS-2")["fields"]
    assert (fields["security"]["name"], fields["parent"]["key"]) == ("Incident team", epic)
