"""From what was asked to a draft: which way, and whether a person has to agree first."""

import sys
from functools import partial

from rich.console import Console

from handlers.cli.asking import Asked
from handlers.cli.display import display_on
from handlers.cli.drawn import Drawn
from handlers.cli.live import Bench, draft_dry, draft_live
from handlers.cli.offline import Desk, draft_offline
from handlers.cli.plain import plain
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine
from postmortem.incident import Incident


def make_draft(machine: Machine, asked: Asked, progress: Console) -> Drawn:
    """Offline, for show, or for good. `progress` is where a person looks meanwhile. Raises Ended and its kin."""
    settings, display = settings_of(machine), display_on(progress)
    asked.window(settings)  # a wrong time is said before anything is read
    if asked.offline:
        return draft_offline(Desk(machine, settings, asked, display))
    someone = sys.stdin.isatty() and progress.is_terminal
    bench = Bench(machine, settings, asked, display, confirm=partial(_agreed, progress) if someone else None)
    return draft_dry(bench) if asked.dry_run else draft_live(bench)


def _agreed(console: Console, incident: Incident, writes: str) -> bool:
    console.print(f"{plain(incident.title)}\nThis will {writes}.", markup=False, highlight=False)
    return console.input("Go on? [y/N] ", markup=False).strip().casefold() in ("y", "yes")
