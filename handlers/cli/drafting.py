"""From what was asked to a draft: which way, and whether a person has to agree first."""

import sys

from rich.console import Console

from handlers.cli.asking import Asked
from handlers.cli.display import display_on
from handlers.cli.exits import Ended, Exit
from handlers.cli.live import Bench, Drawn, draft_dry, draft_live
from handlers.cli.offline import Desk, draft_offline
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine


def make_draft(machine: Machine, asked: Asked, progress: Console) -> Drawn:
    """Offline, for show, or for good. `progress` is where a person looks meanwhile. Raises Ended and its kin."""
    settings, display = settings_of(machine), display_on(progress)
    asked.window(settings)  # a wrong time is said before anything is read
    if asked.offline:
        return draft_offline(Desk(machine, settings, asked, display))
    bench = Bench(machine, settings, asked, display, confirm=lambda writes: _agreed(progress, writes))
    return draft_dry(bench) if asked.dry_run else draft_live(bench)


def _agreed(console: Console, writes: str) -> bool:
    """Ask once. Raises Ended where nobody can answer."""
    if not (sys.stdin.isatty() and console.is_terminal):
        sentence = f"This will {writes}: add --yes to agree, or --dry-run to look first."
        raise Ended(Exit.USAGE, sentence)
    console.print(f"This will {writes}.", markup=False)
    answer = console.input("Go on? [y/N] ", markup=False)
    return answer.strip().casefold() in ("y", "yes")
