"""A draft for a look: made as it would be, over what is kept here, and nothing of it stays."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.steps import Steps
from connectors.store.port import Store
from connectors.store.rehearsal import RehearsalStore
from handlers.cli.exits import on_this_machine
from handlers.gathering import collect_evidence, look_again
from handlers.house import House
from handlers.items import look_at_issues
from handlers.journey import compose_draft, open_the_issues
from handlers.owners import find_the_owners
from handlers.publishing import publish
from handlers.wiring import Machine
from handlers.work import work_of


def rehearsal_store(machine: Machine, scratch: Path) -> Store:
    """What this machine keeps, to read; what is written goes nowhere. A machine without a store is left so."""
    there = (machine.home / "records.sqlite").exists()
    with on_this_machine(machine.home):
        return RehearsalStore((machine if there else replace(machine, home=scratch)).store())


def preview(steps: Steps, bell: Any, house: House) -> dict[str, Any]:
    """One round without its outside: the document as publishing would write it, in a store that forgets it.

    Issues that were opened before are in it, with their state; those that would be opened have no key yet.
    """
    work = work_of(steps, bell, house)
    collected = collect_evidence(work, look_again(work))
    composed = compose_draft(work, collected["evidence"])
    work = work.with_owners(find_the_owners(work, collected["evidence"]))
    issues = open_the_issues(work, 0) if house.jira is None else {}  # without Jira: the reason, and nothing is opened
    publish(work, "publish", issues, look_at_issues(work))
    return composed
