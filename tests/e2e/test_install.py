"""docs/install.md as somebody new would follow it: its own lines, typed in an empty folder."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from handlers.wiring import utc_now
from tests.contract.keyboard import at_a_terminal
from tests.contract.stack import OSLS
from tests.e2e.ministack import MINISTACK, Account, ministack
from tests.e2e.on_lambda import ZIPS
from tests.e2e.runtime import free_port, wait_for
from tests.e2e.serving import PROJECT, TIED, until
from tests.incidents import by_name
from tests.incidents.moved import latest
from tests.neighbours import Neighbours
from tests.vendors.pagerduty_subscriptions import by_http

PAGE = (PROJECT / "docs" / "install.md").read_text()


def marked(where: str) -> list[str]:
    """The lines of the blocks that are marked as tried there."""
    blocks = re.findall(rf"<!-- tried: {where} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", "").splitlines() if line]


@dataclass
class Newcomer:
    """Types lines in a folder. The vendors are fakes at other addresses than the real ones: `neighbours`."""

    folder: Path
    neighbours: Neighbours
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None
    account: Account | None = None

    def types(self, line: str) -> str:
        """What came of it on the screen; a secret is typed at its prompt. It must end well."""
        command = line.partition(" #")[0].strip() + (" --yes" if "settings push" in line else "")
        if self.account and command.startswith("make deploy"):  # with the zips that were built before
            return self.account.deploy()
        if command.endswith("&"):
            return self._leaves_running(command.removesuffix("&").strip())
        if command.startswith("debrief init") and "--yes" not in command:
            return self._answers(*command.split()[1:])
        asked = re.match(r"debrief secret set (\w+)", command)
        typed = self.secrets[asked[1]] if asked else ""
        ran = subprocess.run(
            ["bash", "-ec", command], cwd=self.folder, env=self.environment, input=typed, capture_output=True,
            text=True, timeout=90,
        )  # fmt: skip
        assert ran.returncode == 0, f"{line}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout + ran.stderr

    def speaks_to_fakes(self) -> None:
        """What a test must change in the debrief.yml of a newcomer: where the vendors are, and how long to wait."""
        file = self.folder / "debrief.yml"
        written, fakes = (
            yaml.safe_load(file.read_text()),
            yaml.safe_load(self.neighbours.machine.settings_file.read_text()),
        )
        for vendor in ("pagerduty", "slack", "jira"):
            written[vendor] |= fakes[vendor]
        file.write_text(yaml.safe_dump(written | {"quiet_period": "1s"}))

    def deliver_to(self, url: str) -> Any:
        """As the proxy does, which has the public name; or AWS."""
        if self.account:
            assert url.endswith(".amazonaws.com/pagerduty")
            return partial(self.account.posts, "/pagerduty")
        assert url == "https://debrief.acme.example/pagerduty"
        return by_http(f"http://127.0.0.1:{self.port}/pagerduty")

    @property
    def secrets(self) -> dict[str, str]:
        lines = self.neighbours.machine.secrets_file.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def environment(self) -> dict[str, str]:
        """Of a new shell: nothing of Debrief's in it, and the path as the page sets it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEBRIEF_", "AWS_"))}
        kept |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        return kept | (self.account.environment if self.account else {})

    def drafts(self) -> list[Path]:
        return list((self.folder / "debrief-data" / "files" / "drafts").glob("*.md"))

    def _answers(self, *command: str) -> str:
        """The tokens that `debrief init` asks for."""
        assert self.account is not None
        with at_a_terminal(self.folder, *command, **self.account.environment) as person:
            for name in ("PAGERDUTY_TOKEN", "SLACK_TOKEN", "SLACK_SIGNING_SECRET", "JIRA_TOKEN"):
                person.types_secretly(name, self.secrets[name])
            assert person.ends() == 0, person.screen
        return person.screen

    def _leaves_running(self, command: str) -> str:
        tied = [*TIED, str(os.getpid()), "/bin/bash", "-c", f"exec {command} --port {self.port}"]
        with (self.folder / "log.txt").open("wb") as log:
            self.server = subprocess.Popen(tied, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        wait_for(self.port)
        return ""


@pytest.fixture
def newcomer(tmp_path: Path) -> Generator[Newcomer]:
    script = latest(by_name("stale-replica"), datetime.now(UTC))
    (tmp_path / "town").mkdir()
    (tmp_path / "here").mkdir()
    neighbours = Neighbours(tmp_path / "town", [script], utc_now)
    neighbours.move_in()
    someone = Newcomer(tmp_path / "here", neighbours)
    neighbours.pagerduty.subscriptions.deliver_to = someone.deliver_to
    try:
        yield someone
    finally:
        if someone.server:
            someone.server.terminate()
            someone.server.wait(30)
        neighbours.move_out()


def follows(newcomer: Newcomer, lines: list[str]) -> str:
    """What the screen showed."""
    shown = list[str]()
    for line in lines:
        shown.append(newcomer.types(line))
        if line.startswith("debrief init --yes"):
            newcomer.speaks_to_fakes()
    return "\n".join(shown)


def test_who_follows_the_page_on_one_machine_has_a_first_draft(newcomer: Newcomer):
    seen = follows(newcomer, marked("one machine"))

    for webhook in newcomer.neighbours.scripts[0].webhooks:
        newcomer.neighbours.pagerduty.subscriptions.tells(webhook)
    until(lambda: bool(newcomer.drafts()), "the first draft")

    assert "Postmortem" in newcomer.drafts()[0].read_text()
    until(lambda: len(newcomer.neighbours.pagerduty.written_notes) == 1, "the note on the incident")
    seen += (newcomer.folder / "log.txt").read_text()
    assert [name for name, value in newcomer.secrets.items() if value in seen] == []
    assert (newcomer.folder / "debrief.env").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(
    not (OSLS.exists() and MINISTACK.exists() and (ZIPS / "journey.zip").exists()),
    reason="make test-e2e fetches osls and ministack, and builds the zips",
)
def test_who_follows_the_page_on_aws_has_a_webhook_that_rings(newcomer: Newcomer, tmp_path: Path):
    """As far as an emulated account goes: it keeps no durable execution."""
    with ministack(tmp_path) as account:
        newcomer.account = account
        seen = follows(newcomer, marked("on AWS"))

        held = newcomer.neighbours.pagerduty.subscriptions
        webhook = newcomer.neighbours.scripts[0].webhooks[-1]
        held.tells(webhook)
        assert held.answered[-1] == (held.ids[0], 202)
    assert [name for name, value in newcomer.secrets.items() if value in seen] == []
    assert not (newcomer.folder / "debrief.env").exists()
