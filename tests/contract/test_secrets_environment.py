"""The environment file of one machine: how it is written, who may read it, what is said where it is wrong."""

from pathlib import Path

import pytest

from connectors.errors import BadReply, NotAllowed, NotFound
from connectors.secrets.environment import EnvironmentSecrets, secrets_from_file
from tests.contract.stores import Clock

pytest_plugins = ["tests.contract.store_fixtures"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "debrief.env"


def test_the_file_is_read_as_people_write_it(file: Path) -> None:
    file.write_bytes(
        b"\xef\xbb\xbf# tokens\r\n"
        b"\r\n"
        b"PAGERDUTY_TOKEN=u+abc==\r\n"
        b"  export SLACK_TOKEN = 'xoxb-1 # not a comment'\r\n"
        b"JIRA_TOKEN=\"$HOME='x'\"\r\n"
        b"JIRA_EMAIL=first@example.com\n"
        b"JIRA_EMAIL=last@example.com\n"
        b"EMPTY=\n"
        b"QUOTE='\n"
    )
    assert dict(secrets_from_file(file)) == {
        "PAGERDUTY_TOKEN": "u+abc==",
        "SLACK_TOKEN": "xoxb-1 # not a comment",
        "JIRA_TOKEN": "$HOME='x'",
        "JIRA_EMAIL": "last@example.com",
        "EMPTY": "",
        "QUOTE": "'",
    }


def test_the_environment_wins_over_the_file(file: Path, clock: Clock) -> None:
    file.write_text("SLACK_TOKEN=from the file\nJIRA_TOKEN=from the file\n")
    secrets = EnvironmentSecrets({"SLACK_TOKEN": "from outside", "JIRA_TOKEN": " "}, file, clock)
    assert secrets.read("SLACK_TOKEN") == "from outside"
    assert secrets.read("JIRA_TOKEN") == "from the file"


def test_no_file_is_needed(file: Path, clock: Clock) -> None:
    for path in (None, file):
        secrets = EnvironmentSecrets({"SLACK_TOKEN": "x"}, path, clock)
        assert secrets.read("SLACK_TOKEN") == "x"
        assert secrets.warnings() == ()


def test_a_missing_secret_says_where_to_write_it(file: Path, clock: Clock) -> None:
    with pytest.raises(NotFound) as raised:
        EnvironmentSecrets({}, file, clock).read("JIRA_TOKEN")
    assert str(raised.value) == (
        "reading the secret JIRA_TOKEN: it is not set. Write a line JIRA_TOKEN=... into debrief.env."
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o666])
def test_a_file_that_others_can_read_is_warned_of(file: Path, clock: Clock, mode: int) -> None:
    file.write_text("SLACK_TOKEN=x\n")
    file.chmod(mode)
    secrets = EnvironmentSecrets({}, file, clock)
    assert secrets.warnings() == (f"Other users of this machine can read {file}: run chmod 600 on it.",)
    file.chmod(0o600)
    assert secrets.warnings() == ()


def test_a_line_that_is_no_pair_is_warned_of_without_showing_it(file: Path, clock: Clock) -> None:
    file.write_text("SLACK_TOKEN=x\nxoxb-canary\nexport\n=y\nA B=c\n# fine\n\n")
    file.chmod(0o600)
    assert EnvironmentSecrets({}, file, clock).warnings() == tuple(
        f"Line {number} of {file} is not KEY=value: it is ignored." for number in (2, 3, 4, 5)
    )


def test_a_file_that_is_not_text_is_said_in_a_sentence_without_its_bytes(file: Path, clock: Clock) -> None:
    file.write_bytes(b"SLACK_TOKEN=canary\xff\n")
    with pytest.raises(BadReply) as raised:
        EnvironmentSecrets({}, file, clock).read("SLACK_TOKEN")
    assert str(raised.value) == f"reading {file}: it is not UTF-8 text. Save it again as plain text."
    assert raised.value.__context__ is None


def test_a_file_that_cannot_be_read_is_said_in_a_sentence(file: Path, clock: Clock) -> None:
    file.mkdir()
    with pytest.raises(NotAllowed, match=f"reading {file}: Is a directory"):
        EnvironmentSecrets({}, file, clock).read("SLACK_TOKEN")
