"""Where an incident's Slack channel may be, best guess first. Pure: looking is `channel.find_channel`'s work."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.slack.links import channel_links
from postmortem.incident import CustomField

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
    *,
    explicit: str | None = None,
    dedicated_channel_id: str | None = None,
    conference_url: str | None = None,
    custom_fields: tuple[CustomField, ...] = (),
    notes: tuple[str, ...] = (),
    alert_texts: tuple[str, ...] = (),
) -> tuple[Candidate, ...]:
    """Every channel that somebody pointed to, in order of preference, each once.

    `explicit` is what a person said: an id, a link, or a name with or without "#".
    """
    found = [
        *_explicit(explicit),
        *_by_id(dedicated_channel_id, "PagerDuty names it as the incident's own channel"),
        *_linked((conference_url or "",), "the incident's conference bridge points to it"),
        *_in_fields(custom_fields),
        *_linked(notes, "a note on the incident links to it"),
        *_linked(alert_texts, "an alert of the incident links to it"),
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
