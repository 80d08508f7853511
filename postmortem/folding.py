"""One fact, one line: repeats of one alert are folded, and copies of a fact in other places become its evidence."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from postmortem.evidence import Message
from postmortem.timeline import TimelineEvent

# PagerDuty posts to Slack seconds after the fact; a minute covers a slow day, two a very slow one.
SAME_FACT_WITHIN = timedelta(seconds=120)
# A log entry is dated to the second, its webhook to the millisecond.
SAME_MOMENT = timedelta(seconds=2)

# What PagerDuty's own messages in Slack say, by the kind of event they copy.
_BOT_WORDS = {
    "triggered": ("triggered", "new incident"),
    "acknowledged": ("acknowledged",),
    "resolved": ("resolved",),
    "escalated": ("escalated", "reassigned"),
    "assigned": ("assigned",),
    "reopened": ("reopened",),
    "note": ("note", "annotated"),
    "status_update": ("status update",),
    "responder": ("responder",),
    "changed": ("priority", "urgency"),
}
_COPIED_BY_WEBHOOK = ("status_update", "note", "responder", "changed")


def fold_alert_repeats(alerts: Iterable[tuple[str, TimelineEvent]]) -> Iterator[TimelineEvent]:
    """Alerts with the same key become one line at the time of the first, with count and span."""
    by_key: dict[str, list[TimelineEvent]] = {}
    for key, event in alerts:
        by_key.setdefault(key, []).append(event)
    for repeats in by_key.values():
        repeats.sort(key=lambda event: (event.at, event.id))
        first, last = repeats[0], repeats[-1]
        if len(repeats) == 1:
            yield first
        else:
            ids = tuple(evidence_id for event in repeats for evidence_id in event.evidence_ids)
            yield first.model_copy(update={"count": len(repeats), "until": last.at, "evidence_ids": ids})


def fold_copies(
    incident_id: str, events: tuple[TimelineEvent, ...], messages: Iterable[Message]
) -> tuple[TimelineEvent, ...]:
    """Attach each copy to the fact it copies: a bot's Slack message, a webhook, or the log line of a note.

    A copy whose original cannot be found stays a line of its own: nothing is lost.
    """
    bot_copies = {m.id for m in messages if m.is_bot and incident_id in m.pagerduty_incident_ids}
    originals = [event for event in events if _is_original(event)]
    copies: dict[str, list[str]] = {}
    folded: set[str] = set()
    for event in events:
        original = _original_of(event, originals, is_bot_copy=event.id in bot_copies)
        if original:
            folded.add(event.id)
            copies.setdefault(original.id, []).append(event.id)
    return tuple(_with_copies(event, copies.get(event.id, [])) for event in events if event.id not in folded)


def _is_original(event: TimelineEvent) -> bool:
    return event.source == "pagerduty" and not event.id.startswith("pagerduty/event/") and not _is_log_of_note(event)


def _is_log_of_note(event: TimelineEvent) -> bool:
    return event.kind == "note" and event.id.startswith("pagerduty/log_entry/")


def _original_of(event: TimelineEvent, originals: list[TimelineEvent], *, is_bot_copy: bool) -> TimelineEvent | None:
    if is_bot_copy:
        words = event.text.casefold()
        return _nearest(event, originals, lambda o: any(word in words for word in _BOT_WORDS.get(o.kind, ())))
    if _is_log_of_note(event):
        return _nearest(event, originals, lambda o: o.kind == "note")
    if event.id.startswith("pagerduty/event/") and event.kind in _COPIED_BY_WEBHOOK:
        return _nearest(event, originals, lambda o: o.kind == event.kind and _says_the_same(o, event))
    return None


def _says_the_same(one: TimelineEvent, other: TimelineEvent) -> bool:
    """The same words, or the same deed of the same person in the same moment told in other words."""
    first, second = one.text.casefold().strip(), other.text.casefold().strip()
    at_once = abs(one.at - other.at) <= SAME_MOMENT and one.who == other.who
    return at_once or first in second or second in first


def _nearest(
    event: TimelineEvent, originals: list[TimelineEvent], fits: Callable[[TimelineEvent], bool]
) -> TimelineEvent | None:
    near = (o for o in originals if abs(o.at - event.at) <= SAME_FACT_WITHIN and fits(o))
    return min(near, key=lambda o: (abs(o.at - event.at), o.id), default=None)


def _with_copies(event: TimelineEvent, copies: list[str]) -> TimelineEvent:
    if not copies:
        return event
    return event.model_copy(update={"evidence_ids": event.evidence_ids + tuple(copies)})
