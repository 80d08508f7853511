"""Reading one incident whole. Calls: one for the incident, one a page of each list, one a person not yet known."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast

from connectors.errors import BadReply, ConnectorError, NotAllowed, NotFound, RateLimited, Rejected, Unreachable
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.batch import LISTS, OPTIONAL_LISTS, part_from_pagerduty
from connectors.pagerduty.raw import person_from_pagerduty
from connectors.pagerduty.replies import MOST_RECORDS, Page
from connectors.pagerduty.translate import incident_from_pagerduty
from connectors.patience import patiently
from connectors.steps import Json, Steps
from postmortem.evidence import Gap, Part, Reading
from postmortem.incident import Incident
from postmortem.people import Person

type Keep = Callable[[str, Part], str]
"""Saves a Part under a name of [A-Za-z0-9/-] and returns the name by which it is loaded again."""

REFUSED_FOR_GOOD = (NotAllowed, NotFound, Rejected, BadReply)
"""Errors that become a Gap at once."""

OUTAGE_WAITS = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2))
"""How long a list that does not answer is waited for, over all its pages: then the draft is made without the rest."""


def read_incident(api: PagerDutyApi, incident_id: str) -> tuple[Incident, Part]:
    """The incident (by id or number) as it is now, and the people it mentions. One call.

    Raises a ConnectorError: without the incident there is nothing to write about.
    """
    translated = incident_from_pagerduty(api.get_incident(incident_id))
    if translated is None:
        raise BadReply(f"reading the PagerDuty incident {incident_id}", "an incident without an id or a time")
    incident, people = translated
    reading = Reading(source="pagerduty", what="incident", count=1, link=incident.link)
    return incident, Part(people=people, readings=(reading,))


def collect(
    api: PagerDutyApi,
    steps: Steps,
    keep: Keep,
    incident_id: str,
    known_people: Iterable[Person] = (),
    *,
    asked_before: Collection[str] = (),
) -> list[str]:
    """All lists of the incident side by side, then the people not yet known; the names of the kept Parts.

    `known_people` are those met so far (the Part of `read_incident`, earlier incidents): who has an e-mail there, or is
    a bot, is not asked for, nor told again by the lists; those of `asked_before` (ids) are only not asked for. Load the
    Parts in the order of the names: what is later tells more. What cannot be read is a Gap in its Part, and never an
    error: a list that does not answer after a few minutes, a person's e-mail at once.
    """
    known_people = tuple(known_people)
    known = {person.id for person in known_people if person.email or person.is_bot}
    lists = steps.each(
        "PagerDuty lists",
        [*LISTS, *OPTIONAL_LISTS],
        lambda child, what: cast("Json", _read_list(child, _List(api, keep, incident_id, what, known))),
    )
    read = [cast("dict[str, list[str]]", one) for one in lists]
    met = {person.id for person in known_people} | {id_ for one in read for id_ in one["people"]}
    people = steps.each(
        "PagerDuty people", sorted(met.difference(known, asked_before)), partial(_read_person, api, keep)
    )
    return [name for one in read for name in one["parts"]] + people


@dataclass(frozen=True, slots=True)
class _List:
    """One list of one incident. Who is `known` is not told again."""

    api: PagerDutyApi
    keep: Keep
    incident_id: str
    what: str
    known: Collection[str]

    def read(self, offset: int, before: int, *, gives_up: bool) -> Json:
        """Read and keep one page; {"down": True} where nobody answers and it does not give up yet."""
        try:
            page = _reader(self.api, self.what)(self.incident_id, offset)
        except Unreachable as silence:
            return self.end(offset, before, silence) if gives_up else {"down": True}
        except (NotAllowed, NotFound) as refusal:
            return self.not_in_this_plan() if self.what in OPTIONAL_LISTS else self.end(offset, before, refusal)
        except REFUSED_FOR_GOOD as refusal:
            return self.end(offset, before, refusal)
        return self.keep_page(offset, before, page, part_from_pagerduty(self.what, page.records, offset, self.known))

    def not_in_this_plan(self) -> Json:
        """No gap: what an account does not have cannot be missed. It is said where the counts are."""
        reading = Reading(source="pagerduty", what=f"{self.what} (not in this account's plan)", count=0)
        name = self.keep(f"pagerduty/{self.what.replace(' ', '-')}-0", Part(readings=(reading,)))
        return {"part": name, "next": None, "count": 0, "people": list[Json]()}

    def end(self, offset: int, before: int, refusal: ConnectorError) -> Json:
        """The list ends here, and says so."""
        gap = _gap(f"{self.what}, from number {offset + 1}", refusal)
        return self.keep_page(offset, before, Page((), None), Part(gaps=(gap,)))

    def keep_page(self, offset: int, before: int, page: Page, part: Part) -> Json:
        """`before` is how many records the earlier pages brought; the last page says how many there were in all."""
        count = before + len(page.records)
        if page.next_offset is None:
            gaps = part.gaps + (_capped(self.what) if page.is_capped else ())
            reading = Reading(source="pagerduty", what=self.what, count=count)
            part = part.model_copy(update={"readings": (reading,), "gaps": gaps})
        asked_for = [person.id for person in part.people if not person.is_bot]
        name = self.keep(f"pagerduty/{self.what.replace(' ', '-')}-{offset}", part)
        return {"part": name, "next": page.next_offset, "count": count, "people": list[Json](asked_for)}


def _read_list(steps: Steps, one: _List) -> dict[str, list[str]]:
    """Page after page, a step each. What goes from step to step is names, ids and numbers, never content."""
    parts: list[str] = []
    people: set[str] = set()
    offset, count, outages = 0, 0, 0
    while True:
        name = f"{one.what} from {offset}" + (f", after outage {outages}" if outages else "")
        done = _read_page(steps, name, one, (offset, count), gives_up=outages == len(OUTAGE_WAITS))
        if done.get("down"):
            steps.wait(f"{name}: PagerDuty does not answer", OUTAGE_WAITS[outages])
            outages += 1
            continue
        parts.append(done["part"])
        people.update(done["people"])
        if done["next"] is None:
            return {"parts": parts, "people": sorted(people)}
        offset, count = done["next"], done["count"]


def _read_page(steps: Steps, name: str, one: _List, place: tuple[int, int], *, gives_up: bool) -> dict[str, Any]:
    """`place`: where the page begins, and how many records came before it."""
    try:
        done = patiently(steps, name, partial(one.read, *place, gives_up=gives_up))
    except RateLimited as limit:
        done = steps.run(f"{name}: give it up", partial(one.end, *place, limit))
    return cast("dict[str, Any]", done)


def _reader(api: PagerDutyApi, what: str) -> Callable[[str, int], Page]:
    readers: dict[str, Callable[[str, int], Page]] = {
        "alerts": api.list_alerts,
        "log entries": api.list_log_entries,
        "notes": lambda incident_id, _: api.list_notes(incident_id),
        "change events": lambda incident_id, _: api.list_related_change_events(incident_id),
        "past incidents": lambda incident_id, _: api.list_past_incidents(incident_id),
        "related incidents": lambda incident_id, _: api.list_related_incidents(incident_id),
    }
    return readers[what]


def _read_person(api: PagerDutyApi, keep: Keep, steps: Steps, id_: str) -> str:
    user_id = id_.removeprefix("pagerduty:")
    try:
        return patiently(steps, "read", partial(_keep_person, api, keep, user_id))
    except RateLimited as limit:
        return steps.run("give it up", partial(_keep_unread_person, keep, user_id, limit))


def _keep_person(api: PagerDutyApi, keep: Keep, user_id: str) -> str:
    try:
        person = person_from_pagerduty(api.get_user(user_id))
    except (*REFUSED_FOR_GOOD, Unreachable) as refusal:
        return _keep_unread_person(keep, user_id, refusal)
    return keep(f"pagerduty/person-{user_id}", Part(people=(person,) if person else ()))


def _keep_unread_person(keep: Keep, user_id: str, refusal: ConnectorError) -> str:
    """Everybody at once where it is not about this one person."""
    about_all = isinstance(refusal, NotAllowed | Unreachable | RateLimited)
    one = f"the e-mail address and time zone of the user {user_id}"
    gap = _gap("e-mail addresses and time zones of people" if about_all else one, refusal)
    return keep(f"pagerduty/person-{user_id}", Part(gaps=(gap,)))


def _gap(what: str, refusal: ConnectorError) -> Gap:
    return Gap(source="pagerduty", what=what, why=f"PagerDuty answered {refusal.came_back}", remedy=refusal.remedy)


def _capped(what: str) -> tuple[Gap, ...]:
    why = f"PagerDuty shows at most {MOST_RECORDS:,} records of a list"
    remedy = "Look at the others in PagerDuty and add by hand what matters."
    return (Gap(source="pagerduty", what=f"{what} beyond the first {MOST_RECORDS:,}", why=why, remedy=remedy),)
