"""How Jira is spoken to: what is classified, where it ends, and what never leaks."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connectors.atlassian import site_from_url
from connectors.errors import (
    BadReply,
    ConnectorError,
    NotAllowed,
    NotFound,
    RateLimited,
    Rejected,
    Unreachable,
)
from connectors.jira.translate import payload_from_request, remote_link_body
from connectors.retrying import MOST_ATTEMPTS
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Reply, Request, json_reply, served

CREATE = r"POST .*/issue$"
LINK = remote_link_body("pagerduty=Q2", "https://acme.example/pm/1", "Postmortem")


def _body(world: JiraWorld) -> dict[str, Any]:
    return payload_from_request(request_for(), world.screen()).body


def test_a_wrong_token_names_both_secrets():
    world = JiraWorld()
    with pytest.raises(NotAllowed, match=r"Check JIRA_TOKEN and JIRA_EMAIL"):
        world.client(token="stale").get_myself()


def test_an_answer_to_nobody_is_a_wrong_token_too():
    world = JiraWorld()
    world.fake.fails_next("project", json_reply({}, 200, {"x-seraph-loginreason": "AUTHENTICATED_FAILED"}))
    with pytest.raises(NotAllowed, match="JIRA_TOKEN"):
        world.api.get_project("OPS")


def test_a_missing_permission_is_named_in_jiras_words():
    world = JiraWorld({"may_create": False})
    body = {"fields": {"project": {"key": "OPS"}}}
    with pytest.raises(NotAllowed, match="You do not have permission to create issues in this project") as caught:
        world.api.create_issue(body)
    assert "account of JIRA_EMAIL" in str(caught.value)


def test_refused_fields_are_named_one_by_one():
    world = JiraWorld()
    body = _body(world)
    body["fields"] |= {"duedate": "tomorrow", "customfield_1": "x"}
    with pytest.raises(Rejected) as caught:
        world.api.create_issue(body)
    assert caught.value.fields == {
        "customfield_1": "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown.",
        "duedate": "Error parsing date string: tomorrow",
    }


_CLASSES: dict[int, type[ConnectorError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 429: RateLimited}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"", b"[" * 200_000, b'{"issues": 7}', b'{"issues": [1]}'])
def test_an_answer_of_another_shape_is_a_bad_reply_and_never_a_crash(body: bytes):
    world = JiraWorld()
    world.fake.fails_next("", Reply(200, body=body), times=MOST_ATTEMPTS)
    with pytest.raises((BadReply, Unreachable)):
        world.api.search("project = OPS", ("id",))


def test_a_redirect_is_not_followed_and_the_token_stays_with_its_host():
    world, elsewhere = JiraWorld(), JiraWorld()
    with served(world.fake) as url, served(elsewhere.fake) as other:
        world.fake.fails_next("", Reply(302, {"location": f"{other}/rest/api/3/myself"}))
        api = world.client(base_url=url)
        with pytest.raises(Rejected, match=r"points elsewhere \(302\), which is not followed"):
            api.get_myself()
        api.close()
    assert elsewhere.fake.requests == []


def test_pages_are_read_to_their_end():
    types = [{"id": str(number), "name": f"Type {number}"} for number in range(450)]
    fields = {f"customfield_{number}": {"name": f"Field {number}"} for number in range(10000, 10401)}
    types[0]["fields"] = fields  # type: ignore[assignment]
    world = JiraWorld({"issue_types": types})
    assert len(world.api.list_issue_types("OPS")) == 450
    assert len(world.api.list_fields("OPS", "0")) == 401 + 12
    assert len(world.fake.requests) == 3 + 3


def test_a_search_is_read_to_its_end():
    world = JiraWorld()
    body = _body(world)
    for _ in range(230):
        world.api.create_issue(body)
    world.fake.requests.clear()
    assert len(world.api.search('project = "OPS"', ("id",))) == 230
    assert world.calls() == ["GET /search/jql"] * 3


def test_the_old_search_is_gone_and_is_not_used():
    world = JiraWorld()
    answer = world.fake.answer(_asked(world, "GET", "/rest/api/3/search"))
    assert answer.status == 410
    world.api.search("project = OPS", ("id",))
    assert world.calls()[-1] == "GET /search/jql"


def test_threads_do_not_share_a_session():
    world = JiraWorld()
    body, meeting = _body(world), threading.Barrier(8, timeout=10)

    def create_one(_: int) -> str:
        meeting.wait()
        return world.api.create_issue(body)["key"]

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(create_one, range(16)))
    assert len(keys) == 16
    assert 1 <= len(world.api._clients) <= 8


def test_construction_does_no_io_and_refuses_a_site_in_the_clear():
    world = JiraWorld()
    assert world.fake.requests == []
    for url in ("http://acme.atlassian.net", "acme.atlassian.net", "https://me:pw@acme.atlassian.net", "ftp://x", ""):
        with pytest.raises(ValueError, match=r"jira\.site must be the site's address"):
            site_from_url(url, "jira.site")
    assert site_from_url("https://acme.atlassian.net/jira/projects?x=1", "jira.site") == "https://acme.atlassian.net"


def test_a_strange_key_stays_inside_its_place_in_the_path():
    world = JiraWorld()
    with pytest.raises(NotFound):
        world.api.get_issue("../../../admin?x=", ("labels",))
    assert world.calls() == ["GET /issue/..%2F..%2F..%2Fadmin%3Fx%3D"]


def _asked(world: JiraWorld, method: str, path: str) -> Request:
    world.api.get_myself()
    return Request(method, path, headers=world.fake.requests[-1].headers)


def test_what_is_posted_is_json():
    world = JiraWorld()
    world.api.create_issue(_body(world))
    assert world.fake.requests[-1].headers["content-type"] == "application/json"
    assert json.loads(world.fake.requests[-1].body)["properties"][0]["key"] == "debrief.action"
