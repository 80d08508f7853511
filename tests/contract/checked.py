"""`debrief check` for tests: what was found, by subject, in words."""

from collections.abc import Callable
from typing import Any

from tests.contract.cli import Terminal
from tests.world import World

type Checks = Callable[[World], list[dict[str, Any]]]
"""Runs `debrief check --live --json` with a world's settings and secrets; the findings."""


def checks_in(terminal: Terminal) -> Checks:
    return lambda world: terminal.runs_with(world, "check", "--live", "--json").json["findings"]


def found_of(findings: list[dict[str, Any]], subject: str) -> list[tuple[str, str]]:
    """State and sentence, with its remedy, of each finding about this."""
    return [(one["state"], f"{one['said']} {one['remedy']}".strip()) for one in findings if one["subject"] == subject]
