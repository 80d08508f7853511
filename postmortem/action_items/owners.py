"""Whose an action item is: a mention, a name, the author where it says "I", a role, a team; else nobody."""

from collections.abc import Callable, Mapping, Sequence

from postmortem.action_items.item import Owner, Route
from postmortem.action_items.marked import MarkedItem
from postmortem.action_items.roles import Role, read_role
from postmortem.identities import Identities

_MAP_SETTING = "people in debrief.yml"

type RouteOfTeam = Callable[[str], Route | None]
"""The route whose team the settings call so."""


def owner_and_task(
    found: MarkedItem,
    identities: Identities,
    *,
    mentions: Mapping[str, str],
    author_id: str | None,
    route: Route | None,
    route_of_team: RouteOfTeam,
) -> tuple[Owner, str]:
    """The owner, and the task without them. Words in small letters that name nobody we know stay in the task.

    `mentions` are the people whom the record mentions, by each name that may stand after its @.
    """

    def resolved(named: str | None) -> Owner:
        return resolve_owner(
            identities,
            mentioned_id=mentions.get(named or ""),
            named=named,
            author_id=author_id,
            says_i=found.says_i,
            route=route,
            others=tuple(_name_of(other, identities, mentions) for other in found.others),
            route_of_team=route_of_team,
        )

    owner = resolved(found.named)
    is_known = owner.person_id is not None or owner.account_id is not None or owner.role is not None
    if is_known or found.with_at or not (found.is_guess or (found.named or "").islower()):
        return owner, found.task
    names_a_thing = found.is_guess or found.body.startswith(f"{found.named}:")
    return resolved(None) if names_a_thing else owner, found.body


def resolve_owner(
    identities: Identities,
    *,
    mentioned_id: str | None,
    named: str | None,
    author_id: str | None,
    says_i: bool,
    route: Route | None,
    others: Sequence[str] = (),
    route_of_team: RouteOfTeam = lambda _: None,
) -> Owner:
    """Name the owner and the Jira account, or say why there is none. Never a likely match, never a bot.

    `others` are named beside the owner: an issue has one assignee, so that they are only told.
    """
    owner = _first_owner(identities, mentioned_id, named, author_id if says_i else None, route, route_of_team)
    beside = tuple(other for other in dict.fromkeys(others) if other != owner.name)
    if not beside:
        return owner
    why = f"{owner.why}; {_listed(beside)} named beside, and an issue has one assignee"
    return owner.model_copy(update={"others": beside, "why": why})


def _first_owner(
    identities: Identities,
    mentioned_id: str | None,
    named: str | None,
    speaker_id: str | None,
    route: Route | None,
    route_of_team: RouteOfTeam,
) -> Owner:
    if mentioned_id and not identities.is_bot(mentioned_id):
        return _owner(identities, mentioned_id, "mentioned in the item")
    if mentioned_id:
        return _nobody(f'"{identities.name(mentioned_id)}" is mentioned, and is no person')
    if speaker_id and not identities.is_bot(speaker_id):
        return _owner(identities, speaker_id, 'its author said "I"')
    return _named_owner(identities, named, route_of_team) if named else _default_owner(route)


def _named_owner(identities: Identities, named: str, route_of_team: RouteOfTeam) -> Owner:
    person_id = identities.find(named)
    if identities.is_bot(person_id):
        return _nobody(f'"{named}" is named, and is no person')
    if person_id:
        return _owner(identities, person_id, f'named "{named}" in the item')
    known = identities.find_known(named)
    if known:
        return Owner(name=known.name, account_id=known.jira_account_id, why=f'named "{named}" in the item')
    if role := read_role(named):
        return _role_owner(role, route_of_team)
    if (of_team := route_of_team(named)) and (of_team.team or "").casefold() == named.casefold():
        return _role_owner(Role(words=named, kind="team", of=named), route_of_team)
    why = f'"{named}" is named but is nobody (or more than one) of those who took part: add them to {_MAP_SETTING}'
    return Owner(name=named, account_id=None, why=why)


def _role_owner(role: Role, route_of_team: RouteOfTeam) -> Owner:
    """A team's item is its default owner's. Who is on call, or has a role, PagerDuty is asked."""
    if role.kind != "team":
        why = f'a role is named and no person: "{role.words}"; PagerDuty knows who has it'
        return Owner(name=None, account_id=None, role=role.words, why=why)
    route = route_of_team(role.of or role.words) or route_of_team(role.words)
    if route and route.default_owner:
        why = f'a team is named and no person: "{role.words}"; default owner of {route.project}'
        return Owner(name=None, account_id=route.default_owner, role=role.words, why=why)
    why = f'a team is named and no person: "{role.words}"; no route of the settings has this team and a default_owner'
    return Owner(name=None, account_id=None, role=role.words, why=why)


def _name_of(other: str, identities: Identities, mentions: Mapping[str, str]) -> str:
    """How we name somebody who is named beside the owner; as it was said where we do not know them."""
    person_id = mentions.get(other) or identities.find(other)
    known = identities.find_known(other)
    return identities.name(person_id) or (known.name if known else other)


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last} are" if first else f"{last} is"


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
    return _nobody("nobody was named, and the route has no default_owner")


def _nobody(why: str) -> Owner:
    return Owner(name=None, account_id=None, why=why)
