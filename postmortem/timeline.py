"""One timeline out of all sources: what happened, when, who, and where that is written."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

from postmortem.moment import Utc, moved
from postmortem.noun import Noun
from postmortem.people import Source
from postmortem.places import IN_CHAT

EventKind = Literal[
    "triggered",
    "alert",
    "notified",
    "assigned",
    "escalated",
    "acknowledged",
    "reopened",
    "changed",
    "responder",
    "role",
    "task",
    "status_update",
    "note",
    "deploy",
    "message",
    "merged",
    "resolved",
    "unrecognised",
]

_CLOCKS_DIFFER = timedelta(minutes=1)
# What can be the cause of what when one source gives two records the same second (design: causal rank).
CAUSAL_RANK: dict[str, int] = {
    "deploy": 0,
    "alert": 1,
    "triggered": 2,
    "reopened": 2,
    "assigned": 3,
    "escalated": 3,
    "notified": 4,
    "acknowledged": 5,
    "merged": 8,
    "resolved": 9,
}
_MIDDLE_RANK = 6
_SOURCE_RANK: dict[str, int] = {"pagerduty": 0, "slack": 1, "jira": 2}


class TimelineEvent(Noun):
    """Our fact: when, who, what, source, link.

    `at` is aware UTC, `original` the vendor's own string. `until` and `count` are set where repeats were folded into
    one; `cleared_at` is when an alert, or the last of its repeats, was resolved. `who` is a key into the people.
    `evidence_ids` names every record that says so, the first being its own.
    `sequence` is the record's place within its source where that source has an order of its own.
    `in_main` with its `why` says whether it is shown above the fold, and on what ground.
    """

    id: str
    at: Utc
    original: str
    kind: EventKind
    source: Source
    text: str
    who: str | None = None
    link: str | None = None
    until: Utc | None = None
    cleared_at: Utc | None = None
    count: int = 1
    sequence: int | None = None
    evidence_ids: tuple[str, ...] = ()
    thread_id: str | None = None
    channel_name: str | None = None
    is_bot: bool = False
    is_edited: bool = False
    is_deleted: bool = False
    in_main: bool = True
    why: str = ""

    @property
    def was_said(self) -> bool:
        """Whether the text is somebody's own words, and not a system's sentence about what they did."""
        return self.source == "slack" or self.kind in ("note", "status_update")

    @property
    def is_also_in_chat(self) -> bool:
        """Whether a record of another source tells it, and somebody said it in the chat, too."""
        return self.source != "slack" and any(record.startswith(IN_CHAT) for record in self.evidence_ids)


def names_its_author(event: TimelineEvent, name: str) -> bool:
    """Whether the sentence itself says who did it ("Resolved by Ada"), as PagerDuty's do; a note's words do not."""
    is_sentence = event.kind != "note" or event.text == f"Note added by {name}."
    return event.source == "pagerduty" and is_sentence and name in event.text


class Timeline(Noun):
    """Events in their order: `postmortem/build_timeline.py` makes it."""

    events: tuple[TimelineEvent, ...] = ()


def dated_until(timeline: Timeline, at: datetime) -> Timeline:
    """What was there to be read at this moment: what is dated later cannot be right, give or take the clocks."""
    latest = moved(at, _CLOCKS_DIFFER)
    return Timeline(events=tuple(event for event in timeline.events if event.at <= latest))


def in_order(events: Iterable[TimelineEvent]) -> tuple[TimelineEvent, ...]:
    """The total order: time, then causal rank within a source, then source, then id; it never depends on arrival.

    Where a source numbers its records, its own sequence wins over its clock: a record with a later number is never
    shown before one with an earlier number, whatever the clocks said.
    """
    keyed = [pair for stream in _streams(events).values() for pair in _keys(stream)]
    keyed.sort(key=lambda pair: pair[0])
    return tuple(event for _, event in keyed)


def _keys(stream: list[TimelineEvent]) -> Iterator[tuple[tuple[datetime, int, int, int, str], TimelineEvent]]:
    """Sort keys that never fall along a numbered stream: a clock that went back is held at the latest time seen."""
    latest, rank = stream[0].at, 0
    for place, event in enumerate(stream):
        own_rank = CAUSAL_RANK.get(event.kind, _MIDDLE_RANK)
        held = event.sequence is not None and event.at <= latest
        rank = max(rank, own_rank) if held else own_rank
        latest = latest if held else event.at
        yield (latest, rank, _SOURCE_RANK[event.source], place, event.id), event


def _streams(events: Iterable[TimelineEvent]) -> dict[tuple[str, bool], list[TimelineEvent]]:
    """Per source, its numbered records in their own order and its unnumbered ones by time and causal rank."""
    streams: dict[tuple[str, bool], list[TimelineEvent]] = {}
    for event in events:
        streams.setdefault((event.source, event.sequence is not None), []).append(event)
    for (_, numbered), stream in streams.items():
        stream.sort(key=_by_sequence if numbered else _by_time)
    return streams


def _by_sequence(event: TimelineEvent) -> tuple[int, str]:
    return (event.sequence or 0, event.id)


def _by_time(event: TimelineEvent) -> tuple[datetime, int, str]:
    return (event.at, CAUSAL_RANK.get(event.kind, _MIDDLE_RANK), event.id)
