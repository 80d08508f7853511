"""Run in a copy with a defect in it: look with one detector after the other, and print what the first of them saw.

    python -m tests.simulation.planted.look [--most-seeds N] DETECTOR...

A detector is a name and, after a space, its argument: "seeds", "schedules", "boundaries late".
"""

import json
import resource
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import handlers
from tests.simulation.planted.detectors import DETECTORS, Found, Limits
from tests.simulation.planted.workbench import LONGEST, Looked


def look(detectors: Sequence[str], limits: Limits) -> Looked:
    began, seen = time.monotonic(), Found(None, 0, "")
    for asked in detectors:
        name, _, argument = asked.partition(" ")
        try:
            seen = DETECTORS[name](argument, limits)
        except Exception as error:  # noqa: BLE001 # a world that falls over is seen, too
            seen = Found(f"{type(error).__name__}: {error}"[:300], 1, "runs")
        if seen.what:
            return Looked(asked, seen.what, seen.after, seen.counts, round(time.monotonic() - began, 1))
    return Looked(None, None, seen.after, seen.counts, round(time.monotonic() - began, 1))


def main(arguments: list[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.simulation.planted.look")
    parser.add_argument("detectors", nargs="+")
    parser.add_argument("--most-seeds", type=int, default=300)
    asked = parser.parse_args(arguments)
    here = Path(str(handlers.__file__)).parents[1]
    assert here == Path.cwd(), f"this is the code of {here}, not that of {Path.cwd()}"
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 5))
    print(json.dumps(asdict(look(asked.detectors, Limits(asked.most_seeds)))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
