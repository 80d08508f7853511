"""`make demo` as a person sees it: how it ends, and that nothing is left of it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.serving import PROJECT

COMMAND = [sys.executable, "-m", "tests.demo"]


def test_the_demo_shows_the_draft_its_issues_the_announcement_and_what_becomes_of_a_suggestion(tmp_path: Path):

    shown = subprocess.run([*COMMAND, str(tmp_path / "demo")], cwd=PROJECT, capture_output=True, text=True, timeout=60)

    assert (shown.returncode, shown.stderr) == (0, "")
    (draft,) = re.findall(r"^  (/\S+\.md)$", shown.stdout, re.MULTILINE)
    assert Path(draft).read_text().splitlines()[1].startswith("# Postmortem: Checkout p99 latency")
    for words in (
        "202 started",
        "Postmortem: Checkout p99",
        "Bea Lindqvist",
        "CHK",
        "Draft postmortem ready: Checkout",
        "[Accept]  [Edit]  [Drop]",
        "CHK-4   Put POOL_MAX",
        "1 action item of yours is past the due date and still open:",
        "debrief actions",
    ):
        assert words in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines() if "/" not in line) <= 80


def test_ctrl_c_stops_the_demo_and_leaves_nothing(tmp_path: Path):
    with subprocess.Popen(
        [*COMMAND, str(tmp_path / "demo")], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        address = next(found[0] for line in demo.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        demo.send_signal(signal.SIGINT)
        rest, _ = demo.communicate(timeout=10)

    assert (demo.returncode, address != "") == (130, True)
    assert rest.endswith("Stopped. Nothing is left running.\n")


def test_what_the_demo_leaves_behind_is_looked_at_with_the_command_that_it_names(tmp_path: Path):
    subprocess.run([*COMMAND, str(tmp_path / "demo")], cwd=PROJECT, capture_output=True, timeout=60, check=True)

    listed = subprocess.run(
        [sys.executable, "-m", "handlers.cli", "actions"],
        cwd=tmp_path / "demo",
        env={name: value for name, value in os.environ.items() if not name.startswith("DEBRIEF_")}
        | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (listed.returncode, listed.stderr) == (0, "")
    assert "Put POOL_MAX into the deploy checklist" in listed.stdout
    assert "overdue" not in listed.stdout, "the moved clock leaves nothing behind"
