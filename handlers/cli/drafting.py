"""From what was asked to a draft: which way, and whether a person has to agree first."""

from functools import partial

from rich.console import Console

from handlers.cli.asking import Asked
from handlers.cli.display import display_on
from handlers.cli.drawn import Drawn
from handlers.cli.live import Bench, Confirm, draft_dry, draft_live
from handlers.cli.offline import Desk, draft_offline
from handlers.cli.plain import plain
from handlers.cli.prompts import is_someone_at, says_yes
from handlers.cli.settings_command import settings_of
from handlers.wiring import Machine
from postmortem.incident import Incident


def make_draft(machine: Machine, asked: Asked, progress: Console) -> Drawn:
    """Offline, for show, on a stage, or for good. `progress` is where a person looks meanwhile. Raises Ended and its
    kin."""
    if asked.stage:
        return _on_stage(asked, progress)
    settings, display = settings_of(machine), display_on(progress)
    asked.window(settings)  # a wrong time is said before anything is read
    if asked.offline:
        return draft_offline(Desk(machine, settings, asked, display))
    bench = Bench(machine, settings, asked, display, confirm=_confirm(progress))
    return draft_dry(bench) if asked.dry_run else draft_live(bench)


def _on_stage(asked: Asked, progress: Console) -> Drawn:
    from handlers.cli.draft_stage import check_stage_usage, draft_on_stage, watch_on
    from handlers.stage import find_stage

    check_stage_usage(asked)
    stage = find_stage(asked.stage or "", asked.region)
    return draft_on_stage(watch_on(stage, asked, display_on(progress), _confirm(progress)))


def _confirm(progress: Console) -> Confirm | None:
    return partial(_agreed, progress) if is_someone_at(progress) else None


def _agreed(console: Console, incident: Incident, writes: str) -> bool:
    console.print(f"{plain(incident.title)}\nThis will {writes}.", markup=False, highlight=False)
    return says_yes(console, "Go on?")
