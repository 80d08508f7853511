"""A person at a real terminal: `debrief` behind a pseudo-terminal, questions read off the screen, answers typed.

with at_a_terminal(folder, "init") as person:
    person.answers("Your time zone", "Europe/Berlin")
    person.types_secretly("PAGERDUTY_TOKEN", "u+...")
assert person.code == 0
"""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.cli import ROOT

# It owns its terminal: so Ctrl-C reaches it, and getpass finds /dev/tty.
_AS_A_SHELL_WOULD = """
import fcntl, runpy, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
runpy.run_module("handlers.cli", run_name="__main__")
"""

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
PATIENCE = 90.0
"""Seconds until a question must be there: a machine at work is slow to load Python."""


class Person:
    """`screen` is all that was shown so far, what was typed with echo included."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self._process, self._terminal = process, terminal
        self._read, self.screen, self.code = 0, "", -1

    def answers(self, question: str, typed: str = "") -> None:
        """Wait for a question and type an answer; Enter alone without one."""
        self.sees(question)
        self._types(typed)

    def types_secretly(self, question: str, secret: str) -> None:
        """The same once echo is off: what is typed before that would be shown."""
        self.sees(question)
        deadline = time.monotonic() + PATIENCE
        while termios.tcgetattr(self._terminal)[3] & termios.ECHO and time.monotonic() < deadline:
            self._shows_more(0.02)
        self._types(secret)

    def sees(self, words: str) -> None:
        """Wait until this stands on the screen behind what was seen before."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.screen[self._read :]:
            assert time.monotonic() < deadline, f"waited for {words!r}, the screen ends: {self.screen[-600:]}"
            assert self._shows_more(1.0) or self._process.poll() is None, f"{words!r} never came: {self.screen[-600:]}"
        self._read = self.screen.index(words, self._read) + len(words)

    def presses_ctrl_c(self) -> None:
        os.write(self._terminal, b"\x03")

    def presses_ctrl_d(self) -> None:
        os.write(self._terminal, b"\x04")

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._shows_more(0.5) or self._process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end: {self.screen[-600:]}"
        while self._shows_more(0.1):
            pass
        self.code = self._process.wait()
        return self.code

    def _types(self, text: str) -> None:
        os.write(self._terminal, f"{text}\n".encode())

    def _shows_more(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        try:
            shown = os.read(self._terminal, 65536) if ready else b""
        except OSError:  # Linux says so where the other side has hung up
            return False
        self.screen += shown.decode(errors="replace").replace("\r\n", "\n")
        return bool(shown)


@contextmanager
def at_a_terminal(folder: Path, *arguments: str, **environment: str) -> Generator[Person]:
    """Ends what is left of it in any case."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    process = subprocess.Popen(
        [sys.executable, "-c", _AS_A_SHELL_WOULD, *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TERM": "dumb", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Person(process, ours)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(ours)


def answering(folder: Path, environment: dict[str, str], answer: str, *arguments: str) -> tuple[int, str]:
    """Run `debrief` at a terminal and answer the one question it asks; exit code and what was shown."""
    with at_a_terminal(folder, *arguments, **environment, TERM="xterm") as person:
        person.answers("Go on?", answer)
        code = person.ends()
    return code, CODES.sub("", person.screen).replace("\r", "\n")
