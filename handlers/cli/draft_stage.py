"""`debrief draft INCIDENT --stage`: the stage's own journey for it, started or found at work; a person watches."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import Any

from connectors.collecting import read_incident
from connectors.engine.execution import name_of_execution
from connectors.engine.executions import Execution, Executions, Rest
from connectors.engine.failed import name_to_try_again
from connectors.engine.progress import Progress
from connectors.engine.start import journey_name
from connectors.store.port import Store
from connectors.store.resolves import Resolves
from connectors.store.shelf import Shelf
from connectors.table_journal import newest_step
from handlers.cli.asking import Asked, incident_id_from
from handlers.cli.display import Display
from handlers.cli.drawn import Drawn
from handlers.cli.exits import Ended, Exit, ended_by_journey
from handlers.cli.live import Confirm, reported, writes_outside
from handlers.gathering import reason_to_stop
from handlers.house import House
from handlers.stage import Stage
from handlers.start_again import RETRY_EVERY
from postmortem.incident import Incident

LOOK_EVERY = 1.0
"""Seconds. Lambda allows 15 such questions a second."""
MOST_LOOKS_IN_VAIN = 60
RESTS_IN = "refresh later"
"""The wait behind the draft: what is made is made."""
_NOT_WITH = "--stage drafts what PagerDuty and Slack have now: leave out {options}."
_GOES_ON = "Stopped watching. The journey goes on by itself in {where}: debrief status {incident_id} --stage {stage}"


@dataclass(frozen=True, slots=True)
class Watch:
    """What a draft on a stage is made with. `wait` lets seconds pass."""

    stage: Stage
    asked: Asked
    display: Display
    confirm: Confirm | None
    executions: Executions
    wait: Callable[[float], object] = lambda seconds: Event().wait(seconds)


def watch_on(stage: Stage, asked: Asked, display: Display, confirm: Confirm | None) -> Watch:
    return Watch(stage, asked, display, confirm, Executions(stage.client("lambda"), stage.outputs["PostmortemArn"]))


def check_stage_usage(asked: Asked) -> None:
    """What makes no sense of a stage. Raises Ended."""
    wrong = {
        "the exports": asked.offline,
        "--channel": asked.channels,
        "--since and --until": asked.since or asked.until,
        "--diff": asked.diff,
        "--dry-run": asked.dry_run and not asked.diff,
    }
    options = [option for option, is_there in wrong.items() if is_there]
    if options:
        raise Ended(Exit.USAGE, _NOT_WITH.format(options=", ".join(options)))


def draft_on_stage(watch: Watch) -> Drawn:
    """Raises Ended, and every ConnectorError."""
    store = watch.stage.store()
    with closing(watch.stage.house(store, on_part=watch.display.on_part)) as house, watch.display:
        incident, _ = read_incident(house.pagerduty, incident_id_from(watch.asked.incident or "", house.settings))
        if reason := reason_to_stop(incident, house):
            raise Ended(Exit.NO_DRAFT, f"No draft is due for {incident.id}: {reason}.")
        name = _begin(watch, house, incident)
        try:
            _see_through(watch, store, name)
        except KeyboardInterrupt:
            told = {"where": watch.stage.name, "incident_id": incident.id, "stage": watch.stage.stage}
            raise Ended(Exit.STOPPED, _GOES_ON.format(**told)) from None
        outcome: dict[str, Any] = Shelf(store, incident.id).state().get("outcome", {})
        return reported(house, incident, outcome)


def _begin(watch: Watch, house: House, incident: Incident) -> str:
    """The journey to watch: the one at work, or another that was started now. Raises Ended."""
    resolves = Resolves(house.store, incident.id)
    moment = (incident.resolved_at or incident.created_at).at
    found = resolves.found(moment, journey_name(incident.id, moment))
    known = watch.executions.named(found.journey)
    if known and known.is_at_work and not _is_done_for_now(watch.executions.rests(known)):
        watch.display.say(f"Its journey {found.journey} is at work already.")
        return found.journey
    name = _next(watch, house, incident, known) if known else found.journey
    _agree(watch, house, incident)
    watch.stage.start("postmortem", name, {"incident_id": incident.id, "journey": name})
    resolves.started(name)
    watch.display.say(f"Started the journey {name} in {watch.stage.name}.")
    return name


def _next(watch: Watch, house: House, incident: Incident, known: Execution) -> str:
    """What another journey is called: after a failure another try, and else another draft of this minute."""
    now = house.now()
    if not known.has_failed:
        return journey_name(incident.id, now.replace(second=0, microsecond=0))
    payload, slot = {"incident_id": incident.id}, int(now.timestamp() // RETRY_EVERY.total_seconds())
    again = name_to_try_again(payload, slot)
    tried = watch.executions.named(again)
    return name_to_try_again(payload, int(now.timestamp())) if tried and tried.has_failed else again


def _agree(watch: Watch, house: House, incident: Incident) -> None:
    """Ask before anything is written where others see it. Raises Ended."""
    writes = "" if watch.asked.yes else writes_outside(house)
    if writes and watch.confirm is None:
        raise Ended(Exit.USAGE, f"This will {writes}: add --yes to agree.")
    watch.display.pause()
    if writes and watch.confirm and not watch.confirm(incident, writes):
        raise Ended(Exit.STOPPED, "Stopped before anything was written.")


def _see_through(watch: Watch, store: Store, name: str) -> None:
    """Until the draft is made and announced. Raises Ended where the journey failed."""
    in_vain = 0
    while in_vain < MOST_LOOKS_IN_VAIN:
        execution = watch.executions.named(name)
        if execution and not execution.is_at_work:
            if execution.has_failed:
                raise ended_by_journey(watch.executions.told(execution).error or "")
            return
        rest = watch.executions.rests(execution) if execution else None
        if _is_done_for_now(rest):
            return
        step = newest_step(store, name_of_execution(execution.arn)) if execution and not rest else None
        in_vain = 0 if rest or step else in_vain + 1
        if rest:
            watch.display.on_step(Progress(name, rest.name, "waiting", until=rest.until))
        elif step:
            watch.display.on_step(Progress(name, step, "started"))
        watch.wait(LOOK_EVERY)
    raise Ended(Exit.UNREACHABLE, f"Lambda tells nothing of the journey {name}: the same command looks again.")


def _is_done_for_now(rest: Rest | None) -> bool:
    return rest is not None and rest.name == RESTS_IN
