"""What all commands of the simulation print: one JSON object on stdout, and the same shape for every failure."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


def commit() -> str | None:
    """The short hash of what is checked out; None where this is no git checkout."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:  # no git on this machine
        return None
    return asked.stdout.strip() or None


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, the command that shows it again, and the shortest trace that is known."""

    what: str
    reproduce: str
    trace: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def told(self) -> dict[str, Any]:
        return {"what": self.what, "reproduce": self.reproduce, **self.more, "trace": list(self.trace)}


@dataclass(slots=True)
class Report:
    """Begin one before the work (its clock runs), `finish` it after."""

    began: float = field(default_factory=time.monotonic)
    failures: list[Failure] = field(default_factory=list[Failure])

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def finish(self, figures: Mapping[str, Any]) -> int:
        """Print the one object. Returns the exit code of the command: 1 where anything failed."""
        told = {"commit": commit(), "seconds": round(self.seconds, 1), **figures}
        told["failures"] = [failure.told() for failure in self.failures]
        print(json.dumps(told, indent=1))
        return 1 if self.failures else 0
