"""Whose an action item is: a mention, an @name or a name at its start, the author where it says "I"; else nobody."""

from postmortem.action_items.item import Owner, Route
from postmortem.identities import Identities

_MAP_SETTING = "people in debrief.yml"


def resolve_owner(
    identities: Identities,
    *,
    mentioned_id: str | None,
    named: str | None,
    author_id: str | None,
    says_i: bool,
    route: Route | None,
) -> Owner:
    """Name the owner and the Jira account, or say why there is none. Never a likely match, never a bot."""
    if mentioned_id and not identities.is_bot(mentioned_id):
        return _owner(identities, mentioned_id, "mentioned in the item")
    if mentioned_id:
        return Owner(
            name=None, account_id=None, why=f'"{identities.name(mentioned_id)}" is mentioned, and is no person'
        )
    if says_i and author_id and not identities.is_bot(author_id):
        return _owner(identities, author_id, 'its author said "I"')
    if named:
        return _named_owner(identities, named)
    return _default_owner(route)


def _named_owner(identities: Identities, named: str) -> Owner:
    person_id = identities.find(named)
    if identities.is_bot(person_id):
        return Owner(name=None, account_id=None, why=f'"{named}" is named, and is no person')
    if person_id:
        return _owner(identities, person_id, f'named "{named}" in the item')
    known = identities.find_known(named)
    if known:
        return Owner(name=known.name, account_id=known.jira_account_id, why=f'named "{named}" in the item')
    why = f'"{named}" is named but is nobody (or more than one) of those who took part: add them to {_MAP_SETTING}'
    return Owner(name=named, account_id=None, why=why)


def _owner(identities: Identities, person_id: str, how: str) -> Owner:
    name, account_id = identities.name(person_id), identities.account_id(person_id)
    why = (
        how if account_id else f"{how}, but no Jira account is known: add jira_account_id for {name} to {_MAP_SETTING}"
    )
    return Owner(name=name, account_id=account_id, why=why, person_id=person_id)


def _default_owner(route: Route | None) -> Owner:
    if route and route.default_owner:
        return Owner(
            name=None, account_id=route.default_owner, why=f"nobody was named: default owner of {route.project}"
        )
    return Owner(name=None, account_id=None, why="nobody was named, and the route has no default_owner")
