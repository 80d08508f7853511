"""What `debrief check` found, for eyes: by vendor, the remedy below what was found, the count at the end."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.checks.finding import Finding
from handlers.cli.check_command import Checked
from handlers.cli.plain import plain

_COLOURS = {"failure": "red", "warning": "yellow", "ok": "green"}
_WIDEST = 26
"""Of the subjects: at 80 columns half of the line is left for what was found."""
_NOT_LIVE = "No vendor was asked: debrief check --live asks them."


def as_json(checked: Checked) -> dict[str, Any]:
    """{"ok", "live", "where", "counts": {"failure", "warning", "ok"}, "findings": [...]}."""
    counts = _counts(checked.findings)
    head = {"ok": not counts["failure"], "live": checked.is_live, "where": checked.where, "counts": counts}
    return head | {"findings": [finding.model_dump() for finding in checked.findings]}


def say_findings(console: Console, checked: Checked) -> None:
    """One block for each whose matter it is, in the order in which they were looked at."""
    width = min(_WIDEST, max((len(plain(one.subject)) for one in checked.findings), default=0))
    for about, findings in groupby(checked.findings, key=lambda finding: finding.about):
        console.print(Text(plain(about), style="bold"))
        console.print(_table(findings, width))
    console.print()
    console.print(_summary(checked))


def _table(findings: Iterable[Finding], width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=9, no_wrap=True)
    table.add_column(width=width, overflow="fold")
    table.add_column(overflow="fold")
    for finding in findings:
        said = Text(plain(finding.said))
        if finding.remedy:
            said.append(f"\n{plain(finding.remedy)}", style="italic" if finding.state == "ok" else "cyan")
        table.add_row(Text(f"  {finding.state}", style=_COLOURS[finding.state]), Text(plain(finding.subject)), said)
    return table


def _summary(checked: Checked) -> Text:
    """Failures first: "2 failures, 1 warning, 12 ok"."""
    counts = _counts(checked.findings)
    words = [
        f"{counts[state]:,} {state}{'s' if counts[state] != 1 and state != 'ok' else ''}"
        for state in _COLOURS
        if counts[state]
    ]
    worst = next((state for state in _COLOURS if counts[state]), "ok")
    summary = Text(f"{', '.join(words)}.", style=f"bold {_COLOURS[worst]}")
    return summary if checked.is_live else summary.append(f" {_NOT_LIVE}", style="default not bold")


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    states = [finding.state for finding in findings]
    return {state: states.count(state) for state in _COLOURS}
