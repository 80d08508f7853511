"""The ten rules every connector keeps, for Slack: over real HTTP where the network matters, in process elsewhere."""

import json
import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import (
    BadReply,
    ConnectorError,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unreachable,
)
from connectors.retrying import Budget
from connectors.slack.api import SlackApi
from tests.vendors.slack import ALL_SCOPES, FAKE_TOKEN, FakeSlack
from tests.vendors.slack_world import CALLS, START, a_world
from tests.vendors.wire import Reply, json_reply, served


def never_really(seconds: float) -> None:
    """Sleeps for nothing."""


@pytest.fixture
def network() -> Generator[tuple[FakeSlack, SlackApi]]:
    """The fake behind real HTTP, and an api that gives up after half a second and sleeps for nothing."""
    world = a_world()
    with served(world.slack) as url:
        budget = Budget(never_really, lambda: float(START), seconds=60)
        yield world.slack, SlackApi(FAKE_TOKEN, budget, base_url=f"{url}/api/", timeout=0.5)


@pytest.mark.parametrize("method", CALLS)
def test_every_call_works_over_http_with_the_default_scopes(method: str, network: tuple[FakeSlack, SlackApi]) -> None:
    slack, api = network
    assert CALLS[method](api)["ok"] is True
    assert slack.count(method) == 1


def test_the_readme_lists_every_scope() -> None:
    readme = Path("connectors/slack/README.md").read_text()
    for scope in ("channels:history", "channels:join", "chat:write", "users:read.email", "pins:read", "files:write"):
        assert f"- {scope} " in readme


# What each status and error means -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answer", "reading", "writing"),
    [
        (200, {"ok": False, "error": "invalid_auth"}, NotAllowed, NotAllowed),
        (200, {"ok": False, "error": "token_revoked"}, NotAllowed, NotAllowed),
        (200, {"ok": False, "error": "channel_not_found"}, NotFound, NotFound),
        (200, {"ok": False, "error": "not_in_channel"}, NotAllowed, NotAllowed),
        (200, {"ok": False, "error": "is_archived"}, NotAllowed, NotAllowed),
        (200, {"ok": False, "error": "missing_scope", "needed": "x:y"}, NotAllowed, NotAllowed),
        (200, {"ok": False, "error": "ratelimited"}, RateLimited, RateLimited),
        (429, "", RateLimited, RateLimited),
        (200, {"ok": False, "error": "msg_too_long"}, Rejected, Rejected),
        (200, {"ok": False, "error": "unknown_method"}, Rejected, Rejected),
        (200, {"ok": False, "error": "internal_error"}, BadReply, OutcomeUnknown),
        (200, {"ok": False, "error": "fatal_error"}, BadReply, OutcomeUnknown),
        (200, {"ok": False}, BadReply, OutcomeUnknown),
        (200, {"no": "ok"}, BadReply, OutcomeUnknown),
        (200, "<html>a proxy says hello</html>", BadReply, OutcomeUnknown),
        (200, [], BadReply, OutcomeUnknown),
        (302, "", BadReply, OutcomeUnknown),
        (500, "<html>oops</html>", BadReply, OutcomeUnknown),
        (502, "", BadReply, OutcomeUnknown),
        (503, {"ok": False, "error": "service_unavailable"}, BadReply, OutcomeUnknown),
        (503, {"ok": True}, BadReply, OutcomeUnknown),
        (504, "", BadReply, OutcomeUnknown),
    ],
)
def test_statuses_are_classified(status: int, answer: Any, reading: type[Exception], writing: type[Exception]) -> None:
    for method, expected in (("conversations.history", reading), ("chat.postMessage", writing)):
        world = a_world()
        body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        world.slack.fails_next(method, Reply(status, {"content-type": "application/json"}, body), times=99)
        with pytest.raises(ConnectorError) as caught:
            CALLS[method](world.api)
        assert type(caught.value) is expected


def test_a_missing_scope_is_named_with_the_place_to_add_it() -> None:
    world = a_world(scopes=ALL_SCOPES - {"channels:history"})
    with pytest.raises(NotAllowed) as caught:
        world.api.conversations_history("C00INC042")
    assert str(caught.value) == (
        "Slack conversations.history for C00INC042: the Slack app lacks the scope channels:history. "
        "Add it under OAuth & Permissions, Bot Token Scopes, at https://api.slack.com/apps, and install the app again."
    )


def test_a_wrong_token_names_the_secret() -> None:
    world = a_world()
    api = SlackApi("xoxb-wrong", world.budget, base_url="http://127.0.0.1/api/", send=world.slack.send)
    with pytest.raises(NotAllowed) as caught:
        api.auth_test()
    assert str(caught.value) == (
        "Slack auth.test: Slack does not accept the token (invalid_auth). "
        "Put a valid bot token (xoxb-...) of your Slack app into the secret SLACK_TOKEN."
    )


def test_a_token_that_cannot_be_one_is_refused_without_being_shown() -> None:
    with pytest.raises(NotAllowed) as caught:
        SlackApi("xoxb-line\nbreak", a_world().budget)
    assert "xoxb-line" not in str(caught.value)


# Writes look first, reads are asked again -----------------------------------------------------------------------


def test_a_refused_connection_surely_did_nothing() -> None:
    budget = Budget(never_really, lambda: 0.0)
    api = SlackApi("xoxb-1", budget, base_url="http://127.0.0.1:9/api/", timeout=0.5)
    with pytest.raises(Unreachable) as caught:
        api.chat_post_message("C1", "hello")
    assert "the connection was refused" in str(caught.value)


def test_a_long_rate_limit_goes_up_with_its_hint_and_nothing_is_sent_inside_it() -> None:
    world = a_world()
    world.slack.fails_next("auth.test", json_reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "300"}))
    for _ in range(3):
        with pytest.raises(RateLimited) as caught:
            world.api.auth_test()
        assert caught.value.retry_after == 300.0
    assert world.slack.count("auth.test") == 1
    world.seconds += 300
    assert world.api.auth_test()["ok"] is True


# Secrets and strangers ------------------------------------------------------------------------------------------


def test_a_redirect_is_not_followed_with_the_token(network: tuple[FakeSlack, SlackApi]) -> None:
    slack, api = network
    with served(FakeSlack()) as elsewhere:
        slack.fails_next("auth.test", Reply(302, {"location": f"{elsewhere}/api/auth.test"}), times=99)
        with pytest.raises(BadReply):
            api.auth_test()


def test_no_proxy_is_used_for_loopback(monkeypatch: pytest.MonkeyPatch, network: tuple[FakeSlack, SlackApi]) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    slack, _ = network
    with served(slack) as url:
        api = SlackApi(FAKE_TOKEN, Budget(never_really, lambda: 0.0), base_url=f"{url}/api/", timeout=1)
        assert api.auth_test()["ok"] is True


def test_the_upload_address_gets_no_token_and_must_be_slacks_own() -> None:
    world = a_world()
    world.api.files_upload("C00INC042", "draft.md", b"# Draft")
    upload = next(request for request in world.slack.requests if "/upload/" in request.path)
    assert "authorization" not in upload.headers
    assert world.slack.workspace.files["F00000001"]["content"] == b"# Draft"
    foreign = {"ok": True, "upload_url": "http://169.254.169.254/latest", "file_id": "F9"}
    world.slack.fails_next("files.getUploadURLExternal", json_reply(foreign), times=9)
    with pytest.raises(BadReply, match="not its own"):
        world.api.files_upload("C00INC042", "draft.md", b"# Draft")


def test_a_comment_beside_a_file_cannot_call_anybody() -> None:
    world = a_world()
    world.api.files_upload("C00INC042", "draft\ud83d.md", b"# Draft", comment="<!channel> \x00 & more")
    world.slack.channel("inc-42").expects("&lt;!channel&gt; \ufffd &amp; more", "draft\ufffd.md")


def test_making_an_api_does_no_io() -> None:
    started = time.process_time()
    for _ in range(100):
        SlackApi("xoxb-1", a_world().budget, base_url="https://slack.invalid/api/")
    assert time.process_time() - started < 1.0


def test_arguments_go_as_a_form_with_the_token_in_the_header() -> None:
    world = a_world()
    world.api.chat_post_message("C00INC042", "hello", key="pm-1")
    request = world.slack.requests[-1]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["authorization"] == f"Bearer {FAKE_TOKEN}"
    form = {name: values[0] for name, values in request.form().items()}
    assert json.loads(form["metadata"]) == {"event_type": "debrief", "event_payload": {"key": "pm-1"}}
    assert (form["parse"], form["link_names"], form["unfurl_links"], form["unfurl_media"]) == ("none", "0", "0", "0")
    assert not re.search("token", request.body.decode())
