"""`debrief check`: a table of what is so, what is not, and what to do."""

import time
from contextlib import closing
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.checking import Finding, check_settings
from connectors.retrying import Budget
from connectors.store.notices import Notices
from handlers import vendors
from handlers.cli.exits import on_this_machine
from handlers.cli.plain import plain
from handlers.cli.settings_command import checked, settings_of
from handlers.wiring import Machine, utc_now

PATIENCE = 20.0
"""Seconds for each question: a person waits."""
_COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}


def findings_on(machine: Machine) -> tuple[Finding, ...]:
    """Everything that was found, in the order of the settings. Raises Ended and SettingsError for a wrong file."""
    settings, secrets = settings_of(machine), machine.secrets()
    budget = Budget(sleep=time.sleep, now=lambda: utc_now().timestamp(), seconds=PATIENCE)
    jira, slack = vendors.jira_api(settings, secrets, budget), vendors.slack_api(settings, secrets, budget)
    try:
        return (*_of_file(machine), *check_settings(settings, jira, slack), *_notices(machine))
    finally:
        if jira is not None:
            jira.close()


def as_json(findings: tuple[Finding, ...]) -> dict[str, Any]:
    count = {state: sum(finding.state == state for finding in findings) for state in _COLOURS}
    return {"ok": not count["failure"], "counts": count, "findings": [finding.model_dump() for finding in findings]}


def say_findings(console: Console, findings: tuple[Finding, ...]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for finding in findings:
        state = Text(finding.state, style=_COLOURS[finding.state])
        table.add_row(state, Text(plain(finding.subject)), Text(plain(finding.said)))
    console.print(table)


def _of_file(machine: Machine) -> tuple[Finding, ...]:
    found = checked(machine, must_exist=False)
    problems = [f"{problem['what']}. {problem['remedy']}" for problem in found["problems"]]
    name = machine.settings_file.name
    wrong = tuple(Finding(subject=name, state="failure", said=problem) for problem in problems)
    return wrong or (Finding(subject=name, state="ok", said="is valid" if found["file"] else "is not there: defaults"),)


def _notices(machine: Machine) -> tuple[Finding, ...]:
    """What the machinery has to say; nothing, and no folder made, where nothing was ever kept."""
    if not (machine.home / "records.sqlite").exists():
        return ()
    with on_this_machine(machine.home):
        store = machine.store()
    with closing(store):
        shown = Notices(store).all(utc_now())
    return tuple(Finding(subject="notice", state="warning", said=notice.sentence) for notice in shown)
