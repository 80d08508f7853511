"""Whether PagerDuty lets us do what the settings ask of it. One request is a POST, which can write nothing."""

from collections.abc import Callable, Iterable, Iterator

from connectors.checks.finding import Finding, Said, failure, found_refusal, ok, under, warning
from connectors.errors import ConnectorError, NotAllowed, NotFound, Rejected
from connectors.pagerduty.api import PagerDutyApi
from connectors.pagerduty.raw import text
from connectors.pagerduty.replies import Page
from postmortem.settings import Settings, entries_of

PAGERDUTY = "PagerDuty"
MOST_NAMES = 30
"""Of the services and teams that the settings name, so many are looked up: one request each."""
AIOPS = "event_intelligence"
# Roles of https://developer.pagerduty.com/api-reference (User, read 2026-11-21) that see little, or change nothing.
SMALL_ROLES = ("observer", "restricted_access", "read_only_user", "read_only_limited_user")
BIG_ROLES = ("owner", "admin")
_AN_ACCOUNTS = "an account's"


def check_pagerduty(settings: Settings, api: PagerDutyApi, elsewhere: PagerDutyApi | None = None) -> Iterator[Finding]:
    """`elsewhere` asks the other region with the same token. Raises Unreachable, RateLimited, BadReply."""
    try:
        abilities = api.list_abilities()
    except NotAllowed as refused:
        if "401" in refused.came_back:
            yield from under(PAGERDUTY, "token", (_wrong_token(settings, refused, elsewhere),))
            return
        yield found_refusal(PAGERDUTY, "plan", refused, "warning")
        abilities = None
    yield from under(PAGERDUTY, "token", _of_token(settings, api))
    if settings.pagerduty.sender:
        yield from under(PAGERDUTY, "sender", _of_sender(api, settings.pagerduty.sender), "is a user of the account")
    if abilities is not None:
        yield from under(PAGERDUTY, "plan", _of_plan(settings, abilities))
    yield from _of_names(settings, api)


def check_user_token(api: PagerDutyApi) -> Iterator[Finding]:
    """Of PAGERDUTY_USER_TOKEN, which opens an incident's own Slack channel."""
    yield from under(PAGERDUTY, "user token", _of_user_token(api))


def _of_user_token(api: PagerDutyApi) -> Iterator[Said]:
    remedy = "Set PAGERDUTY_USER_TOKEN to the token of an Owner or Global Admin, or take it out."
    try:
        user = api.get_current_user()
    except (NotAllowed, Rejected, NotFound) as refused:
        yield failure(f"PAGERDUTY_USER_TOKEN is no user's token ({refused.came_back}).", remedy)
        return
    role = text(user, "role") or "unknown"
    if role not in BIG_ROLES:
        yield warning(f"it is that of a user of the role {role}: incidents' own channels stay shut.", remedy)
    else:
        yield ok(f"is that of an {role}")


def _wrong_token(settings: Settings, refused: ConnectorError, elsewhere: PagerDutyApi | None) -> Said:
    """A token of the other region is refused just as a wrong one."""
    here = settings.pagerduty.region
    there = "eu" if here == "us" else "us"
    accepted = elsewhere is not None and _knows(elsewhere)
    if accepted:
        said = f"the token is not known in the region {here}, and it is in {there}."
        return failure(said, f"Set pagerduty.region to {there} in debrief.yml.")
    return failure(f"PagerDuty does not accept the token ({refused.came_back}).", refused.remedy)


def _knows(api: PagerDutyApi) -> bool:
    """Whether this region knows the token."""
    try:
        api.list_abilities()
    except NotAllowed as refused:
        return "401" not in refused.came_back
    except ConnectorError:
        return False
    return True


def _of_token(settings: Settings, api: PagerDutyApi) -> Iterator[Said]:
    whose, role = _whose(api)
    if role in SMALL_ROLES:
        yield warning(f"it is {whose}, who sees only some incidents.", "Use an account's token: it sees all.")
    if not settings.pagerduty.write_note:
        yield ok(f"is {whose}")
        return
    try:
        api.check_may_write()
    except NotAllowed:
        said = f"it is {whose} and may only read: no note is written on incidents."
        yield warning(said, "Make a token that may write, or set pagerduty.write_note to false.")
        return
    if whose == _AN_ACCOUNTS and settings.pagerduty.sender is None:
        said = "it is an account's, and notes need somebody to be written by."
        yield failure(said, "Set pagerduty.sender to the e-mail of a user of the account.")
        return
    yield ok(f"is {whose}, and may write")


def _whose(api: PagerDutyApi) -> tuple[str, str]:
    """In words, and the role of the user whose it is, "" where it is nobody's."""
    try:
        role = text(api.get_current_user(), "role") or "unknown"
    except (Rejected, NotFound):
        return _AN_ACCOUNTS, ""
    except NotAllowed:
        return "an app's, which may not ask whose", ""
    return f"that of a user of the role {role}", role


def _of_sender(api: PagerDutyApi, sender: str) -> Iterator[Said]:
    users = api.list_users(sender).records
    if not any((text(user, "email") or "").casefold() == sender.casefold() for user in users):
        yield failure(
            f"no user of the account has the e-mail {sender}, so that no note is written.", "Correct pagerduty.sender."
        )


def _of_plan(settings: Settings, abilities: tuple[str, ...]) -> Iterator[Said]:
    """What the settings ask for, or Debrief would read, and this plan does not give."""
    named_teams = settings.drafts.teams or any(rule.match.teams for rule in settings.routing)
    if named_teams and "teams" not in abilities:
        yield warning("it has no teams, and the settings choose by team.", "Choose by service: routing, drafts.teams.")
    if settings.drafts.urgencies and "urgencies" not in abilities:
        yield warning("it has no urgencies: every incident is high.", "Take drafts.urgencies out.")
    past = "" if AIOPS in abilities else "; it names no AIOps: past and related incidents may stay unread"
    yield ok(f"{len(abilities):,} abilities{past}")


def _of_names(settings: Settings, api: PagerDutyApi) -> Iterator[Finding]:
    """Whether what the settings name exists: a name that nothing has matches no incident, for ever and silently."""
    rules, drafts = settings.routing, settings.drafts
    priorities = [*drafts.priorities, *(name for rule in rules for name in rule.match.priorities)]
    priorities += [name for entry in entries_of(settings) for name in entry.priority_map]
    services = dict.fromkeys([*drafts.services, *(name for rule in rules for name in rule.match.services)])
    teams = dict.fromkeys([*drafts.teams, *(name for rule in rules for name in rule.match.teams)])
    if priorities:
        yield from under(PAGERDUTY, "priorities", _of_priorities(api, dict.fromkeys(priorities)), "are all known")
    for kind, names, ask in (("services", services, api.list_services), ("teams", teams, api.list_teams)):
        if names:
            yield from under(PAGERDUTY, kind, _unknown(kind, names, ask), "are all known")


def _of_priorities(api: PagerDutyApi, names: Iterable[str]) -> Iterator[Said]:
    try:
        there = [text(one, "name") or text(one, "summary") or "" for one in api.list_priorities().records]
    except NotAllowed as refused:
        if "402" not in refused.came_back:
            raise
        there = []
    known = {name.casefold() for name in there}
    unknown = [name for name in names if name.casefold() not in known]
    if unknown:
        has = f"has {', '.join(there[:8])}" if there else "has none"
        yield warning(f"the account {has}, and no {' or '.join(unknown)}.", "Correct it in drafts or routing.")


def _unknown(kind: str, names: Iterable[str], ask: Callable[[str], Page]) -> Iterator[Said]:
    """Ids are left out: these lists are searched by name alone."""
    by_name = [name for name in names if not _is_id(name)]
    for name in by_name[:MOST_NAMES]:
        if not any(
            (text(one, "name") or "").strip().casefold() == name.strip().casefold() for one in ask(name).records
        ):
            yield warning(f'none is called "{name}": nothing matches it.', f"Correct it among the {kind} you name.")
    if len(by_name) > MOST_NAMES:
        yield ok(f"the first {MOST_NAMES} of {len(by_name)} were looked up")


def _is_id(name: str) -> bool:
    return name.isalnum() and name.isupper() and name.startswith("P") and len(name) >= 7
