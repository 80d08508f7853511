"""The full log for a Confluence page, straight from the data: as long as the incident, so it must be fast."""

from collections.abc import Iterator

from postmortem.citations import cite_event, day_and_clock, moment_seen_from
from postmortem.document import Postmortem
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
    by = name if name and not names_its_author(event, name) else ""
    who = f"<strong>{escape_text(by)}</strong>: " if by and event.was_said else ""
    done_by = f" (by {escape_text(by)})" if by and not event.was_said else ""
    repeated = f" (×{event.count}, until {moment_seen_from(event.at, event.until)})" if event.until else ""
    edited = " (edited)" if event.is_edited else ""
    source = cite_event(event)
    text = _lines(event.text) or "(without words)"
    return f"{who}{text}{done_by}{repeated}{edited} ({linked(source.label, source.link)})"


def _lines(text: str) -> str:
    """Lines stay lines: a stack trace on one line is no longer one."""
    return "<br/>".join(filter(None, (escape_text(line).strip() for line in text.splitlines())))
