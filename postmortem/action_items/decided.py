"""What people decided, laid over what was found: the words stay evidence, the decision is on top of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from postmortem.action_items.decision import Decision
from postmortem.action_items.item import ActionItem, Owner
from postmortem.action_items.owners import resolve_owner
from postmortem.identities import Identities
from postmortem.incident import Incident
from postmortem.settings import Settings, route_of_team

_DATED = {"text": ("text",), "due_on": ("due_on",), "owner": ("owner_id", "owner")}
_KEPT = ("verdict", "text", "owner_id", "owner", "due_on", "team")


def decided(
    items: Sequence[ActionItem],
    decisions: Iterable[Decision],
    identities: Identities,
    settings: Settings,
    incident: Incident,
) -> tuple[ActionItem, ...]:
    """Every item as it stands by the decisions about it, which come oldest first: what was decided last counts."""
    last = dict[str, Decision]()
    for decision in decisions:
        last[decision.item_id] = _over(last.get(decision.item_id), _dated(_named(decision, identities)))
    return tuple(
        _changed(item, decision, identities, settings, incident) if (decision := last.get(item.id)) else item
        for item in items
    )


def _named(decision: Decision, identities: Identities) -> Decision:
    """With the name of who decided, where they are among those who took part."""
    name = identities.known_name(decision.by_id)
    return decision.model_copy(update={"by": name}) if name else decision


def _dated(decision: Decision) -> Decision:
    """With when each of its fields was decided."""
    told = {field for field, names in _DATED.items() if any(getattr(decision, name) for name in names)}
    return decision.model_copy(update={"since": dict.fromkeys(sorted(told), decision.at)})


def _over(before: Decision | None, now: Decision) -> Decision:
    """The newer decision, with what it says nothing about as it was decided before. A new owner is one whole."""
    if before is None:
        return now
    owner = {"owner_id", "owner"} if now.owner_id or now.owner else set[str]()
    kept = {name: getattr(before, name) for name in _KEPT if getattr(now, name) is None and name not in owner}
    return now.model_copy(update=kept | {"since": before.since | now.since})


def _changed(
    item: ActionItem, decision: Decision, identities: Identities, settings: Settings, incident: Incident
) -> ActionItem:
    accepted = decision.verdict == "accepted" or (item.accepted and decision.verdict is None)
    changes = dict(_changes(item, decision, identities, settings, incident))
    return item.model_copy(update={"accepted": accepted and not item.is_gone, "decision": decision, **changes})


def _changes(
    item: ActionItem, decision: Decision, identities: Identities, settings: Settings, incident: Incident
) -> Iterator[tuple[str, Any]]:
    how = f"decided by {decision.by} {decision.where}"
    if decision.text:
        yield "text", decision.text
    if decision.due_on:
        yield "due_on", decision.due_on
        yield "due_why", how
    route = route_of_team(settings, incident, decision.team) if decision.team else None
    if route:
        yield "route", route
    if decision.owner_id or decision.owner:
        yield "owner", _owner(decision, identities, item, how)


def _owner(decision: Decision, identities: Identities, item: ActionItem, how: str) -> Owner:
    """Whom they chose: an account of one of the systems, else a name, which must be known as any other is."""
    if decision.owner_id:
        known = identities.known_name(decision.owner_id) or decision.owner or identities.name(decision.owner_id)
        account_id = identities.account_id(decision.owner_id)
        return Owner(name=known, account_id=account_id, why=how, person_id=decision.owner_id)
    named = resolve_owner(
        identities, mentioned_id=None, named=decision.owner, author_id=None, says_i=False, route=item.route
    )
    return named.model_copy(update={"why": f"{named.why}; {how}"})
