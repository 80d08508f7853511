"""Whole lists of PagerDuty's records into one Part. A record without a readable time stands at its nearest neighbour's,
and is counted; one that cannot stand anywhere is counted aloud. Pure.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from connectors.pagerduty.raw import moment, people_in, text
from connectors.pagerduty.translate import (
    alert_from_pagerduty,
    change_event_from_pagerduty,
    is_ours,
    log_entry_from_pagerduty,
    note_from_pagerduty,
    past_incident_from_pagerduty,
)
from postmortem.evidence import Gap, Part
from postmortem.moment import Moment
from postmortem.people import Person

LISTS = ("alerts", "log entries", "notes", "change events")
"""The lists of an incident, by the names a person reads."""

OPTIONAL_LISTS = ("past incidents", "related incidents")
"""Lists that only some plans have: https://support.pagerduty.com/main/docs/past-incidents (AIOps; read 2026-11-21)."""

_TIME = {"change events": "timestamp"}


def part_from_pagerduty(what: str, raws: Sequence[Any], offset: int = 0, known: Collection[str] = ()) -> Part:
    """A page of one of LISTS or OPTIONAL_LISTS, with everybody it mentions except the people whose ids are `known`.

    `offset` is how many records came before. Log entries come newest first, so that they are counted downwards:
    later in the list is lower in sequence, over all pages, without knowing how many there are.
    """
    raws = [raw for raw in raws if not _is_ours(raw)]
    if what == "log entries":
        entries, gaps = _translated(
            what, raws, lambda raw, place, near: log_entry_from_pagerduty(raw, -(offset + place), near)
        )
        return Part(log_entries=entries, people=_people(raws, known), gaps=gaps)
    if what == "alerts":
        alerts, gaps = _translated(what, raws, lambda raw, _, near: alert_from_pagerduty(raw, near))
        return Part(alerts=alerts, people=_people(raws, known), gaps=gaps)
    if what == "notes":
        notes, gaps = _translated(what, raws, lambda raw, _, near: note_from_pagerduty(raw, near))
        return Part(notes=notes, people=_people(raws, known), gaps=gaps)
    if what in OPTIONAL_LISTS:
        past = (past_incident_from_pagerduty(raw, what, offset + place) for place, raw in enumerate(raws, 1))
        return Part(past_incidents=tuple(one for one in past if one))
    changes, gaps = _translated(what, raws, lambda raw, _, near: change_event_from_pagerduty(raw, near))
    return Part(changes=changes, people=_people(raws, known), gaps=gaps)


def _is_ours(raw: Any) -> bool:
    """What Debrief wrote is no evidence: neither its note, nor the log entry that repeats the note."""
    said = (text(raw, "content"), text(raw, "note"), text(raw, "channel", "content"), text(raw, "channel", "summary"))
    return any(is_ours(one) for one in said)


def _people(raws: Sequence[Any], known: Collection[str]) -> tuple[Person, ...]:
    return tuple(person for person in people_in(*raws) if person.id not in known)


def _translated[T](
    what: str, raws: Sequence[Any], translate: Callable[[Any, int, Moment | None], T | None]
) -> tuple[tuple[T, ...], tuple[Gap, ...]]:
    key = _TIME.get(what, "created_at")
    times = [moment(raw, key) for raw in raws]
    near = _nearest(times)
    records = [
        translate(raw, place, _instead(raw, key, near[place]) if times[place] is None else None)
        for place, raw in enumerate(raws)
    ]
    good = tuple(record for record in records if record is not None)
    moved = sum(time is None and record is not None for time, record in zip(times, records, strict=True))
    return good, (*_gap_of_times(what, moved), *_gap_of_records(what, len(records) - len(good)))


def _nearest(times: Sequence[Moment | None]) -> list[Moment | None]:
    """For each place the nearest known time: the one before it in the list, or else the first after it."""
    near: list[Moment | None] = []
    last = next((time for time in times if time), None)
    for time in times:
        last = time or last
        near.append(last)
    return near


def _instead(raw: Any, key: str, near: Moment | None) -> Moment | None:
    return Moment(at=near.at, original=text(raw, key) or "") if near else None


def _gap_of_times(what: str, count: int) -> tuple[Gap, ...]:
    if not count:
        return ()
    why = "PagerDuty gave no time that can be read"
    remedy = "They stand at the time of their neighbours: check their place in the timeline."
    return (Gap(source="pagerduty", what=f"the times of {count} {what}", why=why, remedy=remedy),)


def _gap_of_records(what: str, count: int) -> tuple[Gap, ...]:
    if not count:
        return ()
    why = "they carry no id, or no time that can be read"
    remedy = "Look at the incident in PagerDuty and add by hand what matters."
    return (Gap(source="pagerduty", what=f"{count} {what}", why=why, remedy=remedy),)
