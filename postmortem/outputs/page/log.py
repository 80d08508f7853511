"""The full log, one row for each event: the picture's data for those who read it, and for the script."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import batched, groupby
from typing import NamedTuple

from postmortem.citations import cite_event, clock, moment_seen_from
from postmortem.document import Postmortem
from postmortem.outputs.page.lanes import lane_of_each, lanes_of
from postmortem.outputs.page.window import seconds
from postmortem.timeline import TimelineEvent, names_its_author

_A_CHUNK = 100
"""Rows that the browser lays out together, when they come into view."""
_SAFE = re.compile(r"https?://[^\s/?#\\]|mailto:\S", re.IGNORECASE)


class Row(NamedTuple):
    """One event in words. `number` is its place in the timeline, `at` its time in milliseconds since 1970."""

    number: int
    day: date
    at: int
    clock: str
    lane: int
    is_main: bool
    source: str
    link: str | None
    who: str | None
    text: str
    note: str


class Day(NamedTuple):
    """The rows of one day (UTC), in pieces."""

    heading: str
    chunks: tuple[tuple[Row, ...], ...]


def log_rows(postmortem: Postmortem) -> tuple[Row, ...]:
    """One row for each event, in order."""
    events = postmortem.timeline.events
    lanes, parents = lane_of_each(lanes_of(events)), {event.id: event for event in events}
    return tuple(_row(number, event, lanes[number], postmortem, parents) for number, event in enumerate(events))


def days(rows: Sequence[Row]) -> Iterator[Day]:
    for day, of_day in groupby(rows, key=lambda row: row.day):
        yield Day(f"{day:%A}, {day.isoformat()} (UTC)", tuple(batched(of_day, _A_CHUNK, strict=False)))


def _row(
    number: int, event: TimelineEvent, lane: int, postmortem: Postmortem, parents: dict[str, TimelineEvent]
) -> Row:
    source, name = cite_event(event), postmortem.names.get(event.who or "")
    return Row(
        number=number,
        day=event.at.date(),
        at=round(seconds(event.at) * 1000),
        clock=clock(event.at).removesuffix(" UTC"),
        lane=lane,
        is_main=event.in_main,
        source=source.label,
        link=source.link if source.link and _SAFE.match(source.link) else None,
        who=name if name and not names_its_author(event, name) else None,
        text=event.text or "(without words)",
        note=", ".join(_notes(event, parents)),
    )


def _notes(event: TimelineEvent, parents: dict[str, TimelineEvent]) -> Iterator[str]:
    """What the text alone does not tell: an answer to what, repeats, a change, a copy elsewhere."""
    if event.thread_id:
        parent = parents.get(event.thread_id)
        yield f"answers {moment_seen_from(event.at, parent.at)}" if parent else "answers in a thread"
    if event.count > 1:
        yield f"{event.count} times"
    if event.until:
        yield f"until {moment_seen_from(event.at, event.until)}"
    if event.cleared_at:
        yield f"cleared {moment_seen_from(event.at, event.cleared_at)}"
    if event.is_edited:
        yield "edited"
    if event.is_also_in_chat:
        yield "also in Slack"
