"""What one machine answers to PagerDuty, to browsers, and to those who pretend to be one of them."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from connectors.observing import observations_of
from handlers.receive import LARGEST_BODY
from handlers.serve import listening
from handlers.ticks import start_ticks
from tests.contract.cli import Terminal
from tests.contract.serving import Visitor, csrf_of, visited
from tests.contract.test_cli_offline import save_pagerduty, save_slack
from tests.vendors.pagerduty_webhooks import body_of, sign
from tests.world import WEBHOOK_SECRET, World


def resolve(world: World) -> bytes:
    return body_of(next(hook for hook in world.scripts[0].webhooks if hook["event"]["event_type"].endswith("resolved")))


def test_a_signed_delivery_starts_the_journey(world: World, visitor: Visitor):
    body = resolve(world)

    answer = visitor.posts("/pagerduty", body, **sign(body, WEBHOOK_SECRET))

    assert (answer.status, answer.headers["content-type"]) == (202, "application/json")
    assert f"started pm-{world.incident_id()}-" in answer.text
    assert len(world.engine.journeys()) == 1


def test_a_forged_delivery_is_refused(world: World, visitor: Visitor):
    answer = visitor.posts("/pagerduty", resolve(world), **sign(resolve(world), "another secret"))

    assert (answer.status, answer.text) == (403, '{"reason":"the signature does not match"}')
    assert world.engine.journeys() == []


def test_a_delivery_that_says_it_is_too_long_is_refused_before_it_is_read(visitor: Visitor):
    head = f"POST /pagerduty HTTP/1.1\r\nhost: localhost\r\ncontent-length: {LARGEST_BODY + 1}\r\n\r\n"

    assert raw(visitor, head.encode()).startswith(b"HTTP/1.1 413")  # and not one byte of the body was sent


def test_a_delivery_that_turns_out_too_long_is_refused_without_its_end(visitor: Visitor):
    head = b"POST /pagerduty HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    assert raw(visitor, head + chunk * 5).startswith(b"HTTP/1.1 413")  # the last chunk, of no bytes, never came


def test_a_delivery_that_is_broken_off_is_no_error_of_ours(visitor: Visitor, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=5) as connection:
        connection.sendall(b"POST /pagerduty HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{half")

    assert visitor.gets("/healthz").status == 200
    assert "a delivery was broken off" in caplog.text
    assert "Exception" not in caplog.text


def raw(visitor: Visitor, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", visitor.port), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(64)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::1"])
def test_a_name_that_is_not_ours_is_refused(visitor: Visitor, host: str):
    for path in ("/", "/postmortems/Q1", "/nowhere"):
        answer = visitor.gets(path, host=host)
        assert answer.status == 400
        assert "Debrief does not answer to this name: open it at 127.0.0.1, or set publish.pub" in answer.text


@pytest.mark.parametrize("host", ["hooks.acme.example", "", "[::1"])
def test_a_signed_delivery_is_taken_under_any_name_for_pagerduty_would_drop_it(
    world: World, visitor: Visitor, host: str
):
    body = resolve(world)

    delivered = visitor.posts("/pagerduty", body, host=host, **sign(body, WEBHOOK_SECRET))
    forged = visitor.posts("/pagerduty", body, host=host, **sign(body, "another secret"))

    assert (delivered.status, forged.status) == (202, 403)
    assert visitor.gets("/healthz", host=host).status == 200


def test_the_public_name_is_answered_to(world: World):
    world.write_settings(publish={"public_base_url": "https://debrief.acme.example/"})
    world.stop()
    world.start()
    body = resolve(world)

    with visited(world) as visitor:
        assert visitor.gets("/", host="Debrief.Acme.example").status == 200
        through_a_proxy = visitor.posts("/pagerduty", body, host="debrief.acme.example", **sign(body, WEBHOOK_SECRET))

    assert through_a_proxy.status == 202


def test_a_person_has_the_draft_made_again(world: World, page: str, visitor: Visitor):
    before = len(world.engine.journeys())
    form = urlencode({"csrf": csrf_of(visitor.gets(page).text)}).encode()

    answer = visitor.posts(f"{page}/again", form)

    assert (answer.status, answer.headers["location"]) == (303, page)
    assert len(world.engine.journeys()) == before + 1
    assert "this moment" in visitor.gets(page).text
    world.settles()
    assert len(world.drafts()) == 1, "the same document"
    world.jira.expects_issues(3)
    assert len(world.pagerduty.written_notes) == 1


@pytest.mark.parametrize("saved", [("--slack-export", save_slack), ("--pagerduty-export", save_pagerduty)])
def test_a_draft_from_saved_files_is_not_asked_of_pagerduty_again(
    world: World,
    page: str,
    visitor: Visitor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    saved: tuple[str, Callable[[Path], Path]],
):
    form = urlencode({"csrf": csrf_of(visitor.gets(page).text)}).encode()
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
    made = terminal.runs("draft", saved[0], str(saved[1](tmp_path)), "--json").json
    there, before = f"/postmortems/{made['incident']['id']}", len(world.engine.journeys())

    shown, answer = visitor.gets(there).text, visitor.posts(f"{there}/again", form)

    assert "<button>Draft again" not in shown
    assert "made from saved files: run debrief draft with them to make it again" in shown
    assert (answer.status, len(world.engine.journeys())) == (409, before)
    assert "made from saved files" in answer.text


def test_without_the_token_nothing_is_changed(world: World, page: str, visitor: Visitor):
    token, before = csrf_of(visitor.gets(page).text), len(world.engine.journeys())
    stranger = Visitor(visitor.port)
    other = Visitor(visitor.port, {"debrief_session": "of another browser"})

    answers = [
        visitor.posts(f"{page}/again"),
        visitor.posts(f"{page}/again", b"csrf=0000"),
        visitor.posts(f"{page}/again", b"csrf=\xff\xfe"),
        visitor.posts(f"{page}/again", b"x" * 10_000),
        stranger.posts(f"{page}/again", f"csrf={token}".encode()),
        other.posts(f"{page}/again", f"csrf={token}".encode()),
    ]

    assert [answer.status for answer in answers] == [403] * 6
    assert "This did not come from a page of Debrief: open the draft, and press its button." in answers[0].text
    assert len(world.engine.journeys()) == before


def test_the_session_is_for_this_site_alone(page: str, visitor: Visitor):
    cookie = visitor.gets(page).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_token_is_of_no_use_for_an_incident_that_is_not_here(page: str, visitor: Visitor):
    form = f"csrf={csrf_of(visitor.gets(page).text)}".encode()

    assert visitor.posts("/postmortems/QNOTHERE/again", form).status == 404


@pytest.mark.parametrize("odd", ["QNOTHERE", "..", "%2e%2e%2fetc", "%00", "x" * 3000, quote("مرحبا"), "%ed%a0%80"])
def test_an_unknown_incident_is_not_found(visitor: Visitor, odd: str):
    answer = visitor.gets(f"/postmortems/{odd}")

    assert answer.status == 404
    assert "Traceback" not in answer.text


def test_every_answer_forbids_to_load_or_run_anything(page: str, visitor: Visitor):
    for path in ("/", page, "/nowhere", "/healthz"):
        policy = visitor.gets(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


def test_its_health_counts_the_journeys(world: World, visitor: Visitor):
    world.rings(next(hook for hook in world.scripts[0].webhooks if hook["event"]["event_type"].endswith("resolved")))

    assert visitor.gets("/healthz").text == '{"status":"ok","journeys":{"running":1}}'


def test_answers_are_quick(page: str, visitor: Visitor):
    visitor.gets(page)
    began = time.perf_counter()
    for _ in range(10):
        visitor.gets(page)

    assert (time.perf_counter() - began) / 10 < 0.1


def test_no_answer_waits_for_an_acknowledgement():
    """Each on a connection that is kept took 44 ms, of which 43 were waiting."""
    with listening(0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class Once(threading.Event):
    """Set as soon as anybody waits for it."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_the_journeys_that_joined_channels_are_forgotten_after_a_month_and_the_events_are_not(world: World):
    world.resolves()
    world.settles()
    observed = observations_of(world.store, world.incident_id())
    world.clock.advance(timedelta(days=29))
    start_ticks(world.engine, world.clock.now, Once())
    assert {"observe", "postmortem"} <= {each.kind for each in world.engine.journeys()}

    world.clock.advance(timedelta(days=3))
    start_ticks(world.engine, world.clock.now, Once())

    assert {each.kind for each in world.engine.journeys()} == {"postmortem", "follow_up", "reconcile"}
    assert observations_of(world.store, world.incident_id()) == observed
