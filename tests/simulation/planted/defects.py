"""The known defects: a patch file each, whose first lines say what it does, who is known to have it, and what sees it.

    Defect: a worker asks whether its lease still holds, and creates whatever the answer is.
    Known: every lock without a fencing token.
    Caught by: schedules, boundaries kill

`Caught by` are detectors (`detectors.py`) in the order in which they are tried, each with its argument.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

PATCHES = Path(__file__).parent
_MENTIONS = ("Defect", "Known", "Caught by")


class DoesNotApply(Exception):
    """The code that a patch changes is another today: the patch must be made anew."""


@dataclass(frozen=True, slots=True)
class Defect:
    """`path` is the patch file; `files` are those that it changes; `detectors` are tried in this order."""

    path: Path
    what: str
    known: str
    detectors: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.stem

    def plant(self, copy: Path, *options: str) -> None:
        """Put the defect into a copy of the tree; with "--check" only try. Raises DoesNotApply, with what to do."""
        applied = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", *options, str(self.path)],
            cwd=copy,
            env={"GIT_CEILING_DIRECTORIES": str(copy.parent), "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        if applied.returncode:
            where = applied.stderr.strip().splitlines()[-1:] or ["git apply failed"]
            raise DoesNotApply(
                f"{self.path.name} does not apply any more ({where[0]}). Look at {', '.join(self.files)}, put the "
                f"defect in by hand, write it with `git diff -U1` under the same first lines, and take it out again."
            )


def defects() -> list[Defect]:
    """All of them, by their numbers."""
    return [_read(path) for path in sorted(PATCHES.glob("*.patch"))]


def _read(path: Path) -> Defect:
    lines = path.read_text().splitlines()
    told = dict(line.split(": ", 1) for line in lines[: len(_MENTIONS)])
    what, known, caught_by = (told[name] for name in _MENTIONS)
    files = tuple(line.removeprefix("+++ b/") for line in lines if line.startswith("+++ b/"))
    return Defect(path, what, known, tuple(caught_by.split(", ")), files)
