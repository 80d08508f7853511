"""Action items out of evidence: what people marked is accepted, what they said without a mark is suggested."""

import re
from datetime import datetime

from postmortem.action_items.due_dates import due_date
from postmortem.action_items.item import ActionItem, Route
from postmortem.action_items.listed import as_listed, listed_in
from postmortem.action_items.marked import MarkedItem
from postmortem.action_items.merging import Found, merged
from postmortem.action_items.nature import nature_of
from postmortem.action_items.owners import owner_and_task
from postmortem.action_items.seen import ItemsSeen, no_longer_said, ordinals
from postmortem.action_items.spoken import Spoken, spoken_in
from postmortem.action_items.suggest import SuggestedItem, owner_who_took, with_suggestions
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
    over_at: datetime | None = None,
) -> tuple[ActionItem, ...]:
    """Every item, each once, oldest first. Its identity is its record's id and its ordinal there, never its words.

    What nobody marked is a suggestion; `over_at`, when the incident was mitigated or resolved, tells. `seen` are
    the items of earlier drafts: they keep their ids, and those with an issue whose words are gone stand at the end.
    """
    seen = seen or ItemsSeen()
    marked = spoken_in(evidence, identities, settings)
    spoken = with_suggestions(marked, evidence, identities, settings, seen, over_at)
    seen_in, found = seen.by_record(), list[Found]()
    for record in spoken:
        likely = [isinstance(one, SuggestedItem) for one in record.found]
        numbers = ordinals([one.quote for one in record.found], seen_in.get(record.id, ()), likely)
        found.extend(
            _found(evidence, identities, settings, route, record, one.model_copy(update={"ordinal": number}))
            for one, number in zip(record.found, numbers, strict=True)
        )
    for record, one in listed_in(evidence, identities, seen_in):
        said = _found(evidence, identities, settings, route, record, one)
        found.append(said._replace(item=as_listed(said.item, one, evidence, identities, seen_in)))
    items = merged(found, seen, identities)
    return (*items, *no_longer_said(seen, items, {record.id for record in spoken}))


def _found(
    evidence: Evidence,
    identities: Identities,
    settings: Settings,
    route: Route | None,
    record: Spoken,
    found: MarkedItem,
) -> Found:
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
    if isinstance(found, SuggestedItem) and found.taken_by and owner.name is None and owner.role is None:
        owner = owner_who_took(identities, found.taken_by, route)
    item = ActionItem(
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
        accepted=not isinstance(found, SuggestedItem),
        likely=found.likely if isinstance(found, SuggestedItem) else None,
    )
    return Found(item, record.moment, names_day=due.phrase != "")


def _without(phrase: str, task: str) -> str:
    """The task without the words that its due date was read from, where it ends in them."""
    return task.replace(phrase, "", 1) if phrase and task.rstrip(" .").endswith(phrase) else task


def _as_title(task: str) -> str:
    one_line = " ".join(_TRAILING.sub("", task).split())
    return one_line[:1].upper() + one_line[1:]
