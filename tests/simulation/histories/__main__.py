"""Record how this release keeps its journeys while they wait: `python -m tests.simulation.histories --record`.

Writes one file for each moment (in settle, waiting for an unclear create, ...) into tests/contract/histories/<version>,
the version being that of pyproject.toml. tests/contract/test_histories.py replays every history of every version on
today's code; docs/upgrade.md says what that promises, and what to do when it fails. Record once for each release, and
do not record a released version again: what waits out there was kept by the code of then. Without --record it says
which histories there are. Prints one JSON object.
"""

import argparse
import logging
import re
import sys
import tomllib
from pathlib import Path

from tests.simulation.histories.history import FOLDER, History
from tests.simulation.histories.recording import MOMENTS, recorded
from tests.simulation.report import Report

_PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def version() -> str:
    """Today's."""
    return tomllib.loads(_PYPROJECT.read_text())["project"]["version"]


def write(history: History) -> Path:
    """One file, a line for each part, so that a change can be read."""
    file = FOLDER / history.version / f"{re.sub(r'[^a-z]+', '_', history.moment)}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(history.model_dump_json(indent=1) + "\n")
    return file


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.histories",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--record", action="store_true", help="write the histories of today's version anew")
    logging.disable(logging.CRITICAL)
    report = Report()
    if parser.parse_args().record:
        for name in MOMENTS:
            print(f"recording {name}", file=sys.stderr)
            write(recorded(version(), name))
    kept = sorted(f"{file.parent.name}/{file.stem}" for file in FOLDER.glob("*/*.json"))
    return report.finish({"version": version(), "histories": kept})


if __name__ == "__main__":
    sys.exit(main())
