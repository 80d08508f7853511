"""Whether what the settings say of Jira and of people is so, asked of Jira and Slack before an incident needs it."""

from collections.abc import Iterator
from typing import Literal

from connectors.checking_anchors import check_anchor, check_linking
from connectors.errors import ConnectorError, NotFound
from connectors.jira.accounts import account_by_email, place_of, problem_of
from connectors.jira.api import JiraApi
from connectors.jira.routes import check_screen, read_screen
from connectors.jira.translate import SECURITY, Screen, allowed_match
from connectors.slack.api import SlackApi
from postmortem.noun import Noun
from postmortem.settings import PersonEntry, RouteEntry, Settings, entries_of, route_from_entry

State = Literal["ok", "warning", "failure"]
NO_JIRA = "No issue can be opened: set jira.site in debrief.yml, and JIRA_EMAIL and JIRA_TOKEN among the secrets."
NO_SLACK = "Slack is not configured, so that no member id was looked up: set SLACK_TOKEN."


class Finding(Noun):
    """What was found about one thing of the settings; a warning and a failure say what to do."""

    subject: str
    state: State
    said: str


def check_settings(settings: Settings, jira: JiraApi | None, slack: SlackApi | None) -> Iterator[Finding]:
    """Every configured backlog and person in turn. What a vendor does not answer is a finding too."""
    own = None
    if jira is None:
        yield Finding(subject="Jira", state="warning", said=NO_JIRA)
    else:
        try:
            myself = jira.get_myself()
        except ConnectorError as refused:
            yield Finding(subject="Jira", state="failure", said=str(refused))
            jira = None
        else:
            own = str(myself.get("accountId"))
            yield Finding(subject="Jira", state="ok", said=f"answers {myself.get('displayName') or 'us'}")
    yield from _of_backlogs(settings, jira, own) if jira else ()
    for channel in dict.fromkeys(entry.digest_channel for entry in entries_of(settings)) if slack else ():
        if channel:
            yield from _guarded(f"digest channel {channel}", _of_channel(slack, channel))
    if slack is None and any(person.slack_id for person in settings.people):
        yield Finding(subject="Slack", state="warning", said=NO_SLACK)
    for person in settings.people:
        yield from _guarded(f"person {person.name}", _of_person(jira, slack, person, own))


def _of_backlogs(settings: Settings, jira: JiraApi, own: str | None) -> Iterator[Finding]:
    anchors, entries = settings.jira.anchor_issues, entries_of(settings)
    for entry in entries:
        yield from _guarded(_subject(entry), _of_route(jira, entry, own, anchors.get(entry.project)))
    for project in dict.fromkeys(entry.project for entry in entries):
        yield from _guarded(f"anchor of {project}", check_anchor(jira, project, anchors.get(project)))


def _guarded(subject: str, findings: Iterator[tuple[State, str]]) -> Iterator[Finding]:
    """Each finding under its subject; ok where there was none, a failure where a vendor refused or did not answer."""
    clean = True
    try:
        for state, said in findings:
            clean = clean and state == "ok"
            yield Finding(subject=subject, state=state, said=said)
    except ConnectorError as error:
        yield Finding(subject=subject, state="failure", said=str(error))
        return
    if clean:
        yield Finding(subject=subject, state="ok", said="as configured")


def _of_route(jira: JiraApi, entry: RouteEntry, own: str | None, anchor: str | None) -> Iterator[tuple[State, str]]:
    screen = read_screen(jira, route_from_entry(entry))
    if isinstance(screen, str):
        yield "failure", screen
        return
    yield from _of_screen(screen, entry)
    yield from check_linking(screen, anchor)
    if entry.default_owner is None:
        yield "warning", "What nobody is named for stays unowned: set default_owner."
        return
    place, _ = place_of(jira, entry.default_owner, entry.project, own)
    if place.problem:
        yield "failure", f"default_owner {place.name or entry.default_owner}: {place.problem}. {place.remedy}"


def _of_screen(screen: Screen, entry: RouteEntry) -> Iterator[tuple[State, str]]:
    """What the create screen lacks or refuses, for every priority that an issue may get there."""
    checks = [check_screen(screen, route_from_entry(entry, name)) for name in (None, *entry.priority_map.values())]
    for problem in dict.fromkeys(problem for check in checks for problem in check.problems):
        yield "failure", problem
    if screen.lacks_parent:
        yield "failure", f"Jira shows no issue {entry.parent}: change routing.parent, or give JIRA_EMAIL access to it."
    field = screen.field(SECURITY)
    if entry.security_level and field and not allowed_match(field, entry.security_level):
        yield (
            "failure",
            f"{entry.security_level} is no security level of {screen.title}: change routing.security_level.",
        )
    said = dict.fromkeys(warning for check in checks for warning in check.warnings)
    for warning in said:
        if "routing.parent" not in warning:  # said above
            yield "warning", warning


def _of_channel(slack: SlackApi | None, channel: str) -> Iterator[tuple[State, str]]:
    """Whether the digest can be posted there, and found again where an answer is lost."""
    try:
        info = slack.conversations_info(channel).get("channel") if slack else None
    except NotFound:
        info = None
    if not isinstance(info, dict):
        yield "failure", "Slack shows no such channel: correct routing.digest_channel, or invite the app."
    elif info.get("is_archived"):
        yield "failure", "it is archived: name another in routing.digest_channel."
    elif info.get("is_ext_shared"):
        yield "failure", "it is shared with another organisation: name another in routing.digest_channel."
    elif not info.get("is_member"):
        yield "warning", "the app is not in it, so that a digest whose answer is lost is not found again: invite it."


def _of_person(
    jira: JiraApi | None, slack: SlackApi | None, person: PersonEntry, own: str | None
) -> Iterator[tuple[State, str]]:
    if jira and own:
        yield from _of_account(jira, person, own)
    if slack and person.slack_id:
        try:
            user = slack.users_info(person.slack_id).get("user") or {}
        except NotFound:
            user = None
        if user is None:
            yield "failure", f"Slack has no member {person.slack_id}: correct slack_id."
        elif user.get("deleted"):
            yield "failure", f"the Slack member {person.slack_id} is deactivated: take them out, or correct slack_id."


def _of_account(jira: JiraApi, person: PersonEntry, own: str) -> Iterator[tuple[State, str]]:
    account_id = person.jira_account_id
    if account_id is None and person.pagerduty_email:
        problem = account_by_email(jira, person.pagerduty_email, own).get("problem")
        if problem:
            yield "warning", f"{problem}: set jira_account_id, or their items go to the default owner."
    elif account_id is None:
        yield "warning", "no Jira account can be found without jira_account_id or an e-mail: set one."
    else:
        problem, _ = problem_of(jira, account_id, own)
        if problem:
            yield "failure", f"{problem}: correct jira_account_id {account_id}."


def _subject(entry: RouteEntry) -> str:
    return f"route to {entry.project}" + (f" ({entry.team})" if entry.team else "")
