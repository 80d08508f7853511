"""Throwaway copies of the tree, in which a defect is planted and looked for. The tree itself is never touched."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[3]
_FOLDERS = ("handlers", "connectors", "postmortem", "tests", "docs", "infra")
_FILES = ("pyproject.toml",)
_MEMORY = Path("/dev/shm")  # noqa: S108 # a disk in memory, where there is one
_NOT_COPIED = shutil.ignore_patterns("node_modules", "*.zip")

LONGEST = 150
"""Seconds of work for one defect: more would mean that nothing sees it. A busy machine takes longer by the clock."""
STOOD_STILL = 3600


@dataclass(frozen=True, slots=True)
class Looked:
    """What the detectors say of a copy. `caught_by`: the first that saw something, None where none did; what it `saw`,
    `after` how many of what it `counts` ("seeds", "passages"...)."""

    caught_by: str | None
    saw: str | None
    after: int
    counts: str
    seconds: float

    def told(self) -> dict[str, Any]:
        by = {"by": self.caught_by} if self.caught_by else {}
        found = {self.counts: self.after} if self.counts else {}
        return by | found | {"seconds": self.seconds, "saw": self.saw}


@contextmanager
def copied(tree: Path = ROOT) -> Generator[Path]:
    """A copy of what the detectors need, compiled files included; gone afterwards."""
    with TemporaryDirectory(prefix="planted-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        copy = Path(folder) / "tree"
        copy.mkdir()
        for name in _FOLDERS:
            if (tree / name).is_dir():
                shutil.copytree(tree / name, copy / name, ignore=_NOT_COPIED, symlinks=True)
        for name in _FILES:
            shutil.copy2(tree / name, copy / name)
        yield copy


def look(copy: Path, detectors: Sequence[str], *, most_seeds: int) -> Looked:
    """Run the detectors there until one catches something, by the same interpreter."""
    command = [sys.executable, "-m", "tests.simulation.planted.look", "--most-seeds", str(most_seeds), *detectors]
    ran = subprocess.run(
        command, cwd=copy, env=_environment(copy), capture_output=True, text=True, timeout=STOOD_STILL, check=False
    )
    told = _told(ran.stdout)
    if ran.returncode == -signal.SIGXCPU:
        return Looked(None, f"nothing was seen within {LONGEST} seconds of work", 0, "", LONGEST)
    if told is None:  # the defect broke the detector itself, which nobody overlooks
        return Looked("the start", (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1], 1, "runs", 0.0)
    return Looked(**told)


def _environment(copy: Path) -> dict[str, str]:
    """Ours, with the copy's modules before all others, and without what a person has set for Debrief."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEBRIEF_")}
    return kept | {"PYTHONPATH": str(copy), "PYTHONHASHSEED": "0"}


def _told(stdout: str) -> dict[str, Any] | None:
    lines = stdout.strip().splitlines()
    try:
        return json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
