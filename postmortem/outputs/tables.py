"""Rows of the document's table of response times."""

from typing import NamedTuple

from postmortem.citations import cite_event, day_and_clock
from postmortem.document import Postmortem
from postmortem.moment import Utc
from postmortem.outputs.escaping import Md, escape, prose, shorten, together
from postmortem.outputs.events import Events
from postmortem.outputs.lines import cited
from postmortem.response_times import ResponseTime, duration_in_words

_LONGEST_SAID = 160


class TimeRow(NamedTuple):
    """One response time: its name, how long, from when to when with the events, and how sure that is."""

    heading: Md
    duration: Md
    start: Md
    end: Md
    confidence: Md


def time_rows(postmortem: Postmortem) -> tuple[TimeRow, ...]:
    """In the order in which they are read; words that several were measured from are quoted once."""
    ready, quoted = Events(postmortem), set[str]()
    return tuple(_time_row(ready, one, quoted) for one in postmortem.response_times.measured)


def _time_row(ready: Events, measured: ResponseTime, quoted: set[str]) -> TimeRow:
    start = _end(ready, measured.from_event, measured.from_at, _once(measured.from_said, quoted))
    end = _end(ready, measured.to_event, measured.to_at, _once(measured.said, quoted))
    if measured.seconds is None:
        unknown = Md("❓ asked below")
        return TimeRow(escape(measured.heading), Md("unknown"), start or unknown, end or unknown, Md(""))
    lasted = together("**", escape(duration_in_words(measured.seconds)), "**")
    return TimeRow(escape(measured.heading), lasted, start, end, escape(measured.confidence or ""))


def _once(said: str | None, quoted: set[str]) -> str | None:
    if said is None or said in quoted:
        return None
    quoted.add(said)
    return shorten(said, _LONGEST_SAID)


def _end(ready: Events, event_id: str | None, at: Utc | None, said: str | None) -> Md:
    """One end of a response time: the moment, its source, and the words it was taken from."""
    event = ready.by_id.get(event_id or "")
    if event is None:
        return Md("")
    words = together(", where it says “", prose(said), "”") if said else Md("")
    return together(escape(day_and_clock(at or event.at)), " ", cited([cite_event(event)]), words)
