"""The stretch of time that the picture shows at first, and the marks along it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from postmortem.document import Postmortem
from postmortem.moment import Utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799  # the years 1 to 9999: no date lies outside them
_SHORTEST = 10 * 60
# What lies further from the incident than these parts of its length is outside the first view, and can be zoomed to.
_BEFORE, _AFTER = 0.15, 0.25
_EDGE = 0.02
_MOST_TICKS = 8
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(step * _MINUTE for step in (1, 2, 5, 10, 15, 30)),
    *(step * _HOUR for step in (1, 2, 3, 6, 12)),
    *(step * _DAY for step in (1, 2, 7, 14, 30, 91, 182, 365, 1825, 3650, 36_500, 365_000)),
)


class Window(NamedTuple):
    """From and to, in seconds since 1970 (UTC)."""

    start: float
    end: float

    def place(self, at: datetime) -> float:
        """Where a moment is, in percent of the width; outside the window less than 0 or more than 100."""
        return 100 * (seconds(at) - self.start) / (self.end - self.start)

    def holds(self, at: datetime) -> bool:
        return self.start <= seconds(at) <= self.end


class Tick(NamedTuple):
    """A mark of the axis. `day` is named where a day begins to be shown."""

    place: float
    clock: str
    day: str | None


def window_of(postmortem: Postmortem) -> Window:
    """The incident with a margin: what was said days before or after must not press it into a corner."""
    every = [seconds(at) for event in postmortem.timeline.events for at in (event.at, event.until) if at]
    anchors = [seconds(at) for at in _anchors(postmortem)] or every or [seconds(postmortem.composed_at)]
    first, last = min(anchors), max(anchors)
    first = min([first, *_changes_shortly_before(postmortem, first, max(last - first, _HOUR))])
    if first == last:  # one moment alone tells no length
        told = [seconds(event.at) for event in postmortem.timeline.events if event.in_main] or every or [first]
        first, last = min(told), max(told)
    length = max(last - first, _SHORTEST)
    start = max(first - _BEFORE * length, min([first, *every]) - _EDGE * length)
    end = min(last + _AFTER * length, max([last, *every]) + _EDGE * length)
    return Window(max(start, _EARLIEST), min(max(end, start + length), _LATEST))


def _anchors(postmortem: Postmortem) -> Iterator[datetime]:
    yield from (milestone.at for milestone in postmortem.milestones.found)
    for event in postmortem.timeline.events:
        if event.kind in ("triggered", "reopened", "resolved", "alert"):
            yield event.at


def _changes_shortly_before(postmortem: Postmortem, first: float, length: float) -> Iterator[float]:
    """A change within the incident's own length before it may have to do with it."""
    changed = (seconds(event.at) for event in postmortem.timeline.events if event.kind == "deploy")
    yield from (at for at in changed if first - length <= at)


def ticks(window: Window) -> Iterator[Tick]:
    """At most eight, at round times; the first of each day names it."""
    length = window.end - window.start
    step = next((step for step in _STEPS if length / step <= _MOST_TICKS), _STEPS[-1])
    first = -(-window.start // step) * step
    shown = None
    for number in range(_MOST_TICKS + 1):
        if first + number * step > window.end:
            return
        at = _EPOCH + timedelta(seconds=first + number * step)
        day = f"{at:%a} {at.date().isoformat()}"
        clock = f"{at:%H:%M:%S}" if step < _MINUTE else f"{at:%H:%M}" if step < _DAY else ""
        yield Tick(window.place(at), clock, day if day != shown else None)
        shown = day


def seconds(at: Utc) -> float:
    return (at - _EPOCH) / timedelta(seconds=1)
