"""Wrong usage of the command line, and a machine that does not let it work: one sentence with the remedy, exit 2."""

import json
import socket
from pathlib import Path

import pytest

from connectors.pagerduty.translate import incident_from_pagerduty
from handlers.cli.live import holder_of
from tests.contract.cli import Terminal
from tests.incidents import by_name
from tests.world import World


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    here = tmp_path / "here"
    here.mkdir()
    return Terminal(here, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name an incident (id, number or URL), or give --pagerduty-export or --slack-export."),
        (("Q1", "--since", "yesterday"), '--since "yesterday" is no time'),
        (("Q1", "--since", "2026-02-02", "--until", "2026-02-01"), "lies before --since"),
        (("Q1", "--until", "9999-12-31"), "--until 9999-12-31 lies outside 1970 to 2999: is the year right?"),
        (("Q1", "--since", "0001-01-01"), "--since 0001-01-01 lies outside 1970 to 2999"),
        (("Q1", "--channel", "a", "--channel", "b"), "Name one --channel"),
        (("Q1", "--json", "--output", "-"), "both want standard output"),
        (("Q1", "--output", "nowhere/draft.md"), "make the folder first"),
        (("Q1", "--no-such-option"), "No such option"),
    ],
)
def test_wrong_usage_is_one_sentence(terminal: Terminal, arguments: tuple[str, ...], sentence: str):
    came = terminal.runs("draft", *arguments)
    assert came.code == 2
    assert sentence in came.err
    assert came.err.count("\n") == 1


@pytest.mark.parametrize("command", ["draft", "offline", "serve"])
def test_a_home_that_cannot_be_opened_is_no_vendor_s_refusal(world: World, terminal: Terminal, command: str):
    (terminal.folder / "debrief-data").write_text("a file, no folder")
    (terminal.folder / "incident.json").write_text(json.dumps(world.scripts[0].pagerduty))
    commands = {
        "draft": ("draft", world.incident_id(), "--yes"),
        "offline": ("draft", "--pagerduty-export", "incident.json"),
        "serve": ("serve", "--port", "0"),
    }

    came = terminal.runs_with(world, *commands[command])

    home = terminal.folder / "debrief-data"
    sentence = f"debrief: Opening the store: a file stands where a folder belongs. Look at {home}."
    assert came.code == 2
    assert came.err.splitlines()[-1] == f"{sentence} Or set DEBRIEF_HOME to another folder."


def test_a_port_that_is_taken_is_no_vendor_s_refusal(world: World, terminal: Terminal):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        came = terminal.runs_with(world, "serve", "--port", str(taken.getsockname()[1]))
    assert came.code == 2
    assert came.err.endswith("address already in use. Choose another with --port.\n")


def test_two_terminals_that_want_different_things_hold_the_lease_under_different_names():
    translated = incident_from_pagerduty(by_name("checkout-latency").pagerduty["incident"])
    assert translated is not None
    wishes = ({"since": None}, {"since": "2026-11-17T14:00:00+00:00"})
    first, second = (holder_of(translated[0], wish) for wish in wishes)
    assert first != second
    assert first == holder_of(translated[0], wishes[0])
