"""Whether what the settings say of Jira is so: backlogs, permissions, anchors, and everybody who may own something."""

from collections.abc import Iterator
from itertools import chain

from connectors.checks.anchors import check_anchor, check_link_type, check_linking
from connectors.checks.finding import Finding, Said, among, failure, ok, under, warning
from connectors.errors import NotAllowed, NotFound
from connectors.jira.accounts import account_by_email, place_of, problem_of
from connectors.jira.api import JiraApi
from connectors.jira.routes import check_screen, read_screen
from connectors.jira.translate import SECURITY, Screen, allowed_match
from postmortem.settings import PersonEntry, RouteEntry, Settings, entries_of, route_from_entry

JIRA = "Jira"
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/ (read 2026-11-21)
NEEDED = {
    "BROWSE_PROJECTS": "Browse projects",
    "CREATE_ISSUES": "Create issues",
    "EDIT_ISSUES": "Edit issues",
    "ASSIGN_ISSUES": "Assign issues",
    "LINK_ISSUES": "Link issues",
    "ADD_COMMENTS": "Add comments",
}
INDISPENSABLE = {"BROWSE_PROJECTS", "CREATE_ISSUES"}
SET_SECURITY = {"SET_ISSUE_SECURITY": "Set issue security"}


def check_jira(settings: Settings, jira: JiraApi) -> Iterator[Finding]:
    """Every configured backlog and person in turn. Raises Unreachable, RateLimited, BadReply."""
    try:
        myself = jira.get_myself()
    except NotAllowed as refused:
        yield from under(JIRA, "token", (failure(f"{refused.came_back}.", refused.remedy),))
        return
    own = str(myself.get("accountId"))
    yield from under(JIRA, "token", (ok(f"answers {myself.get('displayName') or 'us'}"),))
    had = {entry.project: _had(jira, entry.project) for entry in entries_of(settings)}
    yield from _of_backlogs(settings, jira, own, had)
    projects = tuple(project for project, names in had.items() if "BROWSE_PROJECTS" in names)
    people = settings.people
    checks = (under(JIRA, f"person {person.name}", _of_person(jira, person, own, projects)) for person in people)
    yield from among(JIRA, chain.from_iterable(checks))


def _of_backlogs(settings: Settings, jira: JiraApi, own: str, had: dict[str, set[str]]) -> Iterator[Finding]:
    anchors, entries = settings.jira.anchor_issues, entries_of(settings)
    if anchors:
        yield from under(JIRA, "issue links", check_link_type(jira))
    for entry in entries:
        yield from under(JIRA, _subject(entry), _of_route(jira, entry, own, anchors.get(entry.project)))
    for project, names in had.items():
        if not names:  # its route says that it is not there
            continue
        secured = any(entry.security_level for entry in entries if entry.project == project)
        yield from under(
            JIRA, f"permissions in {project}", _of_permissions(project, names, secured=secured), "all there"
        )
        yield from under(JIRA, f"anchor of {project}", check_anchor(jira, project, anchors.get(project)))


def _had(jira: JiraApi, project: str) -> set[str]:
    """What our account may do in the project; nothing where it may not know of it."""
    try:
        return jira.list_my_permissions(project, (*NEEDED, *SET_SECURITY))
    except (NotFound, NotAllowed):
        return set()


def _of_permissions(project: str, had: set[str], *, secured: bool) -> Iterator[Said]:
    needed = NEEDED | (SET_SECURITY if secured else {})
    missing = [name for name in needed if name not in had]
    if missing:
        words = ", ".join(needed[name] for name in missing)
        say = failure if INDISPENSABLE.intersection(missing) else warning
        remedy = f"Grant it in the permission scheme of {project}, or use the JIRA_TOKEN of one that has it."
        yield say(f"the account of JIRA_EMAIL lacks {words}.", remedy)


def _of_route(jira: JiraApi, entry: RouteEntry, own: str, anchor: str | None) -> Iterator[Said]:
    screen = read_screen(jira, route_from_entry(entry))
    if isinstance(screen, str):
        yield failure(screen)
        return
    yield from _of_screen(screen, entry)
    yield from check_linking(screen, anchor)
    if entry.default_owner is None:
        yield warning("what nobody is named for stays unowned.", "Set default_owner.")
        return
    place, _ = place_of(jira, entry.default_owner, entry.project, own)
    if place.problem:
        yield failure(f"default_owner {place.name or entry.default_owner}: {place.problem}.", place.remedy or "")


def _of_screen(screen: Screen, entry: RouteEntry) -> Iterator[Said]:
    """What the create screen lacks or refuses, for every priority that an issue may get there."""
    checks = [check_screen(screen, route_from_entry(entry, name)) for name in (None, *entry.priority_map.values())]
    for problem in dict.fromkeys(problem for check in checks for problem in check.problems):
        yield failure(problem)
    if screen.lacks_parent:
        yield failure(f"Jira shows no issue {entry.parent}.", "Change routing.parent, or give JIRA_EMAIL access to it.")
    field = screen.field(SECURITY)
    if entry.security_level and field and not allowed_match(field, entry.security_level):
        yield failure(
            f"{entry.security_level} is no security level of {screen.title}.", "Change routing.security_level."
        )
    for said in dict.fromkeys(lacking for check in checks for lacking in check.warnings):
        if "routing.parent" not in said:  # said above
            yield warning(said)


def _of_person(jira: JiraApi, person: PersonEntry, own: str, projects: tuple[str, ...]) -> Iterator[Said]:
    if person.jira_account_id:
        account_id, wrong = person.jira_account_id, _of_account(jira, person.jira_account_id, own)
    elif person.pagerduty_email:
        found = account_by_email(jira, person.pagerduty_email, own)
        remedy = "Set jira_account_id, or their items go to the default owner."
        account_id = found.get("account_id", "")
        wrong = warning(f"{found['problem']}.", remedy) if "problem" in found else None
    else:
        account_id, wrong = "", warning("neither jira_account_id nor an e-mail: no item can be theirs.", "Set one.")
    if wrong:
        yield wrong
    elif projects and not any(jira.assignable(project, account_id) for project in projects):
        where = " or ".join(projects[:5])
        yield warning(f"may be given no issue of {where}.", "Give them the permission Assignable User there.")


def _of_account(jira: JiraApi, account_id: str, own: str) -> Said | None:
    problem, _ = problem_of(jira, account_id, own)
    return failure(f"{problem}.", f"Correct jira_account_id {account_id}.") if problem else None


def _subject(entry: RouteEntry) -> str:
    return f"route to {entry.project}" + (f" ({entry.team})" if entry.team else "")
