"""`debrief follow-up`: one sweep now, for machines whose cron starts it instead of `debrief serve`."""

from contextlib import closing
from typing import Any

from rich.console import Console

from connectors.engine.local import LocalEngine
from handlers.cli.exits import on_this_machine
from handlers.cli.running import run_to_end
from handlers.follow_up import follow_up
from handlers.house import House
from handlers.journey import make_postmortem
from handlers.sweep import sweep_name
from handlers.wiring import Machine

JOURNAL = "follow-up.db"
KINDS = {"postmortem": make_postmortem, "follow_up": follow_up}


def sweep_now(machine: Machine) -> dict[str, Any]:
    """The sweep of this minute, to its end; beside a `debrief serve` nothing is said twice. Raises Ended."""
    engines = list[LocalEngine]()

    def start(kind: str, name: str, payload: dict[str, Any]) -> bool:
        return engines[0].start(kind, name, payload)

    with on_this_machine(machine.home):
        store = machine.store()
    with closing(machine.house(store, start=start)) as house, closing(_engine(machine, house)) as engine:
        engines.append(engine)
        name = f"{sweep_name(house.now())}-{house.now():%M}-by-hand"  # a lease of its own beside that of serve
        return run_to_end(engine, "follow_up", name, {"journey": name}, house.now)


def say_swept(console: Console, outcome: dict[str, Any]) -> None:
    """What came of it, on a line or two."""
    told = {
        "read": "issues read in Jira",
        "shown": "documents brought up to date",
        "closed": "postmortems closed",
        "retried": "incidents taken up again for what was parked",
        "reminded": "people reminded",
        "digests": "digests posted",
    }
    for name, words in told.items():
        if name in outcome:
            console.print(f"{outcome[name]:>6}  {words}", highlight=False)
    for problem in (outcome.get("failed"), *outcome.get("reminded_refused", ()), *outcome.get("digests_refused", ())):
        if problem:
            console.print(f"        not done: {problem}", markup=False, highlight=False)


def _engine(machine: Machine, house: House) -> LocalEngine:
    with on_this_machine(machine.home):
        return machine.engine(house, KINDS, JOURNAL)
