"""One fact, one line: repeats of one alert are folded, and copies of a fact in other places become its evidence."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from postmortem.citations import moment_seen_from
from postmortem.evidence import CUT_BY_PAGERDUTY, Evidence
from postmortem.timeline import TimelineEvent

# PagerDuty posts to Slack seconds after the fact; a minute covers a slow day, two a very slow one.
SAME_FACT_WITHIN = timedelta(seconds=120)
# A log entry is dated to the second, its webhook to the millisecond.
SAME_MOMENT = timedelta(seconds=2)

# What PagerDuty's own messages in Slack say, by the kind of event they copy.
_BOT_WORDS = {
    "triggered": "triggered|new incident",
    "acknowledged": "acknowledged",
    "resolved": "resolved",
    "escalated": "escalated|reassigned",
    "assigned": "assigned",
    "reopened": "reopened",
    "note": "notes?|annotated",
    "status_update": "status update",
    "responder": "responders?",
    "changed": "priority|urgency",
}
_BOT_SAYS = re.compile(
    rf"\b(?:{'|'.join(f'(?P<{kind}>{words})' for kind, words in _BOT_WORDS.items())})\b", re.IGNORECASE
)
_IN_OWN_WORDS = ("note", "status_update")
_HEAD = re.compile(
    r"(?:resolution note|note|status update)(?: (?:was )?(?:added|posted|published))?(?: by [^:]{1,80})?\.?(?::\s*|$)",
    re.IGNORECASE,
)
_ONLY_A_HEADLINE = re.compile(
    r"\s*(?:was )?(?:(?:added|posted|published)\s*)?(?:(?:by|on|to|for)\b[^:\n“\"]{0,80})?[.!]?\s*"
)
# PagerDuty cuts long notes in its webhooks, and our receiver what no engine could keep.
_CUTS = (CUT_BY_PAGERDUTY.casefold(), " … (cut by debrief)", "…", "...")
_COPIED_BY_WEBHOOK = ("status_update", "note", "responder", "changed")


def fold_alert_repeats(alerts: Iterable[tuple[str, TimelineEvent]]) -> Iterator[TimelineEvent]:
    """Alerts with the same key become one line at the time of the first, with count, span, and all that they said."""
    by_key: dict[str, list[TimelineEvent]] = {}
    for key, event in alerts:
        by_key.setdefault(key, []).append(event)
    for repeats in by_key.values():
        repeats.sort(key=_by_time)
        first, last = repeats[0], repeats[-1]
        if len(repeats) == 1:
            yield first
        else:
            ids = tuple(evidence_id for event in repeats for evidence_id in event.evidence_ids)
            told = {"text": _all_texts(repeats), "count": len(repeats), "until": last.at, "evidence_ids": ids}
            yield first.model_copy(update=told | {"cleared_at": _cleared_at(repeats)})


def _cleared_at(repeats: list[TimelineEvent]) -> datetime | None:
    """When the last of them was cleared; None while any still fires."""
    cleared = [event.cleared_at for event in repeats if event.cleared_at]
    return max(cleared) if len(cleared) == len(repeats) else None


def _all_texts(repeats: list[TimelineEvent]) -> str:
    """Each text with its severity once, with the time at which it first came: "critical" is news after "warning"."""
    first = repeats[0]
    distinct = {event.text: event for event in reversed(repeats) if event.text != first.text}
    later = sorted(distinct.values(), key=_by_time)
    return "; ".join((first.text, *(f"from {moment_seen_from(first.at, event.at)}: {event.text}" for event in later)))


def fold_copies(events: tuple[TimelineEvent, ...], evidence: Evidence) -> tuple[TimelineEvent, ...]:
    """Attach each copy to the fact it copies: PagerDuty's message in Slack, a webhook, or the log line of a note.

    A copy whose original cannot be found stays a line of its own: nothing is lost.
    """
    bot_copies, title = _bot_copies(evidence), evidence.incident.title.casefold()
    originals = _Originals(filter(_is_original, events))
    copies: dict[str, list[str]] = {}
    folded: set[str] = set()
    for event in events:
        is_bots = event.id in bot_copies
        original = _copied_by_bot(event, originals, title) if is_bots else _copied_by_record(event, originals)
        if original:
            folded.add(event.id)
            copies.setdefault(original.id, []).extend(event.evidence_ids)
    return tuple(_with_copies(event, copies.get(event.id, [])) for event in events if event.id not in folded)


class _Originals:
    """Events that others copy: per kind, sorted by time, so that the nearest is found without walking them all."""

    def __init__(self, events: Iterable[TimelineEvent]) -> None:
        self._of_kind: dict[str, list[TimelineEvent]] = {}
        for event in sorted(events, key=_by_time):
            self._of_kind.setdefault(event.kind, []).append(event)
        self._times = {kind: [event.at for event in events] for kind, events in self._of_kind.items()}

    def nearest(self, kind: str, at: datetime) -> TimelineEvent | None:
        """The event of this kind nearest in time, if near enough; of two equally near, the earlier."""
        events, times = self._of_kind.get(kind, []), self._times.get(kind, [])
        place = bisect_left(times, at)
        before = events[bisect_left(times, times[place - 1])] if place else None
        after = events[place] if place < len(events) else None
        near = [event for event in (before, after) if event and abs(event.at - at) <= SAME_FACT_WITHIN]
        return min(near, key=lambda event: abs(event.at - at), default=None)

    def near(self, kind: str, at: datetime) -> list[TimelineEvent]:
        """All events of this kind that are near enough, the nearest first."""
        times = self._times.get(kind, [])
        # Compared as distances: a moment near the end of time cannot be moved by two minutes.
        first = bisect_left(times, -SAME_FACT_WITHIN, key=lambda time: time - at)
        end = bisect_right(times, SAME_FACT_WITHIN, key=lambda time: time - at)
        return sorted(self._of_kind.get(kind, [])[first:end], key=lambda event: abs(event.at - at))


def _bot_copies(evidence: Evidence) -> set[str]:
    """Messages by PagerDuty's app about this incident; where nobody told the bot's name, the link to it suffices."""
    names = {p.id: p.name.casefold() for p in evidence.people if p.name != p.id.partition(":")[2]}
    return {
        message.id
        for message in evidence.messages
        if message.is_bot
        and evidence.incident.id in message.pagerduty_incident_ids
        and "pagerduty" in names.get(message.person_id or "", "pagerduty").replace(" ", "")
    }


def _copied_by_bot(event: TimelineEvent, originals: _Originals, title: str) -> TimelineEvent | None:
    """What a bot's message copies is told by its first word of that kind; the incident's title may hold any word.

    What a person wrote (a note, a status update) must be there in the same words, where the bot repeats them.
    """
    headline = event.text.casefold().replace(title, " ")
    said = _BOT_SAYS.search(headline)
    if said is None or said.lastgroup is None:
        return None
    rest = headline[said.end() :]
    if said.lastgroup not in _IN_OWN_WORDS or _ONLY_A_HEADLINE.fullmatch(rest):
        return originals.nearest(said.lastgroup, event.at)
    _, colon, words = rest.partition(":")
    copied = _plain(words if colon else rest)
    near = originals.near(said.lastgroup, event.at)
    return next((one for one in near if _repeats(copied, _plain(_words(one).replace(title, " ")))), None)


def _copied_by_record(event: TimelineEvent, originals: _Originals) -> TimelineEvent | None:
    """The note that a log line is about, or what a webhook told before it could be read; same words win."""
    is_webhook = event.id.startswith("pagerduty/event/") and event.kind in _COPIED_BY_WEBHOOK
    if not is_webhook and not _is_log_of_note(event):
        return None
    near = originals.near(event.kind, event.at)
    in_same_words = (one for one in near if _repeats(_words(event), _words(one)))
    at_once = (one for one in near if _is_same_deed(one, event))
    return next(in_same_words, None) or next(at_once, None)


def _is_original(event: TimelineEvent) -> bool:
    return event.source == "pagerduty" and not event.id.startswith("pagerduty/event/") and not _is_log_of_note(event)


def _is_log_of_note(event: TimelineEvent) -> bool:
    return event.kind == "note" and event.id.startswith("pagerduty/log_entry/")


def _is_same_deed(one: TimelineEvent, other: TimelineEvent) -> bool:
    """The same deed of the same person in the same moment, told without the words or in the system's own.

    A change of a field must use the same words: one person may change two at once. So must what people wrote, where
    both tell it: neither text may be lost.
    """
    is_told_twice = one.kind in _IN_OWN_WORDS and bool(_words(one) and _words(other))
    has_own_words = one.kind == "changed" or is_told_twice
    return abs(one.at - other.at) <= SAME_MOMENT and one.who == other.who and not has_own_words


def _repeats(copy: str, original: str) -> bool:
    """Whether the words are equal, or those of the original as far as they were not cut off."""
    cut = next((copy.removesuffix(mark) for mark in _CUTS if copy.endswith(mark)), None)
    return bool(copy) and (copy == original or (bool(cut) and original.startswith(cut or copy)))


def _words(event: TimelineEvent) -> str:
    """What a person wrote, without PagerDuty's words before it, as it is compared."""
    return _plain(_HEAD.sub("", event.text, count=1) if event.kind in _IN_OWN_WORDS else event.text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" \"'“”>*_")


def _by_time(event: TimelineEvent) -> tuple[datetime, str]:
    return (event.at, event.id)


def _with_copies(event: TimelineEvent, copies: list[str]) -> TimelineEvent:
    if not copies:
        return event
    return event.model_copy(update={"evidence_ids": event.evidence_ids + tuple(copies)})
