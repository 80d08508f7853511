"""Measuring in fresh processes: each child prints one JSON object, and the median of several runs counts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def run_child(module: str, *arguments: str, environment: Mapping[str, str] | None = None, given: str = "") -> Any:
    """Run `python -m module arguments` with `given` on its stdin; what it printed. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        input=given,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def medians(runs: Sequence[Mapping[str, Any]], *names: str) -> dict[str, float]:
    return {name: median(float(run[name]) for run in runs) for name in names}
