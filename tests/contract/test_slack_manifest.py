"""`debrief slack manifest`: exactly the scopes of the methods that the code calls, and the address for presses."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.slack.manifest import PRIVATE, SCOPES, WHY, app_manifest, bot_scopes
from tests.contract.cli import ROOT, Came, Terminal
from tests.contract.staged import a_stage
from tests.contract.stores import Aws
from tests.world import World

pytest_plugins = ["tests.contract.store_fixtures"]

SLACK = ROOT / "connectors" / "slack"
README = (SLACK / "README.md").read_text()
_METHOD = re.compile(r"(?:auth|chat|conversations|files|pins|users|views|reactions|team|bookmarks|apps)\.[a-zA-Z.]+")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capsys)


def _called() -> set[str]:
    """Every text in the connector's code, docstrings aside, that is the name of one of Slack's methods."""
    texts = set[str]()
    for file in SLACK.glob("*.py"):
        if file.name != "manifest.py":
            tree = ast.parse(file.read_text())
            values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            texts |= {value for value in values if isinstance(value, str)}
    return {text for text in texts if _METHOD.fullmatch(text) and not text.endswith(".json")}  # a file of an export


def test_every_method_that_is_called_has_its_scopes_and_no_other():
    assert _called() == set(SCOPES)
    assert set(PRIVATE) <= set(SCOPES)


def test_the_scopes_are_exactly_those_of_the_methods_each_with_its_reason():
    needed = {scope for scopes in SCOPES.values() for scope in scopes}
    private = {scope for scopes in PRIVATE.values() for scope in scopes}
    assert bot_scopes() == tuple(sorted(needed))
    assert bot_scopes(private=True) == tuple(sorted(needed | private))
    assert set(WHY) == needed | private
    assert app_manifest("Debrief", None)["oauth_config"] == {"scopes": {"bot": list(bot_scopes())}}


def test_the_readmes_table_of_methods_says_the_same():
    rows = re.findall(r"^\| `([\w.]+)` \| [^|]+ \| ([^|]+) \|", README, re.MULTILINE)
    assert {method for method, _ in rows} == set(SCOPES)
    for method, cell in rows:
        named = set(re.findall(r"`([\w:.]+)`", cell))
        assert named == {*SCOPES[method], *PRIVATE.get(method, ())}, method


def test_the_readme_shows_what_the_command_prints(terminal: Terminal):
    came = terminal.runs("slack", "manifest", "--url", "https://debrief.example.com")
    assert (came.code, came.err) == (0, "")
    [shown] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert "".join(line.removeprefix("   ") for line in shown.splitlines(keepends=True)).rstrip() == came.out.rstrip()


def test_with_exactly_these_scopes_a_whole_journey_misses_nothing(world: World):
    world.slack.scopes = frozenset(bot_scopes())
    world.resolves()
    world.settles()
    assert [gap for gap in world.postmortem().gaps if "scope" in str(gap)] == []
    assert "parked" not in str(world.outcome()["announced"])


@pytest.mark.parametrize("scope", ["channels:history", "channels:read", "chat:write", "users:read"])
def test_without_one_of_them_something_is_missed(world: World, scope: str):
    world.slack.scopes = frozenset(bot_scopes()) - {scope}
    world.resolves()
    world.settles()
    assert scope in f"{world.postmortem().gaps} {world.outcome()['announced']}"


def test_yaml_and_json_say_the_same_and_slack_would_take_it(terminal: Terminal):
    printed = terminal.runs("slack", "manifest", "--url", "https://debrief.example.com/", "--name", "Post Mortems: a")
    as_json = terminal.runs(
        "slack", "manifest", "--url", "https://debrief.example.com/", "--name", "Post Mortems: a", "--json"
    )
    manifest = yaml.safe_load(printed.out)
    assert manifest == as_json.json
    assert manifest["settings"]["interactivity"] == {
        "is_enabled": True, "request_url": "https://debrief.example.com/slack",
    }  # fmt: skip
    assert manifest["display_information"]["name"] == "Post Mortems: a"
    assert manifest["features"]["bot_user"]["display_name"] == "post-mortems-a"
    assert "event_subscriptions" not in manifest["settings"]


def test_without_a_public_address_there_are_no_buttons_and_it_is_said_why(terminal: Terminal):
    came = terminal.runs("slack", "manifest", "--json")
    assert came.json["settings"]["interactivity"] == {"is_enabled": False}
    assert came.err.startswith("debrief: No buttons: set publish.public_base_url")
    (terminal.folder / "debrief.yml").write_text("publish: {public_base_url: 'http://127.0.0.1:8080'}\n")
    near = terminal.runs("slack", "manifest", "--json")
    assert near.json["settings"]["interactivity"] == {"is_enabled": False}
    assert "https alone" in near.err


def test_private_channels_come_with_their_scopes_where_the_settings_name_an_audience(terminal: Terminal):
    def scopes(came: Came) -> list[str]:
        return yaml.safe_load(came.out)["oauth_config"]["scopes"]["bot"]

    public = terminal.runs("slack", "manifest")
    assert scopes(public) == list(bot_scopes())
    assert "# - groups:history" in public.out
    asked = terminal.runs("slack", "manifest", "--private-channels")
    assert scopes(asked) == list(bot_scopes(private=True))
    assert "slack.private_channels" in asked.err
    (terminal.folder / "debrief.yml").write_text("slack: {private_channels: {audience: the responders}}\n")
    named = terminal.runs("slack", "manifest")
    assert scopes(named) == list(bot_scopes(private=True))
    assert "# - groups" not in named.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--url", "debrief.example.com"), "--url: "),
        (("--url", "http://debrief.example.com"), "is not an https URL"),
        (("--name", ""), "1 to 35 characters"),
        (("--name", "x" * 36), "1 to 35 characters"),
    ],
)
def test_what_slack_would_not_take_is_one_sentence(terminal: Terminal, arguments: tuple[str, ...], words: str):
    came = terminal.runs("slack", "manifest", *arguments)
    assert (came.code, came.out, came.err.count("\n")) == (2, "", 1)
    assert words in came.err


def test_a_stage_s_manifest_has_its_own_address(terminal: Terminal, aws: Aws, monkeypatch: pytest.MonkeyPatch):
    a_stage(aws, monkeypatch)
    manifest: dict[str, Any] = json.loads(terminal.runs("slack", "manifest", "--stage", "dev", "--json").out)
    assert manifest["settings"]["interactivity"]["request_url"] == "https://abc.execute-api.example.com/slack"
