"""`debrief serve` as a process of its own, which tests start, kill, and start again."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from handlers.wiring import Machine

PROJECT = Path(__file__).parents[2]
TIED = [sys.executable, "-I", "-S", str(Path(__file__).with_name("tied.py"))]
LONGEST_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.02


class DidNotStart(AssertionError):
    """It ended before it listened."""


class Served:
    """One run of the process, which ends with ours at the latest. Its log goes to `log`, one file for all runs.

    Without a `port` it takes a free one. Without `waits` it may not listen yet: ask `listens`. `module` is what is run,
    with its arguments, instead of `debrief serve`.
    """

    def __init__(
        self, machine: Machine, log: Path, *, port: int = 0, waits: bool = True, module: Sequence[str] = ()
    ) -> None:
        files = {"HOME": machine.home, "SETTINGS": machine.settings_file, "SECRETS": machine.secrets_file}
        environment = os.environ | {f"DEBRIEF_{name}": str(path) for name, path in files.items()}
        serve = module or ("handlers.cli", "serve", "--port", str(port))
        with log.open("a") as errors:
            self.process = subprocess.Popen(
                [*TIED, str(os.getpid()), sys.executable, "-m", *serve],
                cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        self.address = self.listens() if waits else ""

    def listens(self) -> str:
        """Wait until it listens; returns where. Raises DidNotStart."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                self.address = found[0]
                return found[0]
        code, _ = self.ends()
        raise DidNotStart(f"it did not start: exit code {code}")

    def kills(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.ends()

    def stops(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end; returns its exit code and what it said last."""
        self.process.send_signal(number)
        return self.ends()

    def journeys(self) -> dict[str, int]:
        """How many journeys are in which state."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer["journeys"]

    def ends(self) -> tuple[int, str]:
        """Wait until it has ended; returns the same."""
        out, _ = self.process.communicate(timeout=LONGEST_SECONDS)
        return self.process.returncode, out


def until(is_so: Callable[[], bool], what: str) -> None:
    """Look again and again until it is so: for other processes, which no clock of ours moves."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"not within {LONGEST_SECONDS:.0f} s: {what}"
        time.sleep(LOOK_EVERY_SECONDS)
