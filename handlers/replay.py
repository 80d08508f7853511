"""Starting again what failed for good: what waits in a stage's queue, or in the journal of this machine.

A journey that failed is never started under its own name again: the name would be taken, and nothing would begin. The
name of another try follows from the message, so that the same message starts one journey, however often it is replayed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.engine.dead_letters import DeadLetters, Letter
from connectors.engine.executions import AT_WORK, Execution, Executions
from connectors.engine.failed import Failure, name_to_try_again, work_of_name, work_of_payload
from connectors.errors import ConnectorError
from connectors.store.port import Store
from connectors.store.shelf import Shelf
from handlers.house import Start
from handlers.start_again import RETRY_EVERY

UNKNOWN = "it is none of Debrief's: it stays"
TICK = "a tick of the clock: the next one did its work"


@dataclass(frozen=True, slots=True)
class Again:
    """One failure and what is to be done. `name` is the journey to start, None for none; `why_not` says why there is
    none to start; `stays` where the message is left in the queue."""

    incident_id: str
    title: str
    journey: str
    at: datetime
    why: str
    kind: str
    payload: dict[str, Any]
    name: str | None
    why_not: str = ""
    stays: bool = False
    letter: Letter | None = None


def plan_letters(letters: Iterable[Letter], store: Store, executions: Executions) -> tuple[list[Again], str | None]:
    """What to do with each, and why nobody could say what was made up for already (None where it could be said)."""
    letters, blind = list(letters), None
    made_up, told = dict[str, Execution](), dict[str, str]()
    if any(letter.kind == "postmortem" for letter in letters):
        try:
            made_up = _made_up(executions, min(letter.sent_at for letter in letters))
            told = _told(executions, letters)
        except ConnectorError as refused:
            blind = str(refused)
    return [_again(letter, store, made_up, told.get(letter.id, "")) for letter in letters], blind


def plan_failures(failures: Iterable[Failure], store: Store, now: datetime) -> list[Again]:
    """The same for the failed journeys of this machine's journal."""
    slot = int(now.timestamp() // RETRY_EVERY.total_seconds())
    planned = list[Again]()
    for failure in failures:
        name = name_to_try_again(failure.payload, slot)
        if name == failure.journey:  # tried in these six hours: a person who asks again means now
            name = name_to_try_again(failure.payload, int(now.timestamp()))
        incident_id = failure.payload["incident_id"]
        planned.append(
            Again(
                incident_id,
                _title(store, incident_id),
                failure.journey,
                failure.started_at,
                failure.error,
                "postmortem",
                failure.payload,
                name,
            )
        )
    return planned


def start_all(
    planned: Sequence[Again], start: Start, queue: DeadLetters | None, on_done: Callable[[Again], None]
) -> None:
    """Start each, and only then take its message out of the queue. Raises ConnectorError: what is left stays there."""
    for one in planned:
        if one.stays:
            continue
        if one.name:
            start(one.kind, one.name, _payload(one))
        if queue and one.letter:
            queue.delete(one.letter)
        on_done(one)


def _payload(one: Again) -> dict[str, Any]:
    return one.payload | {"journey": one.name} if "journey" in one.payload else one.payload


def _again(letter: Letter, store: Store, made_up: dict[str, Execution], told: str) -> Again:
    payload = letter.payload
    incident_id = str(payload.get("incident_id", "")) if letter.kind in ("postmortem", "observe") else ""
    name, why_not = _name(letter, made_up)
    return Again(
        incident_id=incident_id,
        title=_title(store, incident_id) if incident_id else letter.kind,
        journey=str(payload.get("journey", "")),
        at=letter.sent_at,
        why=told or letter.error,
        kind=letter.kind,
        payload=payload,
        name=name,
        why_not=why_not,
        stays=letter.kind == "unknown",
        letter=letter,
    )


def _name(letter: Letter, made_up: dict[str, Execution]) -> tuple[str | None, str]:
    digest = hashlib.sha256(letter.id.encode()).hexdigest()
    match letter.kind:
        case "postmortem":
            newer = made_up.get(work_of_payload(letter.payload))
            if newer and newer.started_at >= letter.sent_at:
                state = "is at work" if newer.is_at_work else "went well"
                return None, f"made up for: {newer.name} {state}"
            return name_to_try_again(letter.payload, int(digest[:12], 16)), ""
        case "observe":
            return f"ob-{digest[:40]}", ""
        case "follow_up":
            return f"fu-{digest[:40]}", ""
        case "tick":
            return None, TICK
        case "unknown":
            return None, UNKNOWN


def _made_up(executions: Executions, since: datetime) -> dict[str, Execution]:
    """By work: the newest that is at work or went well."""
    found = dict[str, Execution]()
    for one in executions.since(since, (*AT_WORK, "SUCCEEDED")):
        work = work_of_name(one.name)
        if work and (work not in found or found[work].started_at < one.started_at):
            found[work] = one
    return found


def _told(executions: Executions, letters: Iterable[Letter]) -> dict[str, str]:
    """By message: why its journey failed, in Debrief's own words, as far as Lambda still knows."""
    told = dict[str, str]()
    for letter in letters:
        if letter.kind == "postmortem":
            execution = executions.named(letter.payload["journey"])
            told[letter.id] = (executions.told(execution).error if execution else None) or ""
    return told


def _title(store: Store, incident_id: str) -> str:
    try:
        incident: dict[str, Any] = Shelf(store, incident_id).state().get("incident", {})
    except ValueError:  # an id that no store could keep
        return ""
    number = f"#{incident['number']} " if incident.get("number") else ""
    return f"{number}{incident.get('title', '')}".strip()
