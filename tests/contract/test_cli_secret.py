"""`debrief secret`: secrets come in without being shown, go where they are read, and never come out."""

import io
from pathlib import Path

import pytest

from connectors.secrets.environment import secrets_from_file
from connectors.secrets.port import NAMES
from handlers.cli.secret_command import WHAT
from tests.contract.cli import Came, Terminal
from tests.contract.staged import a_stage
from tests.contract.stores import Aws

pytest_plugins = ["tests.contract.store_fixtures"]

TOKEN = "xoxb-" + "1a2b3c-" * 4 + "secretpart"


class Typed(Terminal):
    """A terminal into whose standard input something is piped."""

    def gives(self, given: str | bytes, *arguments: str) -> Came:
        content = given if isinstance(given, bytes) else given.encode()
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        return self.runs("secret", *arguments)

    def kept(self) -> dict[str, str]:
        return dict(secrets_from_file(self.folder / "debrief.env"))


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    return Typed(tmp_path, monkeypatch, capsys)


def test_a_piped_secret_is_kept_for_its_owner_alone_and_not_shown(terminal: Typed):
    came = terminal.gives(f"{TOKEN}\n", "set", "slack_token")
    assert (came.code, came.out) == (0, "SLACK_TOKEN is kept in debrief.env.\n")
    assert terminal.kept() == {"SLACK_TOKEN": TOKEN}
    assert (terminal.folder / "debrief.env").stat().st_mode & 0o777 == 0o600
    assert "secretpart" not in came.out + came.err
    assert terminal.gives(TOKEN, "set", "SLACK_TOKEN").out == "SLACK_TOKEN was kept already in debrief.env.\n"


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(terminal: Typed):
    came = terminal.runs("secret", "set", "SLACK_TOKEN", TOKEN)
    assert came.code == 2
    swapped = terminal.runs("secret", "set", TOKEN)
    assert swapped.code == 2
    assert "debrief secret list shows every name" in swapped.err
    assert "secretpart" not in swapped.out + swapped.err
    assert terminal.kept() == {}


WRONG = {
    "no such name": ("SLACK_TOKENS", TOKEN, "did you mean SLACK_TOKEN?"),
    "nothing": ("SLACK_TOKEN", "\n", "Nothing was given"),
    "a user's token": ("SLACK_TOKEN", "xoxp-1-2-3-secretpart", "a bot token begins with xoxb-"),
    "a token as signing secret": ("SLACK_SIGNING_SECRET", TOKEN, "Basic Information, App Credentials"),
    "no e-mail": ("JIRA_EMAIL", "secretpart", "no e-mail address"),
    "spaces": ("JIRA_TOKEN", "secret part secretpart", "spaces or control characters"),
    "a file": ("JIRA_TOKEN", "secretpart\nsecretpart\n", "no single secret"),
    "no text": ("JIRA_TOKEN", b"\xff\xfe secretpart", "no single secret"),
    "a novel": ("JIRA_TOKEN", "secretpart" * 1000, "no single secret"),
}


@pytest.mark.parametrize(("name", "given", "words"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_one_sentence_without_the_value(
    terminal: Typed, name: str, given: str | bytes, words: str
):
    came = terminal.gives(given, "set", name)
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert words in came.err
    assert "secretpart" not in came.out + came.err
    assert terminal.kept() == {}


def test_a_changed_signing_secret_may_leave_the_old_one_accepted(terminal: Typed):
    old, new = "a" * 32, "b" * 32
    terminal.gives(old, "set", "SLACK_SIGNING_SECRET")
    came = terminal.gives(new, "set", "SLACK_SIGNING_SECRET", "--accept-old")
    assert "debrief secret remove SLACK_SIGNING_SECRET_PREVIOUS" in came.out
    assert terminal.kept() == {"SLACK_SIGNING_SECRET": new, "SLACK_SIGNING_SECRET_PREVIOUS": old}
    assert terminal.runs("secret", "remove", "SLACK_SIGNING_SECRET_PREVIOUS").code == 0
    assert terminal.kept() == {"SLACK_SIGNING_SECRET": new}
    again = terminal.runs("secret", "remove", "SLACK_SIGNING_SECRET_PREVIOUS")
    assert again.out == "SLACK_SIGNING_SECRET_PREVIOUS is not set in debrief.env.\n"
    assert terminal.gives(TOKEN, "set", "SLACK_TOKEN", "--accept-old").code == 2


def test_a_secret_given_by_hand_belongs_to_no_known_subscription(terminal: Typed):
    terminal.gives("P" + "A1B2C3", "set", "PAGERDUTY_WEBHOOK_SUBSCRIPTION")
    terminal.gives("a" * 32, "set", "PAGERDUTY_WEBHOOK_SECRET")
    assert terminal.kept() == {"PAGERDUTY_WEBHOOK_SECRET": "a" * 32}


def test_the_list_names_what_is_set_and_where_and_no_value(terminal: Typed, monkeypatch: pytest.MonkeyPatch):
    terminal.gives(TOKEN, "set", "SLACK_TOKEN")
    monkeypatch.setenv("JIRA_TOKEN", "from-the-environment")
    came, shown = terminal.runs("secret", "list", "--json"), terminal.runs("secret", "list")
    where = {one["name"]: one["where"] for one in came.json["secrets"] if one["is_set"]}
    assert where == {"SLACK_TOKEN": "debrief.env", "JIRA_TOKEN": "the environment"}
    assert len(shown.out.splitlines()) == len(came.json["secrets"]) == len(WHAT)
    assert all(text not in came.out + shown.out for text in ("secretpart", "from-the-environment"))
    refused = terminal.gives("another", "set", "JIRA_TOKEN")
    assert (refused.code, "out of the environment" in refused.err) == (2, True)


def test_every_name_has_a_purpose():
    assert set(WHAT) == {name for name in NAMES if not name.endswith("_PREVIOUS")}


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(terminal: Typed):
    (terminal.folder / "debrief.env").mkdir()
    came = terminal.gives(TOKEN, "set", "SLACK_TOKEN")
    assert (came.code, came.err.count("\n")) == (2, 1)
    assert "debrief.env" in came.err
    assert [one.name for one in terminal.folder.iterdir()] == ["debrief.env"]
    assert terminal.runs("secret", "list").code == 2
    assert terminal.runs("secret", "remove", "SLACK_TOKEN").code == 2


def test_a_stage_keeps_it_in_its_own_secret(terminal: Typed, aws: Aws, monkeypatch: pytest.MonkeyPatch):
    staged = a_stage(aws, monkeypatch)
    assert terminal.gives(TOKEN, "set", "SLACK_TOKEN", "--stage", "dev").code == 0
    assert staged.secret("SLACK") == {"SLACK_TOKEN": TOKEN}
    listed = terminal.runs("secret", "list", "--stage", "dev", "--json").json["secrets"]
    assert [one["name"] for one in listed if one["is_set"]] == ["SLACK_TOKEN"]
    assert terminal.kept() == {}
