"""The command line as a person has it: arguments in, exit code and both outputs out. Only vendors are faked."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from handlers.cli import main
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Came:
    """What a command came to. `out` is what a script reads, `err` what a person reads meanwhile."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


class Terminal:
    """Runs `debrief` in a folder of its own, without a terminal, at 80 columns."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys, self._patch = folder, capsys, monkeypatch
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "80")
        for name in list(os.environ):
            if name.startswith(("DEBRIEF_", "PAGERDUTY_", "SLACK_", "JIRA_", "FORCE_COLOR")):
                monkeypatch.delenv(name)

    def runs(self, *arguments: str) -> Came:
        self._capsys.readouterr()
        code = main(arguments)
        said = self._capsys.readouterr()
        return Came(code, said.out, said.err)

    def runs_with(self, world: World, *arguments: str) -> Came:
        """With the world's settings and secrets, and a home of this folder's own."""
        for name, value in environment_of(world, self.folder).items():
            self._patch.setenv(name, value)
        return self.runs(*arguments)


def environment_of(world: World, folder: Path) -> dict[str, str]:
    return {
        "DEBRIEF_HOME": str(folder / "debrief-data"),
        "DEBRIEF_SETTINGS": str(world.machine.settings_file),
        "DEBRIEF_SECRETS": str(world.machine.secrets_file),
    }


def in_a_process(folder: Path, *arguments: str, **environment: str) -> Came:
    """The same in a process of its own, as a script runs it."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(
        [sys.executable, "-m", "handlers.cli", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Came(done.returncode, done.stdout, done.stderr)
