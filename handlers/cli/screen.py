"""The report on a terminal: readable at 80 columns, and as plain text where there is no terminal."""

import re
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from handlers.cli.plain import plain
from handlers.cli.report import Issue, Report
from handlers.cli.tally import SOURCES, count_words

_LINK = re.compile(r"https?://[^/\W][!-~]*")
"""What can be a link on a terminal: nothing in it ends the sequence that makes it one."""
_HEADS = {
    "live": "Draft postmortem ready",
    "offline": "Draft postmortem ready",
    "dry run": "Dry run: nothing was written. This is what would be made",
}


def show_report(console: Console, report: Report, *, output: str | None = None) -> None:
    console.print(Text(f"{_HEADS[report.mode]}: {plain(report.incident['title'])}", style="bold"), soft_wrap=True)
    place = output if output and output != "-" else report.draft
    if place:
        console.print(Text(f"  {plain(short(place))}", style="cyan"), soft_wrap=True)
    console.print()
    _show_counts(console, report)
    _show_issues(console, report)
    verb = "Would be announced" if report.mode == "dry run" else "Announced"
    for words in report.announced:
        console.print(Text(f"{verb} {plain(words)}."))
    _show_missing(console, report)


def short(place: str) -> str:
    """The path from here, where that is shorter: what a person can paste behind `open`."""
    path, here = Path(place), Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else place


def linked(words: str, link: str | None, style: str) -> Text:
    """Words in a style, and a link where it is one that a terminal can open safely."""
    is_link = link is not None and _LINK.fullmatch(link)
    return Text(plain(words), style=f"{style} link {link}" if is_link else style)


def _show_counts(console: Console, report: Report) -> None:
    rows = {SOURCES[source]: count_words(counts) for source, counts in report.counts.items()}
    for source, words in (rows | {"Timeline": f"{report.events:,} events"}).items():
        console.print(f"  {source:<10} {words}", soft_wrap=True, markup=False, highlight=False)
    console.print()


def _show_issues(console: Console, report: Report) -> None:
    if not report.issues:
        console.print("No action items were marked: none begins with ACTION:, TODO: or the like.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=False)
    for name, width in (("Issue", 10), ("Action item", None), ("Owner", 18), ("Due", 10)):
        table.add_column(name, max_width=width, overflow="fold")
    for issue in report.issues:
        table.add_row(_issue(report.mode, issue), _words(report.mode, issue), _owner(issue), issue.due_on or "none")
    console.print(table)
    console.print()


def _issue(mode: str, issue: Issue) -> Text:
    if issue.key:
        return linked(issue.key, issue.link, "green")
    if issue.state == "would be opened":
        return Text(f"in {plain(issue.project or '?')}")
    return Text(issue.state if mode == "live" else issue.project or "no route", style="yellow")


def _words(mode: str, issue: Issue) -> Text:
    """The item, and below it what a person should look at; before anything is made also how owner and date came."""
    text = Text(plain(issue.summary))
    for sentence in issue.said:
        text.append(f"\n{plain(sentence)}", style="yellow")
    unowned = issue.owner is None or "no Jira account" in issue.owner_why
    if unowned or mode == "dry run":
        text.append(f"\nOwner: {plain(issue.owner_why)}", style="yellow" if unowned else "dim")
    if issue.due_on is None or mode == "dry run":
        text.append(f"\nDue: {plain(issue.due_why)}", style="dim" if issue.due_on else "yellow")
    return text


def _owner(issue: Issue) -> Text:
    return Text(plain(issue.owner)) if issue.owner else Text("nobody yet", style="yellow")


def _show_missing(console: Console, report: Report) -> None:
    if (report.gaps or report.said or report.hints) and (report.announced or not report.issues):
        console.print()
    for gap in report.gaps:
        sentence = f"Not read: {gap['what']}. {gap['why']} {gap['remedy']}"
        console.print(Text(f"! {plain(sentence)}", style="yellow"))
    for sentence in (*report.said, *report.hints):
        console.print(Text(f"! {plain(sentence)}", style="yellow"))
