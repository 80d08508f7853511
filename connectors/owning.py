"""Finding the owners of action items: each person, role and project is asked about once, however many items name them.

What a vendor does not answer becomes a sentence on the owner's ladder, never a failed journey. How the ladder ends is
decided in `postmortem/action_items/ladder.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from connectors.climbing import NO_JIRA, Asked, answer, climb, place_in_jira
from connectors.errors import BadReply, Unreachable
from connectors.jira.accounts import who_we_are
from connectors.jira.api import JiraApi
from connectors.pagerduty.api import PagerDutyApi
from connectors.roles import holder_of_role, on_call_now, on_call_of
from connectors.slack.api import SlackApi
from connectors.steps import Json, Steps
from postmortem.action_items.item import ActionItem
from postmortem.action_items.ladder import Found, Place, owner_from_ladder, subject_of
from postmortem.identities import Identities
from postmortem.incident import Reference
from postmortem.observations import Observation
from postmortem.people import Person
from postmortem.settings import Settings

OUTAGE = (Unreachable, BadReply)
"""Jira is waited for once: no issue can be opened without it anyway."""
NO_PAGERDUTY = "PagerDuty is not configured"


def find_owners(
    steps: Steps,
    items: Sequence[ActionItem],
    people: Iterable[Person],
    *,
    settings: Settings,
    jira: JiraApi | None,
    pagerduty: PagerDutyApi | None,
    slack: SlackApi | None,
    prefix: str = "",
    observations: Sequence[Observation] = (),
    service: Reference | None = None,
) -> list[dict[str, Any]]:
    """One {"owner": Owner JSON, "slack_id"} per item, in their order.

    `observations` tell who had which role, `service` is the incident's own: whose on-call a bare "on-call" is.
    """
    people = tuple(people)
    asked = Asked(Identities(people, settings.people), jira, pagerduty, slack)
    subjects = [subject_of(item, asked.identities) for item in items]
    roles = [subject.removeprefix("role:") for subject in _distinct(subjects) if subject.startswith("role:")]
    held = _holders(steps, asked, roles, observations, service, prefix) if roles else {}
    if held:
        called_in = [Person.model_validate(one) for role in held.values() for one in role.get("people", ())]
        asked = replace(asked, identities=Identities((*people, *_unknown(called_in, people)), settings.people))
    asked = _introduced(steps, asked, prefix)
    found = _accounts(steps, asked, [_human(subject, held, asked) for subject in subjects], prefix)
    found |= {f"role:{role}": _of_role(role, told, found, asked) for role, told in held.items()}
    places = _places(steps, asked, items, [found.get(subject or "") for subject in subjects], prefix)
    return [_owned(item, found.get(subject or ""), places) for item, subject in zip(items, subjects, strict=True)]


def _owned(item: ActionItem, found: Found | None, places: dict[tuple[str, str], Place]) -> dict[str, Any]:
    route = item.route
    where = route.project if route else ""
    place = places.get((found.account_id, where)) if found and found.account_id else None
    default = places.get((route.default_owner, where)) if route and route.default_owner else None
    owner, slack_id = owner_from_ladder(item.owner, route, found, place, default)
    return {"owner": owner.model_dump(mode="json"), "slack_id": slack_id}


def _introduced(steps: Steps, asked: Asked, prefix: str) -> Asked:
    """Ask Jira who we are: the one call that waits for a Jira that is down. Without an answer it is asked no more."""
    jira = asked.jira
    if jira is None:
        return replace(asked, silent=NO_JIRA)
    told = answer(steps, f"{prefix}ask Jira who we are", "Jira", lambda: who_we_are(jira), OUTAGE)
    return replace(asked, own=told.get("value"), silent=told.get("failed"))


def _holders(
    steps: Steps,
    asked: Asked,
    roles: Sequence[str],
    observations: Sequence[Observation],
    service: Reference | None,
    prefix: str,
) -> dict[str, dict[str, Any]]:
    """Role to {"people": Person JSON...}, {"person_id"} of somebody who took part, or {"problem"}."""

    def one(child: Steps, role: str) -> Any:
        named = on_call_of(role)
        if named is None:
            holder = holder_of_role(role, observations)
            return {"person_id": holder} if holder else {"problem": f"PagerDuty told of nobody with the role {role}"}
        wanted, pagerduty = named or service, asked.pagerduty
        if pagerduty is None or wanted is None:
            return {"problem": NO_PAGERDUTY if pagerduty is None else "the incident has no service"}
        told = answer(child, "ask who is on call", "PagerDuty", lambda: on_call_now(pagerduty, wanted))
        return told.get("value") or {"problem": told["failed"]}

    return dict(zip(roles, steps.each(f"{prefix}find who holds the roles", list(roles), one), strict=True))


def _human(subject: str | None, held: dict[str, dict[str, Any]], asked: Asked) -> str | None:
    """The key of the human, also of one who holds a role; None where there is none."""
    if subject is None or not subject.startswith("role:"):
        return subject
    told = held[subject.removeprefix("role:")]
    ids = [told["person_id"]] if "person_id" in told else [one["id"] for one in told.get("people", ())]
    return asked.identities.human(ids[0]) if ids else None


def _of_role(role: str, told: dict[str, Any], found: dict[str, Found], asked: Asked) -> Found:
    """What the ladder found of who holds the role; of several on call the others are named."""
    if "problem" in told:
        return Found(
            problem=told["problem"], remedy="Give the item to a person.", rungs=(f"{role}: {told['problem']}",)
        )
    human = _human(f"role:{role}", {role: told}, asked) or ""
    one = found[human]
    others = tuple(person["name"] for person in told.get("people", ())[1:])
    return one.model_copy(update={"others": others, "rungs": (f"{role}: {one.name}", *one.rungs)})


def _accounts(steps: Steps, asked: Asked, subjects: Sequence[str | None], prefix: str) -> dict[str, Found]:
    humans = _distinct(subjects)

    def one(child: Steps, human: str) -> Json:
        return climb(child, asked, human).model_dump(mode="json")

    told = steps.each(f"{prefix}find the accounts", list(humans), one) if humans else []
    return {human: Found.model_validate(found) for human, found in zip(humans, told, strict=True)}


def _places(
    steps: Steps, asked: Asked, items: Sequence[ActionItem], found: Sequence[Found | None], prefix: str
) -> dict[tuple[str, str], Place]:
    """What Jira says of each account in each project where it is to get an item, default owners among them."""
    routed = [(item.route, one) for item, one in zip(items, found, strict=True) if item.route]
    pairs = {(one.account_id, route.project) for route, one in routed if one and one.account_id}
    defaults = {(route.default_owner, route.project) for route, _ in routed if route.default_owner}
    wanted, in_slack = sorted(pairs | defaults), {one.account_id: one.slack_id for one in found if one}

    def one(child: Steps, number: int) -> Json:
        pair = wanted[number]
        place = place_in_jira(child, asked, *pair, in_slack.get(pair[0]), stands_in=pair in defaults)
        return place.model_dump(mode="json")

    asking = list(range(len(wanted)))
    told = steps.each(f"{prefix}ask who may be assigned", asking, one) if wanted else []
    return {pair: Place.model_validate(place) for pair, place in zip(wanted, told, strict=True)}


def _distinct(subjects: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(subject for subject in subjects if subject))


def _unknown(called_in: Iterable[Person], people: Sequence[Person]) -> tuple[Person, ...]:
    known = {person.id for person in people}
    return tuple({person.id: person for person in called_in if person.id not in known}.values())
