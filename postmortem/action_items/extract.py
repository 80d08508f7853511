"""Action items out of evidence: what people marked, in words or with an emoji. Explicit means accepted."""

import re

from postmortem.action_items.due_dates import due_date
from postmortem.action_items.item import ActionItem, Route
from postmortem.action_items.listed import as_listed, listed_in
from postmortem.action_items.marked import MarkedItem
from postmortem.action_items.nature import nature_of
from postmortem.action_items.owners import owner_and_task
from postmortem.action_items.seen import ItemsSeen, no_longer_said, ordinals
from postmortem.action_items.spoken import Spoken, spoken_in
from postmortem.evidence import Evidence
from postmortem.identities import Identities
from postmortem.settings import Settings, route_for_item, route_of_team

_TRAILING = re.compile(r"[\s,;–—-]+$")


def extract_action_items(
    evidence: Evidence,
    identities: Identities,
    settings: Settings,
    route: Route | None,
    seen: ItemsSeen | None = None,
) -> tuple[ActionItem, ...]:
    """Every marked item, oldest first. Its identity is its record's id and its ordinal there, never its words.

    `seen` are the items of earlier drafts: they keep their ordinals, and those whose words are gone stand at the end.
    """
    seen = seen or ItemsSeen()
    spoken = spoken_in(evidence, identities, settings)
    seen_in, items = seen.by_record(), list[ActionItem]()
    for record in spoken:
        numbers = ordinals([one.quote for one in record.found], seen_in.get(record.id, ()))
        items.extend(
            _action_item(evidence, identities, settings, route, record, one.model_copy(update={"ordinal": number}))
            for one, number in zip(record.found, numbers, strict=True)
        )
    for record, one in listed_in(evidence, identities, seen_in):
        item = _action_item(evidence, identities, settings, route, record, one)
        items.append(as_listed(item, one, evidence, identities, seen_in))
    return (*items, *no_longer_said(seen, items, {record.id for record in spoken}))


def _action_item(
    evidence: Evidence,
    identities: Identities,
    settings: Settings,
    route: Route | None,
    record: Spoken,
    found: MarkedItem,
) -> ActionItem:
    route = route_for_item(settings, evidence.incident, found.body)
    owner, task = owner_and_task(
        found,
        identities,
        mentions=record.mentions,
        author_id=record.author_id,
        route=route,
        route_of_team=lambda team: route_of_team(settings, evidence.incident, team),
    )
    due = due_date(found.body, record.moment.at, record.author_id, evidence.incident, identities, settings)
    task = _without(due.phrase, task)
    return ActionItem(
        id=f"{record.id}#{found.ordinal}",
        text=_as_title(task),
        quote=found.quote,
        owner=owner,
        due_on=due.due_on,
        due_why=due.why,
        route=route,
        evidence_id=record.id,
        evidence_link=record.link,
        nature=nature_of(task),
    )


def _without(phrase: str, task: str) -> str:
    """The task without the words that its due date was read from, where it ends in them."""
    return task.replace(phrase, "", 1) if phrase and task.rstrip(" .").endswith(phrase) else task


def _as_title(task: str) -> str:
    one_line = " ".join(_TRAILING.sub("", task).split())
    return one_line[:1].upper() + one_line[1:]
