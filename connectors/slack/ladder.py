"""Where an incident's Slack channel may be, best guess first. Pure: looking is `collect.find_channel`'s work."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.slack.links import channel_links
from postmortem.incident import CustomField, Incident

# https://slack.com/help/articles/360017938993 (read 2026-11-20): lower case, no spaces, at most 80 characters.
LONGEST_NAME = 80
_NOT_IN_A_NAME = re.compile(r"[^\w-]+")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,20}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A channel by id, or by name where only that is known. `found_by` says how we came to think of it.

    `is_guess` where nobody pointed to it: a name that the settings give to any incident.
    """

    found_by: str
    channel_id: str | None = None
    channel_name: str | None = None
    is_guess: bool = False


def candidates(
    incident: Incident,
    *,
    explicit: str | None = None,
    dedicated_channel_id: str | None = None,
    conference_url: str | None = None,
    custom_fields: tuple[CustomField, ...] = (),
    notes: tuple[str, ...] = (),
    alert_texts: tuple[str, ...] = (),
    name_template: str | None = None,
    names: tuple[str, ...] = (),
) -> tuple[Candidate, ...]:
    """Every channel that may be the incident's, in order of preference, each once.

    `explicit` is what a person said: an id, a link, or a name with or without "#". `name_template` is a setting
    such as "inc-{number}", with {number}, {id}, {service} and {priority}; `names` are names already made from such
    settings.
    """
    found = [
        *_explicit(explicit),
        *_by_id(dedicated_channel_id, "PagerDuty names it as the incident's own channel"),
        *_linked((conference_url or "",), "the incident's conference bridge points to it"),
        *_in_fields(custom_fields),
        *_linked(notes, "a note on the incident links to it"),
        *_linked(alert_texts, "an alert of the incident links to it"),
        *_by_template(name_template, incident),
        *(Candidate("it is named by the settings", channel_name=name.removeprefix("#")) for name in names),
    ]
    first: dict[tuple[str | None, str | None], Candidate] = {}
    for candidate in found:
        first.setdefault((candidate.channel_id, candidate.channel_name), candidate)
    return tuple(first.values())


def _explicit(said: str | None) -> Iterator[Candidate]:
    said = (said or "").strip()
    why = "you named it"
    if not said:
        return
    if _CHANNEL_ID.fullmatch(said):
        yield Candidate(why, channel_id=said)
    elif links := channel_links(said):
        yield Candidate(why, channel_id=links[0].channel_id)
    else:
        yield Candidate(why, channel_name=said.removeprefix("#").lower())


def _by_id(channel_id: str | None, why: str) -> Iterator[Candidate]:
    if channel_id:
        yield Candidate(why, channel_id=channel_id)


def _linked(texts: Iterable[str], why: str) -> Iterator[Candidate]:
    for text in texts:
        for link in channel_links(text):
            yield Candidate(why, channel_id=link.channel_id)


def _in_fields(fields: tuple[CustomField, ...]) -> Iterator[Candidate]:
    for entry in fields:
        why = f"the custom field {entry.name!r} of the incident points to it"
        value = (entry.value or "").strip()
        yield from _linked((value,), why)
        if "slack" in entry.name.lower() or "channel" in entry.name.lower():
            if _CHANNEL_ID.fullmatch(value):
                yield Candidate(why, channel_id=value)
            elif value.startswith("#"):
                yield Candidate(why, channel_name=value.removeprefix("#").lower())


def _by_template(template: str | None, incident: Incident) -> Iterator[Candidate]:
    """A template that needs something the incident has not yields nothing."""
    if not template:
        return
    values = {
        "{number}": str(incident.number) if incident.number is not None else "",
        "{id}": incident.id,
        "{service}": incident.service.name if incident.service else "",
        "{priority}": incident.priority or "",
    }
    name = template.removeprefix("#")
    for place, value in values.items():
        if place in name and not value:
            return
        name = name.replace(place, value)
    name = _NOT_IN_A_NAME.sub("-", name.lower()).strip("-")[:LONGEST_NAME]
    if name:
        yield Candidate(f"it is named by the setting {template!r}", channel_name=name)
