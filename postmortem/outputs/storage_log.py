"""The full log for a Confluence page, straight from the data: as long as the incident, so it must be fast."""

from collections.abc import Iterator

from postmortem.citations import cite_event, day_and_clock, moment_seen_from
from postmortem.document import Postmortem
from postmortem.outputs.events import HOUSEKEEPING, what_it_is
from postmortem.outputs.storage_text import escape_text, linked
from postmortem.timeline import TimelineEvent, names_its_author


def log_items(postmortem: Postmortem) -> Iterator[str]:
    """Each event as one well-formed item of a list, in order."""
    by_id = {event.id: event for event in postmortem.timeline.events}
    for event in postmortem.timeline.events:
        parent = by_id.get(event.thread_id or "")
        yield f"<li><p>{day_and_clock(event.at)} · {_reply(event, parent)}{_told(event, postmortem.names)}</p></li>"


def _reply(event: TimelineEvent, parent: TimelineEvent | None) -> str:
    if not event.thread_id:
        return ""
    return f"↳ to {moment_seen_from(event.at, parent.at)} · " if parent else "↳ "


def _told(event: TimelineEvent, names: dict[str, str]) -> str:
    name = names.get(event.who or "", "")
    by = escape_text(name) if name and not names_its_author(event, name) else ""
    as_what, words = what_it_is(event)
    text = _lines(words) or "(without words)"
    if event.source == "slack" and (done := HOUSEKEEPING.fullmatch(words)):
        return f"{by} {_lines(done['did'])}{_after(event)}" if by else f"{text}{_after(event)}"
    if event.was_said and by:
        return f"<strong>{by}</strong>{as_what}: {text}{_after(event)}"
    unsaid = _lines(event.text) or "(without words)"
    return f"{unsaid}{f' (by {by})' if by else ''}{_after(event)}"


def _after(event: TimelineEvent) -> str:
    """What follows the words: how often it was repeated, whether it was edited, and the source."""
    repeated = f" (×{event.count}, until {moment_seen_from(event.at, event.until)})" if event.until else ""
    edited = " (edited)" if event.is_edited else ""
    source, also = cite_event(event), " · also in Slack" if event.is_also_in_chat else ""
    return f"{repeated}{edited} ({linked(source.label, source.link)}){also}"


def _lines(text: str) -> str:
    """Lines stay lines: a stack trace on one line is no longer one."""
    return "<br/>".join(filter(None, (escape_text(line).strip() for line in text.splitlines())))
