"""Who holds a role that an action item names: the incident's own roles, or who PagerDuty says is on call."""

import re
from collections.abc import Iterable
from typing import Any

from connectors.errors import NotFound
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.raw import person_from_pagerduty, text
from postmortem.action_items.roles import read_role
from postmortem.incident import Reference
from postmortem.observations import Observation
from postmortem.people import Person

MOST_PAGES = 5
_COMMANDER = re.compile(r"(?:the )?(?:incident )?commander|ic", re.IGNORECASE)


def on_call_of(role: str) -> str | None:
    """The service of "on-call of checkout" as it was said; "" where none is named; None for another role."""
    read = read_role(role)
    return (read.of or "") if read and read.kind == "on-call" else None


def holder_of_role(role: str, observations: Iterable[Observation]) -> str | None:
    """The person id of who had the role last, as PagerDuty's webhooks told; None where nobody had or kept it."""
    wanted = _plain(role)
    told = [one for one in observations if one.kind == "role" and one.role and _plain(one.role) == wanted]
    last = max(told, key=lambda one: (one.moment.at, one.id), default=None)
    return last.subject_ids[0] if last and last.subject_ids else None


def on_call_now(pagerduty: PagerDutyApi, service: Reference | str) -> dict[str, Any]:
    """{"people": Person JSON of the first level, in PagerDuty's order} or {"problem"}. A service goes by exact name."""
    found = _service(pagerduty, service)
    if found is None:
        return {"problem": f"PagerDuty has no service called {service if isinstance(service, str) else service.name}"}
    policy = text(found, "escalation_policy", "id")
    oncalls = pagerduty.list_oncalls([policy]).records if policy else ()
    first = [one.get("user") for one in oncalls if isinstance(one, dict) and one.get("escalation_level") == 1]
    people = {person.id: person for user in first if (person := person_from_pagerduty(user))}
    if not people:
        return {"problem": f"nobody is on call for {text(found, 'name') or 'it'} now"}
    return {"people": [_whole(pagerduty, person).model_dump(mode="json") for person in people.values()]}


def _service(pagerduty: PagerDutyApi, service: Reference | str) -> Any:
    name = service if isinstance(service, str) else service.name
    offset: int | None = 0
    for _ in range(MOST_PAGES):
        page = pagerduty.list_services(name, offset or 0)
        for record in page.records:
            is_it = text(record, "id") == service.id if isinstance(service, Reference) else _is_called(record, name)
            if is_it:
                return record
        offset = page.next_offset
        if offset is None:
            return None
    return None


def _is_called(record: Any, name: str) -> bool:
    return _plain(text(record, "name") or "") == _plain(name)


def _whole(pagerduty: PagerDutyApi, person: Person) -> Person:
    """With the e-mail, which a reference does not show."""
    try:
        user = pagerduty.get_user(person.id.removeprefix("pagerduty:"))
    except NotFound:
        return person
    return person_from_pagerduty(user) or person


def _plain(role: str) -> str:
    words = " ".join(role.split())
    return "incident commander" if _COMMANDER.fullmatch(words) else words.casefold()
