"""The picture of the timeline, as numbers: places are in percent of the width, heights in pixels.

So the picture fits any width, its words and dots keep their size, and the script zooms by moving one frame. What the
script draws anew (dots and axis) it reads from the full log; `page.js` keeps to the rules of `_dots` and `ticks`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from postmortem.citations import clock, day_and_clock
from postmortem.document import Postmortem
from postmortem.milestones import Milestone, MilestoneName
from postmortem.outputs.page.lanes import Lane, lanes_of
from postmortem.outputs.page.log import Row
from postmortem.outputs.page.window import Tick, Window, ticks, window_of
from postmortem.response_times import duration_in_words
from postmortem.timeline import Timeline

BINS = 120
"""Dots of one lane that fall into the same of so many parts of the width become one."""
_MOST_ALERT_ROWS = 6
_DAY = 86_400
_TOP, _BAND, _OPEN, _LABEL, _LINE, _ALERT, _GAP, _SILENCE, _AXIS = 2, 22, 18, 17, 26, 10, 6, 16, 38

MILESTONES: dict[MilestoneName, str] = {
    "impact_started": "Impact started",
    "detected": "Detected",
    "acknowledged": "Acknowledged",
    "mitigated": "Mitigated",
    "resolved": "Resolved",
}
_PHASES = ("detect", "respond", "mitigate", "recover")


class Span(NamedTuple):
    """A stretch of time with words in it."""

    place: float
    width: float
    words: str
    kind: str = ""


class Flag(NamedTuple):
    """A milestone: a line through all lanes, its words in a row of their own."""

    place: float
    y: int
    words: str
    said: str


class Dot(NamedTuple):
    """One event, or several too close to be told apart, which make a taller mark: `row` is the first of them."""

    place: float
    half: float
    amount: int
    is_main: bool
    row: Row


class Bar(NamedTuple):
    """An alert from its start to when it was cleared."""

    place: float
    end: float
    y: int
    row: Row
    is_cleared: bool


class DrawnLane(NamedTuple):
    """`number` is the lane's, `y` the middle of its dots, `top` the base line of its name."""

    number: int
    kind: str
    name: str
    amount: int
    top: int
    y: int
    dots: tuple[Dot, ...]
    bars: tuple[Bar, ...]


class Picture(NamedTuple):
    """All that is drawn. `outside` events lie before or after the window."""

    window: Window
    bands: tuple[Span, ...]
    rounds: tuple[Span, ...]
    silences: tuple[Span, ...]
    flags: tuple[Flag, ...]
    lanes: tuple[DrawnLane, ...]
    ticks: tuple[Tick, ...]
    rounds_top: int
    lanes_top: int
    lanes_end: int
    height: int
    outside: int


def draw(postmortem: Postmortem, rows: Sequence[Row]) -> Picture:
    """`rows` are those of the full log, one for each event, in its order."""
    window, timeline = window_of(postmortem), postmortem.timeline
    bands, rounds = tuple(_bands(postmortem.milestones.found, window)), tuple(_rounds(postmortem, window))
    rounds_top = _TOP + (_BAND if bands else 0)
    flags_top = rounds_top + (_OPEN if rounds else 0)
    flags = tuple(_flags(postmortem.milestones.found, window, flags_top))
    lanes_top = flags_top + len(flags) * _LABEL + _GAP
    lanes = tuple(_lanes(lanes_of(timeline.events), timeline, rows, window, lanes_top))
    silences = tuple(_silences(postmortem, window))
    lanes_end = lanes_top + sum(_height(lane.bars) for lane in lanes) + (_SILENCE if silences else 0)
    return Picture(
        window=window,
        bands=bands,
        rounds=rounds,
        silences=silences,
        flags=flags,
        lanes=lanes,
        ticks=tuple(ticks(window)),
        rounds_top=rounds_top,
        lanes_top=lanes_top,
        lanes_end=lanes_end,
        height=lanes_end + _AXIS,
        outside=sum(not window.holds(event.at) for event in timeline.events),
    )


def _half(amount: int) -> float:
    """Half the height of a mark: it grows upward and downward, and never hides its neighbours."""
    return round(min(1.4 * (amount.bit_length() - 1), 8), 1)


def _bands(found: Iterable[Milestone], window: Window) -> Iterator[Span]:
    """What the time between two milestones was spent on; where one between them is missing, both phases in one."""
    names = tuple(MILESTONES)
    for one, other in pairwise(found):
        if other.at > one.at:
            words = " and ".join(_PHASES[names.index(one.name) : names.index(other.name)])
            kind = _PHASES[names.index(other.name) - 1]
            took = duration_in_words((other.at - one.at).total_seconds())
            yield _span(window, one.at, other.at, f"{words} · {took}", kind)


def _rounds(postmortem: Postmortem, window: Window) -> Iterator[Span]:
    at = _moments(postmortem.timeline)
    for cycle in postmortem.cycles:
        if cycle.to_event and cycle.seconds is not None:
            words = "open" if cycle.number == 1 else "reopened"
            took = duration_in_words(cycle.seconds)
            yield _span(window, at[cycle.from_event], at[cycle.to_event], f"{words} · {took}")


def _silences(postmortem: Postmortem, window: Window) -> Iterator[Span]:
    at = _moments(postmortem.timeline)
    for silence in postmortem.silences:
        yield _span(window, at[silence.from_event], at[silence.to_event], duration_in_words(silence.seconds))


def _moments(timeline: Timeline) -> dict[str, datetime]:
    return {event.id: event.at for event in timeline.events}


def _span(window: Window, start: datetime, end: datetime, words: str, kind: str = "") -> Span:
    place = window.place(start)
    return Span(_rounded(place), _rounded(max(window.place(end) - place, 0)), words, kind)


def _flags(found: Iterable[Milestone], window: Window, top: int) -> Iterator[Flag]:
    for number, milestone in enumerate(found):
        y = top + (number + 1) * _LABEL - 4
        words = f"{MILESTONES[milestone.name]} {_when(milestone.at, window)}"
        yield Flag(_rounded(window.place(milestone.at)), y, words, milestone.said or milestone.why)


def _when(at: datetime, window: Window) -> str:
    """The date where the picture shows several days."""
    return clock(at) if window.end - window.start < _DAY else day_and_clock(at)


def _lanes(
    lanes: Iterable[Lane], timeline: Timeline, rows: Sequence[Row], window: Window, top: int
) -> Iterator[DrawnLane]:
    for number, lane in enumerate(lanes):
        bars = tuple(_bars(lane, timeline, rows, window, top + _LABEL)) if lane.kind == "alert" else ()
        dots = tuple(_dots(lane, timeline, rows, window)) if lane.kind != "alert" else ()
        y = top + _LABEL + _LINE // 2 - 4
        yield DrawnLane(number, lane.kind, lane.name, len(lane.places), top + 12, y, dots, bars)
        top += _height(bars)


def _height(bars: Sequence[Bar]) -> int:
    return _LABEL + (len({bar.y for bar in bars}) * _ALERT + _GAP if bars else _LINE)


def _dots(lane: Lane, timeline: Timeline, rows: Sequence[Row], window: Window) -> Iterator[Dot]:
    bins: dict[int, list[int]] = {}
    for place in lane.places:
        at = timeline.events[place].at
        if window.holds(at):
            bins.setdefault(int(window.place(at) / 100 * BINS), []).append(place)
    for places in bins.values():
        middle = sum(window.place(timeline.events[place].at) for place in places) / len(places)
        is_main = any(timeline.events[place].in_main for place in places)
        yield Dot(_rounded(middle), _half(len(places)), len(places), is_main, rows[places[0]])


def _bars(lane: Lane, timeline: Timeline, rows: Sequence[Row], window: Window, top: int) -> Iterator[Bar]:
    """Each in the first row that is free then; where all are taken, in the last."""
    free_from = [float("-inf")] * _MOST_ALERT_ROWS
    for place in lane.places:
        event = timeline.events[place]
        start = window.place(event.at)
        end = max(window.place(at) for at in (event.at, event.until, event.cleared_at) if at)
        row = next((n for n, until in enumerate(free_from) if until < start), _MOST_ALERT_ROWS - 1)
        free_from[row] = max(free_from[row], end)
        y = top + row * _ALERT + _ALERT // 2
        yield Bar(_rounded(start), _rounded(end), y, rows[place], event.cleared_at is not None)


def _rounded(place: float) -> float:
    """Far outside the picture a number of any size would only break the drawing."""
    return round(min(max(place, -10_000), 10_000), 3)
