"""A Chromium on this machine, which prints a page as PDF. It is started for one page and ends with it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from connectors.errors import BadReply, NotFound, Unreachable

# Debian, Fedora, Chrome's own packages, and the names that others use.
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
# No network, no first-run work, no telemetry: it is to print one file and nothing else.
# https://github.com/GoogleChrome/chrome-launcher/blob/main/docs/chrome-flags-for-tools.md (read 2026-11-21)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 60
REMEDY = "Install one (on Debian: apt-get install chromium), or write HTML and print that."


def find_chromium() -> Path:
    """The first Chromium on the PATH. Raises NotFound with what to do about it."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise NotFound("Looking for Chromium", "none is on the PATH", REMEDY)
    return Path(found)


def print_page(page: str, *, chromium: Path, seconds: float = SECONDS) -> bytes:
    """The page as PDF, by its print style. Raises Unreachable where Chromium does not end in time, BadReply where it
    writes nothing."""
    with tempfile.TemporaryDirectory(prefix="debrief-", ignore_cleanup_errors=True) as folder:
        source, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(page, "utf-8")
        nothing = subprocess.DEVNULL
        command = [chromium, *_flags(folder), f"--print-to-pdf={printed}", source.as_uri()]
        try:
            ended = subprocess.run(  # noqa: S603 # no shell, and nothing from outside in the command
                command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Unreachable("Printing a PDF", f"Chromium did not end within {seconds:g} s", REMEDY) from error
        except OSError as error:
            raise Unreachable("Printing a PDF", f"{chromium} cannot be started", REMEDY) from error
        if not printed.exists():
            raise BadReply("Printing a PDF", f"Chromium ended with {ended.returncode} and wrote no file", REMEDY)
        return printed.read_bytes()


def _flags(profile: str) -> list[str]:
    """Chromium's own sandbox refuses to start as root, as in most containers: there it has to go without."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*FLAGS, *sandbox, f"--user-data-dir={profile}/profile", "--no-pdf-header-footer"]
