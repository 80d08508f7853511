"""From who was named to a Jira account, rung by rung; then the team's default owner; then nobody, and said aloud.

The rungs: the people map, the Slack id, the e-mail, the Jira account, whether it may be assigned in that project. What
the systems answered comes in; nothing is asked here. Never a likely account, never an app's, never Debrief's own.
"""

from postmortem.action_items.item import ActionItem, Owner, Route
from postmortem.action_items.roles import read_role
from postmortem.identities import Identities
from postmortem.noun import Noun

NO_ACCOUNT = ", but no Jira account is known"
"""How `why` goes on where an owner was found without an account; the ladder says what became of that."""


class Found(Noun):
    """What is known of one who was named. `problem` is why there is no account, as it follows "but"."""

    name: str | None = None
    account_id: str | None = None
    slack_id: str | None = None
    person_id: str | None = None
    others: tuple[str, ...] = ()
    rungs: tuple[str, ...] = ()
    problem: str | None = None
    remedy: str | None = None


class Place(Noun):
    """What Jira says of one account in one project. `problem` follows "but"; `unchecked` is why it was not asked."""

    name: str | None = None
    slack_id: str | None = None
    problem: str | None = None
    remedy: str | None = None
    unchecked: str | None = None

    def rung(self, project: str) -> str:
        if self.unchecked:
            return f"{project}: not checked whether it may be assigned: {self.unchecked}"
        return f"{project}: {self.problem or 'may be assigned there'}"


def subject_of(item: ActionItem, identities: Identities) -> str | None:
    """Who is to be found for this item, as one key for all the items of one human; None where nobody was named."""
    owner = item.owner
    if owner.person_id:
        return identities.human(owner.person_id)
    if owner.role and owner.account_id is None and not _is_team(owner.role):
        return f"role:{owner.role}"
    known = identities.find_known(owner.name) if owner.name else None
    if known:
        return f"known:{known.name}"
    is_default = item.route is not None and owner.account_id == item.route.default_owner and owner.name is None
    return f"jira:{owner.account_id}" if owner.account_id and not is_default else None


def _is_team(role: str) -> bool:
    """A whole team holds nothing by itself: its default owner does, and that is no question to PagerDuty."""
    read = read_role(role)
    return read is not None and read.kind == "team"


def owner_from_ladder(
    owner: Owner, route: Route | None, found: Found | None, place: Place | None, default: Place | None
) -> tuple[Owner, str | None]:
    """The owner as the ladder ends, and their Slack id. `place` is the account's standing in the route's project,
    `default` that of the default owner's account; None where there is nothing to ask."""
    how = owner.why.partition(NO_ACCOUNT)[0]
    rungs = list(found.rungs) if found else []
    problem = found.problem if found else None
    remedy = found.remedy if found else None
    if found and found.account_id:
        if place is not None and route is not None:
            rungs.append(place.rung(route.project))
            problem, remedy = place.problem, place.remedy
        if problem is None:
            return _owned(owner, found, how, rungs), found.slack_id
    how = f"{how}, but {problem}" if problem else how
    return _default_owned(owner, route, found, default, how, remedy, rungs)


def _owned(owner: Owner, found: Found, how: str, rungs: list[str]) -> Owner:
    return owner.model_copy(
        update={
            "name": found.name or owner.name,
            "account_id": found.account_id,
            "person_id": found.person_id or owner.person_id,
            "others": (*owner.others, *(name for name in found.others if name not in owner.others)),
            "why": how,
            "rungs": tuple(rungs),
        }
    )


def _default_owned(
    owner: Owner,
    route: Route | None,
    found: Found | None,
    default: Place | None,
    how: str,
    remedy: str | None,
    rungs: list[str],
) -> tuple[Owner, str | None]:
    """The default owner of the project where there is one who can have it; else nobody, with what to do."""
    named = (found.name if found else None) or owner.name
    if route is None or route.default_owner is None:
        advice = remedy or (f"Set default_owner of {route.project}." if route else None)
        why = f"{how}. {advice}" if advice else how
        return owner.model_copy(update={"name": named, "account_id": None, "why": why, "rungs": tuple(rungs)}), None
    project = route.project
    if default is not None:
        rungs.append(f"default owner: {default.rung(project)}")
    if default is not None and default.problem:
        first = how.removesuffix(f": default owner of {project}")
        why = f"{first}, and the default owner of {project} cannot have it: {default.problem}. {default.remedy}"
        return owner.model_copy(update={"name": named, "account_id": None, "why": why, "rungs": tuple(rungs)}), None
    nobody = owner.account_id == route.default_owner and owner.name is None
    why = how if nobody else f"{how}: the default owner of {project} has it"
    name = default.name if default else None
    held = {"name": name, "account_id": route.default_owner, "person_id": None, "why": why, "rungs": tuple(rungs)}
    held |= {} if nobody else {"instead_of": named or owner.role}
    return owner.model_copy(update=held), default.slack_id if default else None
