"""The lanes of the picture: one for each source, and in the chat one for each channel."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from postmortem.timeline import TimelineEvent

_MOST_CHANNELS = 6
_OTHERS = "Other channels"
_ORDER = ("change", "alert", "pagerduty", "jira", "chat")
_NAMES = {"change": "Changes", "alert": "Alerts", "pagerduty": "PagerDuty", "jira": "Jira"}


class Lane(NamedTuple):
    """`kind` is change, alert, pagerduty, jira or chat; `places` are those of its events in the timeline."""

    kind: str
    name: str
    places: tuple[int, ...]


def lanes_of(events: Sequence[TimelineEvent]) -> tuple[Lane, ...]:
    """Lanes that hold something, causes above what came of them, busy channels above quiet ones."""
    channels = Counter(_channel(event) for event in events if event.source == "slack")
    busiest = sorted(channels, key=lambda name: (-channels[name], name))
    shown = busiest if len(busiest) <= _MOST_CHANNELS else busiest[: _MOST_CHANNELS - 1]
    places: dict[tuple[str, str], list[int]] = {}
    for place, event in enumerate(events):
        places.setdefault(_lane(event, shown), []).append(place)
    ranked = sorted(places, key=lambda lane: (_ORDER.index(lane[0]), _rank(lane[1], shown)))
    return tuple(Lane(kind, name, tuple(places[kind, name])) for kind, name in ranked)


def lane_of_each(lanes: Iterable[Lane]) -> dict[int, int]:
    """The number of the lane in which the event of a place stands."""
    return {place: number for number, lane in enumerate(lanes) for place in lane.places}


def _lane(event: TimelineEvent, shown: Sequence[str]) -> tuple[str, str]:
    if event.source == "slack":
        channel = _channel(event)
        return "chat", channel if channel in shown else _OTHERS
    kind = {"alert": "alert", "deploy": "change"}.get(event.kind, event.source)
    return kind, _NAMES[kind]


def _channel(event: TimelineEvent) -> str:
    return f"#{event.channel_name}" if event.channel_name else "Slack"


def _rank(name: str, shown: Sequence[str]) -> int:
    return shown.index(name) if name in shown else len(shown)
