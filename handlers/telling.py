"""What is said and counted of a journey while it runs: one line a step, without content."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from connectors.engine.progress import Progress
from connectors.engine.start import moment_in
from connectors.logs import log

if TYPE_CHECKING:
    from connectors.meter import Meter
    from handlers.work import Work
    from postmortem.evidence import Gap, Part
    from postmortem.incident import Incident

SAME_RESOLVE = timedelta(minutes=1)
"""PagerDuty's clocks: what a webhook says of the moment, and what the incident shows."""
_COUNTED = {"started": "JourneysStarted", "done": "JourneysDone", "failed": "JourneysFailed"}


def telling(meter: Meter) -> Callable[[Progress], None]:
    """Says what happens, and counts the journeys."""
    return partial(_tell, meter)


def _tell(meter: Meter, progress: Progress) -> None:
    log_progress(progress)
    if not progress.step and progress.event in _COUNTED:
        meter.count(_COUNTED[progress.event], Kind=progress.kind)


def log_progress(progress: Progress) -> None:
    """One line a step: which, what became of it, how long it took. What goes well inside another step is told by the
    requests that it made."""
    goes_well = progress.event == "started" or (progress.event == "done" and " > " in progress.step)
    if progress.step and goes_well:
        return
    how = "for" if progress.event == "waiting" else "in"
    took = f" {how} {progress.seconds:.2f} s" if progress.seconds is not None else ""
    until = f" until {progress.until:%Y-%m-%d %H:%M:%S}" if progress.until else ""
    where = f": {progress.step}" if progress.step else ""
    why = f": {progress.why}" if progress.why else ""
    fields = {"kind": progress.kind, "event": progress.event} | ({"step": progress.step} if progress.step else {})
    log.info("%s%s %s%s%s%s", progress.journey, where, progress.event, took, until, why, extra=fields)


def count_draft(work: Work, incident: Incident) -> None:
    """The first document of a journey is there. What a person asked for again, or long after, tells of the person."""
    began, resolved = moment_in(work.journey), incident.resolved_at
    if began and resolved and work.beside is None and abs(began - resolved.at) < SAME_RESOLVE:
        work.house.meter.count("TimeToDraft", (work.house.now() - resolved.at).total_seconds())


def count_gaps(meter: Meter, gaps: Iterable[Gap]) -> None:
    for source, number in sorted(Counter(gap.source for gap in gaps).items()):
        meter.count("Gaps", number, Source=source)


def log_part(source: str, part: Part) -> None:
    log.info("read from %s: %s", source, counted(part) or "nothing new")


def counted(part: Part) -> str:
    """ "messages 45, people 8": how much of what is in a part."""
    from postmortem.evidence import Part

    amounts = ((name.replace("_", " "), len(getattr(part, name))) for name in Part.model_fields if name != "readings")
    return ", ".join(f"{name} {amount}" for name, amount in amounts if amount)
