"""What a lost answer costs, and what is asked again."""

import socket
import ssl
from typing import Any

import pytest
from requests import exceptions as http
from urllib3.exceptions import NameResolutionError, NewConnectionError, ProtocolError, ProxyError, SSLError

from connectors.atlassian import silence_from_error
from connectors.errors import (
    OutcomeUnknown,
    RateLimited,
    Unreachable,
)
from connectors.jira.api import JiraApi
from connectors.jira.translate import payload_from_request, remote_link_body
from connectors.retrying import MOST_ATTEMPTS, Budget
from tests.vendors.jira_wire import OneAnswer
from tests.vendors.jira_world import JiraWorld, request_for
from tests.vendors.wire import Reply, json_reply, served

CREATE = r"POST .*/issue$"
LINK = remote_link_body("pagerduty=Q2", "https://acme.example/pm/1", "Postmortem")


class _Wrapped(Exception):
    def __init__(self, reason: Exception) -> None:
        super().__init__(reason)
        self.reason = reason


_POOL: Any = None


def _body(world: JiraWorld) -> dict[str, Any]:
    return payload_from_request(request_for(), world.screen()).body


@pytest.mark.parametrize("lost", [Reply(dropped=True), Reply(500)], ids=["reset", "500"])
def test_one_lost_answer_is_exactly_one_post_over_real_http(lost: Reply):
    world = JiraWorld()
    body = _body(world)
    world.fake.fails_next(CREATE, lost, after_effect=True)
    with served(world.fake) as url:
        api = world.client(base_url=url)
        with pytest.raises(OutcomeUnknown):
            api.create_issue(body)
        api.close()
    assert world.calls() == ["POST /issue"]
    world.fake.expects_issues(1)


def test_an_answer_that_comes_too_late_is_an_unknown_outcome():
    with OneAnswer(None) as url, pytest.raises(OutcomeUnknown, match="no answer in time"):
        _alone(url, timeout=(1.0, 0.05)).create_issue({"fields": {}})


def test_a_body_that_ends_early_is_an_unknown_outcome():
    answer = b'HTTP/1.1 201 Created\r\ncontent-length: 400\r\n\r\n{"id": "10001", "key": '
    with OneAnswer(answer) as url, pytest.raises(OutcomeUnknown, match="broke before the answer was complete"):
        _alone(url).create_issue({"fields": {}})


def test_a_connection_that_was_never_made_is_tried_again_because_nothing_happened():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    slept = list[float]()
    with pytest.raises(Unreachable, match="refused"):
        _alone(f"http://127.0.0.1:{port}", slept).create_issue({"fields": {}})
    assert len(slept) == MOST_ATTEMPTS - 1


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (http.ConnectTimeout(), False),
        (http.ConnectionError(_Wrapped(NewConnectionError(_POOL, "refused"))), False),
        (http.ConnectionError(_Wrapped(NameResolutionError("acme", _POOL, socket.gaierror()))), False),
        (http.ProxyError(_Wrapped(ProxyError("no proxy", NewConnectionError(_POOL, "refused")))), False),
        (http.SSLError(_Wrapped(SSLError(ssl.SSLCertVerificationError()))), False),
        (http.SSLError(_Wrapped(SSLError(ssl.SSLError("bad record mac")))), True),
        (http.ProxyError(_Wrapped(ProxyError("broke", OSError()))), True),
        (http.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError())), True),
        (http.ReadTimeout(), True),
        (http.ChunkedEncodingError(), True),
        (http.RequestException(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_surely_never_left_us_counts_as_not_sent(error: http.RequestException, sent: bool):
    assert silence_from_error(error).sent is sent


def test_a_rate_limit_longer_than_the_budget_is_not_waited_for():
    world = JiraWorld()
    world.fake.limits_next(retry_after=3600)
    with pytest.raises(RateLimited, match="jira-burst-based") as caught:
        world.api.get_myself()
    assert (caught.value.retry_after, world.slept) == (3600, [])


def test_a_reset_that_is_a_time_of_day_is_measured_by_jiras_own_clock():
    headers = {"date": "Mon, 05 Jan 2026 10:00:00 GMT", "x-ratelimit-reset": "2026-01-05T10:00:20Z"}
    world = JiraWorld()
    world.fake.fails_next("myself", Reply(429, headers))
    world.api.get_myself()
    assert world.slept == [20]


def test_a_remote_link_is_asked_again_because_it_is_an_upsert():
    world = JiraWorld()
    key = world.api.create_issue(_body(world))["key"]
    world.fake.fails_next("remotelink", Reply(dropped=True), after_effect=True)
    world.api.upsert_remote_link(key, LINK)
    assert [link["globalId"] for link in world.fake.remote_links[key]] == ["pagerduty=Q2"]


def test_a_created_issue_without_a_key_is_an_unknown_outcome():
    world = JiraWorld()
    world.fake.fails_next(CREATE, json_reply({"ok": True}, 201))
    with pytest.raises(OutcomeUnknown, match="does not name the new issue"):
        world.api.create_issue({})


def _alone(url: str, slept: list[float] | None = None, **more: Any) -> JiraApi:
    sleep = (slept if slept is not None else []).append
    return JiraApi("https://acme.atlassian.net", "a@b.example", "t", Budget(sleep, lambda: 0.0), base_url=url, **more)
