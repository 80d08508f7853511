"""Response times as tiles: how long, and the two events that it was measured from."""

from collections.abc import Sequence
from typing import NamedTuple

from postmortem.citations import day_and_clock
from postmortem.document import Postmortem
from postmortem.outputs.page.log import Row
from postmortem.response_times import ResponseTime, duration_in_words


class End(NamedTuple):
    """One end of a span: from or to, when, and the row of the log that tells of it."""

    which: str
    at: str
    row: Row | None


class Tile(NamedTuple):
    """`took` is None where `why` says why it is unknown; `said` is the sentence it rests on, where one was said."""

    heading: str
    took: str | None
    why: str | None
    ends: tuple[End, ...]
    said: str | None
    confidence: str | None


def tiles(postmortem: Postmortem, rows: Sequence[Row]) -> tuple[Tile, ...]:
    by_id = {event.id: row for event, row in zip(postmortem.timeline.events, rows, strict=True)}
    return tuple(_tile(measured, by_id) for measured in postmortem.response_times.measured)


def _tile(measured: ResponseTime, rows: dict[str, Row]) -> Tile:
    ends = (("from", measured.from_at, measured.from_event), ("to", measured.to_at, measured.to_event))
    return Tile(
        heading=measured.heading,
        took=None if measured.seconds is None else duration_in_words(measured.seconds),
        why=measured.why_unknown,
        ends=tuple(End(which, day_and_clock(at), rows.get(event or "")) for which, at, event in ends if at),
        said=measured.said,
        confidence=measured.confidence,
    )
