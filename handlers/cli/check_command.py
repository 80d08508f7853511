"""`debrief check`: what an installation's own files say, and with --live what every vendor says to them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from rich.console import Console

from connectors.checks.finding import Finding
from connectors.retrying import Budget
from handlers.cli.check_files import files_of
from handlers.cli.check_vendors import Asking, askings, of_clock
from handlers.place import Place
from handlers.wiring import utc_now

PATIENCE = 20.0
"""Seconds for each question: a person waits."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`where` is the place in words. With `wrong_settings` nobody was asked: what would they be asked about?"""

    where: str
    is_live: bool
    findings: tuple[Finding, ...]
    wrong_settings: bool = False


def checked_on(
    place: Place, *, is_live: bool, console: Console, sleep: Callable[[float], None] = time.sleep
) -> Checked:
    """Everything that was found, in a fixed order. Raises Ended where the settings file cannot be read."""
    files = files_of(place, is_live=is_live)
    if files.are_wrong:
        return Checked(place.name, is_live, files.findings, wrong_settings=True)
    budget = Budget(sleep=sleep, now=lambda: utc_now().timestamp(), seconds=PATIENCE)
    asked = _asked(askings(place, files.settings, budget), console) if is_live else ()
    return Checked(place.name, is_live, (*files.findings, *asked))


def _asked(vendors: Sequence[Asking], console: Console) -> tuple[Finding, ...]:
    """All of them side by side, told in their order; on a terminal a line says whose answer is waited for."""
    left = dict.fromkeys(one.about for one in vendors)
    pool = ThreadPoolExecutor(max(1, len(vendors)))
    try:
        with console.status(_waiting(left)) as status:
            started = {pool.submit(one.ask): one for one in vendors}
            for done in as_completed(started):
                left.pop(started[done].about, None)
                status.update(_waiting(left))
            found = [future.result() for future in started]
    finally:  # Ctrl-C does not wait for who is still asked
        pool.shutdown(wait=False, cancel_futures=True)
    return (*(finding for answer in found for finding in answer.findings), *of_clock(found))


def _waiting(left: dict[str, None]) -> str:
    return f"Asking {', '.join(left)}"
