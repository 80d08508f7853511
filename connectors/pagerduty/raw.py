"""Reading PagerDuty's JSON without ever failing: what is missing or of another type is simply not there. Pure."""

from collections.abc import Iterator
from typing import Any

from connectors.pagerduty.text import scrubbed
from postmortem.incident import Reference
from postmortem.moment import Moment, is_plausible, moment_from_iso
from postmortem.people import Person

# The sender's own fields: a dict in there that looks like a user is not one.
_NOT_PAGERDUTYS = frozenset({"body", "details", "custom_details", "event_details", "raw_event"})
_KINDS_OF_PEOPLE = frozenset({"user", "user_reference", "bot_user_reference"})


def text(record: Any, *keys: str) -> str | None:
    """The text at the end of the keys, scrubbed; None where there is none or it is empty."""
    value = at(record, *keys)
    return scrubbed(value) if isinstance(value, str) and value else None


def at(record: Any, *keys: str) -> Any:
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def records(record: Any, *keys: str) -> list[dict[str, Any]]:
    """The objects of the list at the end of the keys; whatever is not an object is passed over."""
    value = at(record, *keys)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def moment(record: Any, *keys: str) -> Moment | None:
    """The time at the end of the keys, in any offset, as UTC; None where it is not a time with a zone, of our age."""
    written = text(record, *keys)
    try:
        found = moment_from_iso(written) if written else None
    except (ValueError, OverflowError):
        return None
    return found if found and is_plausible(found.at) else None


def reference(record: Any, *keys: str) -> Reference | None:
    """A thing named by id: a service, a team, a policy, another incident."""
    value = at(record, *keys)
    id_ = text(value, "id")
    if id_ is None:
        return None
    name = text(value, "summary") or text(value, "name") or id_
    return Reference(id=id_, name=name, link=text(value, "html_url"))


def person_id(record: Any, *keys: str) -> str | None:
    """The id of the person at the end of the keys; None where it is a service, an integration or nobody."""
    value = at(record, *keys)
    id_ = text(value, "id")
    return f"pagerduty:{id_}" if id_ and text(value, "type") in _KINDS_OF_PEOPLE else None


def person_from_pagerduty(raw: Any) -> Person | None:
    """A user object or a reference to one (id and name only). None where it is not a person."""
    id_ = person_id(raw)
    if id_ is None:
        return None
    return Person(
        id=id_,
        name=text(raw, "name") or text(raw, "summary") or id_.removeprefix("pagerduty:"),
        email=text(raw, "email"),
        timezone=text(raw, "time_zone"),
        is_bot=text(raw, "type") == "bot_user_reference",
        link=text(raw, "html_url"),
    )


def people_in(*raws: Any) -> tuple[Person, ...]:
    """Everybody mentioned anywhere in these records, each once, by the mention that tells most of them."""
    found: dict[str, Person] = {}
    for record in _objects(list(raws)):
        person = person_from_pagerduty(record)
        if person and (person.id not in found or _telling(person) > _telling(found[person.id])):
            found[person.id] = person
    return tuple(found.values())


def _telling(person: Person) -> tuple[bool, bool, bool]:
    return person.email is not None, person.timezone is not None, person.name != person.id.removeprefix("pagerduty:")


def _objects(pending: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object inside, by a stack of our own: nesting cannot break it."""
    pending.reverse()
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(reversed(node))
        elif isinstance(node, dict):
            yield node
            pending.extend(value for key, value in reversed(node.items()) if key not in _NOT_PAGERDUTYS)
