"""Action items out of evidence: what people marked, in words or with an emoji. Explicit means accepted."""

import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from postmortem.action_item import ActionItem, Route
from postmortem.due_phrases import find_due_phrase
from postmortem.evidence import Evidence, Message, Note
from postmortem.identities import Identities
from postmortem.marked_items import MarkedItem, find_marked_items, read_item
from postmortem.owners import resolve_owner
from postmortem.settings import Settings, due_date_from_priority

_TRAILING = re.compile(r"[\s,;–—-]+$")


def extract_action_items(
    evidence: Evidence, identities: Identities, settings: Settings, route: Route | None
) -> tuple[ActionItem, ...]:
    """Every marked item, oldest first. Its identity is its record's id and its ordinal there, never its words."""
    records = sorted(_records(evidence), key=lambda record: (record.moment.at, record.id))
    emoji = frozenset(settings.slack.action_item_emoji)
    return tuple(
        _action_item(evidence, identities, settings, route, record, found)
        for record in records
        for found in _items_of(record, emoji, tuple(_mentions(record, identities)))
    )


def _records(evidence: Evidence) -> Iterator[Message | Note]:
    yield from evidence.notes
    yield from (message for message in evidence.messages if not message.is_bot and not message.is_deleted)


def _items_of(record: Message | Note, emoji: frozenset[str], mentioned: tuple[str, ...]) -> tuple[MarkedItem, ...]:
    items = find_marked_items(record.text, mentioned)
    if items or not isinstance(record, Message) or not record.text.strip():
        return items
    if any(reaction.emoji in emoji for reaction in record.reactions):
        return (read_item(record.text.strip(), record.text, mentioned),)
    return ()


def _action_item(
    evidence: Evidence,
    identities: Identities,
    settings: Settings,
    route: Route | None,
    record: Message | Note,
    found: MarkedItem,
) -> ActionItem:
    owner = resolve_owner(
        identities,
        mentioned_id=_mentioned(record, found, identities),
        named=found.named,
        author_id=record.person_id,
        says_i=found.says_i,
        route=route,
    )
    zone = identities.timezone(record.person_id) or settings.timezone
    said_on = record.moment.at.astimezone(ZoneInfo(zone)).date()
    due_on, due_why, task = _due(settings, evidence, found.task, said_on)
    return ActionItem(
        id=f"{record.id}#{found.ordinal}",
        text=_as_title(task),
        quote=found.quote,
        owner=owner,
        due_on=due_on,
        due_why=due_why,
        route=route,
        evidence_id=record.id,
        evidence_link=record.link,
    )


def _mentions(record: Message | Note, identities: Identities) -> dict[str, str]:
    """The people whom a message mentions, by each name that may stand after the @ in its decoded text."""
    ids = record.mention_ids if isinstance(record, Message) else ()
    return {name: person_id for person_id in ids for name in identities.vendor_names(person_id)}


def _mentioned(record: Message | Note, found: MarkedItem, identities: Identities) -> str | None:
    """Whom the item mentions first, if anybody."""
    standing = [
        (found.quote.find(f"@{name}"), -len(name), person_id)
        for name, person_id in _mentions(record, identities).items()
        if f"@{name}" in found.quote
    ]
    return min(standing)[2] if standing else None


def _due(settings: Settings, evidence: Evidence, task: str, said_on: date) -> tuple[date, str, str]:
    said = find_due_phrase(task, said_on)
    if said:
        words = task.replace(said.phrase, "", 1) if task.rstrip(" .").endswith(said.phrase) else task
        return said.due_on, f'said: "{said.phrase}" on {said_on.isoformat()}', words
    due_on, why = due_date_from_priority(
        settings, evidence.incident.priority, _resolved_on(settings, evidence, said_on)
    )
    return due_on, why, task


def _resolved_on(settings: Settings, evidence: Evidence, said_on: date) -> date:
    resolved_at = evidence.incident.resolved_at
    return resolved_at.at.astimezone(ZoneInfo(settings.timezone)).date() if resolved_at else said_on


def _as_title(task: str) -> str:
    one_line = " ".join(_TRAILING.sub("", task).split())
    return one_line[:1].upper() + one_line[1:]
