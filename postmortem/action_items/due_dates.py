"""By when an action item is due, and why: as its own words say, else by the priority of the incident."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from postmortem.action_items.business_days import due_date_from_priority
from postmortem.action_items.due_phrases import DuePhrase, find_due_phrase
from postmortem.identities import Identities
from postmortem.incident import Incident
from postmortem.moment import day_in
from postmortem.noun import Noun
from postmortem.settings import Settings


class DueDate(Noun):
    """The day, one sentence why it is that day, and the words it was read from; "" where nobody named a day."""

    due_on: date | None
    why: str
    phrase: str = ""


def due_date(
    body: str, said_at: datetime, author_id: str | None, incident: Incident, identities: Identities, settings: Settings
) -> DueDate:
    """When the words of an item make it due, read on the day on which its author said them, where they were."""
    home = ZoneInfo(settings.timezone)
    zone = zone_of(author_id, identities) or home
    said_on = day_in(zone, said_at)
    if said := find_due_phrase(body, said_on, settings.holidays):
        elsewhere = f" ({zone.key})" if said_on != day_in(home, said_at) else ""
        return DueDate(due_on=said.due_on, why=_why(said, said_on, elsewhere), phrase=said.phrase)
    counted_from = incident.resolved_at.at if incident.resolved_at else said_at
    try:
        due_on, why = due_date_from_priority(settings, incident.priority, day_in(home, counted_from))
    except OverflowError:
        return DueDate(due_on=None, why="its record lies at the end of time, so no day can be counted from it")
    return DueDate(due_on=due_on, why=why)


def zone_of(person_id: str | None, identities: Identities) -> ZoneInfo | None:
    """Where somebody is: as their own account says, else another of theirs, else the settings; None if none knows."""
    return next(_zones(person_id, identities), None) if person_id else None


def _zones(person_id: str, identities: Identities) -> Iterator[ZoneInfo]:
    human = identities.human(person_id)
    accounts = sorted(identities.of_human(human), key=lambda person: (person.id != person_id, person.id))
    entry = identities.entry(human)
    names = [*(person.timezone for person in accounts), entry.timezone if entry else None]
    for name in filter(None, names):
        try:
            yield ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a vendor's word for a zone, or a stranger's
            continue


def _why(said: DuePhrase, said_on: date, elsewhere: str) -> str:
    """'said: "tomorrow" on 2026-11-20 (America/New_York)': the zone where it was another day there."""
    reading = f", {said.reading}" if said.reading else ""
    return f'said: "{said.phrase}" on {said_on.isoformat()}{elsewhere}{reading}'
