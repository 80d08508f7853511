"""`debrief report`: what became of action items, in sentences, figures and small bars."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from handlers.cli.actions_table import followed_on
from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine, utc_now
from postmortem.follow_up.report import FollowUpReport, report_on_items, report_sentences
from postmortem.outputs.csv_table import render_csv

BAR = 24
HEADINGS = ("figure", "of", "value", "out of")


def report_of(machine: Machine, since: str | None, team: str | None) -> FollowUpReport:
    """Raises Ended, SettingsError."""
    zone = ZoneInfo(settings_of(machine).timezone)
    return report_on_items(followed_on(machine), now=utc_now(), zone=zone, since=_day(since), team=team)


def as_json(report: FollowUpReport) -> dict[str, Any]:
    share = report.on_time / report.judged if report.judged else None
    return report.model_dump(mode="json") | {"share_on_time": share}


def as_csv(report: FollowUpReport) -> str:
    """One figure a line: which, of what, the value, and of how many."""
    return render_csv(HEADINGS, ([str(cell) for cell in row] for row in _figures(report)))


def say_report(console: Console, report: FollowUpReport) -> None:
    narrowed = [f"team {report.team}" if report.team else "", f"opened since {report.since}" if report.since else ""]
    only = ", ".join(words for words in narrowed if words)
    console.print(Text(plain(f"Action items on {report.today}{f' ({only})' if only else ''}"), style="bold"))
    if not (report.items or report.removed):
        console.print("No action item is followed here yet: debrief actions says when one is.")
        return
    for figure, counted in report_sentences(report):
        console.print(Text(figure), soft_wrap=True)
        console.print(Padding(Text(counted, style="dim"), (0, 0, 0, 2)))
    teams = [(one.team, one.overdue, f"{one.overdue} of {one.open} open") for one in report.teams]
    _say_bars(console, "Overdue, by team", teams)
    levels = [(one.priority, one.items, f"{one.items}, {one.open} of them open") for one in report.priorities]
    _say_bars(console, "Items, by the incident's priority", levels)
    months = [(one.month, one.opened, f"{one.opened} opened, {one.done} done") for one in report.months]
    _say_bars(console, "Opened, and done, by month", months)
    if report.before:
        console.print(Text(f"  {report.before} earlier months are left out here.", style="dim"))


def _say_bars(console: Console, heading: str, bars: list[tuple[str, int, str]]) -> None:
    """A bar is as long as its number to the largest of them; nothing where there are none."""
    if not bars:
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(max_width=24, overflow="fold")
    most = max(value for _, value, _ in bars)
    for name, value, words in bars:
        table.add_row(Text(plain(name)), Text(bar(value, most), style="cyan"), Text(words))
    console.print()
    console.print(Text(heading, style="bold"))
    console.print(table)


def bar(value: int, most: int) -> str:
    """As long as the value to the largest; what is more than nothing is seen."""
    return "█" * (max(round(BAR * value / most), 1) if value else 0)


def _figures(report: FollowUpReport) -> Iterator[tuple[Any, ...]]:
    yield "done on time", "done or overdue items with a due date", report.on_time, report.judged
    median = "" if report.median_age_days is None else report.median_age_days
    yield "median age in days", "open items", median, report.aged
    for name in ("open", "overdue", "unowned", "parked", "done"):
        yield name, "items", getattr(report, name), report.items
    yield from _left_out(report)
    yield from (("overdue", f"team {one.team}", one.overdue, one.open) for one in report.teams)
    yield from (("items", f"priority {one.priority}", one.items, report.items) for one in report.priorities)
    yield from (("opened", one.month, one.opened, "") for one in report.months)
    yield from (("done", one.month, one.done, "") for one in report.months)


def _left_out(report: FollowUpReport) -> Iterable[tuple[str, str, int, str]]:
    yield "left out", "without a due date", report.undated, ""
    yield "left out", "done on a day nobody knows", report.unclear, ""
    yield "left out", "removed by a person or dropped", report.removed, ""


def _day(since: str | None) -> date | None:
    try:
        return date.fromisoformat(since.strip()) if since else None
    except ValueError:
        raise Ended(Exit.USAGE, f'--since "{plain(since or "")}" is no day: write 2026-11-17.') from None
