"""`debrief status`: how a postmortem came about, and what needs somebody, told from what is kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.effects import Effect, Ledger
from connectors.store.audit import Origin, What
from connectors.store.notices import Notices
from tests.contract.cli import Came, Terminal
from tests.contract.test_decisions import decides
from tests.vendors.wire import Reply
from tests.world import World, world_of

TITLE = "Checkout p99 latency above 4 s in eu-west-1"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("DEBRIEF_HOME", "")
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path, "checkout-latency", confluence=True) as opened:
        yield opened


def status(world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Came:
    """Of the world's own machine, whose engine holds its journal at this moment."""
    monkeypatch.setenv("DEBRIEF_HOME", str(world.machine.home))
    monkeypatch.setenv("DEBRIEF_SETTINGS", str(world.machine.settings_file))
    return terminal.runs("status", *arguments)


def said(came: Came) -> str:
    return " ".join(came.out.split())


def in_order(text: str, *pieces: str) -> None:
    places = [text.find(piece) for piece in pieces]
    assert -1 not in places, [piece for piece, place in zip(pieces, places, strict=True) if place == -1]
    assert places == sorted(places)


def test_the_whole_story_is_told_in_order_while_the_engine_is_at_work(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.resolves()
    world.passes(timedelta(hours=1))
    came = status(world, terminal, monkeypatch, world.incident_id())
    assert came.code == 0
    in_order(
        said(came),
        f"#4211 {TITLE} ({world.incident_id()})",
        "PagerDuty: https://acme.pagerduty.com/incidents/",
        "2026-11-17 14:43 UTC The incident was resolved. PagerDuty's webhook told of it.",
        "The draft was begun.",
        "Everything was read: 16 log entries, 7 alerts, 2 notes, 2 change events, 45 messages.",
        "The draft was published.",
        "The issue CHK-1 was opened: ",
        "were linked to the postmortem.",
        "Now waits The draft is made. After 2026-11-18 14:45 UTC everything is read once more",
        "Open in Jira: CHK-1, CHK-2, CHK-3.",
    )
    for piece in ("The draft was announced in #inc-4211.", "A note was written", "The Confluence page was made."):
        assert piece in said(came)
    assert "needs you" not in came.out
    narrow = [line for line in came.out.splitlines() if not line.startswith("  ")]
    assert max(map(len, narrow)) <= 80


def test_it_is_told_by_number_by_address_and_where_nothing_runs_any_more(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.resolves()
    world.passes(timedelta(hours=1))
    address = f"https://acme.pagerduty.com/incidents/{world.incident_id()}"
    told = [
        status(world, terminal, monkeypatch, typed).out for typed in (world.incident_id(), "4211", "#4211", address)
    ]
    world.stop()
    told.append(status(world, terminal, monkeypatch, "4211").out)
    world.start()
    assert len(set(told)) == 1


def test_an_unknown_incident_is_one_sentence(world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    world.resolves()
    sentence = (
        "debrief: Nothing is known here of the incident Q9: no webhook told of it, and nobody asked for its draft. "
        "To make one: debrief draft Q9\n"
    )
    came = status(world, terminal, monkeypatch, "Q9")
    assert (came.code, came.out, came.err) == (4, "", sentence)


def test_where_nothing_was_ever_kept_nothing_is_made(tmp_path: Path, terminal: Terminal):
    assert terminal.runs("status").out == "Nothing is under way, failed, or parked. Nothing was drafted here yet.\n"
    assert terminal.runs("status", "37").code == 4
    assert not (tmp_path / "debrief-data").exists()


def test_what_is_parked_says_what_to_do_once_for_each_reason(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.jira.fails_next("/createmeta", Reply(403), times=10**6)
    world.resolves()
    world.passes(timedelta(hours=1))
    words = said(status(world, terminal, monkeypatch, "4211"))
    assert words.count("needs you") == 1
    assert "“Add an alert on pool saturation” (" in words
    assert "Jira does not allow it (403). Give the account of JIRA_EMAIL that permission" in words
    assert f"Then: debrief actions retry {world.incident_id()}" in words
    listed = status(world, terminal, monkeypatch).out.splitlines()
    assert listed[0].startswith("parked  #4211  3 items without an issue  Checkout p99")
    assert listed[1].startswith("waiting #4211  until 2026-11-18 14:45 UTC")
    assert all(len(line) <= 80 for line in listed)


def test_what_failed_says_why_and_when_it_is_tried_again(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.pagerduty.fails_next("/incidents", Reply(401), times=10**6)
    world.resolves()
    world.passes(timedelta(hours=1))
    world.reconciles()
    world.passes(timedelta(minutes=10))
    words = said(status(world, terminal, monkeypatch, world.incident_id()))
    in_order(words, "It failed, and was tried again later: ", "Now needs you Failed since", "It is tried again after")
    assert words.count("status 401. Check the secret PAGERDUTY_TOKEN") == 2
    assert f"at once by: debrief draft {world.incident_id()}" in words
    overview = status(world, terminal, monkeypatch)
    assert "PagerDuty could not be asked about resolved incidents" in said(overview)
    assert f"failed  {world.incident_id()}  begun " in overview.out


def test_an_answer_that_was_lost_is_told_until_it_is_cleared_up(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.resolves()
    world.passes(timedelta(hours=1))
    ledger, now = Ledger(world.store, world.incident_id(), "pm-x"), world.clock.now()
    sent = Effect("sent", token=1, sent_at=now, origin=Origin("pm-x", What.NOTE, "00"))
    assert ledger.write("pagerduty/lost", sent)
    told = said(status(world, terminal, monkeypatch, "4211"))
    assert f"waits The answer to the note on the PagerDuty incident was lost at {now:%Y-%m-%d %H:%M} UTC" in told


def test_a_decision_and_what_followed_from_it_are_told(tmp_path: Path, terminal: Terminal, monkeypatch: Any):
    with world_of(tmp_path, "came-back") as world:
        world.resolves()
        world.passes(timedelta(minutes=10))
        item = world.postmortem().action_items[0]
        decides(world, item, verdict="accepted", owner="Ivo Petrov")
        world.passes(timedelta(minutes=10))
        words = said(status(world, terminal, monkeypatch, world.incident_id()))
        in_order(
            words, "The draft was announced", " accepted the item ", "(owner), ", "The announcement was brought up"
        )
        assert "What was decided about an action item is carried out." in words


def test_scripts_get_the_same(world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    world.resolves()
    world.passes(timedelta(hours=1))
    Notices(world.store).say("subscription/PSUB01", "The webhook subscription is off.", world.clock.now())
    story = status(world, terminal, monkeypatch, "4211", "--json").json
    assert (story["incident_id"], story["number"], story["state"]) == (world.incident_id(), 4211, "waiting")
    assert story["document_link"].startswith("https://acme.atlassian.net/wiki/")
    assert [line["at"] for line in story["past"]] == sorted(line["at"] for line in story["past"])
    assert {line["kind"] for line in story["past"]} == {"done"}
    listed = status(world, terminal, monkeypatch, "--json").json
    assert [row["state"] for row in listed["under_way"]] == ["waiting"]
    assert [one["sentence"] for one in listed["notices"]] == ["The webhook subscription is off."]
    assert listed["postmortems"] == 1


def test_what_was_said_in_a_private_channel_is_not_on_the_terminal(
    tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    settings: dict[str, Any] = {
        "slack": {"private_channels": {"audience": "the platform team"}},
        "jira": {"may_hold_private_channels": True},
    }
    with world_of(tmp_path, "checkout-latency", settings=settings) as world:
        channel = next(iter(world.slack.workspace.channels.values()))
        channel.info |= {"is_private": True, "is_channel": False, "is_group": True, "is_member": True}
        world.resolves()
        world.passes(timedelta(hours=1))
        items = world.postmortem().action_items
        words = said(status(world, terminal, monkeypatch, "4211"))
        told_json = status(world, terminal, monkeypatch, "4211", "--json").out
    assert "Some of it was said in a private channel: those words are not shown here." in words
    assert "an item that was said in private (" in words
    assert TITLE in words
    assert items
    private = [item.text for item in items if item.id.startswith("slack/")]
    assert private
    assert not [text for text in private if text in words or text in told_json]


def test_settings_with_a_mistake_keep_nobody_from_seeing_how_it_stands(
    world: World, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    world.resolves()
    world.passes(timedelta(hours=1))
    world.machine.settings_file.write_text("jira: [\n")
    assert TITLE in status(world, terminal, monkeypatch, "4211").out
