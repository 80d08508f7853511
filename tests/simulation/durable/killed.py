"""Kill a durable execution at every call in turn, before and after it, when nothing of the round was written yet.

On AWS a journal is written every few seconds and at each wait (`connectors/table_journal.py`), so what an invocation
came to since then dies with it. Here the journal is written at waits alone: whole rounds are lost. What is left behind
must be what an undisturbed life leaves. Prints one JSON object; ends with 1 where anything is different.

    uv run python -m tests.simulation.durable.killed                    # every call: some minutes
    uv run python -m tests.simulation.durable.killed --every 20         # a slice
    uv run python -m tests.simulation.durable.killed --life followed    # another life
"""

import argparse
import logging
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.simulation.durable.ends import differences, end_of
from tests.simulation.durable.stories import LIVES, SETTINGS, lived
from tests.simulation.durable.twins import DurableTwin, Place, Weather, twin_of
from tests.simulation.faults import Fault, Kind, reaches
from tests.simulation.report import Failure, Report

HARDLY_EVER = timedelta(days=1)
USUAL = "by itself"
KILLS = (Fault(Kind.KILL, 0), Fault(Kind.KILL, 1))
_NOTES = re.compile(r"\b[012] notes?\b")
"""Among what was read is the note that the killed round itself had written: the draft says truly that it is there."""


def life_with(faults: dict[Place, Fault], life: str) -> tuple[dict[str, Any], Weather]:
    """What it leaves behind, and the weather that it met."""
    weather, script = Weather(faults), LIVES[life].scripts[0]
    with twin_of(DurableTwin, script, settings=SETTINGS, weather=weather, width=1, every=HARDLY_EVER) as twin:
        lived(twin, life)
        left = end_of(twin)
        return left | {"drafts": [_NOTES.sub("(notes)", draft) for draft in left["drafts"]]}, weather


def killed(every: int, report: Report, life: str = USUAL) -> dict[str, Any]:
    expected, fair = life_with({}, life)
    todo = [(place, kill) for place, call in fair.calls for kill in KILLS if reaches(kill, call)][::every]
    reached = 0
    for place, kill in todo:
        left, met = life_with({place: kill}, life)
        reached += len(met.reached)
        if wrong := list(differences(expected, left)):
            report.failures.append(Failure(wrong[0], "", wrong, {"kill": f"{kill} at the {place[2]}. {place[1]}"}))
    return {"life": life, "calls": len(fair.calls), "lives": len(todo), "killed": reached}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="every so manieth kill: a slice")
    parser.add_argument("--life", choices=[*LIVES], default=USUAL, help=f"what happens ({USUAL})")
    logging.disable(logging.CRITICAL)
    asked, report = parser.parse_args(arguments), Report()
    return report.finish(killed(asked.every, report, asked.life))


if __name__ == "__main__":
    sys.exit(main())
