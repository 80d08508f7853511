"""Reading a standard Slack workspace export, folder or zip, into one Part. Nothing is ever unpacked.

Shape: channels.json, users.json, and a folder per channel with a file per day.
Source: https://slack.com/help/articles/220556107 (read 2026-11-20).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.slack.archive import Archive, opened
from connectors.slack.edits import settled
from connectors.slack.gaps import gap
from connectors.slack.markup import scrub
from connectors.slack.people import names_of
from connectors.slack.translate import Heard, Place, guests_in, messages_from_slack, people_in, person_from_slack
from connectors.slack.window import moment_or_none
from postmortem.evidence import Gap, Part, Reading
from postmortem.people import Person

type Raw = Mapping[str, Any]

_DAY_FILE = re.compile(r"(\d{4}-\d\d-\d\d)\.json")
_NAMES_SAID = 5


@dataclass(frozen=True, slots=True)
class _Span:
    """What is asked for; open at an end that is None."""

    since: datetime | None
    until: datetime | None

    def may_hold(self, day: date) -> bool:
        """Whether a file of this day can matter. Slack cuts days in a zone it does not name: a day either way."""
        after = self.since is None or day >= self.since.date() - timedelta(days=1)
        return after and (self.until is None or day <= self.until.date() + timedelta(days=1))

    def holds(self, raw: Raw) -> bool:
        at = moment_or_none(raw.get("ts"))
        if at is None:
            return True  # counted as unreadable by the translation
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


def read_export(
    path: Path,
    *,
    channels: tuple[str, ...] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    team_url: str | None = None,
) -> Part:
    """Everything said in these channels (names or ids; every public one by default) between two aware moments.

    A private channel (groups.json) is read only where it is named; direct messages never. An export does not tell
    the workspace's address: without `team_url` messages have no links. Raises Rejected where this is no export.
    """
    with opened(path) as archive:
        if not archive.has("channels.json") and not archive.has("groups.json"):
            raise archive.rejected("it holds no channels.json")
        users = [user for user in archive.records("users.json") if scrub(user.get("id"))]
        people = tuple(person_from_slack(user, team_url) for user in users)
        public, private = archive.records("channels.json"), archive.records("groups.json")
        chosen, gaps = _chosen(public, private, channels)
        span = _Span(since, until)
        parts = [_channel(archive, info, people, span, team_url) for info in chosen]
    return Part(
        messages=tuple(message for part in parts for message in part.messages),
        private_channels=tuple(_id_of(info) for info in chosen if info in private),
        people=tuple({person.id: person for part in parts for person in part.people}.values()),
        readings=tuple(reading for part in parts for reading in part.readings),
        gaps=(*gaps, *(found for part in parts for found in part.gaps)),
    )


def _chosen(public: list[Any], private: list[Any], wanted: tuple[str, ...] | None) -> tuple[list[Raw], list[Gap]]:
    """The channels to read, and what is left out of that, said aloud."""
    if wanted is None:
        return public, [_private_left_out(private)] if private else []
    names = [name.removeprefix("#") for name in wanted]
    chosen = [info for info in (*public, *private) if info.get("name") in names or info.get("id") in names]
    there = {info.get(key) for info in chosen for key in ("name", "id")}
    known = _some(info.get("name") for info in public)
    gaps = [
        gap(f"the channel #{name}", "The Slack export does not hold it.", f"It holds {known}: name one of them.")
        for name in names
        if name not in there
    ]
    return chosen, gaps


def _private_left_out(private: list[Any]) -> Gap:
    names = _some(info.get("name") for info in private)
    return gap(f"the private channels {names}", "A private channel is read only where it is named.", "Use --channel.")


def _some(names: Iterable[object]) -> str:
    said = [f"#{scrub(name)}" for name in names]
    more = f" and {len(said) - _NAMES_SAID} more" if len(said) > _NAMES_SAID else ""
    return (", ".join(said[:_NAMES_SAID]) or "no channel") + more


def _channel(archive: Archive, info: Raw, people: tuple[Person, ...], span: _Span, team_url: str | None) -> Part:
    channel_id, name = _id_of(info), scrub(info.get("name"))
    folder = next((folder for folder in (name, channel_id) if archive.within(folder)), name)
    raws = [raw for raw in settled(_days(archive, folder, span)) if span.holds(raw)]
    guests = guests_in(raws, {person.id for person in people})
    place = Place(channel_id, name, team_url, pinned=_pinned(info))
    heard = messages_from_slack(raws, place, names_of((*people, *guests)))
    met = {f"slack:{user_id}" for user_id in people_in(raws)} | {message.person_id for message in heard.messages}
    reading = Reading(
        source="slack",
        what=f"messages of #{name} in the export",
        count=len(heard.messages),
        since=span.since,
        until=span.until,
    )
    return Part(
        messages=heard.messages,
        people=(*(person for person in (*people, *guests) if person.id in met), *heard.bots),
        readings=(reading,),
        gaps=tuple(_gaps(heard, name)),
    )


def _id_of(info: Raw) -> str:
    return scrub(info.get("id")) or scrub(info.get("name"))


def _days(archive: Archive, folder: str, span: _Span) -> Iterator[dict[str, Any]]:
    for file in archive.within(folder):
        day = _DAY_FILE.fullmatch(file)
        if day is None:
            continue
        try:
            is_wanted = span.may_hold(date.fromisoformat(day.group(1)))
        except ValueError:
            is_wanted = True
        if is_wanted:
            yield from archive.records(f"{folder}/{file}")


def _pinned(info: Raw) -> frozenset[str]:
    pins = info.get("pins")
    return (
        frozenset(str(pin.get("id")) for pin in pins if isinstance(pin, dict))
        if isinstance(pins, list)
        else frozenset()
    )


def _gaps(heard: Heard, name: str) -> Iterator[Gap]:
    if heard.unreadable:
        why = "Their ts, which is their time and identity, cannot be read."
        yield gap(f"{heard.unreadable} messages of #{name}", why, "Look at them in Slack.")
    if not heard.messages:
        remedy = "Name another channel with --channel, or a longer time with --since and --until."
        yield gap(f"#{name}", "Nobody wrote anything there in this time, as far as the export tells.", remedy)
