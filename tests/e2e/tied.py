"""Runs a command that dies with the process that started it, whatever becomes of that one; on Linux."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html (read 2026-11-21): kept over an exec, and sent
when the thread that started us ends."""


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we asked
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 # the test's own command


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
