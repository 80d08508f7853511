"""`debrief lint`: what a postmortem still lacks, and words in it that blame."""

import re
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.exits import Ended, Exit
from handlers.cli.plain import plain
from postmortem.lint import Finding, lint

_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_OTHERS = {".html": "HTML", ".htm": "HTML", ".json": "JSON"}


def findings_in(file: str) -> tuple[Finding, ...]:
    """`file` is a path, or - for standard input. Raises Ended where it cannot be read, or is no Markdown."""
    text = _text(file)
    other = "HTML" if _HTML.match(text) else _OTHERS.get(Path(file).suffix.casefold())
    if other:
        raise Ended(Exit.USAGE, f"{file} is {other}: give the postmortem in Markdown (debrief draft writes it as .md).")
    return lint(text)


def as_json(file: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    return {"file": file, "findings": [finding.model_dump(mode="json") for finding in findings]}


def say_findings(console: Console, file: str, findings: tuple[Finding, ...]) -> None:
    """Mistakes first, one after the other; then the notes, shorter; then the count."""
    mistakes = [finding for finding in findings if not finding.is_note]
    notes = [finding for finding in findings if finding.is_note]
    for finding in mistakes:
        head = Text(f"{file}{_place(finding)}: ", style="bold")
        console.print(head + Text(f"{finding.rule}: “{plain(finding.words)}”"), soft_wrap=True)
        console.print(Text(f"    {finding.why}."), soft_wrap=True)
        console.print(Text(f"    Better: {finding.better}.", style="green"), soft_wrap=True)
    for finding in notes:
        note = f"{file}{_place(finding)}: note: {finding.rule}: “{plain(finding.words)}”"
        console.print(Text(note, style="dim"), soft_wrap=True)
    console.print(Text(_counted(len(mistakes), len(notes))), soft_wrap=True)


def _place(finding: Finding) -> str:
    return f":{finding.line}" if finding.line else ""


def _counted(mistakes: int, notes: int) -> str:
    found = f"{mistakes} {'thing' if mistakes == 1 else 'things'} to mend" if mistakes else "Nothing to mend"
    return f"{found}, {notes} {'note' if notes == 1 else 'notes'}." if notes else f"{found}."


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.buffer.read().decode("utf-8", errors="replace")
    try:
        return Path(file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Ended(Exit.USAGE, f"{file} is not UTF-8 text: give a postmortem in Markdown.") from None
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise Ended(Exit.USAGE, f"{file} cannot be read ({reason}): name a postmortem in Markdown.") from None
